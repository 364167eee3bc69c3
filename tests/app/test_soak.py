"""The whole bot under load, faults at random, restarts and a lost database: nothing is doubled, lost or left open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.soak import (
    CHANNELS,
    ISSUES,
    Soaked,
    grown,
    postgres_database,
    reasons,
    refused,
    soak,
    sqlite_file,
    summary,
)

pytestmark = pytest.mark.process
MAX_GROWTH_KB = 10_000
"""Kilobytes by which the last third of a process's life may be above the middle one."""
LINES_A_MINUTE = 12
"""Lines of the log that a minute of faults may cost."""
LINES_OF_STARTS = 100
LINES_OF_CHANNELS = CHANNELS * (2 * ISSUES + 1)
"""A line for each digest, each correction of it, and each channel in work when the database went away."""
SECONDS = {"sqlite": 1_200.0, "postgresql": 300.0}
"""Seconds that a soak takes without `--soak-seconds`."""


def holds(soaked: Soaked, seconds: float) -> None:
    """Fail unless a soak ended as it must."""
    said = reasons(soaked)
    assert soaked.doubles == 0, said
    assert len(soaked.unanswered) <= refused(soaked), said
    assert soaked.exits == [0, 0, 0], said
    assert soaked.acknowledged > 0, said
    assert soaked.posts > 0, said
    assert max(map(grown, soaked.memory)) <= MAX_GROWTH_KB, said
    assert len(soaked.log) <= LINES_OF_STARTS + LINES_OF_CHANNELS + LINES_A_MINUTE * seconds / 60, said


@pytest.mark.long
async def test_half_a_minute_of_it(tmp_path: Path) -> None:
    """Two restarts, a locked database and every fault, in half a minute."""
    holds(await soak(tmp_path, 30), 30)


@pytest.mark.slow(minutes=20)
@pytest.mark.timeout(0)  # it ends by itself: nothing in it waits for ever
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_a_soak(kind: str, tmp_path: Path, request: pytest.FixtureRequest, figure: Callable[[str], None]) -> None:
    """The same for twenty minutes on SQLite and five on PostgreSQL, or for `--soak-seconds`."""
    seconds = float(request.config.getoption("--soak-seconds") or SECONDS[kind])
    if kind == "sqlite":
        database = sqlite_file(tmp_path / "bot.db")
    else:
        server = request.getfixturevalue("postgres")
        database = postgres_database(server.uri, server.fresh())
    soaked = await soak(tmp_path, seconds, database)
    figure(f"a soak of {seconds:,.0f} s on {kind}: {json.dumps(summary(soaked))}")
    holds(soaked, seconds)
