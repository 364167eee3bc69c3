"""Commands, search and answers."""
