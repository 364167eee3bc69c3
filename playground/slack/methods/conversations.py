"""conversations.*: reading (Slack: reference/methods/conversations.history, .replies, .info, .open, .join)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from playground.slack.call import Call, RefusalError, described
from playground.slack.channel import Channel, ChannelMessage, micros, stamp

_END = 2**62
# The scope to read each kind of conversation.
_HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}
_READ = {"public": "channels:read", "private": "groups:read", "im": "im:read"}


def history(call: Call) -> dict[str, Any]:
    """Return the top level, newest first: never replies, however their ts is asked for."""
    channel = _readable(call)
    oldest, latest, inclusive = _window(call)
    if (before := _cursor(call)) is not None:
        latest = min(latest, before) if not inclusive else min(latest, before - 1)
    limit = call.whole("limit", 100, 999)
    found = channel.top.between(oldest, latest, inclusive=inclusive)[::-1]
    page = found[:limit]
    return {**_page(call, page, more=len(found) > limit), "pin_count": 0}


def replies(call: Call) -> dict[str, Any]:
    """Return a thread, parent first, then oldest first; the ts asked for may be that of any message in it."""
    channel = _readable(call)
    asked = channel.find(call.text("ts"))
    parent = None if asked is None else channel.find(asked.thread_ts or asked.ts)
    if parent is None:
        raise RefusalError("thread_not_found")
    oldest, latest, inclusive = _window(call)
    timeline = channel.threads.get(parent.ts)
    found = timeline.between(oldest, latest, inclusive=inclusive) if timeline else []
    if (after := _cursor(call)) is not None:
        found = [message for message in found if (micros(message.ts) or 0) > after]
    else:
        found = [parent, *found]
    limit = call.whole("limit", 1000, 1000)
    return _page(call, found[:limit], more=len(found) > limit)


def info(call: Call) -> dict[str, Any]:
    """Describe a channel."""
    channel = call.channel()
    call.need(_READ[channel.kind])
    return {"channel": _described(call, channel)}


def open_direct(call: Call) -> dict[str, Any]:
    """Open the direct conversation with one user."""
    call.need("im:write")
    user = call.text("users")
    if user not in call.workspace.users:
        raise RefusalError("user_not_found")
    return {"channel": {"id": call.workspace.direct(user).id}}


def join(call: Call) -> dict[str, Any]:
    """Let the bot into a public channel."""
    call.need("channels:join")
    channel = call.channel()
    if channel.kind != "public":
        raise RefusalError("method_not_supported_for_channel_type")
    if channel.archived:
        raise RefusalError("is_archived")
    channel.members.add(call.workspace.bot.id)
    return {"channel": _described(call, channel)}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(_HISTORY[channel.kind])
    return call.own_channel()


def _window(call: Call) -> tuple[int, int, bool]:
    """Read oldest, latest (both left out unless inclusive) as microseconds."""
    oldest, latest = _time(call, "oldest", 0), _time(call, "latest", _END)
    return oldest, latest, call.flag("inclusive")


def _time(call: Call, name: str, default: int) -> int:
    value = call.arguments.get(name)
    if value is None or value == "":
        return default
    found = micros(str(value))
    if found is None:
        raise RefusalError(f"invalid_ts_{name}")
    return found


def _cursor(call: Call) -> int | None:
    """Read where the last page ended; invalid_cursor if it is not one of ours."""
    text = call.optional("cursor")
    if text is None:
        return None
    try:
        name, _, at = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusalError("invalid_cursor") from error
    found = micros(at) if name == "next_ts" else None
    if found is None:
        raise RefusalError("invalid_cursor")
    return found


def _page(call: Call, page: list[ChannelMessage], *, more: bool) -> dict[str, Any]:
    full = call.flag("include_all_metadata")
    found: dict[str, Any] = {
        "messages": [described(call.workspace, message, full_metadata=full) for message in page],
        "has_more": more,
    }
    if more:
        last = stamp(micros(page[-1].ts) or 0)
        found["response_metadata"] = {"next_cursor": base64.b64encode(f"next_ts:{last}".encode()).decode()}
    return found


def _described(call: Call, channel: Channel) -> dict[str, Any]:
    if channel.kind == "im":
        person = next(iter(channel.members - {call.workspace.bot.id}), "")
        return {"id": channel.id, "is_im": True, "user": person, "is_archived": channel.archived}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_private": channel.kind == "private",
        "is_im": False,
        "is_archived": channel.archived,
        "is_member": call.workspace.bot.id in channel.members,
    }
