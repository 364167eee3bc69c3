"""Finding entries: the index, the query language and the ranking."""
