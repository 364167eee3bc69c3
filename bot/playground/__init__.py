"""The stand-in workspace: a Slack on loopback, for the demo and for tests."""
