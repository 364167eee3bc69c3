"""What people keep by reacting to a link in a digest's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.messages.message import Message
from bot.messages.names import Names
from bot.messages.saved import PAGE, Kept, saved
from bot.slack.workspace import WorkspaceId


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction come or gone: who, on which message, which emoji (its name), and when by Slack's clock."""

    workspace: WorkspaceId
    user: str
    channel: str
    ts: str
    emoji: str
    event_ts: str
    added: bool


class Memory(Protocol):
    """What remembers bookmarks; `bot.store` does. Only the newest `event_ts` of a person and message counts."""

    async def keep(  # noqa: PLR0913, PLR0917 - what names a person's reaction, and when
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> object:
        """Keep what the message shows."""
        ...

    async def drop(  # noqa: PLR0913, PLR0917 - what names a person's reaction, and when
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> object:
        """Keep it no longer."""
        ...

    async def list(
        self, workspace: WorkspaceId, user: str, offset: int = 0, limit: int = 10
    ) -> tuple[Sequence[Kept], int]:
        """Give a page of what the person keeps, newest first, and how many there are in all."""
        ...


class Bookmarks:
    """Keeps and lists."""

    def __init__(
        self, memory: Memory, emoji: frozenset[str], names: Names, clock: Clock, label: Callable[[str], str]
    ) -> None:
        """Keep in `memory` what is marked with one of `emoji` (names); `label` names an issue by its identity."""
        self._memory = memory
        self._emoji = emoji
        self._names = names
        self._clock = clock
        self._label = label

    async def react(self, reaction: Reaction) -> None:
        """Keep or drop what the reaction is on; another emoji or another's message changes nothing.

        Doing it twice, late or in the wrong order changes nothing either: the memory compares the events' times.
        """
        # Skin tones come within the name (Slack: `wave::skin-tone-2`).
        if reaction.emoji.partition("::")[0] not in self._emoji:
            return
        act = self._memory.keep if reaction.added else self._memory.drop
        await act(
            reaction.workspace, reaction.user, reaction.channel, reaction.ts, reaction.event_ts, self._clock.now()
        )

    async def saved(self, workspace: WorkspaceId, user: str, offset: int = 0) -> Message:
        """List one page of what the person kept; past the end, the last page."""
        kept, total = await self._memory.list(workspace, user, offset, PAGE)
        if not kept and total and offset:
            offset = (total - 1) // PAGE * PAGE
            kept, total = await self._memory.list(workspace, user, offset, PAGE)
        return saved(kept, total, offset, [self._label(each.issue) for each in kept], self._names)
