"""Saving a link by reacting to its message."""

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
    """A reaction that was added or removed: by whom, on which message, and the name of its emoji.

    `at` is in microseconds by Slack's clock. With `shared`, the channel is shared with other workspaces: `workspace` is
    the one whose event this is, and the home of `member` is not known.
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
        """Return the bookmark source that the reaction is."""
        return BookmarkSource(self.channel, self.ts, self.emoji, self.workspace, self.shared)


class Reactions:
    """Saves links that people react to, and removes them when the reaction is removed."""

    def __init__(self, store: BookmarkStore, emoji: frozenset[str], clock: Clock) -> None:
        """Save to `store` on reactions with one of `emoji` (names without colons) or with a number."""
        self._store = store
        self._emoji = emoji
        self._clock = clock

    async def react(self, reaction: Reaction) -> ReactionOutcome | None:
        """Record the reaction and return its outcome; None if its emoji has no meaning here.

        Events may come twice, late or out of order: the store compares their times. Events from the future are ignored,
        since nothing could supersede them.
        """
        if reaction.emoji not in self._emoji and number_of(reaction.emoji) is None:
            return None
        now = self._clock.now()
        if reaction.at > microseconds(now + AHEAD):
            _log.warning("reaction.ignored", at=reaction.at, channel=reaction.channel)
            return None
        return await self._store.react(
            reaction.member, reaction.workspace, reaction.source, reaction.at, now, held=reaction.added
        )
