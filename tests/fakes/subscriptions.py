"""Subscriptions, bookmarks and deliveries in memory, with verbs to set the scene."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.issue import Issue
from bot.digests.views.subscription import DeliveryStatus, Upcoming
from bot.domain.bookmark import Bookmark, BookmarkLink, BookmarkSource, Member, Page, ReactionOutcome
from bot.domain.preferences import Preferences
from bot.domain.schedule import Schedule, next_slot
from bot.domain.subscription import Paused, Subscription
from bot.domain.subscription_settings import ChannelSettings, SettingsChange
from bot.domain.workspace import WorkspaceId
from bot.store.store import Store
from tests.fakes.emptied import STORES


class FakeRegister:
    """Holds subscriptions in a dictionary."""

    def __init__(self) -> None:
        """Start with none."""
        self.kept: dict[tuple[WorkspaceId, str], Subscription] = {}
        self.broken: Exception | None = None
        self.busy = 0.0

    def be_slow(self, seconds: float) -> None:
        """Make every later call to subscribe take so long."""
        self.busy = seconds

    def fail_with(self, error: Exception) -> None:
        """Fail every call with `error` from now on."""
        self.broken = error

    def _check(self) -> None:
        if self.broken is not None:
            raise self.broken

    async def put(
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        schedule: Schedule,
        preferences: Preferences,
        now: datetime,
    ) -> Subscription:
        """Subscribe the channel or change what it has."""
        if self.busy:
            await asyncio.sleep(self.busy)
        self._check()
        made = Subscription(len(self.kept) + 1, workspace, channel, user, schedule, preferences, cursor=now)
        self.kept[workspace, channel] = made
        return made

    async def get(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Return the channel's subscription."""
        self._check()
        return self.kept.get((workspace, channel))

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Return the subscriptions that a person made."""
        self._check()
        return tuple(each for each in self.kept.values() if (each.workspace, each.user) == (workspace, user))

    async def end(self, workspace: WorkspaceId, channel: str) -> bool:
        """Delete the channel's subscription."""
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
        """Resume it."""
        del now
        self._check()
        kept = self.kept.get((workspace, channel))
        if kept is None or kept.paused is None:
            return False
        self.kept[workspace, channel] = replace(kept, paused=None)
        return True


