"""Finding again what one kept: lists, and the archive's own search over nothing but that."""
