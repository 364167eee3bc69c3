"""Bookmark events (the table marks) and the bookmarks that follow from them, within one transaction.

A bookmark's row is what `bot.domain.bookmark.settled` makes of the events of its link; it is stored so that lists can
be read from an index. Code that changes an event settles its link in the same transaction, and holds the person's row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.domain.bookmark import BookmarkEvent, BookmarkLink, BookmarkSource, link_json, link_of, newer, settled
from bot.domain.text import clean
from bot.store.membership import is_among
from bot.store.tables import bookmarks, marks, people

_M = marks.c
_B = bookmarks.c
_SETTLED = (
    _B.id, _B.person, _B.key, _B.kept, _B.at, _B.url, _B.headline, _B.text, _B.issue, _B.position, _B.read, _B.removed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookmarkChange:
    """The effect of an event: whether it was `fresh` (no repetition, not outdated), and the link it `saved`, if any."""

    fresh: bool = False
    saved: BookmarkLink | None = None


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """A source was added (`held`) or removed at `at`. `link` is None if it means none or, unless `sure`, is unknown."""

    held: bool
    at: int
    link: BookmarkLink | None
    sure: bool = True


def put(
    connection: Connection, person: int, source: BookmarkSource, event: SourceEvent, now: datetime
) -> BookmarkChange:
    """Record what happened to `source`, unless a newer event is stored, and settle its link."""
    was = connection.execute(
        select(_M.id, _M.held, _M.at, _M.key, _M.link).where(
            _M.person == person, _M.channel == source.channel, _M.ts == source.ts, _M.emoji == source.emoji
        )
    ).first()
    if was is not None and not newer(event.held, event.at, (was.held, was.at)):
        return BookmarkChange()
    values: dict[str, Any] = {"held": event.held, "at": event.at}
    # A removal is of the link that was saved, even if the message shows another by now.
    if was is None or event.held or not was.key:
        values |= meaning(event.link, sure=event.sure)
    if was is None:
        place = {"person": person, "channel": source.channel, "ts": source.ts, "emoji": source.emoji}
        origin = {"workspace": source.workspace, "shared": source.shared, "noted": now}
        connection.execute(insert(marks).values(**place, **origin, **values))
    else:
        connection.execute(update(marks).where(_M.id == was.id).values(values))
        if was.key and was.key != values.get("key", was.key):
            settle(connection, person, was.key)
    key = values.get("key", was.key if was else None)
    return BookmarkChange(fresh=True, saved=settle(connection, person, key) if key else None)


def settle(connection: Connection, person: int, key: str) -> BookmarkLink | None:
    """Update a bookmark's row and the person's counts; return the link if it is a bookmark from now on."""
    return settle_all(connection, [(person, key)]).get((person, key))


def settle_all(connection: Connection, pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], BookmarkLink]:
    """Settle many links, given as (person, key); return those that are bookmarks from now on."""
    if not pairs:
        return {}
    # By pairs: separate conditions on people and keys would read everyone's events on every message in a burst.
    within = is_among((_B.person, _B.key), pairs)
    rows = {(row.person, row.key): row for row in connection.execute(select(*_SETTLED).where(within))}
    found: dict[tuple[int, str], list[BookmarkEvent]] = {pair: [] for pair in pairs}
    asked = is_among((_M.key, _M.person), [(key, who) for who, key in pairs])
    for each in connection.execute(select(_M.person, _M.key, _M.held, _M.at, _M.link).where(asked)):
        found[each.person, each.key].append(BookmarkEvent(each.held, each.at, link_of(each.link)))
    after = {pair: settled(found[pair], rows[pair].removed if pair in rows else 0) for pair in found}
    _rewrite(connection, rows, after)
    _recount(connection, rows, after)
    return {pair: event.link for pair, event in after.items() if event and not (pair in rows and rows[pair].kept)}


def _rewrite(
    connection: Connection, rows: Mapping[tuple[int, str], Any], after: Mapping[tuple[int, str], BookmarkEvent | None]
) -> None:
    """Write the bookmarks' rows that are new or changed."""
    new, old = [], []
    for pair, event in after.items():
        values, row = _values(event), rows.get(pair)
        if row is None and event is not None:
            new.append({"person": pair[0], "key": pair[1], **values})
        elif row is not None and any(getattr(row, name) != value for name, value in values.items()):
            old.append({"id_": row.id, **{f"{name}_": value for name, value in values.items()}})
    if new:
        connection.execute(insert(bookmarks), new)
    if old:
        columns: dict[str, Any] = {name: bindparam(f"{name}_") for name in _values(None)}
        connection.execute(update(bookmarks).where(_B.id == bindparam("id_")).values(columns), old)