class FakeChanges:
    """Records the changes of a `FakeRegister`'s subscriptions."""

    def __init__(self, register: FakeRegister, newsletter: str = "", made: list[SettingsChange] | None = None) -> None:
        """Change the subscriptions to a newsletter in `register`."""
        self.register = register
        self.newsletter = newsletter
        self.made: list[SettingsChange] = [] if made is None else made

    def of(self, newsletter: str) -> FakeChanges:
        """Return those of another newsletter."""
        return FakeChanges(self.register, newsletter, self.made)

    async def here(self, workspace: WorkspaceId, channel: str) -> tuple[Subscription, ...]:
        """Return all of the channel's, after a while if busy."""
        found = await self.current(workspace, channel)
        mine = self.register.kept
        return tuple(each for each in mine.values() if each.channel == channel and each.workspace == workspace) or (
            (found,) if found else ()
        )

    async def current(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Return the channel's subscription, after a while if busy."""
        if self.register.busy:
            await asyncio.sleep(self.register.busy)
        return await self.register.get(workspace, channel)

    async def change(
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        decide: Callable[[ChannelSettings | None, int], ChannelSettings | None],
        now: datetime,
        undoes: SettingsChange | None = None,
    ) -> SettingsChange | None:
        """Make and record a change."""
        kept = await self.register.get(workspace, channel)
        before = ChannelSettings.of(kept) if kept else None
        latest = await self.latest(workspace, channel)
        after = decide(before, latest.id if latest else 0)
        if after == before:
            return None
        key = len(self.made) + 1
        self.made.append(
            SettingsChange(key, workspace, channel, now, user, before, after, undoes.id if undoes else None)
        )
        if after is None:
            await self.register.end(workspace, channel)
        else:
            made = Subscription(
                key, workspace, channel, after.owner, after.schedule, after.preferences, cursor=now, paused=after.paused
            )
            self.register.kept[workspace, channel] = replace(made, access=after.access)
        return self.made[-1]

    async def get(self, workspace: WorkspaceId, change: int) -> SettingsChange | None:
        """Return a change by its id."""
        return next((each for each in self.made if (each.workspace, each.id) == (workspace, change)), None)

    async def latest(self, workspace: WorkspaceId, channel: str) -> SettingsChange | None:
        """Return a channel's last change."""
        theirs = (each for each in reversed(self.made) if (each.workspace, each.channel) == (workspace, channel))
        return next(theirs, None)

    async def undone(self, change: SettingsChange) -> SettingsChange | None:
        """Return the last change that undid this one."""
        return next((each for each in reversed(self.made) if each.undoes == change.id), None)


class FakeDeliveries:
    """Knows of no delivery; `taken_back` is the id of one that was, 0 for none."""

    taken_back = 0

    async def status(self, subscription: Subscription, now: datetime) -> DeliveryStatus:
        """Return the next slot."""
        slot = next_slot(subscription.schedule, now)
        reason = subscription.paused.reason if subscription.paused else ""
        at = slot.at if slot else None
        return DeliveryStatus(
            subscription.channel, str(subscription.schedule), subscription.preferences, at, paused=reason
        )

    async def upcoming(self, subscription: Subscription, now: datetime) -> Upcoming:
        """Return the next slot."""
        slot = next_slot(subscription.schedule, now)
        return Upcoming(slot.at if slot else None)

    async def why(self, workspace: WorkspaceId, channel: str, issue: Issue, now: datetime) -> str:
        """Return that it waits."""
        del workspace, channel, now
        return f"{issue.slug} waits for its slot"

    async def retracted(self, workspace: WorkspaceId, channel: str, issue: Issue) -> int:
        """Return the id of the one that was taken back."""
        del workspace, channel, issue
        return self.taken_back

    async def was(self, workspace: WorkspaceId, channel: str, asked: str, now: datetime) -> str:
        """Return nothing: no issue was posted."""
        del workspace, channel, asked, now
        return ""


@dataclass(frozen=True, slots=True)
class FakeBookmark:
    """A link that a person saved."""

    url: str
    headline: str
    issue: str


class FakeMemory:
    """The real tables in a database of its own, opened on first use, with verbs to set up a test."""

    def __init__(self) -> None:
        """Start without bookmarks and without known messages."""
        self._store: Store | None = None
        self._posted: list[tuple[str, str, tuple[BookmarkLink, ...]]] = []
        self.broken: Exception | None = None
        self.busy = 0.0

    def posts(self, channel: str, ts: str, *bookmarks: FakeBookmark) -> None:
        """Have a message of the bot's with these links in a channel."""
        self._posted.append((channel, ts, tuple(BookmarkLink(b.url, b.headline, "", b.issue, 0) for b in bookmarks)))

    async def store(self) -> Store:
        """Return the store with every posted message, after a while if busy. Raise what it was told to."""
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
        """Return the store."""
        if self._store is None:
            self._store = STORES.lend()
        return self._store

    async def react(
        self, member: Member, workspace: WorkspaceId, source: BookmarkSource, at: int, now: datetime, *, held: bool
    ) -> ReactionOutcome:
        """Write down a reaction."""
        return await (await self.store()).bookmarks.react(member, workspace, source, at, now, held=held)

    async def save(
        self, member: Member, links: Iterable[BookmarkLink], at: int, now: datetime
    ) -> tuple[BookmarkLink, ...]:
        """Save links by hand."""
        return await (await self.store()).bookmarks.save(member, links, at, now)

    async def remove(self, member: Member, keys: Iterable[str], at: int) -> int:
        """Remove bookmarks."""
        return await (await self.store()).bookmarks.remove(member, keys, at)

    async def which(self, member: Member, keys: Iterable[str]) -> frozenset[str]:
        """Return which of these links a person saved."""
        return await (await self.store()).bookmarks.which(member, keys)

    async def catch_up(self) -> int:
        """Save what was reacted to before its message was known."""
        return await (await self.store()).bookmarks.catch_up()

    async def page(self, member: Member, offset: int = 0, limit: int = 10, *, unread_first: bool = False) -> Page:
        """Return a page of a person's bookmarks."""
        return await (await self.store()).bookmarks.page(member, offset, limit, unread_first=unread_first)

    async def all(self, member: Member) -> tuple[Bookmark, ...]:
        """Return all of a person's bookmarks."""
        return await (await self.store()).bookmarks.all(member)

    async def stamp(self, member: Member) -> tuple[int, ...]:
        """Return a value that changes with a person's bookmarks."""
        return await (await self.store()).bookmarks.stamp(member)

    async def some(self, member: Member, keys: Iterable[str]) -> tuple[Bookmark, ...]:
        """Return some bookmarks."""
        return await (await self.store()).bookmarks.some(member, keys)

    async def get(self, member: Member, key: str) -> Bookmark | None:
        """Return one bookmark."""
        return await (await self.store()).bookmarks.get(member, key)

    async def read(self, member: Member, key: str, at: int, *, read: bool = True) -> bool:
        """Mark a link as read."""
        return await (await self.store()).bookmarks.read(member, key, at, read=read)

    async def note(self, member: Member, key: str, text: str, at: int) -> bool:
        """Put a note on a link."""
        return await (await self.store()).bookmarks.note(member, key, text, at)
