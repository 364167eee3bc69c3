"""A call of a Web API method: its arguments, parsed from either encoding, and its refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playground.slack.channel import Channel, ChannelMessage
from playground.slack.workspace import Workspace


class RefusalError(Exception):
    """A refusal by the stand-in, with Slack's error.

    `error` is Slack's word, `messages` the details for response_metadata, `fields` other fields of the answer, `wait`
    the seconds of Retry-After (HTTP 429) or 0.
    """

    def __init__(self, error: str, *messages: str, wait: int = 0, **fields: str) -> None:
        """Take the error and what goes with it."""
        super().__init__(f"refused: {error}{'; '.join(('', *messages))}")
        self.error = error
        self.messages = messages
        self.fields = fields
        self.wait = wait


def limited(wait: int) -> RefusalError:
    """Return the refusal of a call that came too early by `wait` seconds."""
    return RefusalError("ratelimited", wait=wait)


@dataclass(slots=True)
class Call:
    """A call to `method` of `workspace` at `now`. Arguments are JSON values or strings (forms, queries).

    `address` is the stand-in's own URL, for answers that contain a URL, such as an upload's.
    """

    workspace: Workspace
    method: str
    arguments: Mapping[str, Any]
    now: datetime
    address: str = ""

    def text(self, name: str) -> str:
        """Return a required string; invalid_arguments if it is missing."""
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            raise RefusalError("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def optional(self, name: str) -> str | None:
        """Return a string or None."""
        value = self.arguments.get(name)
        return value if isinstance(value, str) and value else None

    def flag(self, name: str) -> bool:
        """Return a boolean: true, "true" and "1" are true."""
        return str(self.arguments.get(name)).lower() in {"true", "1"}

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number from 1 to `most`, `default` if there is none; invalid_limit for anything else."""
        value = self.arguments.get(name)
        text = "" if value is None else str(value)
        if text in {"", "0"}:
            return default
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
            raise RefusalError("invalid_limit")
        return int(text)

    def json(self, name: str) -> Any:
        """Return a JSON value, which a form sends as a string; None without it. Invalid JSON is refused."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise RefusalError(code, f"[ERROR] {name} is no JSON") from error

    def need(self, *scopes: str) -> None:
        """Refuse with missing_scope unless the bot has one of `scopes`; the answer says which it lacks."""
        if not self.workspace.scopes.intersection(scopes):
            provided = ",".join(sorted(self.workspace.scopes))
            raise RefusalError("missing_scope", needed=scopes[0], provided=provided)

    def channel(self) -> Channel:
        """Return the channel. One that the bot cannot see is channel_not_found, as in Slack."""
        channel = self.workspace.channel(self.text("channel"))
        if channel is None or (channel.kind != "public" and self.workspace.bot.id not in channel.members):
            raise RefusalError("channel_not_found")
        return channel

    def own_channel(self) -> Channel:
        """Return the channel, of which the bot must be a member (else not_in_channel)."""
        channel = self.channel()
        if self.workspace.bot.id not in channel.members:
            raise RefusalError("not_in_channel")
        return channel

    def message(self, channel: Channel, ts: str) -> ChannelMessage:
        """Return a message that is still there (else message_not_found)."""
        message = channel.find(ts)
        if message is None or message.tombstone:
            raise RefusalError("message_not_found")
        return message


def described(workspace: Workspace, message: ChannelMessage, *, full_metadata: bool = True) -> dict[str, Any]:
    """Return a message as Slack's answers have it; of its metadata only event_type without `full_metadata`."""
    channel = workspace.channels[message.channel]
    found: dict[str, Any] = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "team": workspace.team,
        "text": message.text,
    }
    if message.tombstone:
        found |= {"subtype": "tombstone", "hidden": True}
    if message.is_bot:
        found |= {"bot_id": workspace.bot_id, "app_id": workspace.app}
    if message.blocks:
        found["blocks"] = message.blocks
    if message.files:
        found["files"] = [
            {"id": one.id, "name": one.name, "title": one.title, "size": one.length} for one in message.files
        ]
    if message.edited_ts:
        found["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.metadata:
        found["metadata"] = message.metadata if full_metadata else {"event_type": message.metadata["event_type"]}
    if message.reactions:
        found["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.ts in channel.threads:
        replies = channel.replies(message.ts)
        found |= {"thread_ts": message.ts, "reply_count": len(replies)}
        found |= {"latest_reply": replies[-1].ts} if replies else {}
    elif message.thread_ts:
        found["thread_ts"] = message.thread_ts
    return found
