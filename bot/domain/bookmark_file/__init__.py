"""Bookmarks as a file: pure functions from values to a file's bytes and back."""
