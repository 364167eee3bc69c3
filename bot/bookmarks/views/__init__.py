"""Block Kit of bookmarks, and reading it back from payloads."""