def _recount(
    connection: Connection, rows: Mapping[tuple[int, str], Any], after: Mapping[tuple[int, str], BookmarkEvent | None]
) -> None:
    """Update the people's counts."""
    more: Counter[int] = Counter()
    unread: Counter[int] = Counter()
    for (who, key), event in after.items():
        was = rows.get((who, key))
        read = was.read if was else False
        more[who] += (event is not None) - bool(was and was.kept)
        unread[who] += (event is not None and not read) - bool(was and was.kept and not read)
    changed = [{"id_": who, "more_": more[who], "unread_": unread[who]} for who in more if more[who] or unread[who]]
    if changed:
        counts = {"kept": people.c.kept + bindparam("more_"), "unread": people.c.unread + bindparam("unread_")}
        connection.execute(update(people).where(people.c.id == bindparam("id_")).values(counts), changed)


def count(connection: Connection, person: int, was: Any | None, *, kept: bool, read: bool) -> None:
    """Update a person's counts for a bookmark whose row `was` (None: there was none) and is now `kept` and `read`."""
    more = kept - bool(was and was.kept)
    unread = (kept and not read) - bool(was and was.kept and not was.read)
    if more or unread:
        values = {"kept": people.c.kept + more, "unread": people.c.unread + unread}
        connection.execute(update(people).where(people.c.id == person).values(values))


def adopt(connection: Connection, stray: int, own: int) -> None:
    """Move everything of the person `stray` to the person `own`, as if it had been theirs from the start."""
    for mark in connection.execute(select(marks).where(_M.person == stray)).all():
        source = BookmarkSource(mark.channel, mark.ts, mark.emoji, mark.workspace, mark.shared)
        meant = link_of(mark.link) if mark.key else None
        put(connection, own, source, SourceEvent(mark.held, mark.at, meant, mark.key is not None), mark.noted)
    for row in connection.execute(select(bookmarks).where(_B.person == stray)).all():
        remove(connection, own, row.key, row.removed)
    connection.execute(delete(marks).where(_M.person == stray))
    connection.execute(delete(bookmarks).where(_B.person == stray))


def remove(connection: Connection, person: int, key: str, at: int) -> bool:
    """Remove a link as of `at`, with its note; return whether it was a bookmark and no longer is."""
    row = connection.execute(select(bookmarks).where(_B.person == person, _B.key == key)).first()
    if row is None:
        connection.execute(insert(bookmarks).values(person=person, key=key, kept=False, removed=at))
    elif at > row.removed:
        values: dict[str, Any] = {"removed": at}
        values |= {"note": "", "note_at": 0} if row.note_at <= at else {}
        values |= {"read": False, "read_at": 0} if row.read_at <= at else {}
        connection.execute(update(bookmarks).where(_B.id == row.id).values(values))
        if "read" in values and row.read and row.kept:
            count(connection, person, row, kept=True, read=False)
    # Not needed any more: an event that comes late is older than the removal, which is kept.
    connection.execute(delete(marks).where(_M.person == person, _M.key == key, _M.at <= at))
    settle(connection, person, key)
    after = connection.scalar(select(_B.kept).where(_B.person == person, _B.key == key))
    return bool(row and row.kept and not after)


def saved_keys(connection: Connection, person: int, keys: Iterable[str]) -> frozenset[str]:
    """Return those of `keys` that the person has bookmarks for."""
    chosen = select(_B.key).where(_B.person == person, is_among(_B.key, keys), _B.kept)
    return frozenset(connection.scalars(chosen))


def meaning(link: BookmarkLink | None, *, sure: bool = True) -> dict[str, Any]:
    """Return the columns that say which link an event means."""
    return {"key": link.key if link else "" if sure else None, "link": link_json(link) if link else ""}


def _values(event: BookmarkEvent | None) -> dict[str, Any]:
    """Return a bookmark's columns; a removed one says nothing about its link."""
    if event is None:
        return {"kept": False, "at": 0, "url": "", "headline": "", "text": "", "issue": "", "position": -1}
    link = event.link
    # A file or a message may contain NUL, which PostgreSQL refuses, or lone surrogates, which both databases refuse.
    shown = {"url": clean(link.url), "headline": clean(link.headline), "text": clean(link.text)}
    return {"kept": True, "at": event.at, **shown, "issue": link.issue, "position": link.position}
