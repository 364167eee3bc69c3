"""A store that tests empty and use again: a new one would create its tables and compile every statement once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.store.store import Store
from bot.store.tables import metadata
from tests.fakes.virtual import run


@contextmanager
def emptied_store(url: str) -> Iterator[Callable[[], Store]]:
    """Open the database at `url` and yield a function that empties it and returns its store."""
    store = Store.open(url, upgrading=True, inline=True)

    def again() -> Store:
        with store.database._engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        return Store(store.database)

    yield again
    run(store.close())
