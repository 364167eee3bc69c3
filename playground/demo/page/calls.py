"""The requests between the bot and the stand-in, as backstage lists them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from playground.slack.request_sender import Carried
from playground.slack.site import CallOutcome
from playground.slack.workspace import Workspace

KEPT = 200
"""Calls kept for a page that opens later."""
SUMMARY = 120
"""Characters of what a call says."""
READING = (
    "auth.",
    "conversations.history",
    "conversations.info",
    "conversations.replies",
    "reactions.",
    "url_private",
    "users.",
)
"""How the methods begin that change nothing."""
PRIVATE = frozenset({"chat.postEphemeral", "response_url", "views.open", "views.push", "views.update", "views.publish"})
"""Methods for one person only: their text is left out of a list that everybody can read."""


class Calls:
    """The newest calls, oldest first; `told` is called with each new one."""

    def __init__(self, workspace: Workspace, told: Callable[[Mapping[str, Any]], None]) -> None:
        """Start empty."""
        self.newest: deque[Mapping[str, Any]] = deque(maxlen=KEPT)
        self._workspace = workspace
        self._told = told
        self._numbers = count(1)

    def to_slack(self, one: CallOutcome) -> None:
        """Record a call of the bot's."""
        landed = None if one.method.startswith(READING) else one.landed
        summary = "for one person only" if one.method in PRIVATE or self._is_direct(one.channel) else one.text
        self._note(
            one.at,
            "slack",
            one.method,
            one.channel,
            ok=one.answer == "ok",
            answer=one.answer,
            landed=landed,
            ms=None,
            summary=summary,
            details=list(one.details),
        )

    def to_bot(self, one: Carried, at: datetime) -> None:
        """Record an action of a person, on its way to the bot."""
        answer = str(one.answer.status) if one.answer.status else one.answer.reason
        self._note(
            at,
            "bot",
            one.name,
            one.channel,
            ok=one.answer.ok,
            answer=answer,
            landed=None,
            ms=round(one.seconds * 1_000, 1),
            summary=self._who(one.user),
            details=[one.answer.reason] if one.answer.reason else [],
        )

    def _note(self, at: datetime, to: str, method: str, channel: str, **fields: Any) -> None:
        place = self._workspace.channels.get(channel)
        call = {
            "n": next(self._numbers),
            "at": at.astimezone(UTC).isoformat(),
            "to": to,
            "method": method,
            "channel": channel,
            "channel_name": place.name if place and place.kind != "im" else "",
            **fields,
            "summary": " ".join(str(fields["summary"]).split())[:SUMMARY],
        }
        self.newest.append(call)
        self._told(call)

    def _is_direct(self, channel: str) -> bool:
        """Return whether it is a conversation with one person, which may be named by that person's id."""
        place = self._workspace.channels.get(channel)
        return channel in self._workspace.users or (place is not None and place.kind == "im")

    def _who(self, user: str) -> str:
        known = self._workspace.users.get(user)
        return f"by {known.name.title()}" if known else ""
