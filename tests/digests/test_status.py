"""What a channel's status costs when much waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery_status import MAX_WAITING, DeliveryReports
from bot.digests.views.subscription import status
from bot.domain import schedule
from tests.digests.test_promise import SUNDAY, end, standing_scene
from tests.fakes.newsletter import issue
from tests.fakes.virtual import run


@pytest.mark.parametrize("count", [60, 600])
def test_a_status_works_out_the_slots_of_what_it_shows(
    count: int, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    """Ten times as many waiting issues need not one slot more; those that are not shown are counted."""
    slots, moment = 0, schedule.moment

    def counted(*about: object) -> object:
        nonlocal slots
        slots += 1
        return moment(*about)  # type: ignore[arg-type]

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.everybody_dies()
        await scene.appear(*(issue(n, SUNDAY + timedelta(minutes=n), entries=1) for n in range(2, count + 2)))
        registry = IssueRegistry(scene.store.issues, few=10_000)
        await registry.put(scene.issues, scene.clock.now())
        subscription = await scene.store.subscriptions.get("-:T1", channel)
        assert subscription is not None
        monkeypatch.setattr(schedule, "moment", counted)
        begun = time.perf_counter()
        said = await DeliveryReports(scene.store, registry, None).status(subscription, SUNDAY + timedelta(hours=20))
        figure(f"the status with {count} waiting took {(time.perf_counter() - begun) * 1000:.1f} ms")
        assert (len(said.waiting), said.more_waiting) == (MAX_WAITING, count - MAX_WAITING)
        assert f"and {count - 8} more" in str(status(said).blocks)
        assert slots < 2 * MAX_WAITING
        await end(scene)

    run(play())
