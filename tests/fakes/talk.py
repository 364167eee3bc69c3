"""The two ways in which the bot speaks up by itself: answers after the acknowledgement, and modals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.replies import ReplyError
from bot.slack.door import Person
from bot.slack.workspace import WorkspaceId


class FakeReplies:
    """Keeps every answer that was sent."""

    def __init__(self) -> None:
        """Start with none."""
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.refusing = False

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Take an answer, unless refusing."""
        if self.refusing:
            raise ReplyError("404 used_url")
        self.sent.append((url, dict(payload)))

    async def close(self) -> None:
        """Let go of nothing."""


class FakeDoor:
    """Opens modals and knows people."""

    def __init__(self) -> None:
        """Know one person, in London."""
        self.views: dict[str, Mapping[str, Any]] = {}
        self.zones = {"U1": "Europe/London"}
        self.broken: Exception | None = None

    async def open_view(self, workspace: WorkspaceId, trigger: str, view: Mapping[str, Any]) -> str:
        """Open a modal."""
        del workspace
        self.views[trigger] = view
        return trigger

    async def update_view(self, workspace: WorkspaceId, view_id: str, view: Mapping[str, Any]) -> None:
        """Put another in its place."""
        del workspace
        self.views[view_id] = view

    async def person(self, workspace: WorkspaceId, user: str) -> Person:
        """Give a person's zone."""
        del workspace
        if self.broken is not None:
            raise self.broken
        return Person(user, self.zones.get(user, ""))
