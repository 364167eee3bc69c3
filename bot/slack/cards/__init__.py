"""Cards that several features show: the digest of an issue, an entry, the Save button."""
