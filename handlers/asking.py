"""Being asked in words: a mention in a channel, a direct message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.digests.command_context import CommandContext
from bot.domain.ask_thread import AskThread
from bot.domain.bookmark import member_at
from bot.lookup.asking.said import Said
from bot.lookup.asking.sending import send, with_status
from bot.services import Services
from bot.slack.blocks.message import Message
from handlers import commands
from handlers.errors import explained
from handlers.payload import ID, text, workspace

_TS = re.compile(r"\d{1,12}\.\d{1,6}", re.ASCII)


def register(app: AsyncApp, services: Services) -> None:
    """Listen to mentions and direct messages. Each is acknowledged at once and answered in its thread."""

    async def mentioned(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Answer a mention in a channel."""
        if asked := _asked(body, context):
            services.background.start(_mentioned(services, asked, body, context))

    async def written(body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Answer a direct message; others are left to mentions."""
        if text(body, "event", "channel_type") == "im" and (asked := _asked(body, context)):
            answering = _answered(services, asked, text(body, "event", "text"), "")
            services.background.start(with_status(services.slack, asked[0], answering))

    app.event("app_mention")(mentioned)
    app.event("message")(written)


def _asked(body: Mapping[str, Any], context: AsyncBoltContext) -> tuple[AskThread, str] | None:
    """Return the thread and the ts of a person's own new message; None for edits, bots, workflows and ourselves."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("bot_id") or event.get("subtype") or event.get("edited"):
        return None
    channel, user, ts = text(body, "event", "channel"), text(body, "event", "user"), text(body, "event", "ts")
    if not (ID.fullmatch(channel) and ID.fullmatch(user) and _TS.fullmatch(ts)) or user == context.bot_user_id:
        return None
    thread = text(body, "event", "thread_ts")
    return AskThread(workspace(context), channel, thread if _TS.fullmatch(thread) else ts, user), ts


def _is_stranger(body: Mapping[str, Any], context: AsyncBoltContext) -> bool:
    """Return whether a message in a shared channel is by somebody of another workspace, as far as Slack says so."""
    team = text(body, "event", "user_team") or text(body, "event", "source_team") or text(body, "event", "team")
    return not member_at(workspace(context), text(body, "event", "user"), team).home


async def _mentioned(
    services: Services, asked: tuple[AskThread, str], body: Mapping[str, Any], context: AsyncBoltContext
) -> None:
    """Answer a mention."""
    stranger = _is_stranger(body, context)
    await _answered(services, asked, text(body, "event", "text"), context.bot_user_id or "", stranger=stranger)


async def _answered(
    services: Services, asked: tuple[AskThread, str], said_text: str, bot: str, *, stranger: bool = False
) -> bool:
    """Answer a message in its thread, or privately, where it concerns one person; return whether it was answered."""
    thread, ts = asked
    try:
        said = await services.conversations.answer(thread, ts, said_text, bot, stranger=stranger)
        message = await _message(services, thread, said)
    except Exception as error:  # noqa: BLE001 - nobody else would hear of it
        said, message = Said(private=True), explained(error, services, channel=thread.channel)
    private, opening = said.private and bool(bot), ts == thread.thread
    sending = [send(services.slack, thread, message, private=private, opening=opening)] if message else []
    sent = await asyncio.gather(*sending, services.conversations.remember(thread, said))
    return bool(message) and bool(sent[0])


async def _message(services: Services, thread: AskThread, said: Said) -> Message | None:
    if not said.command:
        return said.message
    place = CommandContext(thread.workspace, thread.channel, thread.user)
    return await commands.run(services, said.command, place, "")
