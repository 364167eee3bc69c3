"""Block Kit: pure functions from values to blocks, within Slack's limits."""
