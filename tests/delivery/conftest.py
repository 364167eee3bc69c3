"""What the tests of delivery share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server for the session."""
    with running() as server:
        yield server


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Give what takes a figure of a long proof: printed, and kept with the test's report."""

    def keep(text: str) -> None:
        print(text)  # noqa: T201 - the figure
        record_property("figure", text)

    return keep
