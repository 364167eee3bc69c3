"""What people see, as JSON for the page (see the package's docstring)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from playground.slack.channel import Channel, ChannelMessage
from playground.slack.files import SlackFile
from playground.slack.workspace import User, View, Workspace

BOT = "Back Issue"
"""The bot's name on the page, unless its operator chooses another."""


def called(user: User) -> str:
    """Return a person's name as it is shown."""
    return user.name.title()


def users(workspace: Workspace, bot: str) -> dict[str, Any]:
    """Return everybody by id; `bot` is the bot's name."""
    found = {user.id: {"name": called(user), "is_bot": user.is_bot} for user in workspace.users.values()}
    return {**found, workspace.bot.id: {"name": bot, "is_bot": True}, "USLACKBOT": {"name": "Slackbot", "is_bot": True}}


def message(workspace: Workspace, one: ChannelMessage, bot: str, link: Callable[[SlackFile], str]) -> dict[str, Any]:
    """Return a message; `bot` is the bot's name, `link` returns a file's address."""
    author = workspace.users.get(one.user)
    name = bot if one.user == workspace.bot.id else called(author) if author else "Slackbot"
    return {
        "ts": one.ts,
        "channel": one.channel,
        "user": one.user,
        "name": name,
        "is_bot": one.is_bot or author is None,
        "text": one.text,
        "blocks": one.blocks,
        "reactions": [
            {"name": name, "count": len(people), "users": list(people)} for name, people in one.reactions.items()
        ],
        "thread": None if one.is_reply else thread(workspace.channels[one.channel], one.ts),
        "thread_ts": one.thread_ts if one.is_reply else None,
        "broadcast": one.broadcast,
        "edited": one.edited_ts is not None,
        "ephemeral": one.ephemeral_to is not None,
        "files": [file(attached, link(attached)) for attached in one.files],
    }


def thread(channel: Channel, parent: str) -> dict[str, Any] | None:
    """Return a message's thread, None if it has no replies."""
    replies: Sequence[ChannelMessage] = channel.replies(parent) if parent in channel.threads else ()
    if not replies:
        return None
    people = dict.fromkeys(reply.user for reply in replies)
    return {"count": len(replies), "last": replies[-1].ts, "users": list(people)[:5]}


def file(one: SlackFile, url: str) -> dict[str, Any]:
    """Return a file; it is downloaded from the page's own server, at `url`."""
    return {"id": one.id, "name": one.name, "title": one.title, "size": one.length, "url": url}


def view(one: View) -> dict[str, Any]:
    """Return a modal or Home tab."""
    return {**one.payload, "id": one.id, "hash": one.hash, "user": one.user}


def channel(workspace: Workspace, one: Channel, person: str, unread: int) -> dict[str, Any]:
    """Return a channel as a person sees it in the list."""
    others = sorted(one.members - {person})
    last = one.top.last()
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "with": others[0] if one.kind == "im" and others else "",
        "bot": workspace.bot.id in one.members,
        "archived": one.archived,
        "unread": unread,
        "last": last.ts if last else "",
    }
