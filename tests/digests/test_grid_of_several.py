"""Several newsletters in one channel: a worker that dies at any step, and weeks of outages and faults."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.store.store import Store
from playground.slack.faults import Fault, How
from tests.digests.test_grid import die_at
from tests.fakes.doom import Fuse, doomed_slack, doomed_store
from tests.fakes.newsletter import issue, of
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

START = datetime(2026, 1, 4, 12, tzinfo=UTC)
THREE = ("devops", "sre", "data")
POST = "chat.postMessage"


async def begun(store: Store) -> tuple[Scene, str]:
    """Set up a channel with three subscriptions, each with an issue that is due now."""
    scene = Scene(store, start=START)
    scene.reads = THREE
    channel = scene.channel()
    await scene.holds([of(slug, issue(n, START - timedelta(days=7))) for n, slug in enumerate(THREE, 1)])
    for slug in THREE:
        await scene.subscribes(channel, newsletter=slug)
    await scene.appear(*(of(slug, issue(10 * n, START, entries=1)) for n, slug in enumerate(THREE, 1)))
    return scene, channel


async def dies(store: Store, step: int) -> int:
    """Have a worker die at a step, and another one go on; check what stands in the channel; return the steps taken."""
    scene, channel = await begun(store)
    fuse = Fuse(step)
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    if step:
        await die_at(scene, fuse)
        await scene.passes(seconds=40)
    else:
        await scene.worker_comes(slack=doomed_slack(scene.slack, fuse))
        await scene.passes(minutes=1)
    await scene.everybody_dies()
    scene.wrap_store = lambda real: real
    await scene.worker_comes()
    await scene.passes(minutes=40)
    assert scene.doubles() == 0, step
    posts = [line for line in scene.posts(channel) if line.metadata]
    threads = [line.thread_ts or line.ts for line in posts]
    assert threads == sorted(threads, key=threads.index), (step, "two digests are mixed")
    assert sorted(line.text for line in posts if not line.thread_ts) == ["Weekly 10", "Weekly 20", "Weekly 30"], step
    assert len(posts) == 6, step
    await scene.everybody_dies()
    return fuse.count


def grid(fresh: Callable[[], Store], stride: int) -> int:
    """Play every `stride`-th step, each with an empty store; return how many."""
    steps = range(1, run(dies(fresh(), 0)) + 1, stride)
    for step in steps:
        run(dies(fresh(), step))
    return len(steps)


async def lives(store: Store, seed: int, weeks: int) -> str:
    """Live through that many weeks with an issue of each newsletter in each; check all at the end; give the figures."""
    chance, scene = random.Random(seed), Scene(store, start=START)
    scene.reads, scene.nap = THREE, 6 * 3_600.0
    schedules = ("mondays 09:00 Europe/London", "mondays 09:00 Europe/London", "as soon as it appears")
    channel, outages = scene.channel(), 0
    await scene.holds([of(slug, issue(n, START - timedelta(days=7))) for n, slug in enumerate(THREE, 1)])
    for slug, schedule in zip(THREE, schedules, strict=True):
        await scene.subscribes(channel, schedule, newsletter=slug)
    await scene.worker_comes()
    for week in range(1, weeks + 1):
        now = scene.clock.true() - timedelta(minutes=1)
        await scene.appear(*(of(slug, issue(1_000 * n + week, now, entries=2)) for n, slug in enumerate(THREE, 1)))
        scene.site.faults.add(
            Fault(chance.choice([How.HANG, How.CUT, How.BROKEN]), effect=chance.random() < 0.5, method=POST),
            Fault(How.LIMITED, retry_after=chance.choice([1, 5, 400]), method=POST, skip=3),
        )
        if chance.random() < 0.4:
            await scene.passes(hours=chance.uniform(20.9, 21.1))  # at the slot, or near it
            await scene.everybody_dies()
            await asyncio.sleep(timedelta(hours=chance.choice([0.01, 1, 20, 90])).total_seconds())
            await scene.worker_comes()
            outages += 1
        await scene.passes(days=7)
    await scene.passes(days=30)
    assert scene.doubles() == 0
    posts = [line for line in scene.posts(channel) if line.metadata]
    numbers = [int(line.text.split()[1]) for line in posts if not line.thread_ts]
    assert sorted(numbers) == sorted(1_000 * n + week for n in (1, 2, 3) for week in range(1, weeks + 1))
    for n in (1, 2, 3):
        theirs = [number for number in numbers if number // 1_000 == n]
        assert theirs == sorted(theirs), "out of order"
    assert len(posts) == 3 * 3 * weeks
    assert all(later.at - sooner.at >= 0.9 for sooner, later in pairwise(scene.posts(channel))), "a second between two"
    await scene.everybody_dies()
    return f"{weeks} weeks of three newsletters in one channel, seed {seed}: {len(posts)} posts, {outages} outages"


@pytest.mark.long
def test_of_three_digests_none_is_mixed_lost_or_doubled(emptied: Callable[[], Store]) -> None:
    """Whoever dies at whichever step."""
    assert grid(emptied, stride=17)


@pytest.mark.long
def test_some_weeks_of_three_newsletters(emptied: Callable[[], Store]) -> None:
    """Outages at the slots, and faults in each week."""
    assert run(lives(emptied(), 1, 12))


@pytest.mark.slow
def test_the_whole_grid_of_three_newsletters(figure: Callable[[str], None]) -> None:
    """Every step."""
    deaths = grid(lambda: Store.open("sqlite://", inline=True), stride=1)
    figure(f"grid of three newsletters in one channel: {deaths} deaths, 0 doubles, 0 silent misses, none mixed")


@pytest.mark.slow
def test_two_years_of_three_newsletters(figure: Callable[[str], None]) -> None:
    """104 weeks of the same."""
    lived = run(lives(Store.open("sqlite://", inline=True), 11, 104))
    figure(f"{lived}: 0 doubles, 0 silent misses, no order broken")
