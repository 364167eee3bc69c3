"""The bot: settings, store, schedule, delivery, messages and the app that wires them."""
