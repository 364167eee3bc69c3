"""The archive in use: loading it, watching it, and its synonyms."""
