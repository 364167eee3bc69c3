"""The database, SQLite or PostgreSQL: subscriptions, deliveries, bookmarks."""
