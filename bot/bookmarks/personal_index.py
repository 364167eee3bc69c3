"""A search index for each person's bookmarks: built on their first search, and updated before later ones."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archive.issue import Entry, Issue, Section
from archive.issue import Link as Address
from archive.kind import Kind
from archive.link import canonical
from archive.search.index import Index
from archive.search.result import Answer
from bot.domain.bookmark import Bookmark, Member

MAX_INDEXED_BOOKMARKS = 30_000
"""Bookmarks indexed over all people: 50 MB at 1.6 kB each (measured). The least recently used index goes first."""
MAX_INLINE_CHANGES = 100
"""Changes indexed on the event loop (10 ms); more of them go to a thread."""
_ALL = frozenset(Kind)


Stamp: TypeAlias = tuple[int, ...]
"""Numbers that differ whenever a member's bookmarks do (`BookmarkStore.stamp`)."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A person's index, the bookmarks in it by key, each with its issue, and the stamp and archive they are from."""

    index: Index
    holds: Mapping[str, tuple[Bookmark, Issue | None]]
    stamp: Stamp
    archive: Index


class PersonalIndexes:
    """Searches people's bookmarks."""

    def __init__(self, archive: Callable[[], Index], issue_of: Callable[[str], Issue | None]) -> None:
        """Use the synonyms of the `archive`'s index; `issue_of` returns the issue with an identity."""
        self._archive = archive
        self._issue_of = issue_of
        self._known: OrderedDict[Member, _Known] = OrderedDict()

    async def search(
        self,
        member: Member,
        stamp: Stamp,
        everything: Callable[[], Awaitable[Sequence[Bookmark]]],
        query: str,
        *,
        limit: int,
        offset: int = 0,
    ) -> tuple[Answer, tuple[str, ...]]:
        """Search a member's bookmarks; return the answer and the keys of its page, best first.

        `everything` loads all their bookmarks. It is called only if `stamp` differs from that of their last search.
        """
        known, archive = self._known.pop(member, None), self._archive()
        if known is None or known.stamp != stamp or known.archive is not archive:
            known = await self._renewed(known, await everything(), stamp, archive)
        self._known[member] = known
        self._forget_some()
        answer = known.index.search(query, kinds=_ALL, limit=limit, offset=offset)
        return answer, tuple(result.issue.slug for result in answer.results)

    async def _renewed(
        self, before: _Known | None, bookmarks: Sequence[Bookmark], stamp: Stamp, archive: Index
    ) -> _Known:
        holds = {each.key: (each, self._issue_of(each.issue) if each.issue else None) for each in bookmarks}
        changed, gone = _difference(before.holds if before else {}, holds)
        if len(changed) > MAX_INLINE_CHANGES:
            index = await asyncio.to_thread(_index, before, archive, changed, gone)
        else:
            index = _index(before, archive, changed, gone)
        return _Known(index, holds, stamp, archive)

    def forget(self, member: Member) -> None:
        """Drop a member's index."""
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
    """Return the bookmarks to index (again), with their issues, and the keys to remove.

    Issues are immutable, so they are compared by identity.
    """
    changed = [
        now
        for key, now in after.items()
        if (was := before.get(key)) is None or was[1] is not now[1] or _searched(was[0]) != _searched(now[0])
    ]
    return changed, [key for key in before if key not in after]


def _searched(bookmark: Bookmark) -> tuple[object, ...]:
    """Return the parts of a bookmark that are indexed; whether it was read is not one of them."""
    return bookmark.link, bookmark.note, bookmark.at


def document(bookmark: Bookmark, issue: Issue | None) -> Issue:
    """Return the bookmark as an issue of one entry, whose slug is the link's key.

    With the `issue` it came from, it is found by the whole text of its entry, the section's kind, and the issue's
    number, date and newsletter. Without one (None: removed, or a link from elsewhere) it is found by its own words and
    the day it was saved. Notes are searched in both cases.
    """
    found = _entry(bookmark, issue)
    section, entry = found or (None, None)
    said = entry.text if entry else bookmark.link.text
    # The index reads only the text. An entry's headline is part of it; the headline of another link may not be.
    head = "" if bookmark.headline.rstrip("… ") in said else bookmark.headline
    text = "\n".join(filter(None, (head, said, bookmark.note)))
    links = (Address(bookmark.url),) if bookmark.url else ()
    only = Entry(0, text, bookmark.headline, links, 1)
    kind = section.kind if section else Kind.NEWS
    number, published = (issue.number, issue.published) if issue else (None, bookmark.at)
    sections = (Section(section.heading if section else "", kind, (only,), 1),)
    found_by = Issue(bookmark.key, "", number, published, sections)
    return replace(found_by, newsletter=issue.newsletter, newsletter_name=issue.newsletter_name) if issue else found_by


def _entry(bookmark: Bookmark, issue: Issue | None) -> tuple[Section, Entry] | None:
    """Return the entry and its section: at the position saved or, if the issue was edited since, by its link."""
    if issue is None:
        return None
    entries = list(issue.entries())
    at = bookmark.link.position
    if 0 <= at < len(entries) and _has(entries[at][1], bookmark):
        return entries[at]
    return next((found for found in entries if _has(found[1], bookmark)), None)


def _has(entry: Entry, bookmark: Bookmark) -> bool:
    if not bookmark.url:
        return entry.headline == bookmark.headline
    if any(link.url == bookmark.url for link in entry.links):
        return True
    same = canonical(bookmark.url)
    return any(canonical(link.url) == same for link in entry.links)
