"""The whole bot under load, faults at random, restarts and a locked database: nothing is doubled, lost or left open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.soak import CHANNELS, ISSUES, Soaked, grown, soak, summary

pytestmark = pytest.mark.process
MAX_GROWTH_KB = 10_000
"""Kilobytes by which the last third of a process's life may be above the middle one."""
LINES_A_MINUTE = 12
"""Lines of the log that a minute of faults may cost, beside one for each digest and what starts and restarts say."""
LINES_OF_STARTS = 100


def holds(soaked: Soaked, seconds: float) -> None:
    """Fail unless a soak ended as it must."""
    assert soaked.doubles == 0
    assert soaked.unanswered == []
    assert soaked.exits == [0, 0, 0]
    assert soaked.acknowledged > 0
    assert soaked.posts > 0
    assert max(map(grown, soaked.memory)) <= MAX_GROWTH_KB
    events = [json.loads(line)["event"] for line in soaked.log]  # every line is whole, and not part of a trace
    assert len(events) <= LINES_OF_STARTS + CHANNELS * ISSUES + LINES_A_MINUTE * seconds / 60


@pytest.mark.long
async def test_a_minute_of_it(tmp_path: Path) -> None:
    """Two restarts, a locked database and every fault, in a minute."""
    holds(await soak(tmp_path, 60), 60)


@pytest.mark.slow
async def test_a_soak(tmp_path: Path, pytestconfig: pytest.Config, figure: Callable[[str], None]) -> None:
    """The same for twenty minutes, or for `--soak-seconds`."""
    seconds = float(pytestconfig.getoption("--soak-seconds"))
    soaked = await soak(tmp_path, seconds)
    figure(f"a soak of {seconds:,.0f} s: {json.dumps(summary(soaked))}")
    holds(soaked, seconds)
