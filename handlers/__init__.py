"""Thin Slack listeners: read the payload, call one thing, answer."""
