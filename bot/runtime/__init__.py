"""What the process runs on: settings, HTTP, logs, background tasks and timers."""
