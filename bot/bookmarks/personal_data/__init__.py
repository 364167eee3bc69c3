"""A person's stored data: exporting bookmarks, importing others, and erasing everything."""
