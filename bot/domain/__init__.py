"""Values and decisions, given the time: no Slack, no database, no HTTP, no clock of their own."""
