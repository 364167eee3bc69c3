"""The people who save links: who they are, and what they were told once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from bot.domain.bookmark import Member
from bot.domain.user_state import UserState
from bot.store import subscription_audit
from bot.store.bookmark_events import adopt
from bot.store.database import Database
from bot.store.inserts import insert_new
from bot.store.membership import is_among
from bot.store.tables import ask_threads, bookmarks, deliveries, forgotten, marks, people, subscriptions

_P = people.c
_S = subscriptions.c
_D = deliveries.c
_COLUMNS = (_P.id, _P.home, _P.user, _P.kept, _P.unread, _P.since, _P.hinted)


class People:
    """The table of people. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def get(self, member: Member) -> UserState:
        """Return what is known about a member; the defaults for a stranger."""
        chosen = select(_P.kept, _P.unread, _P.hinted, _P.welcomed).where(
            _P.user == member.user, _P.home.in_((member.home, ""))
        )

        def unit(connection: Connection) -> UserState:
            rows = connection.execute(chosen).all()
            return UserState(
                sum(row.kept for row in rows),
                sum(row.unread for row in rows),
                any(row.hinted for row in rows),
                any(row.welcomed for row in rows),
            )

        return await self._database.read(unit)

    async def hint(self, member: Member, now: datetime) -> bool:
        """Record that a member is told how saving works; return whether for the first time."""
        return await self._once(member, "hinted", now)

    async def welcome(self, member: Member, now: datetime) -> bool:
        """Record that a member is shown the first steps; return whether for the first time."""
        return await self._once(member, "welcomed", now)

    async def point(self, member: Member, now: datetime) -> bool:
        """Record that a member is told about messages the bot cannot read; return whether for the first time."""
        return await self._once(member, "pointed", now)

    async def together(self, home: str) -> tuple[int, int]:
        """Return how many people of a home have bookmarks, and how many bookmarks they have in all."""
        chosen = select(func.count(), func.coalesce(func.sum(_P.kept), 0)).where(_P.home == home, _P.kept > 0)

        def unit(connection: Connection) -> tuple[int, int]:
            people_, kept = connection.execute(chosen).one()
            return int(people_), int(kept)

        return await self._database.read(unit)

    async def forget(self, member: Member, at: int) -> int:
        """Delete everything about a member up to `at` (microseconds by Slack's clock); return how many bookmarks.

        Channels they subscribed stay subscribed, without an owner. The hash of their id is stored for as long as an
        earlier event may still arrive.
        """

        def theirs(workspace: Any) -> Any:
            return or_(workspace == f"-:{member.home}", workspace.startswith(f"{member.home}:", autoescape=True))

        disown = update(subscriptions).where(_S.user == member.user, theirs(_S.workspace)).values(user="")
        unsigned = update(deliveries).where(_D.retracted_by == member.user, theirs(_D.workspace))
        asked = and_(ask_threads.c.user == member.user, theirs(ask_threads.c.workspace))

        def unit(connection: Connection) -> int:
            rows = _rows(connection, member.user)
            own = [row.id for row in rows if row.home in {member.home, ""}]
            connection.execute(delete(marks).where(is_among(marks.c.person, own)))
            connection.execute(delete(bookmarks).where(is_among(bookmarks.c.person, own)))
            connection.execute(delete(people).where(is_among(_P.id, own)))
            connection.execute(disown)
            connection.execute(unsigned.values(retracted_by=""))
            subscription_audit.forget(connection, member.user, theirs)
            connection.execute(delete(ask_threads).where(asked))
            row = insert_new(connection, forgotten).values(hash=_hash(member.user), at=at)
            connection.execute(row)
            connection.execute(update(forgotten).where(forgotten.c.hash == _hash(member.user)).values(at=at))
            return sum(row.kept for row in rows if row.id in own)

        return await self._database.write(unit)

    async def homes(self, user: str) -> tuple[str, ...]:
        """Return the homes under which a user id is known, "" for one that nobody has told yet."""
        chosen = select(_P.home).where(_P.user == user).order_by(_P.home)
        return await self._database.read(lambda connection: tuple(connection.scalars(chosen)))

    async def _once(self, member: Member, what: str, now: datetime) -> bool:
        def unit(connection: Connection) -> bool:
            row = person(connection, member)
            done = update(people).where(_P.id == row.id, _P[what].is_(None)).values({what: now})
            return bool(connection.execute(done).rowcount)

        return await self._database.write(unit)


