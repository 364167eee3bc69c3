"""Marks, and the bookmarks that follow from them: what is done within one transaction.

A bookmark's row is what `bot.domain.bookmark.settled` makes of its link's marks, written down so that lists are read
from an index; whoever changes a mark settles its link in the same transaction. Callers hold the person's row.
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
    """What a mark changed: whether it was `fresh` (neither a repetition nor too late), and what is `saved` anew."""

    fresh: bool = False
    saved: BookmarkLink | None = None


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """A way of keeping came (`held`) or went at `at`; it means `link`, None: none or, unless `sure`, not yet known."""

    held: bool
    at: int
    link: BookmarkLink | None
    sure: bool = True


def put(
    connection: Connection, person: int, source: BookmarkSource, event: SourceEvent, now: datetime
) -> BookmarkChange:
    """Write down what happened to `source`, if that is news, and settle its link."""
    was = connection.execute(
        select(_M.id, _M.held, _M.at, _M.key, _M.link).where(
            _M.person == person, _M.channel == source.channel, _M.ts == source.ts, _M.emoji == source.emoji
        )
    ).first()
    if was is not None and not newer(event.held, event.at, (was.held, was.at)):
        return BookmarkChange()
    values: dict[str, Any] = {"held": event.held, "at": event.at}
    # What is let go is what was held, whatever the message shows by now.
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
    """Bring the bookmark's row and the person's counts up to date; give the link if it is kept from now on."""
    return settle_all(connection, [(person, key)]).get((person, key))


def settle_all(connection: Connection, pairs: Sequence[tuple[int, str]]) -> dict[tuple[int, str], BookmarkLink]:
    """Settle many links of many people (person, key); give those that are kept from now on."""
    if not pairs:
        return {}
    # Pairs, not people and keys apart: in a burst everybody's marks on every message would be read.
    within = is_among((_B.person, _B.key), pairs)
    rows = {(row.person, row.key): row for row in connection.execute(select(*_SETTLED).where(within))}
    found: dict[tuple[int, str], list[BookmarkEvent]] = {pair: [] for pair in pairs}
    asked = is_among((_M.key, _M.person), [(key, who) for who, key in pairs])
    for each in connection.execute(select(_M.person, _M.key, _M.held, _M.at, _M.link).where(asked)):
        found[each.person, each.key].append(BookmarkEvent(each.held, each.at, link_of(each.link)))
    after = {pair: settled(found[pair], rows[pair].removed if pair in rows else 0) for pair in found}
    _rewrite(connection, rows, after)
    _recount(connection, rows, after)
    return {pair: marker.link for pair, marker in after.items() if marker and not (pair in rows and rows[pair].kept)}


def _rewrite(
    connection: Connection, rows: Mapping[tuple[int, str], Any], after: Mapping[tuple[int, str], BookmarkEvent | None]
) -> None:
    """Write the bookmarks' rows that are new or differ."""
    new, old = [], []
    for pair, marker in after.items():
        values, row = _values(marker), rows.get(pair)
        if row is None and marker is not None:
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
    """Bring the people's counts up to date."""
    more: Counter[int] = Counter()
    unread: Counter[int] = Counter()
    for (who, key), marker in after.items():
        was = rows.get((who, key))
        read = was.read if was else False
        more[who] += (marker is not None) - bool(was and was.kept)
        unread[who] += (marker is not None and not read) - bool(was and was.kept and not read)
    changed = [{"id_": who, "more_": more[who], "unread_": unread[who]} for who in more if more[who] or unread[who]]
    if changed:
        counts = {"kept": people.c.kept + bindparam("more_"), "unread": people.c.unread + bindparam("unread_")}
        connection.execute(update(people).where(people.c.id == bindparam("id_")).values(counts), changed)


def count(connection: Connection, person: int, was: Any | None, *, kept: bool, read: bool) -> None:
    """Bring the person's counts up to date with a bookmark that `was` (None: not there) and is now `kept`, `read`."""
    more = kept - bool(was and was.kept)
    unread = (kept and not read) - bool(was and was.kept and not was.read)
    if more or unread:
        values = {"kept": people.c.kept + more, "unread": people.c.unread + unread}
        connection.execute(update(people).where(people.c.id == person).values(values))


def adopt(connection: Connection, stray: int, own: int) -> None:
    """Make everything of the person `stray` the person `own`'s: as if all had happened to them."""
    for mark in connection.execute(select(marks).where(_M.person == stray)).all():
        source = BookmarkSource(mark.channel, mark.ts, mark.emoji, mark.workspace, mark.shared)
        meant = link_of(mark.link) if mark.key else None
        put(connection, own, source, SourceEvent(mark.held, mark.at, meant, mark.key is not None), mark.noted)
    for row in connection.execute(select(bookmarks).where(_B.person == stray)).all():
        remove(connection, own, row.key, row.removed)
    connection.execute(delete(marks).where(_M.person == stray))
    connection.execute(delete(bookmarks).where(_B.person == stray))


def remove(connection: Connection, person: int, key: str, at: int) -> bool:
    """Remove a link up to `at`, with its note; give whether it was kept and is no longer."""
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
    # Their moment is past: whatever comes late is older than the removal, which stays.
    connection.execute(delete(marks).where(_M.person == person, _M.key == key, _M.at <= at))
    settle(connection, person, key)
    after = connection.scalar(select(_B.kept).where(_B.person == person, _B.key == key))
    return bool(row and row.kept and not after)


def saved_keys(connection: Connection, person: int, keys: Iterable[str]) -> frozenset[str]:
    """Give those of `keys` that the person keeps."""
    chosen = select(_B.key).where(_B.person == person, is_among(_B.key, keys), _B.kept)
    return frozenset(connection.scalars(chosen))


def meaning(link: BookmarkLink | None, *, sure: bool = True) -> dict[str, Any]:
    """Give the columns that say which link a mark means."""
    return {"key": link.key if link else "" if sure else None, "link": link_json(link) if link else ""}


def _values(marker: BookmarkEvent | None) -> dict[str, Any]:
    """Give a bookmark's columns; one that is not kept says nothing of its link."""
    if marker is None:
        return {"kept": False, "at": 0, "url": "", "headline": "", "text": "", "issue": "", "position": -1}
    link = marker.link
    # PostgreSQL takes no NUL and neither database half a surrogate, which an archive's file or a message may hold.
    shown = {"url": clean(link.url), "headline": clean(link.headline), "text": clean(link.text)}
    return {"kept": True, "at": marker.at, **shown, "issue": link.issue, "position": link.position}
