"""Which issues were ever seen, in the order in which they were: what is new to a channel does not depend on a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, select, update

from bot.record.identity import Face, Known, recognise
from bot.store.database import Database
from bot.store.tables import insert, issues, slugs


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of an archive.

    `identity` of each slug now there; `seq`, the order in which identities were first seen; the identities whose text
    was `edited` since the register last saw them.
    """

    identity: dict[str, str]
    seq: dict[str, int]
    edited: frozenset[str] = frozenset()


class Issues:
    """The register of issues."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    async def register(self, faces: Iterable[Face], now: datetime) -> Registered:
        """Write down the archive as it is now: `faces` of all its issues, oldest first."""
        there = tuple(faces)
        return await self._database.write(lambda connection: _register(connection, there, now))

    async def recognised(self, faces: Iterable[Face]) -> Registered:
        """Say what `register` would, and write nothing: for those who only look."""
        there = tuple(faces)
        return await self._database.read(lambda connection: _recognised(connection, there))

    async def identity(self, slug: str) -> str | None:
        """Give the identity of the issue that has or once had this slug."""
        return await self._database.read(
            lambda connection: connection.scalar(select(slugs.c.identity).where(slugs.c.slug == slug))
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the register holds: each identity's row, each slug's identity; and the identity of each slug now there."""

    rows: dict[str, Any]
    names: dict[str, str]
    identity: dict[str, str]


def _seen(connection: Connection, there: tuple[Face, ...]) -> _Seen:
    rows = {row.identity: row for row in connection.execute(select(issues))}
    names = {row.slug: row.identity for row in connection.execute(select(slugs))}
    known = Known(names, {key: frozenset(row.links) for key, row in rows.items()})
    return _Seen(rows, names, recognise(there, known))


def _recognised(connection: Connection, there: tuple[Face, ...]) -> Registered:
    seen = _seen(connection, there)
    seq = {key: int(row.seq) for key, row in seen.rows.items()}
    fresh = (key for key in seen.identity.values() if key not in seq)
    last = max(seq.values(), default=0)
    return Registered(seen.identity, seq | dict(zip(fresh, count(last + 1), strict=False)))


def _register(connection: Connection, there: tuple[Face, ...], now: datetime) -> Registered:
    if connection.dialect.name == "postgresql":
        # Numbers must be seen in the order in which they are given: one process at a time.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236202)")
    seen = _seen(connection, there)
    identity = seen.identity
    faces = {identity[face.slug]: face for face in there}
    fresh = [
        {"identity": key, "links": sorted(face.links), "content": face.content, "seen": now}
        for key, face in faces.items()
        if key not in seen.rows
    ]
    if fresh:
        connection.execute(insert(connection, issues).on_conflict_do_nothing(), fresh)
    renamed = [{"slug": slug, "identity": key} for slug, key in identity.items() if seen.names.get(slug) != key]
    if renamed:
        row = insert(connection, slugs)
        latest = {"identity": row.excluded.identity}
        connection.execute(row.on_conflict_do_update(index_elements=["slug"], set_=latest), renamed)
    edited = [key for key, face in faces.items() if key in seen.rows and seen.rows[key].content != face.content]
    for key in edited:
        change = {"content": faces[key].content, "links": sorted(faces[key].links)}
        connection.execute(update(issues).where(issues.c.identity == key).values(change))
    seq = {row.identity: row.seq for row in connection.execute(select(issues.c.identity, issues.c.seq))}
    return Registered(identity, seq, frozenset(edited))
