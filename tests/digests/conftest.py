"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.store import Store
from bot.store.tables import metadata
from tests.fakes.virtual import run


@pytest.fixture(scope="module")
def emptied() -> Iterator[Callable[[], Store]]:
    """Yield a function that empties the store and returns it: a new one would have to prepare every statement again."""
    store = Store.open("sqlite://", inline=True)

    def again() -> Store:
        with store.database._engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        return Store(store.database)

    yield again
    run(store.close())


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Return a function that opens an empty database."""
    kind = request.param

    def opened() -> Store:
        url = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
        return Store.open(str(url), upgrading=True, inline=True)

    return opened
