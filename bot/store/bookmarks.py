"""The table of bookmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from bot.domain.bookmark import (
    Bookmark,
    BookmarkLink,
    BookmarkSource,
    LinkCount,
    Member,
    Page,
    ReactionOutcome,
    ShownLinks,
    manual_source,
    meant,
)
from bot.domain.clock import microseconds, moment_of
from bot.domain.workspace import WorkspaceId
from bot.store.bookmark_events import SourceEvent, count, meaning, put, remove, saved_keys, settle
from bot.store.database import Database
from bot.store.membership import is_among
from bot.store.people import known, person, persons
from bot.store.postings import shown_on
from bot.store.reactions import ReactionRow, react_all
from bot.store.tables import bookmarks, forgotten, marks, parts, people, postings

T = TypeVar("T")

PENDING_REACTION_LIFE = timedelta(days=1)
"""How long a reaction to a message that never became known is stored."""
EVENT_MAX_LATENESS = timedelta(days=3)
"""How long a removal is stored, so that a late event does not undo it; Slack stops sending after a day."""
_PRIME = 1_000_003
"""Times are summed modulo this, so that the sum fits into 64 bits."""
_B = bookmarks.c
_M = marks.c
_LINK = (_B.key, _B.url, _B.headline, _B.text, _B.issue, _B.position, _B.at, _B.read, _B.note)


class Bookmarks:
    """Everyone's bookmarks. Every method is one transaction; times are in microseconds by Slack's clock."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def react(
        self, member: Member, workspace: WorkspaceId, source: BookmarkSource, at: int, now: datetime, *, held: bool
    ) -> ReactionOutcome:
        """Record that a reaction was added (`held`) or removed; `source` is its message and emoji."""
        return await self._database.write_one_of(react_all, ReactionRow(member, workspace, source, at, now, held))

    async def save(
        self, member: Member, links: Iterable[BookmarkLink], at: int, now: datetime
    ) -> tuple[BookmarkLink, ...]:
        """Save links by hand; return those that were not bookmarks before."""
        wanted = tuple(links)

        def unit(connection: Connection) -> tuple[BookmarkLink, ...]:
            who = persons(connection, [(member, at)]).get(member)
            if who is None or at <= who.since:
                return ()
            made = [
                put(connection, who.id, manual_source(link.key), SourceEvent(True, at, link), now) for link in wanted
            ]
            return tuple(change.saved for change in made if change.saved is not None)

        return await self._database.write(unit)

    async def remove(self, member: Member, keys: Iterable[str], at: int) -> int:
        """Remove bookmarks, however they were saved, with their notes; return how many there were."""
        gone = tuple(keys)

        def unit(connection: Connection) -> int:
            who = person(connection, member)
            return sum(remove(connection, who.id, key, at) for key in gone)

        return await self._database.write(unit)

    async def read(self, member: Member, key: str, at: int, *, read: bool = True) -> bool:
        """Mark a bookmark as read or unread; return False if there is none."""
        return await self._set(member, key, {"read": read}, at)

    async def note(self, member: Member, key: str, text: str, at: int) -> bool:
        """Set a bookmark's note, which the caller has checked ("" removes it); return False if there is none."""
        return await self._set(member, key, {"note": text}, at)

    async def page(self, member: Member, offset: int = 0, limit: int = 10, *, unread_first: bool = False) -> Page:
        """Return a page of a member's bookmarks, newest first; past the end, the last page.

        With `unread_first`, unread ones come before read ones.
        """
        chosen = select(*_LINK).order_by(_B.at.desc(), _B.id.desc())

        def unit(connection: Connection, who: Any) -> Page:
            start = min(offset, max(0, who.kept - 1) // limit * limit)
            mine = chosen.where(_B.person == who.id, _B.kept)
            if not unread_first:
                rows = connection.execute(mine.limit(limit).offset(start)).all()
                return Page(tuple(map(_bookmark, rows)), who.kept, who.unread)
            # Two queries, each in the order of its index: one query would have to read and sort all of them.
            rows = connection.execute(mine.where(~_B.read).limit(limit).offset(start)).all()
            if more := limit - len(rows):
                rest = mine.where(_B.read).limit(more).offset(max(0, start - who.unread))
                rows = [*rows, *connection.execute(rest)]
            return Page(tuple(map(_bookmark, rows)), who.kept, who.unread)

        return await self._of(member, unit, Page())

    async def all(self, member: Member) -> tuple[Bookmark, ...]:
        """Return all bookmarks of a member, newest first."""
        chosen = select(*_LINK).order_by(_B.at.desc(), _B.id.desc())

        def unit(connection: Connection, who: Any) -> tuple[Bookmark, ...]:
            return tuple(map(_bookmark, connection.execute(chosen.where(_B.person == who.id, _B.kept))))

        return await self._of(member, unit, ())

    async def stamp(self, member: Member) -> tuple[int, ...]:
        """Return numbers that differ whenever what a search reads of the member's bookmarks does."""
        figures = (
            func.count(),
            *(func.coalesce(func.sum(column % _PRIME), 0) for column in (_B.at, _B.note_at, _B.removed)),
            *(func.coalesce(func.sum(func.length(column)), 0) for column in (_B.note, _B.url, _B.headline, _B.issue)),
        )
        chosen = select(*figures).where(_B.kept)

        def unit(connection: Connection, who: Any) -> tuple[int, ...]:
            return tuple(map(int, connection.execute(chosen.where(_B.person == who.id)).one()))

        return await self._of(member, unit, ())

    async def some(self, member: Member, keys: Iterable[str]) -> tuple[Bookmark, ...]:
        """Return the bookmarks with these keys, in their order; keys without one are skipped."""
        wanted = tuple(keys)
        chosen = select(*_LINK).where(is_among(_B.key, wanted), _B.kept)

        def unit(connection: Connection, who: Any) -> tuple[Bookmark, ...]:
            found = {row.key: _bookmark(row) for row in connection.execute(chosen.where(_B.person == who.id))}
            return tuple(found[key] for key in wanted if key in found)

        return await self._of(member, unit, ())

    async def get(self, member: Member, key: str) -> Bookmark | None:
        """Return the bookmark with this key, or None."""
        chosen = select(*_LINK).where(_B.key == key, _B.kept)

        def unit(connection: Connection, who: Any) -> Bookmark | None:
            row = connection.execute(chosen.where(_B.person == who.id)).first()
            return None if row is None else _bookmark(row)

        return await self._of(member, unit, None)

    async def which(self, member: Member, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that the member has bookmarks for."""
        asked = tuple(keys)
        nothing: frozenset[str] = frozenset()
        return await self._of(member, lambda connection, who: saved_keys(connection, who.id, asked), nothing)

    async def top(self, home: str, since: int, until: int, limit: int, at_least: int = 1) -> tuple[LinkCount, ...]:
        """Return the links that most people of a `home` saved from `since` up to before `until`.

        Only links of the archive that `at_least` so many people saved: others may come from private channels. The most
        saved come first, then the latest. Nobody is named.
        """
        count_, last = func.count().label("people"), func.max(_B.at)
        grouped = (
            select(_B.key, count_, func.min(_B.id).label("one"), last.label("last"))
            .join(people, people.c.id == _B.person)
            .where(people.c.home == home, _B.kept, _B.issue != "", _B.at >= since, _B.at < until)
            .group_by(_B.key)
            .having(count_ >= at_least)
            .order_by(count_.desc(), last.desc(), _B.key)
            .limit(limit)
            .subquery()
        )
        chosen = select(*_LINK, grouped.c.people).join(grouped, grouped.c.one == _B.id)
        chosen = chosen.order_by(grouped.c.people.desc(), grouped.c.last.desc(), _B.key)

        def unit(connection: Connection) -> tuple[LinkCount, ...]:
            return tuple(LinkCount(_bookmark(row).link, row.people) for row in connection.execute(chosen))

        await self.catch_up()
        return await self._database.read(unit)

    async def catch_up(self) -> int:
        """Save what people reacted to before its message was known, if it is known now; return how many reactions."""
        if not await self._database.read(lambda connection: bool(connection.execute(_ripe().limit(1)).first())):
            return 0
        return await self._database.write(_caught_up)

    async def prune(self, now: datetime) -> int:
        """Delete reactions to messages that are not ours, and old removals; return how many rows."""
        edge = microseconds(now - EVENT_MAX_LATENESS)
        never = delete(marks).where(_M.key.is_(None), _M.noted < now - PENDING_REACTION_LIFE)
        gone = delete(marks).where(_M.key == "", _M.at < edge), delete(marks).where(~_M.held, _M.at < edge)
        empty = delete(bookmarks).where(
            ~_B.kept, _B.removed < edge, _B.note == "", ~exists().where(_M.key == _B.key, _M.person == _B.person)
        )
        rest = delete(forgotten).where(forgotten.c.at < edge)

        def unit(connection: Connection) -> int:
            return sum(int(connection.execute(each).rowcount) for each in (never, *gone, empty, rest))

        await self.catch_up()
        return await self._database.write(unit)

    async def _set(self, member: Member, key: str, values: dict[str, Any], at: int) -> bool:
        """Set `read` or `note`, unless a later change is stored."""
        (name,) = values

        def unit(connection: Connection) -> bool:
            who = person(connection, member)
            row = connection.execute(select(bookmarks).where(_B.person == who.id, _B.key == key, _B.kept)).first()
            if row is None:
                return False
            if at > getattr(row, f"{name}_at"):
                connection.execute(update(bookmarks).where(_B.id == row.id).values({f"{name}_at": at, **values}))
                count(connection, who.id, row, kept=True, read=values.get("read", row.read))
            return True

        return await self._database.write(unit)

    async def _of(self, member: Member, unit: Callable[[Connection, Any], T], nothing: T) -> T:
        """Return what `unit` reads of a member, or `nothing` for a stranger; first apply what waited to be known."""

        def looked(connection: Connection) -> tuple[bool, T]:
            who, untidy = known(connection, member)
            ripe = who is not None and connection.execute(_ripe().where(_M.person == who.id).limit(1)).first()
            return untidy or bool(ripe), nothing if who is None else unit(connection, who)

        untidy, found = await self._database.read(looked)
        if not untidy:
            return found
        await self._database.write(lambda connection: person(connection, member).id)
        await self.catch_up()
        return (await self._database.read(looked))[1]


def _bookmark(row: Any) -> Bookmark:
    link = BookmarkLink(row.url, row.headline, row.text, row.issue, row.position)
    return Bookmark(row.key, link, moment_of(row.at), row.read, row.note)


def _ripe() -> Any:
    """Return the query for the events whose message was not known and may be now."""
    there = or_(exists().where(parts.c.ts == _M.ts), exists().where(postings.c.ts == _M.ts))
    return select(marks).where(_M.key.is_(None), there)


def _caught_up(connection: Connection) -> int:
    done = 0
    for mark in connection.execute(_ripe()).all():
        shown_links = shown_on(connection, mark.workspace, mark.channel, mark.ts, shared=mark.shared)
        if shown_links is not None:
            connection.execute(select(people.c.id).where(people.c.id == mark.person).with_for_update())
            _found(connection, mark, shown_links)
            done += 1
    return done


def _found(connection: Connection, mark: Any, shown_links: ShownLinks) -> BookmarkLink | None:
    """Set an event's link now that its message is known; return the link if it is a bookmark from now on."""
    link = meant(shown_links.links, mark.emoji, numbered=shown_links.ours)
    connection.execute(update(marks).where(_M.id == mark.id, _M.key.is_(None)).values(meaning(link)))
    return settle(connection, mark.person, link.key) if link else None
