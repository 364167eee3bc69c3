"""Subscriptions, bookmarks and deliveries in memory, with verbs to set the scene."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.issue import Issue
from bot.digests.views.subscription import Standing
from bot.domain.bookmark import Bookmark, Keeper, Link, Page, Reacted, Way
from bot.domain.preferences import Taste
from bot.domain.schedule import Schedule, next_slot
from bot.domain.subscription import Paused, Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.store import Store


class FakeRegister:
    """Keeps subscriptions in a dictionary."""

    def __init__(self) -> None:
        """Start with none."""
        self.kept: dict[tuple[WorkspaceId, str], Subscription] = {}
        self.broken: Exception | None = None
        self.busy = 0.0

    def keeps_waiting(self, seconds: float) -> None:
        """Take so long to subscribe from now on."""
        self.busy = seconds

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
        if self.busy:
            await asyncio.sleep(self.busy)
        self._check()
        made = Subscription(len(self.kept) + 1, workspace, channel, user, schedule, taste, cursor=now)
        self.kept[workspace, channel] = made
        return made

    async def get(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Give the channel's subscription."""
        self._check()
        return self.kept.get((workspace, channel))

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Give what a person subscribed."""
        self._check()
        return tuple(each for each in self.kept.values() if (each.workspace, each.user) == (workspace, user))

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
    """The real memory in a database of its own, opened when it is first used, with verbs to set the scene."""

    def __init__(self) -> None:
        """Start with nothing kept, and no message known."""
        self._store: Store | None = None
        self._posted: list[tuple[str, str, tuple[Link, ...]]] = []
        self.broken: Exception | None = None
        self.busy = 0.0

    def posts(self, channel: str, ts: str, *bookmarks: FakeBookmark) -> None:
        """Have a message of the bot's with these links stand in a channel."""
        self._posted.append((channel, ts, tuple(Link(b.url, b.headline, "", b.issue, 0) for b in bookmarks)))

    async def store(self) -> Store:
        """Give the store, with every message that was posted, after a while if busy. Raises what it was told to."""
        await asyncio.sleep(self.busy)
        if self.broken is not None:
            raise self.broken
        store = self.opened
        while self._posted:
            channel, ts, links = self._posted.pop()
            posting = await store.postings.begin("-:T1", channel, links, datetime(2024, 1, 1, tzinfo=UTC))
            await store.postings.sent(posting, channel, ts)
        return store

    @property
    def opened(self) -> Store:
        """Give the store as it is."""
        if self._store is None:
            self._store = Store.open("sqlite://", inline=True)
        return self._store

    async def react(
        self, keeper: Keeper, workspace: WorkspaceId, way: Way, at: int, now: datetime, *, held: bool
    ) -> Reacted:
        """Write down a reaction."""
        return await (await self.store()).bookmarks.react(keeper, workspace, way, at, now, held=held)

    async def save(self, keeper: Keeper, links: Iterable[Link], at: int, now: datetime) -> tuple[Link, ...]:
        """Keep links by hand."""
        return await (await self.store()).bookmarks.save(keeper, links, at, now)

    async def remove(self, keeper: Keeper, keys: Iterable[str], at: int) -> int:
        """Keep links no longer."""
        return await (await self.store()).bookmarks.remove(keeper, keys, at)

    async def which(self, keeper: Keeper, keys: Iterable[str]) -> frozenset[str]:
        """Give those that somebody keeps."""
        return await (await self.store()).bookmarks.which(keeper, keys)

    async def catch_up(self) -> int:
        """Keep what was marked before its message was known."""
        return await (await self.store()).bookmarks.catch_up()

    async def page(self, keeper: Keeper, offset: int = 0, limit: int = 10, *, unread_first: bool = False) -> Page:
        """Give a page of what somebody keeps."""
        return await (await self.store()).bookmarks.page(keeper, offset, limit, unread_first=unread_first)

    async def all(self, keeper: Keeper) -> tuple[Bookmark, ...]:
        """Give everything that somebody keeps."""
        return await (await self.store()).bookmarks.all(keeper)

    async def stamp(self, keeper: Keeper) -> tuple[int, ...]:
        """Give figures that change with what somebody keeps."""
        return await (await self.store()).bookmarks.stamp(keeper)

    async def some(self, keeper: Keeper, keys: Iterable[str]) -> tuple[Bookmark, ...]:
        """Give some bookmarks."""
        return await (await self.store()).bookmarks.some(keeper, keys)

    async def get(self, keeper: Keeper, key: str) -> Bookmark | None:
        """Give one bookmark."""
        return await (await self.store()).bookmarks.get(keeper, key)

    async def read(self, keeper: Keeper, key: str, at: int, *, read: bool = True) -> bool:
        """Note that somebody has read a link."""
        return await (await self.store()).bookmarks.read(keeper, key, at, read=read)

    async def note(self, keeper: Keeper, key: str, text: str, at: int) -> bool:
        """Put a note on a link."""
        return await (await self.store()).bookmarks.note(keeper, key, text, at)
