"""Calls to Slack: the client, its errors, files, and the URLs on which a response is given."""
