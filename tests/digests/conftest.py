"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.fakes.emptied import emptied_store


@pytest.fixture(scope="module")
def emptied() -> Iterator[Callable[[], Store]]:
    """Yield a function that empties a store in memory and returns it."""
    with emptied_store("sqlite://") as again:
        yield again


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Return a function that opens an empty database."""
    kind = request.param

    def opened() -> Store:
        url = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
        return Store.open(str(url), upgrading=True, inline=True)

    return opened
