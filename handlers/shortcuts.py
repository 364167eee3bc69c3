"""The shortcuts: "Save links" and "Find related" on every message, "Search the archive" everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.bookmarks.link_extraction import extract_links
from bot.domain.workspace import WorkspaceId
from bot.lookup.views import search_form
from bot.services import Services
from bot.slack.api.errors import SlackError
from bot.slack.blocks.message import Message
from handlers.click import when
from handlers.errors import follow_up
from handlers.payload import acting_member, text, workspace

_log = structlog.get_logger(__name__)
SAVE_LINKS = "save_links"
FIND_RELATED = "find_related"
SEARCH_ARCHIVE = "search_archive"
"""Their callback ids in the manifest."""


def register(app: AsyncApp, services: Services) -> None:
    """Listen to the shortcuts, and acknowledge any other."""

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

    async def related(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        """Acknowledge, then show the person what the archive has on the message."""
        message = body.get("message")
        if isinstance(message, Mapping):

            async def find() -> Message | None:
                urls = [url for url, _ in extract_links(message).links]
                return await services.conversations.related(text(message, "text"), urls)

            options = {"response_type": "ephemeral", "replace_original": False}
            follow_up(services, text(body, "response_url"), find, **options)
        return await ack()

    async def search(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        """Acknowledge, and open the form that searches."""
        services.background.start(_open(services, workspace(context), text(body, "trigger_id")))
        return await ack()

    async def other(ack: AsyncAck) -> BoltResponse:
        """Do nothing."""
        return await ack()

    app.shortcut(SAVE_LINKS)(used)
    app.shortcut(FIND_RELATED)(related)
    app.shortcut(SEARCH_ARCHIVE)(search)
    app.shortcut(re.compile(""))(other)


async def _open(services: Services, here: WorkspaceId, trigger: str) -> None:
    try:
        await services.slack.open_view(here, trigger, search_form.form())
    except SlackError as error:
        _log.warning("form.failed", error=str(error))
