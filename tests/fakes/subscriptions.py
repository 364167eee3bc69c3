"""Subscriptions, bookmarks and deliveries in memory, with verbs to set the scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive.issue import Issue
from bot.calendar import Schedule, next_slot
from bot.messages.saved import Kept
from bot.messages.subscription import Standing
from bot.messages.taste import Taste
from bot.record.subscription import Paused, Subscription
from bot.slack.workspace import WorkspaceId


class FakeRegister:
    """Keeps subscriptions in a dictionary."""

    def __init__(self) -> None:
        """Start with none."""
        self.kept: dict[tuple[WorkspaceId, str], Subscription] = {}
        self.broken: Exception | None = None

    def breaks(self, error: Exception) -> None:
        """Fail every call with `error` from now on."""
        self.broken = error

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def put(  # noqa: PLR0917 - the port's own
        self, workspace: WorkspaceId, channel: str, user: str, schedule: Schedule, taste: Taste, now: datetime
    ) -> Subscription:
        """Subscribe the channel or change what it has."""
        self._check()
        made = Subscription(len(self.kept) + 1, workspace, channel, user, schedule, taste, cursor=now)
        self.kept[workspace, channel] = made
        return made

    async def get(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Give the channel's subscription."""
        self._check()
        return self.kept.get((workspace, channel))

    async def end(self, workspace: WorkspaceId, channel: str) -> bool:
        """Forget the channel's subscription."""
        self._check()
        return self.kept.pop((workspace, channel), None) is not None

    async def pause(self, subscription: int, paused: Paused) -> bool:
        """Pause it."""
        self._check()
        for key, kept in self.kept.items():
            if kept.id == subscription:
                self.kept[key] = replace(kept, paused=paused)
                return kept.paused is None
        return False

    async def resume(self, workspace: WorkspaceId, channel: str, now: datetime) -> bool:
        """Let it go on."""
        del now
        self._check()
        kept = self.kept.get((workspace, channel))
        if kept is None or kept.paused is None:
            return False
        self.kept[workspace, channel] = replace(kept, paused=None)
        return True


class FakeDeliveries:
    """Knows nothing was delivered yet."""

    async def standing(self, subscription: Subscription, now: datetime) -> Standing:
        """Give the next slot."""
        slot = next_slot(subscription.schedule, now)
        reason = subscription.paused.reason if subscription.paused else ""
        at = slot.at if slot else None
        return Standing(subscription.channel, str(subscription.schedule), subscription.taste, at, paused=reason)

    async def why(self, workspace: WorkspaceId, channel: str, issue: Issue, now: datetime) -> str:
        """Say that it waits."""
        del workspace, channel, now
        return f"{issue.slug} waits for its slot"


@dataclass(frozen=True, slots=True)
class FakeBookmark:
    """One link that somebody kept."""

    url: str
    headline: str
    issue: str


class FakeMemory:
    """Keeps bookmarks as the real memory does: the newest event of a person and message wins."""

    def __init__(self) -> None:
        """Start with none, and no message known."""
        self.posted: dict[tuple[str, str], FakeBookmark] = {}
        self.wishes: dict[tuple[str, str, str], tuple[str, bool]] = {}
        self.broken: Exception | None = None

    def posts(self, channel: str, ts: str, bookmark: FakeBookmark) -> None:
        """Have a message of a digest stand in a channel."""
        self.posted[channel, ts] = bookmark

    async def keep(  # noqa: PLR0917 - the port's own
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> object:
        """Keep what the message shows."""
        del workspace, now
        return self._wish(user, channel, ts, event_ts, kept=True)

    async def drop(  # noqa: PLR0917 - the port's own
        self, workspace: WorkspaceId, user: str, channel: str, ts: str, event_ts: str, now: datetime
    ) -> object:
        """Keep it no longer."""
        del workspace, now
        return self._wish(user, channel, ts, event_ts, kept=False)

    def _wish(self, user: str, channel: str, ts: str, event_ts: str, *, kept: bool) -> object:
        if self.broken is not None:
            raise self.broken
        before = self.wishes.get((user, channel, ts))
        if (channel, ts) in self.posted and (before is None or before[0] < event_ts):
            self.wishes[user, channel, ts] = (event_ts, kept)
        return self.posted.get((channel, ts))

    async def list(
        self, workspace: WorkspaceId, user: str, offset: int = 0, limit: int = 10
    ) -> tuple[Sequence[Kept], int]:
        """Give a page of what the person keeps."""
        del workspace
        mine = [
            self.posted[channel, ts]
            for (who, channel, ts), (_, kept) in self.wishes.items()
            if who == user and kept and (channel, ts) in self.posted
        ]
        return mine[offset : offset + limit], len(mine)
