"""The Slack listeners, one module for each kind of payload: each reads it, calls one use case, and answers."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from bot.services import Services
from handlers import (
    actions,
    asking,
    channels,
    commands,
    errors,
    home,
    options,
    other_events,
    reactions,
    shortcuts,
    views,
    whole_start,
    workspace_guard,
)


def register(app: AsyncApp, services: Services) -> None:
    """Put every listener on `app`, the most frequent first, because Bolt asks them in order.

    `app` should be made with `process_before_response=True`: commands are answered within their acknowledgement.
    """
    workspace_guard.register(app, services)
    whole_start.register(app, services)
    commands.register(app, services)
    reactions.register(app, services)
    asking.register(app, services)
    home.register(app, services)
    options.register(app, services)
    actions.register(app, services)
    shortcuts.register(app, services)
    views.register(app, services)
    channels.register(app, services)
    other_events.register(app)  # the last listener: it takes every event that the others leave
    errors.register(app, services)
