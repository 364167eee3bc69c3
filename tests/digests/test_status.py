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
from bot.source.library import Library
from tests.digests.test_promise import SUNDAY, end, standing_scene
from tests.fakes.folder import FakeFolder
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


def test_a_status_names_what_the_archive_has_lost() -> None:
    """An emptied folder, also after a restart: how many issues are gone, since when, and what to do."""

    async def play() -> None:
        scene, channel = await standing_scene()
        subscription = await scene.store.subscriptions.get("-:T1", channel)
        assert subscription is not None
        library = Library.opened(FakeFolder(), clock=scene.clock)
        library.misses(await scene.store.issues.count(), await scene.store.issues.last_look())
        registry = IssueRegistry(scene.store.issues, few=10_000)
        reports = DeliveryReports(scene.store, registry, None, archive_fault=library.folder_fault)
        said = await reports.status(subscription, scene.clock.now())
        assert "1 issue is gone since" in str(status(said).blocks)
        assert "mount the folder" in str(status(said).blocks)
        await end(scene)

    run(play())
