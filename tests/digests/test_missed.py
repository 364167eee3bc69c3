"""What happens while nobody is there, or is changed in between, is made up for: nothing waits for the next change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.digests.test_promise import SUNDAY, end, named, standing_scene
from tests.fakes.newsletter import issue, with_text
from tests.fakes.virtual import run


def test_what_appeared_while_the_bot_was_down_comes_at_its_start() -> None:
    """Even if the issue is already in the registry when the worker starts, so that registering reports no change."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.passes(minutes=1)
        await scene.everybody_dies()
        scene.issues = (*scene.issues, issue(2, SUNDAY))
        worker = await scene.worker_comes()
        await scene.passes(seconds=30)
        assert worker.active_jobs == 0
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


def test_what_was_edited_while_the_bot_was_down_is_edited_at_its_start() -> None:
    """The same goes for a new text; in a weekly channel too."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(days=1, minutes=1)
        await scene.everybody_dies()
        scene.issues = (scene.issues[0], with_text(issue(2, SUNDAY), 0, "Corrected."))
        await scene.worker_comes()
        await scene.passes(seconds=30)
        assert len([line for line in scene.site.ledger.lines if line.method == "chat.update"]) == 1
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


@pytest.mark.parametrize(
    "dated", [SUNDAY + timedelta(days=20), datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-5)))]
)
def test_an_issue_that_is_dated_far_ahead_keeps_nobody_busy(dated: datetime) -> None:
    """Nor does one of a date that no calendar has in UTC: its channel sleeps for a week at most, the others post."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.nap = 86_400.0
        await scene.appear(issue(9, dated))
        claims = scene.store.leases.claim
        taken: list[int] = []

        async def counted(*about: Any, **more: Any) -> Any:
            found = await claims(*about, **more)
            taken.extend(one.id for one in found)
            return found

        scene.store.leases.claim = counted  # type: ignore[method-assign]
        await scene.passes(minutes=30)
        assert len(taken) <= 2
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(days=25)
        assert named(scene, channel) == ["Weekly 2", "Weekly 9"][: 2 if dated.year < 9999 else 1]
        assert len(taken) < 20
        await end(scene)

    run(play())


@pytest.mark.long
@pytest.mark.parametrize(("schedule", "comes"), [("mondays 09:00 utc", True), ("mondays 08:00 utc", False)])
def test_a_new_layout_loses_no_slot(schedule: str, *, comes: bool) -> None:
    """Nobody is there at the slot, somebody changes the form, and the worker comes; a new schedule begins from now."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.passes(hours=1)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=1)
        await scene.everybody_dies()
        await scene.passes(days=1)
        await scene.subscribes(channel, schedule)
        await scene.worker_comes()
        await scene.passes(minutes=10)
        assert bool(scene.posts(channel)) is comes
        await scene.passes(days=8)
        assert len(scene.texts(channel)) == 1
        await end(scene)

    run(play())


def test_a_date_that_is_brought_forward_counts_at_once() -> None:
    """An issue was dated Saturday; on Sunday it is put right, and comes."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY + timedelta(days=6)))
        await scene.passes(hours=1)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=1)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


@pytest.mark.long
def test_issues_that_are_written_under_one_name_and_renamed_all_come() -> None:
    """Every week draft.md is written, and renamed when done: each is posted once, and no digest becomes the next."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        for number in (435, 436, 437):
            draft = issue(number, scene.clock.now(), slug="draft")
            await scene.appear(draft)
            await scene.passes(hours=5)
            await scene.vanish("draft")
            await scene.appear(replace(draft, slug=str(number)))
            await scene.passes(days=6)
        assert named(scene, channel) == ["Weekly 435", "Weekly 436", "Weekly 437"]
        assert not [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        await end(scene)

    run(play())
