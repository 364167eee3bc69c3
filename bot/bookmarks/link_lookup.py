"""Finding a link of the archive by a button's token or by its address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeAlias

from archive.issue import Entry, Issue
from archive.link import key
from archive.snapshot import Snapshot
from bot.domain.bookmark import BookmarkLink, checked
from bot.lookup.search import SearchSource
from bot.slack.cards.save_button import SaveToken

Rows: TypeAlias = dict[int, tuple[Issue, tuple[tuple[str, Entry, str], ...]]]
"""By an issue's id(): the issue, which keeps that id its own, and its links as (key, entry, address)."""


class LinkLookup:
    """Finds links in the archive.

    The table of all links is made by `prepare` or, where nobody called it, when a link is first asked for. After a
    change only the links of new issues are read.
    """

    def __init__(self, library: SearchSource, identity: Callable[[str], str]) -> None:
        """Look in `library`; `identity` maps an issue's slug to its identity."""
        self._library = library
        self._identity = identity
        self._of: tuple[Snapshot | None, dict[str, tuple[Issue, Entry, str]]] = (None, {})
        self._rows: Rows = {}

    def named(self, token: SaveToken) -> BookmarkLink | None:
        """Return the link that a Save button names: at the place it names or, if the issue changed, anywhere."""
        issue = self._library.current.snapshot.get(token.slug)
        place = issue.entry_at(token.position) if issue is not None else None
        if issue is not None and place is not None and first_key(place[1]).startswith(token.key):
            return self.of(issue, place[1])
        found = next((row for known, row in self._table().items() if known.startswith(token.key)), None)
        return None if found is None else self._link(*found)

    def of(self, issue: Issue, entry: Entry) -> BookmarkLink:
        """Return an entry's first link."""
        return self._link(issue, entry, entry.links[0].url if entry.links else "")

    def known(self, url: str) -> BookmarkLink | None:
        """Return the archive's link to `url`, from the newest issue that has it, or None."""
        found = self._table().get(key(url))
        return None if found is None else self._link(*found)

    def read(self, url: str, words: str, text: str = "") -> BookmarkLink | None:
        """Return a link from outside: as the archive has it or else with its own words.

        Return None for an address that is too long or not http or https.
        """
        link = checked(url, words, text)
        return None if link is None else self.known(link.url) or link

    def _link(self, issue: Issue, entry: Entry, url: str) -> BookmarkLink:
        return BookmarkLink(url, entry.headline, "", self._identity(issue.slug), entry.position)

    async def prepare(self) -> None:
        """Make the table of the archive now in use, off the event loop, so that no answer has to wait for it."""
        snapshot = self._library.current.snapshot
        if self._of[0] is not snapshot:
            self._use(snapshot, await asyncio.to_thread(_rows_of, snapshot, self._rows))

    def _table(self) -> dict[str, tuple[Issue, Entry, str]]:
        snapshot = self._library.current.snapshot
        if self._of[0] is not snapshot:
            self._use(snapshot, _rows_of(snapshot, self._rows))
        return self._of[1]

    def _use(self, snapshot: Snapshot, rows: Rows) -> None:
        table = {link: (issue, entry, url) for issue, found in rows.values() for link, entry, url in reversed(found)}
        self._rows, self._of = rows, (snapshot, table)


def _rows_of(snapshot: Snapshot, known: Rows) -> Rows:
    """Return the links of every issue, those of issues that are in `known` taken from there."""
    # A row holds its issue too, so that no other object can get its id.
    return {id(issue): known.get(id(issue)) or (issue, tuple(_links(issue))) for issue in snapshot.issues}


def _links(issue: Issue) -> Iterable[tuple[str, Entry, str]]:
    for _, entry in issue.entries():
        for link in entry.links:
            yield key(link.url), entry, link.url


def first_key(entry: Entry) -> str:
    """Return the key of an entry's first link, which is the one saved; "" for an entry without links."""
    return key(entry.links[0].url) if entry.links else ""
