"""What saving needs from outside: the bookmark table, and Slack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.bookmark import Bookmark, BookmarkLink, BookmarkSource, Member, Page, ReactionOutcome
from bot.domain.workspace import WorkspaceId
from bot.store.people import People
from bot.store.postings import Postings


class BookmarkStore(Protocol):
    """Everybody's bookmarks (`bot.store.bookmarks`). `at` is microseconds by Slack's clock."""

    async def react(
        self, member: Member, workspace: WorkspaceId, source: BookmarkSource, at: int, now: datetime, *, held: bool
    ) -> ReactionOutcome:
        """Record that a reaction was added (`held`) or removed."""
        ...

    async def save(
        self, member: Member, links: Iterable[BookmarkLink], at: int, now: datetime
    ) -> tuple[BookmarkLink, ...]:
        """Save links and return those that were not bookmarks before."""
        ...

    async def remove(self, member: Member, keys: Iterable[str], at: int) -> int:
        """Remove bookmarks, however they were saved, and return how many there were."""
        ...

    async def read(self, member: Member, key: str, at: int, *, read: bool = True) -> bool:
        """Mark a bookmark as read or unread; return False if there is none."""
        ...

    async def note(self, member: Member, key: str, text: str, at: int) -> bool:
        """Set a bookmark's note; return False if there is none."""
        ...

    async def page(self, member: Member, offset: int = 0, limit: int = 10, *, unread_first: bool = False) -> Page:
        """Return a page of a member's bookmarks, newest first; past the end, the last page."""
        ...

    async def all(self, member: Member) -> tuple[Bookmark, ...]:
        """Return all bookmarks of a member, newest first."""
        ...

    async def stamp(self, member: Member) -> tuple[int, ...]:
        """Return numbers that differ whenever the member's bookmarks do."""
        ...

    async def some(self, member: Member, keys: Iterable[str]) -> tuple[Bookmark, ...]:
        """Return the bookmarks with these keys, in their order; keys without one are skipped."""
        ...

    async def get(self, member: Member, key: str) -> Bookmark | None:
        """Return one bookmark, or None."""
        ...

    async def which(self, member: Member, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that the member has bookmarks for."""
        ...

    async def catch_up(self) -> int:
        """Save what people reacted to before its message was known, if it is known now; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class BookmarkTables:
    """The tables behind saving: `bookmarks`, what each of the `people` was told, and the links each message shows."""

    bookmarks: BookmarkStore
    people: People
    postings: Postings
