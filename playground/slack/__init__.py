"""The stand-in workspace: a Slack on loopback, which knows nothing of the bot."""
