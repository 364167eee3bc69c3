"""Files of the archive that could not be read, so that people are told of each of them once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from bot.domain.broken import BrokenFile
from bot.domain.newsletter import Newsletter
from bot.store.database import Database
from bot.store.tables import archive_looks, broken_files

AGAIN = timedelta(days=1)
"""A file that was readable (or gone) for so long and breaks again is told of again. Sooner it may be another process
that has an older copy of the archive."""
_B = broken_files.c


class BrokenFiles:
    """The table of files that could not be read. Every method is one transaction."""

    def __init__(self, database: Database, newsletter: Newsletter) -> None:
        """Use `database`, for the archive of `newsletter`."""
        self._database = database
        self._newsletter = newsletter.slug

    async def register(self, files: Iterable[BrokenFile], now: datetime) -> tuple[BrokenFile, ...]:
        """Record the files that cannot be read now; return those that are new to the table.

        What is there before the database's first good look at the archive is no news: nobody is told of it.
        """
        there = {broken.file: broken for broken in files}
        return await self._database.write(lambda connection: self._register(connection, there, now))

    async def take(self, now: datetime, quiet: timedelta) -> tuple[BrokenFile, ...]:
        """Return the files that have been broken for `quiet` and of which nobody was told, and count them as told.

        Each is returned once, however many call.
        """
        due = and_(self._mine(), _B.told.is_(None), _B.mended.is_(None), _B.seen <= now - quiet)
        taken = update(broken_files).where(due).values(told=now).returning(*_B)

        def unit(connection: Connection) -> tuple[BrokenFile, ...]:
            return tuple(sorted(_file(row) for row in connection.execute(taken)))

        waits = select(_B.file).where(due).limit(1)
        if not await self._database.read(lambda connection: connection.execute(waits).first()):
            return ()  # the usual case, without a write transaction
        return await self._database.write(unit)

    async def current(self) -> tuple[BrokenFile, ...]:
        """Return the files that cannot be read and came after the first good look at the archive, by name."""
        chosen = select(broken_files).where(self._mine(), _B.is_new, _B.mended.is_(None)).order_by(_B.file)

        def unit(connection: Connection) -> tuple[BrokenFile, ...]:
            return tuple(_file(row) for row in connection.execute(chosen))

        return await self._database.read(unit)

    def _mine(self) -> Any:
        return _B.newsletter == self._newsletter

    def _register(self, connection: Connection, there: dict[str, BrokenFile], now: datetime) -> tuple[BrokenFile, ...]:
        known = {row.file: row for row in connection.execute(select(broken_files).where(self._mine()))}
        looked = frozenset(connection.scalars(select(archive_looks.c.newsletter)))
        fresh = [broken for broken in there.values() if broken.file not in known]
        if fresh:
            rows = [self._fresh_row(broken, now, looked) for broken in fresh]
            connection.execute(insert(broken_files), rows)
        for row in known.values():
            self._follow(connection, row, there.get(row.file), now)
        return tuple(fresh)

    def _fresh_row(self, broken: BrokenFile, now: datetime, looked: frozenset[str]) -> dict[str, Any]:
        """Return the row of a file that was not known; `looked`: the newsletters of which a good look is known."""
        # Of several newsletters the file's name begins with its newsletter's slug.
        new = self._newsletter in looked or broken.file.partition("/")[0] in looked
        told = None if new else now
        return {"newsletter": self._newsletter, "seen": now, "told": told, "is_new": new, **_row(broken)}

    def _follow(self, connection: Connection, row: Any, broken: BrokenFile | None, now: datetime) -> None:
        """Write down what became of a file that was broken before, if anything did."""
        change = update(broken_files).where(self._mine(), _B.file == row.file)
        if broken is None:
            if row.mended is None:
                connection.execute(change.values(mended=now))
            return
        values = {**_row(broken), "mended": None}
        if row.mended is not None and row.mended <= now - AGAIN:
            values |= {"seen": now, "told": None, "is_new": True}
        if any(getattr(row, name) != value for name, value in values.items()):
            connection.execute(change.values(values))


def _row(broken: BrokenFile) -> dict[str, Any]:
    return {"file": broken.file, "line": broken.line, "problem": broken.problem, "advice": broken.advice}


def _file(row: Any) -> BrokenFile:
    return BrokenFile(row.file, row.line, row.problem, row.advice)
