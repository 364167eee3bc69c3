"""Bookmarks that somebody brings along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.domain.bookmark import Bookmark, Member, manual_source
from bot.domain.clock import microseconds
from bot.store.bookmark_events import SourceEvent, count, put
from bot.store.database import Database
from bot.store.people import person
from bot.store.tables import bookmarks

BATCH_BOOKMARKS = 100
"""Bookmarks written in one transaction: nobody else's reaction waits for a whole file."""
_B = bookmarks.c


class Imports:
    """Takes in what people bring."""

    def __init__(self, database: Database) -> None:
        """Take it into `database`."""
        self._database = database

    async def bring(self, member: Member, brought: Sequence[Bookmark], now: datetime) -> int:
        """Keep what is `brought`, by hand, each since its own moment; return how many links were not kept before.

        A link that was removed later than its moment is kept since `now`: who brings it wants it back. A note or a
        "read" comes along only where there is none yet. Twice is as once. Who asks to be forgotten meanwhile is: the
        rest is left.
        """
        new = 0
        whose: int | None = None
        for start in range(0, len(brought), BATCH_BOOKMARKS):
            some = brought[start : start + BATCH_BOOKMARKS]

            def unit(
                connection: Connection, some: Sequence[Bookmark] = some, whose: int | None = whose
            ) -> tuple[int, int]:
                who = person(connection, member)
                if whose not in {None, who.since}:
                    return 0, whose or 0
                return sum(_bring(connection, who.id, each, now) for each in some), who.since

            brought_now, whose = await self._database.write(unit)
            new += brought_now
        return new


def _bring(connection: Connection, person_id: int, brought: Bookmark, now: datetime) -> bool:
    row = _row(connection, person_id, brought.key)
    at, present = microseconds(brought.at), microseconds(now)
    since = at if 0 < at < present and at > (row.removed if row else 0) else present
    change = put(
        connection, person_id, manual_source(brought.key), SourceEvent(held=True, at=since, link=brought.link), now
    )
    row = _row(connection, person_id, brought.key)
    if row is None or not row.kept:
        return False
    values: dict[str, Any] = {}
    if brought.note and not row.note:
        values |= {"note": brought.note, "note_at": present}
    if brought.read and not row.read and change.saved:
        values |= {"read": True, "read_at": present}
    if values:
        connection.execute(update(bookmarks).where(_B.id == row.id).values(values))
        count(connection, person_id, row, kept=True, read=values.get("read", row.read))
    return change.saved is not None


def _row(connection: Connection, person_id: int, key: str) -> Any:
    return connection.execute(select(bookmarks).where(_B.person == person_id, _B.key == key)).first()
