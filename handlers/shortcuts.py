"""The shortcut "Save links", which Slack offers on every message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.services import Services
from bot.slack.blocks.message import Message
from handlers.click import when
from handlers.errors import follow_up
from handlers.payload import acting_member, text, workspace

SAVE_LINKS = "save_links"
"""Its callback id in the manifest."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcut, and acknowledge any other."""

    async def used(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Acknowledge at once, then save the message's link or open the form."""
        message, at = body.get("message"), when(text(body, "action_ts"))
        here, who = workspace(context), acting_member(body, context)
        if isinstance(message, Mapping) and at is not None and who.user:

            async def save() -> Message | None:
                return await services.bookmarking.link_picker.shortcut(
                    who, here, text(body, "channel", "id"), message, trigger=text(body, "trigger_id"), at=at
                )

            options = {"response_type": "ephemeral", "replace_original": False}
            follow_up(services, text(body, "response_url"), save, **options)
        return await ack()

    async def other(ack: AsyncAck) -> BoltResponse:
        """Do nothing."""
        return await ack()

    app.shortcut(SAVE_LINKS)(used)
    app.shortcut(re.compile(""))(other)
