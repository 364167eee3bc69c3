"""What bookmarks look like in Slack."""
