"""Leases: each subscription belongs to one worker at a time, and is freed when that worker dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.worker import DigestContent, Worker
from bot.runtime.job_scheduler import JobScheduler
from bot.store.errors import StoreError
from tests.digests.test_promise import SUNDAY, end, named, standing_scene
from tests.fakes.newsletter import issue, render
from tests.fakes.scene import QUICK, Scene, slower
from tests.fakes.virtual import run


async def test_leases_are_renewed_while_a_tick_hangs() -> None:
    """A worker keeps its claimed subscriptions even if a tick never ends."""
    scene = Scene()
    worker = Worker(
        scene.store,
        scene.slack,
        IssueRegistry(scene.store.issues),
        scene.archive,
        DigestContent(render),
        scene.clock,
        scene.rules.__class__(lease=timedelta(seconds=0.15), tick_seconds=0.02),
    )
    renewed = asyncio.Event()

    async def hung(now: object) -> int:
        del now
        await asyncio.sleep(60)
        return 0

    async def renew(holder: str, ids: object, until: object) -> int:
        del holder, ids, until
        renewed.set()
        return 1

    worker.tick = hung  # type: ignore[method-assign]
    scene.store.leases.renew = renew  # type: ignore[method-assign]
    worker._claimed[1] = None  # type: ignore[assignment]
    worker._jobs[asyncio.ensure_future(asyncio.sleep(60))] = None  # type: ignore[assignment]
    await worker.run(JobScheduler())
    async with asyncio.timeout(10):
        await renewed.wait()
    for job in tuple(worker._jobs):
        job.cancel()
    worker._jobs.clear()
    await worker.stop(3)
    await scene.store.close()


def test_what_cannot_be_given_back_is_given_back_at_the_next_tick() -> None:
    """The database is unreachable when a job ends: the channel does not wait until the lease expires."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.passes(minutes=1)
        release, failed = scene.store.leases.release, 0

        async def fails(*about: Any) -> None:
            nonlocal failed
            if failed < 2:
                failed += 1
                raise StoreError("write subscriptions", "it is away")
            await release(*about)

        scene.store.leases.release = fails  # type: ignore[method-assign, assignment]
        await scene.appear(issue(2, SUNDAY, entries=1))
        while failed < 2:
            await scene.passes(seconds=1)
        await scene.appear(issue(3, SUNDAY, entries=1))
        await scene.passes(seconds=15)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3"]
        await end(scene)

    run(play())


def test_a_channel_claimed_while_its_last_job_ends_is_worked_on() -> None:
    """The worker claims the channel again after the release is committed, but before its job has the answer."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.passes(minutes=1)
        release, (worker, _) = scene.store.leases.release, scene.workers[0]
        new, old = issue(2, SUNDAY, entries=1), issue(1, SUNDAY, entries=1)

        async def hears_late(*about: Any) -> None:
            scene.store.leases.release = release  # type: ignore[method-assign]
            await release(*about)
            await scene.appear(new)
            assert await worker.tick(scene.clock.now()) == 1

        scene.store.leases.release = hears_late  # type: ignore[method-assign, assignment]
        await scene.appear(old)
        await scene.passes(seconds=20)
        assert "Weekly 2" in named(scene, channel)
        await end(scene)

    run(play())


def test_a_lease_that_nobody_knows_of_runs_out() -> None:
    """The answer to a claim was lost: the row names the worker, but the worker renews only what it knows of."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other = scene.channel("other")
        await scene.subscribes(other, "asap")
        await scene.passes(minutes=1)
        worker = scene.workers[0][0]
        known = await scene.store.subscriptions.get("-:T1", channel)
        assert known is not None
        await scene.store.schedule.run_now(scene.clock.now(), [known.id])
        lost = await scene.store.leases.claim(worker.name, scene.clock.now(), scene.rules.lease, limit=1, each=9)
        assert [one.id for one in lost] == [known.id]
        await scene.appear(issue(2, SUNDAY, entries=300))
        await scene.passes(minutes=2)
        assert named(scene, other) == named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


def test_a_lease_of_a_clock_that_was_ahead_ends() -> None:
    """A worker whose clock was three days ahead died: once the clock is right, its channel continues in minutes."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.steps(timedelta(days=3))
        await scene.passes(minutes=1)
        await scene.appear(issue(2, SUNDAY, entries=20))
        await scene.passes(seconds=8)
        assert 0 < len(scene.posts(channel)) < 21
        await scene.everybody_dies()
        scene.steps(timedelta(days=-3))
        await scene.worker_comes()
        for _ in range(3):
            await scene.passes(minutes=2)
            scene.poke()
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 21
        await end(scene)

    run(play())


@pytest.mark.long
def test_a_workspace_has_no_more_in_hand_than_it_may() -> None:
    """The subscriptions claimed earlier count towards the limit."""

    async def play() -> None:
        scene = Scene(start=SUNDAY, policy=slower(QUICK, max_channels_per_workspace=10, messages_per_second=50.0))
        channels = [scene.channel(f"c{number}") for number in range(30)]
        await scene.appear(issue(1, SUNDAY - timedelta(days=30)))
        for channel in channels:
            await scene.subscribes(channel)
        worker = await scene.worker_comes()
        await scene.passes(minutes=1)
        await scene.appear(issue(2, SUNDAY, entries=20))
        held, most = text("SELECT count(*) FROM subscriptions WHERE holder IS NOT NULL"), 0
        for _ in range(300):
            await scene.passes(seconds=1)
            most = max(most, worker.active_jobs)
            assert worker.active_jobs <= await scene.store.database.read(lambda there: there.scalar(held) or 0) + 1
        assert most == 10
        assert all(named(scene, channel) == ["Weekly 2"] for channel in channels)
        await end(scene)

    run(play())


def test_a_clock_step_that_the_database_missed_is_found_again() -> None:
    """Recomputing next_run_at fails the first time: the next tick does it."""

    async def play() -> None:
        scene, channel = await standing_scene()
        worker = scene.workers[0][0]
        await scene.passes(minutes=5)
        await scene.everybody_dies()
        set_alarms, calls = scene.store.schedule.recompute, 0

        async def fails(now: Any) -> int:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise StoreError("write subscriptions", "it is away")
            return await set_alarms(now)

        scene.store.schedule.recompute = fails  # type: ignore[method-assign, assignment]
        scene.steps(timedelta(days=2))
        for _ in range(3):
            try:
                await worker.tick(scene.clock.now())
            except StoreError:
                continue
        assert calls == 2
        assert scene.posts(channel) == []
        await worker.stop(2)
        await end(scene)

    run(play())
