"""Taking one's bookmarks along, and bringing some: pure functions from values to a file's bytes and back."""
