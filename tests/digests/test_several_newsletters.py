"""Several newsletters in one bot: each is new by its own looks, and an upgrade posts and edits nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from archive.issue import Issue
from bot.store.store import Store
from tests.fakes.newsletter import issue, of
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

SUNDAY = datetime(2026, 1, 4, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
THREE = ("devops", "sre", "data")


async def subscribed(store: Store, *there: Issue) -> tuple[Scene, str]:
    """Return a scene with a channel that takes issues as they appear."""
    scene = Scene(store, start=SUNDAY)
    scene.nap = 12 * 3_600.0
    channel = scene.channel()
    await scene.holds(there)
    await scene.subscribes(channel)
    return scene, channel


def test_an_upgrade_from_one_folder_to_several_posts_and_edits_nothing(database: Callable[[], Store]) -> None:
    """What was posted stays as it is, a newsletter that is added has nothing new, and what comes later is posted."""

    async def play() -> None:
        old = [issue(n, SUNDAY - (3 - n) * WEEK) for n in range(1, 4)]
        scene, channel = await subscribed(database(), *old)
        await scene.worker_comes()
        await scene.appear(issue(4, SUNDAY))
        await scene.passes(hours=1)
        assert scene.texts(channel) == ["Weekly 4"]
        await scene.everybody_dies()
        before = len(scene.posts(channel))
        scene.reads = THREE
        there = [of("devops", each) for each in (*old, issue(4, SUNDAY))]
        added = [of(slug, issue(n, SUNDAY - timedelta(days=n))) for slug, n in (("sre", 4), ("data", 5))]
        scene.issues = (*there, *added)
        await scene.worker_comes()
        await scene.passes(days=2)
        assert len(scene.posts(channel)) == before
        await scene.appear(of("sre", issue(6, scene.clock.now())), of("devops", issue(7, scene.clock.now())))
        await scene.passes(hours=1)
        assert sorted(scene.texts(channel)) == ["Weekly 4", "Weekly 6", "Weekly 7"]
        assert scene.doubles() == 0
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_renamed_slug_posts_and_edits_nothing(database: Callable[[], Store]) -> None:
    """Neither does one that is renamed while another takes its old name."""

    async def play() -> None:
        scene, channel = await subscribed(
            database(), of("devops", issue(1, SUNDAY - WEEK)), of("sre", issue(2, SUNDAY))
        )
        scene.reads = ("devops", "sre")
        await scene.worker_comes()
        await scene.appear(of("sre", issue(3, SUNDAY)))
        await scene.passes(hours=1)
        await scene.everybody_dies()
        before = len(scene.posts(channel))
        scene.reads = ("devops-weekly", "sre")
        scene.issues = (
            of("devops-weekly", issue(1, SUNDAY - WEEK)), of("sre", issue(2, SUNDAY)), of("sre", issue(3, SUNDAY))
        )  # fmt: skip
        await scene.worker_comes()
        await scene.passes(days=2)
        assert len(scene.posts(channel)) == before
        await scene.appear(of("devops-weekly", issue(8, scene.clock.now())))
        await scene.passes(hours=1)
        assert scene.texts(channel)[-1] == "Weekly 8"
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_folder_that_is_away_holds_up_no_other(database: Callable[[], Store]) -> None:
    """The others' issues come on time, and what is old in one is new by no other's look."""

    async def play() -> None:
        there = [of(slug, issue(n, SUNDAY - WEEK)) for n, slug in enumerate(THREE, 1)]
        scene, channel = await subscribed(database(), *there)
        scene.reads, scene.away = THREE, {"sre"}
        await scene.worker_comes()
        await scene.passes(days=20)
        old = [of("data", issue(n, SUNDAY - 100 * WEEK)) for n in range(100, 140)]
        await scene.appear(*old, of("devops", issue(50, scene.clock.now())))
        await scene.passes(hours=2)
        posts = [text for text in scene.texts(channel) if text.startswith("Weekly")]
        assert posts == ["Weekly 50"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())
