"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.fakes.emptied import STORES, emptied_store, new_file


@pytest.fixture(scope="module")
def emptied() -> Iterator[Callable[[], Store]]:
    """Yield a function that empties a store in memory and returns it."""
    with emptied_store("sqlite://") as again:
        yield again


@pytest.fixture(params=["sqlite", "postgresql"])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Return a function that opens a database which others can open, too: a SQLite file, or PostgreSQL."""
    url = new_file(tmp_path / "a.db") if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    return lambda: Store.open(str(url), upgrading=True, inline=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Callable[[], Store]:
    """Return a function that opens an empty database."""
    kind = request.param

    def opened() -> Store:
        if kind == "sqlite":
            return STORES.lend()
        return Store.open(str(request.getfixturevalue("postgres").fresh()), upgrading=True, inline=True)

    return opened
