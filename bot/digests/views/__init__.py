"""What subscriptions and their alerts look like in Slack."""
