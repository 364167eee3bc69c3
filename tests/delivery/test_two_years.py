"""Two years in virtual time: weekly issues, outages, clock changes, edits, faults; the same zeros, every rule kept."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.calendar import Weekly, parse_schedule, slots
from bot.delivery.rules import Rules
from bot.playground.faults import Fault, How
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

START = datetime(2026, 1, 4, 12, tzinfo=UTC)
SCHEDULES = (
    "mondays 09:00 Europe/London",
    "sundays 01:30 America/New_York",
    "sundays 02:30 Europe/Berlin",
    "mondays, thursdays 00:00 Asia/Kathmandu",
    "weekdays 23:45 Australia/Lord_Howe",
    "as soon as it appears",
)
POST = "chat.postMessage"
RULES = Rules(tick=5.0)


async def live(seed: int, weeks: int, nap: float = 3_600.0) -> str:
    """Live through that many weeks; check everything at the end; give the figures."""
    chance = random.Random(seed)
    scene = Scene(start=START, rules=RULES)
    scene.nap = nap
    channels = {scene.channel(f"c{n}"): schedule for n, schedule in enumerate(SCHEDULES)}
    await scene.appear(issue(1, START - timedelta(days=7)))
    for channel, schedule in channels.items():
        await scene.subscribes(channel, schedule)
    await scene.worker_comes()
    down = steps = edits = 0
    for week in range(weeks):
        number = week + 2
        await scene.appear(issue(number, scene.clock.true() - timedelta(minutes=1)))
        # Each of the loose faults befalls some call of the week to come.
        scene.site.faults.add(
            Fault(chance.choice([How.HANG, How.CUT, How.BROKEN]), effect=chance.random() < 0.5, method=POST),
            Fault(How.LIMITED, retry_after=chance.choice([1, 5, 400]), method=POST, skip=3),
        )
        left = timedelta(days=7)
        if chance.random() < 0.3:
            await scene.passes(hours=chance.uniform(0, 60))
            await scene.everybody_dies()
            gap = timedelta(hours=chance.choice([0.01, 1, 5, 20, 90, 400]))
            await asyncio.sleep(gap.total_seconds())
            await scene.worker_comes()
            down += 1
        if chance.random() < 0.1:
            by = timedelta(hours=chance.choice([-30, -2, 2, 30]))
            scene.steps(by)
            await scene.passes(hours=chance.uniform(1, 20))
            scene.steps(-by)
            steps += 1
        if chance.random() < 0.2:
            await scene.appear(with_text(scene.issues[-1], 0, f"Corrected in week {week}."))
            edits += 1
        await asyncio.sleep(left.total_seconds())
    await scene.passes(days=30)
    await judge(scene, channels, weeks, calm=not steps)
    await scene.everybody_dies()
    await scene.store.close()
    posts = len(scene.site.ledger.posts())
    return f"{weeks} weeks, seed {seed}: {posts} posts, {down} outages, {steps} clock steps, {edits} edits"


async def judge(scene: Scene, channels: dict[str, str], weeks: int, *, calm: bool) -> None:
    """Check that every issue is in every channel once, whole, and in its time."""
    assert scene.doubles() == 0
    for channel, schedule in channels.items():
        posts = scene.posts(channel)
        parents = [line for line in posts if not line.thread_ts]
        names = [" ".join(line.text.split()[:2]) for line in parents]
        assert sorted(names) == sorted(f"Weekly {number + 2}" for number in range(weeks)), schedule
        assert len(posts) == 4 * weeks, schedule
        assert all(later.at - sooner.at >= 0.9 for sooner, later in pairwise(posts)), "a second between two"
        parsed = parse_schedule(schedule)
        if calm and isinstance(parsed, Weekly):
            for line in parents:
                at = datetime.fromtimestamp(line.at, UTC)
                due = [slot.at for slot in slots(parsed, at - RULES.late - timedelta(minutes=20), at)]
                assert due, f"{schedule}: {line.text} at {at} belongs to no slot"


def test_half_a_year() -> None:
    """A short run of the same, with long naps."""
    assert run(live(1, 26, nap=6 * 3_600.0))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12, 13, 14])
def test_two_years(seed: int, figure: Callable[[str], None]) -> None:
    """104 weeks, with everything that can happen in them."""
    figure(f"two years: {run(live(seed, 104))}: 0 doubles, 0 silent misses, every post within its rule")
