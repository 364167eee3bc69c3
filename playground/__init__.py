"""A workspace to try the bot in: a Slack on loopback, and the demo with its page."""
