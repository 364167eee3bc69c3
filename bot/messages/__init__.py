"""Everything the bot says, as Block Kit: pure functions from values to payloads."""
