"""An index for each person who searches what they kept: built when it is first asked, kept up to date after that."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from archive.issue import Issue
from archive.kind import Kind
from archive.search.index import Index
from archive.search.result import Answer
from bot.bookmarks.documents import document
from bot.domain.bookmark import Bookmark, Member

MAX_INDEXED_BOOKMARKS = 30_000
"""Bookmarks indexed at a time, over all people: 1.6 kB each (measured), 50 MB. Who asked longest ago is forgotten."""
MAX_INLINE_CHANGES = 100
"""So many changes are indexed between two requests (10 ms); more are left to a thread."""
_ALL = frozenset(Kind)


Stamp: TypeAlias = tuple[int, ...]
"""Figures that change with what somebody keeps (bot.store.bookmarks)."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A person's index, as of a stamp and an archive; and what is in it by key: the bookmark, and its issue."""

    index: Index
    holds: Mapping[str, tuple[Bookmark, Issue | None]]
    stamp: Stamp
    archive: Index


class PersonalIndexes:
    """Searches what people keep."""

    def __init__(self, archive: Callable[[], Index], issue_of: Callable[[str], Issue | None]) -> None:
        """Search by the names of the `archive`'s index; `issue_of` gives the issue of an identity."""
        self._archive = archive
        self._issue_of = issue_of
        self._known: OrderedDict[Member, _Known] = OrderedDict()

    async def search(  # noqa: PLR0913 - whose, as of when, and what
        self,
        member: Member,
        stamp: Stamp,
        everything: Callable[[], Awaitable[Sequence[Bookmark]]],
        query: str,
        *,
        limit: int,
        offset: int = 0,
    ) -> tuple[Answer, tuple[str, ...]]:
        """Search what somebody keeps: the answer, and its page as the links' keys, best first.

        `everything` gives all that they keep; it is asked only if that changed since the last search (by its `stamp`).
        """
        known, archive = self._known.pop(member, None), self._archive()
        if known is None or known.stamp != stamp or known.archive is not archive:
            known = await self._renewed(known, await everything(), stamp, archive)
        self._known[member] = known
        self._forget_some()
        answer = known.index.search(query, kinds=_ALL, limit=limit, offset=offset)
        return answer, tuple(result.issue.slug for result in answer.results)

    async def _renewed(self, before: _Known | None, kept: Sequence[Bookmark], stamp: Stamp, archive: Index) -> _Known:
        holds = {each.key: (each, self._issue_of(each.issue) if each.issue else None) for each in kept}
        changed, gone = _difference(before.holds if before else {}, holds)
        if len(changed) > MAX_INLINE_CHANGES:
            index = await asyncio.to_thread(_index, before, archive, changed, gone)
        else:
            index = _index(before, archive, changed, gone)
        return _Known(index, holds, stamp, archive)

    def forget(self, member: Member) -> None:
        """Forget somebody's index."""
        self._known.pop(member, None)

    def _forget_some(self) -> None:
        while len(self._known) > 1 and sum(len(each.holds) for each in self._known.values()) > MAX_INDEXED_BOOKMARKS:
            self._known.popitem(last=False)


def _index(
    before: _Known | None, archive: Index, changed: Sequence[tuple[Bookmark, Issue | None]], gone: Sequence[str]
) -> Index:
    documents = (document(bookmark, issue) for bookmark, issue in changed)
    if before is None:
        return archive.over(documents)
    return before.index.changed(documents, gone) if changed or gone else before.index


def _difference(
    before: Mapping[str, tuple[Bookmark, Issue | None]], after: Mapping[str, tuple[Bookmark, Issue | None]]
) -> tuple[list[tuple[Bookmark, Issue | None]], list[str]]:
    """Give what is new or differs, and the keys of what is gone. Issues never change: the same one is the same."""
    changed = [
        now
        for key, now in after.items()
        if (was := before.get(key)) is None or was[1] is not now[1] or _searched(was[0]) != _searched(now[0])
    ]
    return changed, [key for key in before if key not in after]


def _searched(bookmark: Bookmark) -> tuple[object, ...]:
    """Give what of a bookmark is searched: being read changes nothing."""
    return bookmark.link, bookmark.note, bookmark.at
