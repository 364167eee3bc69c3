"""What people keep by reacting to a message."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.bookmarks.ports import BookmarkStore
from bot.domain.bookmark import BookmarkSource, Member, ReactionOutcome, number_of
from bot.domain.clock import AHEAD, Clock, microseconds
from bot.domain.workspace import WorkspaceId

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction come or gone: who, on which message, with which emoji (its name).

    `at` is when, in microseconds by Slack's clock. `shared` says that the channel is shared with other workspaces: then
    `workspace` is the one through which Slack told of it, and who `member` is at home with is not known.
    """

    workspace: WorkspaceId
    member: Member
    channel: str
    ts: str
    emoji: str
    at: int
    added: bool
    shared: bool = False

    @property
    def source(self) -> BookmarkSource:
        """Give the way of keeping that it is."""
        return BookmarkSource(self.channel, self.ts, self.emoji, self.workspace, self.shared)


class Reactions:
    """Keeps what is reacted to, and lets go of it."""

    def __init__(self, store: BookmarkStore, emoji: frozenset[str], clock: Clock) -> None:
        """Keep in `store` what is marked with one of `emoji` (names)."""
        self._store = store
        self._emoji = emoji
        self._clock = clock

    async def react(self, reaction: Reaction) -> ReactionOutcome | None:
        """Keep or drop what the reaction is on, and give what it came to; None for an emoji that means nothing.

        Doing it twice, late or in the wrong order changes nothing: the memory compares the events' times. One from the
        future is left out.
        """
        if reaction.emoji not in self._emoji and number_of(reaction.emoji) is None:
            return None
        now = self._clock.now()
        if reaction.at > microseconds(now + AHEAD):
            _log.warning("a reaction from the future was left out", at=reaction.at, channel=reaction.channel)
            return None
        return await self._store.react(
            reaction.member, reaction.workspace, reaction.source, reaction.at, now, held=reaction.added
        )
