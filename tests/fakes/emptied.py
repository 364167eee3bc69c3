"""Stores that tests empty and use again: a new one would create its tables and compile every statement once more."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.store import Store
from bot.store.tables import metadata
from bot.store.writes import Writes
from tests.fakes.virtual import run

MAX_KEPT = 8
"""Stores in memory that are kept for later tests: more than one test uses at once."""


class LentStore(Store):
    """A store whose database is used again."""

    async def close(self) -> None:
        """Leave the database open."""


class Stores:
    """Stores in memory, lent for one test each."""

    def __init__(self) -> None:
        """Begin with none."""
        self._free: list[Database] = []
        self._lent: list[Database] = []

    def lend(self) -> Store:
        """Return an empty store that does its work at once, on the caller's thread."""
        database = self._free.pop() if self._free else Store.open("sqlite://", inline=True).database
        self._lent.append(database)
        return LentStore(database)

    def test_ended(self) -> None:
        """Take back what was lent, emptied."""
        for database in self._lent:
            if len(self._free) < MAX_KEPT:
                empty(database)
                self._free.append(database)
            else:
                database._engine.dispose()
        self._lent.clear()


STORES = Stores()


def empty(database: Database) -> None:
    """Delete every row, and forget how writing went."""
    with database._engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    database.writes = Writes()


@cache
def _template() -> bytes:
    """Return the content of a SQLite file with all tables."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        upgrade(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")
        return file.read_bytes()


def new_file(file: Path) -> str:
    """Make an empty SQLite database with all tables, by copying one that is made once a process; return its address."""
    file.write_bytes(_template())
    return f"sqlite:///{file}"


@contextmanager
def emptied_store(url: str) -> Iterator[Callable[[], Store]]:
    """Open the database at `url` and yield a function that empties it and returns its store."""
    store = Store.open(url, upgrading=True, inline=True)

    def again() -> Store:
        empty(store.database)
        return Store(store.database)

    yield again
    run(store.close())
