"""Reading Slack's payloads: signed, and still read as if anybody had sent them.

What is missing or of a wrong type reads as "".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.digests.subscriptions import CommandContext
from bot.domain.bookmark import Member, member_at
from bot.domain.workspace import WorkspaceId, workspace_id

ID = re.compile(r"[\x21-\x7e]{1,100}")
"""What an id may look like: Slack's are a letter and some ten more, in capitals and digits."""


def text(body: Mapping[str, Any], *path: str) -> str:
    """Give the string at `path` of nested objects, "" where there is none."""
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, str):
        return ""
    return value if value.isascii() and "\0" not in value else kept(value)


def kept(value: str) -> str:
    """Return a text without what no database takes: NUL, and halves of a character, which JSON can write."""
    return value.encode(errors="ignore").decode().replace("\0", "")


def workspace(context: AsyncBoltContext) -> WorkspaceId:
    """Give the workspace's key. Bolt reads it the same way from every kind of payload."""
    return workspace_id(context.enterprise_id, context.team_id)


def typed_from(body: Mapping[str, Any], context: AsyncBoltContext) -> CommandContext:
    """Give where a command was typed, and by whom."""
    return CommandContext(workspace(context), text(body, "channel_id"), text(body, "user_id"))


def clicked_from(body: Mapping[str, Any], context: AsyncBoltContext) -> CommandContext:
    """Give where a button was clicked, and by whom."""
    channel = text(body, "channel", "id") or text(body, "container", "channel_id")
    return CommandContext(workspace(context), channel, text(body, "user", "id"))


def keeper(body: Mapping[str, Any], context: AsyncBoltContext) -> Member:
    """Give who clicked, used a shortcut or sent a form, as somebody who keeps links."""
    return member_at(workspace(context), text(body, "user", "id"), text(body, "user", "team_id"))


def answered(ack: AsyncAck, body: str) -> BoltResponse:
    """Acknowledge with JSON that is ready to be sent, and give it back for the listener to return."""
    response = BoltResponse(status=200, body=body, headers={"content-type": "application/json;charset=utf-8"})
    ack.response = response
    return response
