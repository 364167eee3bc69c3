"""Posting every issue to every subscribed channel exactly once."""
