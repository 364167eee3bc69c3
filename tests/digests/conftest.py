"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.store.store import Store
from bot.store.tables import metadata
from tests.fakes.postgres import Postgres, running
from tests.fakes.virtual import run


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server for the session."""
    with running() as server:
        yield server


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Return a function that prints a figure of a long test, and records it in the test report."""

    def keep(text: str) -> None:
        print(text)  # noqa: T201 - the figure
        record_property("figure", text)

    return keep


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