def person(connection: Connection, member: Member) -> Any:
    """Return a member's row, made if needed and locked until the transaction ends.

    A person who was known by id only gets their home from the first event that says it.
    """
    rows = _rows(connection, member.user)
    stray = next((row for row in rows if not row.home), None)
    if not member.home:
        homed = [row for row in rows if row.home]
        return homed[0] if len(homed) == 1 else stray or _made(connection, member)
    own = next((row for row in rows if row.home == member.home), None)
    if stray is None:
        return own or _made(connection, member)
    if own is None:
        connection.execute(update(people).where(_P.id == stray.id).values(home=member.home))
    else:
        _merge(connection, stray, own)
    return next(row for row in _rows(connection, member.user) if row.home == member.home)


def persons(connection: Connection, seen: Iterable[tuple[Member, int]]) -> dict[Member, Any]:
    """Return the rows of many members, made if needed and locked, as `person` does for one.

    `seen` are members with the time of an event. A person who asked to be forgotten after their last event is left out.
    """
    last: dict[Member, int] = {}
    for member, at in seen:
        last[member] = max(at, last.get(member, 0))
    # Members with a home come first: a member without one may turn out to be one of them.
    asked = sorted(last, key=lambda member: (not member.home, member.user, member.home))
    users = list({member.user for member in asked})
    chosen = select(*_COLUMNS).where(is_among(_P.user, users)).order_by(_P.id).with_for_update()
    theirs: dict[str, list[Any]] = {user: [] for user in users}
    for row in connection.execute(chosen) if users else ():
        theirs[row.user].append(row)
    found: dict[Member, Any] = {}
    for member in asked:
        own = _plainly(theirs[member.user], member)
        if own is None:
            if not theirs[member.user] and last[member] <= _since(connection, member.user):
                continue
            own = person(connection, member)
            theirs[member.user] = _rows(connection, member.user)
        found[member] = own
    return found


def _plainly(rows: Sequence[Any], member: Member) -> Any | None:
    """Return a member's row, None if one has to be made or two have to be merged."""
    stray = next((row for row in rows if not row.home), None)
    homed = [row for row in rows if row.home]
    if not member.home:
        return homed[0] if len(homed) == 1 else stray
    return next((row for row in homed if row.home == member.home), None) if stray is None else None


def known(connection: Connection, member: Member) -> tuple[Any | None, bool]:
    """Find somebody's row without making one; and whether `person` would have something to tidy first."""
    rows = connection.execute(select(*_COLUMNS).where(_P.user == member.user)).all()
    homed = [row for row in rows if row.home]
    if not member.home and len(homed) == 1:
        return homed[0], False
    own = next((row for row in rows if row.home == member.home), None)
    return own, bool(member.home) and any(not row.home for row in rows)


def _rows(connection: Connection, user: str) -> list[Any]:
    # SQLite has no row locks and needs none: its transaction began with the write lock.
    return list(connection.execute(select(*_COLUMNS).where(_P.user == user).order_by(_P.id).with_for_update()))


def _made(connection: Connection, member: Member) -> Any:
    values = {"home": member.home, "user": member.user, "since": _since(connection, member.user)}
    connection.execute(insert_new(connection, people).values(values))
    return next(row for row in _rows(connection, member.user) if row.home == member.home)


def _since(connection: Connection, user: str) -> int:
    """Return the moment up to which somebody is forgotten, 0 for never."""
    return connection.scalar(select(forgotten.c.at).where(forgotten.c.hash == _hash(user))) or 0


def _merge(connection: Connection, stray: Any, own: Any) -> None:
    """Put together what two processes wrote down of one person at the same moment."""
    adopt(connection, stray.id, own.id)
    connection.execute(delete(people).where(_P.id == stray.id))


def _hash(user: str) -> str:
    return hashlib.sha256(f"backissue:{user}".encode()).hexdigest()
