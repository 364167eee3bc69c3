"""What several features draw: the digest of an issue, an entry, the Save button."""
