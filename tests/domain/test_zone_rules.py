"""A zone whose rules change, as governments do at short notice: the machine's zone data is newer after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.domain import schedule
from bot.store.tables import subscriptions
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import run, until

pytestmark = pytest.mark.long

SCHEDULE = "mondays 09:00 Europe/London"
SUNDAY = datetime(2026, 7, 5, 9, tzinfo=UTC)
SLOT = datetime(2026, 7, 6, 8, tzinfo=UTC)
"""The slot by the rules that this machine has: summer time."""
LATER, SOONER = ("Etc/GMT", timedelta(hours=1)), ("Etc/GMT-3", timedelta(hours=-2))
"""Older rules, as a zone that has them all year, and by how much their slot differs."""


@contextmanager
def older_rules(zone: str) -> Iterator[None]:
    """Have every zone as `zone` for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "zone_of", lambda _: ZoneInfo(zone))
        yield


async def next_run_at(scene: Scene) -> datetime | None:
    """Return the only subscription's next_run_at."""
    return await scene.store.database.read(lambda connection: connection.scalar(select(subscriptions.c.wake_at)))


async def slept(scene: Scene, zone: str, hours: float) -> str:
    """Subscribe a channel while older rules hold, have issue 2 appear, and let a worker live for some hours."""
    channel = scene.channel()
    with older_rules(zone):
        await scene.appear(issue(1, SUNDAY - timedelta(days=30)))
        await scene.subscribes(channel, SCHEDULE)
        await scene.worker_comes()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=hours)
        await scene.everybody_dies()
    return channel


async def end(scene: Scene, channel: str, *titles: str) -> None:
    """Check what was posted at the slots of two weeks, and close everything."""
    await scene.passes(days=10)
    assert scene.texts(channel) == [*titles]
    assert scene.doubles() == 0
    await scene.everybody_dies()
    await scene.store.close()


def posted_at(scene: Scene, channel: str) -> datetime:
    """Return when the newest channel message was posted."""
    return datetime.fromtimestamp([line.at for line in scene.posts(channel) if not line.thread_ts][-1], UTC)


def test_an_alarm_that_would_be_too_late_is_set_anew() -> None:
    """A start sets it to the new rules' moment, and the digest comes then, once."""

    async def play() -> None:
        scene = Scene(start=SUNDAY)
        zone, by = LATER
        channel = await slept(scene, zone, hours=5)
        assert await next_run_at(scene) == SLOT + by
        await scene.worker_comes()
        assert await next_run_at(scene) == SLOT
        await until(scene.clock, SLOT + timedelta(minutes=1))
        assert timedelta(0) <= posted_at(scene, channel) - SLOT < timedelta(seconds=10)
        await end(scene, channel, "Weekly 2")

    run(play())


def test_an_alarm_that_is_too_soon_posts_nothing() -> None:
    """The worker that claims it finds nothing due by the new rules, and schedules it by them."""

    async def play() -> None:
        scene = Scene(start=SUNDAY)
        zone, by = SOONER
        channel = await slept(scene, zone, hours=5)
        assert await next_run_at(scene) == SLOT + by
        await scene.worker_comes()
        await until(scene.clock, SLOT - timedelta(minutes=1))
        assert scene.posts(channel) == []
        assert await next_run_at(scene) == SLOT
        await until(scene.clock, SLOT + timedelta(minutes=1))
        assert timedelta(0) <= posted_at(scene, channel) - SLOT < timedelta(seconds=10)
        await end(scene, channel, "Weekly 2")

    run(play())


def test_a_slot_that_was_does_not_come_again_for_its_date() -> None:
    """By the older rules it was at six; by the new ones it would be at eight of the same day, and is not."""

    async def play() -> None:
        scene = Scene(start=SUNDAY)
        zone, by = SOONER
        channel = await slept(scene, zone, hours=22)
        assert scene.texts(channel) == ["Weekly 2"]
        assert timedelta(0) <= posted_at(scene, channel) - (SLOT + by) < timedelta(seconds=10)
        await scene.appear(issue(3, SUNDAY))
        await scene.worker_comes()
        await until(scene.clock, SLOT + timedelta(days=1))
        assert scene.texts(channel) == ["Weekly 2"]
        await end(scene, channel, "Weekly 2", "Weekly 3")

    run(play())
