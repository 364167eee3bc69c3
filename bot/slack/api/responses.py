"""Slack's answers, read without trusting them: messages, refusals, and how long to wait."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import (
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    TryLaterError,
    UnknownOutcomeError,
    detail_of,
    refusal,
)
from bot.slack.api.ports import TOMBSTONE, PartMarker, Posted, SlackUser

_UNCLEAR = frozenset({408, 499})
"""A proxy gave the request up; it may have handed it on before (RFC 9110, 15.5.9; 499 is nginx's)."""


def posted(answer: Mapping[str, Any], workspace: WorkspaceId, *, threaded: bool = False) -> Posted:
    """Return where a message stands. Raises UnknownOutcomeError where the answer does not say.

    A `threaded` one was posted as a reply: whether it is one, only the message in the answer tells.
    """
    channel, ts = answer.get("channel"), answer.get("ts")
    if not (isinstance(channel, str) and isinstance(ts, str) and ts):
        raise UnknownOutcomeError("chat.postMessage", "no_ts", workspace=workspace)
    if threaded and not isinstance(answer.get("message"), dict):
        raise UnknownOutcomeError("chat.postMessage", "no_message", workspace=workspace)
    return Posted(channel, ts, thread_of(mapping(answer.get("message")), ts))


def thread_of(said: Mapping[str, Any], ts: str) -> str:
    """Return the ts of the message below which the message `ts` stands, "" where it begins a thread or has none."""
    thread = said.get("thread_ts")
    return thread if isinstance(thread, str) and thread != ts else ""


def refused(response: Any, method: str, where: dict[str, str]) -> SlackError:
    """Return the error that says what is known about a call's outcome, from the SDK's `response`."""
    data = getattr(response, "data", None)
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    code = data.get("error") if isinstance(data, dict) else None
    if not isinstance(code, str) or not code:
        # No word of Slack's own: a 4xx is some refusal, of what kind nobody says; anything else is unclear.
        clear = 400 <= status < 500 and status not in _UNCLEAR
        kind: type[SlackError] = TryLaterError if clear else UnknownOutcomeError
        if status == 429:
            kind = RateLimitedError
        elif status == 413:
            kind = MessageRefusedError
        code = f"http_{status}"
    else:
        kind = refusal(code, status)
    told = kind(method, code, **where, detail=detail_of(data))
    if isinstance(told, RateLimitedError):
        told.retry_after = retry_after(getattr(response, "headers", {}) or {})
    return told


def retry_after(headers: Mapping[str, str]) -> float:
    """Read Retry-After, in seconds; one when it is missing or no number, at most a day."""
    given = next((value for key, value in headers.items() if key.lower() == "retry-after"), "1")
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return 1.0
    return min(max(seconds, 0.0), 86_400.0) if isfinite(seconds) else 1.0


def messages(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of an answer; what is not a message is skipped."""
    said = answer.get("messages")
    return [each for each in said if isinstance(each, dict) and each.get("ts")] if isinstance(said, list) else []


def is_whole(answer: Mapping[str, Any], thread: str | None) -> bool:
    """Return whether an answer without a cursor shows all there is, and not just nothing.

    It has a list and says of no more; of a `thread` the first page has the message that began it (Slack:
    reference/methods/conversations.replies).
    """
    if not isinstance(answer.get("messages"), list) or answer.get("has_more") is True:
        return False
    return thread is None or any(said.get("ts") == thread for said in messages(answer))


def is_tombstone(answer: Mapping[str, Any], thread: str | None) -> bool:
    """Return whether the message that began `thread` was deleted and its thread is still there."""
    return any(said.get("ts") == thread and said.get("subtype") == TOMBSTONE for said in messages(answer))


def carries(said: Mapping[str, Any], marker: PartMarker, mine: frozenset[str]) -> bool:
    """Return whether this message is the bot's own and carries the marker; other apps can write metadata, too."""
    if mine and not mine & {said.get("bot_id"), said.get("user")}:
        return False
    return mapping(said.get("metadata")) == marker.metadata()


def slack_user(user: str, said: Mapping[str, Any]) -> SlackUser:
    """Return a person from what Slack says of the id `user`."""
    profile = mapping(said.get("profile"))
    name = profile.get("display_name") or said.get("real_name") or said.get("name") or ""
    active, is_bot = said.get("deleted") is not True, said.get("is_bot") is True
    guest = said.get("is_restricted") is True or said.get("is_ultra_restricted") is True
    return SlackUser(user, str(said.get("tz") or ""), str(name), active=active, is_bot=is_bot, is_guest=guest)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
