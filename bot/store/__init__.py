"""What is remembered: subscriptions, deliveries, bookmarks. SQLite or PostgreSQL."""
