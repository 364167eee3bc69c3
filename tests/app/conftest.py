"""What the tests of the whole app share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.fakes.emptied import new_file
from tests.fakes.requests import Seen, watching
from tests.fakes.whole import Whole, whole


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def bot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Run the whole bot on each database, for all tests of a module: each test has its own people and channels."""
    folder = tmp_path_factory.mktemp("whole")
    database = new_file(folder / "bot.db")
    if request.param == "postgresql":
        database = request.getfixturevalue("postgres").fresh()
    async with whole(folder, database) as running_bot:
        yield running_bot


@pytest.fixture
def it(bot: Whole) -> Iterator[Whole]:
    """Return the running bot; nothing that it shows during the test may break a limit of Slack's."""
    bot.faults.clear()
    yield bot
    assert bot.faults == []


@pytest.fixture
def seen() -> Iterator[Seen]:
    """Record what the app calls and what it writes to its log."""
    with watching() as found:
        yield found
