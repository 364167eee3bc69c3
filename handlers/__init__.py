"""The Slack listeners: thin, one module for each kind of payload. They read, call a use case of `bot`, and answer."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.services import Services
from handlers import actions, commands, errors, home, options, reactions, shortcuts, stranger, views


def register(app: AsyncApp, services: Services) -> None:
    """Put every listener on `app`, the most frequent first: Bolt asks them in order.

    `app` should be made with `process_before_response=True`: commands are answered within their acknowledgement.
    """
    stranger.register(app, services)
    commands.register(app, services)
    home.register(app, services)  # before the reactions, which take every event that nobody else does
    reactions.register(app, services)
    options.register(app, services)
    actions.register(app, services)
    shortcuts.register(app, services)
    views.register(app, services)
    errors.register(app, services)
