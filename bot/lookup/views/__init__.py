"""What search, issues and help look like in Slack."""
