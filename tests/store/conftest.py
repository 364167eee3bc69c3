"""What the tests of the store share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.store import Store
from tests.fakes.emptied import new_file


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Yield an empty store, on each database."""
    url = new_file(tmp_path / "a.db") if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    opened = Store.open(url, upgrading=True)
    yield opened
    await opened.close()
