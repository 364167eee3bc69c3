"""What is remembered: subscriptions, deliveries, bookmarks, events seen. SQLite or PostgreSQL."""
