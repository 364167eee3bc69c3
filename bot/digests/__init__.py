"""Digests: subscriptions, their form, and what became of every delivery."""
