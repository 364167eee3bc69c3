"""Events about channels: one whose id changed keeps its subscription."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.services import Services
from handlers.payload import ID, text, workspace

_log = structlog.get_logger(__name__)


def register(app: AsyncApp, services: Services) -> None:
    """Listen for channels whose id changes, as it does when a private channel is shared with another organisation.

    The move is done before the acknowledgement: if it fails, Slack sends the event again.
    """

    async def moved(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Move what is stored of the channel to its new id."""
        old, new = text(body, "event", "old_channel_id"), text(body, "event", "new_channel_id")
        if old != new and ID.fullmatch(old) and ID.fullmatch(new):
            await services.move_channel(workspace(context), old, new)
            _log.info("channel.moved", old=old, new=new)

    app.event("channel_id_changed")(moved)
