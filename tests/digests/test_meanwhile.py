"""Changes to a channel while a worker has claimed it: they are neither lost nor undone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import Progress, State
from tests.digests.test_mishaps import delivery
from tests.digests.test_promise import SUNDAY, end, named, standing_scene
from tests.digests.test_waits import HERE, limit, lines
from tests.fakes.newsletter import issue, with_text
from tests.fakes.virtual import run


@pytest.mark.parametrize("what", ["new", "corrected"])
def test_what_came_before_the_clock_went_past_the_lease_is_seen_to(what: str) -> None:
    """The machine slept in the middle of a digest: the worker takes its own channel again, and what was new with it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY)
        await scene.appear(two, issue(3, SUNDAY))
        await scene.passes(seconds=6)
        await scene.appear(issue(4, SUNDAY) if what == "new" else with_text(two, 0, "Corrected."))
        scene.steps(timedelta(minutes=2))
        await scene.passes(hours=1)
        if what == "new":
            assert named(scene, channel) == ["Weekly 2", "Weekly 3", "Weekly 4"]
        else:
            assert any("Corrected." in line.text for line in lines(scene, channel))
        await end(scene)

    run(play())


@pytest.mark.parametrize("again", [0, 2], ids=["at once", "later"])
def test_a_digest_that_was_dropped_stays_dropped(again: int) -> None:
    """Its channel is unsubscribed while it waits, and subscribed again: it begins with what comes from now on."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        limit(scene, channel, 15)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=5)
        await scene.store.subscriptions.end(HERE, channel)
        await scene.passes(seconds=again)
        await scene.subscribes(channel)
        await scene.passes(minutes=5)
        found = await delivery(scene, channel)
        assert (found.progress, {part.state for part in found.parts}) == (Progress.DROPPED, {State.SKIPPED})
        assert not scene.posts(channel)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=5)
        assert named(scene, channel) == ["Weekly 3"]
        await end(scene)

    run(play())


def test_nothing_is_begun_of_a_digest_that_was_dropped() -> None:
    """A channel job that read the delivery before it was dropped records no messages for it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        deliveries = scene.store.deliveries
        begin = deliveries.begin

        async def dropped_first(*about: Any, **more: Any) -> Any:
            await scene.store.subscriptions.end(HERE, channel)
            await scene.subscribes(channel)
            return await begin(*about, **more)

        deliveries.begin = dropped_first  # type: ignore[method-assign]
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        found = await delivery(scene, channel)
        assert (found.progress, found.parts) == (Progress.DROPPED, ())
        assert not scene.posts(channel)
        await end(scene)

    run(play())


@pytest.mark.parametrize("frozen", ["before", "within"])
def test_an_edit_that_comes_late_does_not_stay_over_a_newer_one(frozen: str) -> None:
    """A process slept longer than its lease, before its edit or within the call: in the end the newest text stands."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY)
        await scene.appear(two)
        await scene.passes(minutes=1)
        sleeper, ticks = scene.workers.pop(0)
        awake, context = asyncio.Event(), sleeper._context
        slack, leases = context.slack, context.store.leases

        class Sleeping:
            """What the sleeper calls: it comes out of it as it wakes."""

            def __init__(self, what: object) -> None:
                self.what = what

            def __getattr__(self, name: str) -> Any:
                return getattr(self.what, name)

            async def update(self, *about: Any) -> Any:
                await awake.wait()
                return await slack.update(*about)

            async def has(self, *about: Any) -> bool:
                await awake.wait()
                return await leases.has(*about)

        if frozen == "within":
            object.__setattr__(context, "slack", Sleeping(slack))
        else:
            context.store.leases = Sleeping(leases)  # type: ignore[assignment]
        scene.workers.append((sleeper, ticks))
        await scene.appear(with_text(two, 0, "Old."))
        await scene.passes(seconds=3)
        assert sleeper.active_jobs == 1
        ticks.cancel()
        scene.workers.clear()
        context.store.leases = leases
        await scene.passes(seconds=90)
        await scene.worker_comes()
        await scene.appear(with_text(two, 0, "New."))
        await scene.passes(seconds=90)
        awake.set()
        await scene.passes(seconds=1)
        scene.poke()  # who ticks each second need not be told
        await scene.passes(minutes=1)
        assert "New." in [line for line in lines(scene, channel) if line.method == "chat.update"][-1].text
        await end(scene)

    run(play())
