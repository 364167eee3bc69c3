"""Reading Slack's payloads, which are signed and still not trusted.

A field that is missing or of a wrong type reads as "".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.digests.command_context import CommandContext
from bot.domain.bookmark import Member, member_at
from bot.domain.workspace import WorkspaceId, workspace_id

ID = re.compile(r"[\x21-\x7e]{1,100}")
"""The form of an id. Slack's are a letter and about ten capitals and digits."""


def text(body: Mapping[str, Any], *path: str) -> str:
    """Return the string at `path` of nested objects, "" if there is none."""
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(value, str):
        return ""
    return value if value.isascii() and "\0" not in value else storable(value)


def storable(value: str) -> str:
    """Return a text without NUL and lone surrogates: JSON can write them, and no database takes them."""
    return value.encode(errors="ignore").decode().replace("\0", "")


def workspace(context: AsyncBoltContext) -> WorkspaceId:
    """Return the workspace's key. Bolt reads it the same way from every kind of payload."""
    return workspace_id(context.enterprise_id, context.team_id)


def typed_from(body: Mapping[str, Any], context: AsyncBoltContext) -> CommandContext:
    """Return where a command was typed, and who typed it."""
    return CommandContext(workspace(context), text(body, "channel_id"), text(body, "user_id"))


def clicked_from(body: Mapping[str, Any], context: AsyncBoltContext) -> CommandContext:
    """Return where a button was clicked, and who clicked it."""
    channel = text(body, "channel", "id") or text(body, "container", "channel_id")
    return CommandContext(workspace(context), channel, text(body, "user", "id"))


def acting_member(body: Mapping[str, Any], context: AsyncBoltContext) -> Member:
    """Return the person who clicked, used a shortcut or sent a form."""
    return member_at(workspace(context), text(body, "user", "id"), text(body, "user", "team_id"))


def answered(ack: AsyncAck, body: str) -> BoltResponse:
    """Acknowledge with JSON as it is, and return the response for the listener to return."""
    response = BoltResponse(status=200, body=body, headers={"content-type": "application/json;charset=utf-8"})
    ack.response = response
    return response
