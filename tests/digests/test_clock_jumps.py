"""A wall clock that jumps by months or years: nothing is made up for, nothing comes twice, and nothing stalls."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import FrameType
from typing import Self

import pytest

from tests.digests.test_promise import SUNDAY, end, named, standing_scene
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

DAILY = "daily 09:00 utc"


class Calls:
    """Counts the Python functions called within it: work, whatever the machine."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.count = 0

    def __enter__(self) -> Self:
        """Count from here."""
        self._before = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Count no more."""
        sys.setprofile(self._before)

    def _note(self, _frame: FrameType, event: str, _argument: object) -> None:
        self.count += event == "call"


async def working_scene(schedule: str) -> tuple[Scene, str]:
    """Return a scene in which issue 2 was posted and nothing waits."""
    scene, channel = await standing_scene(schedule)
    await scene.appear(issue(2, SUNDAY))
    await scene.passes(days=2, hours=3)
    assert named(scene, channel) == ["Weekly 2"]
    return scene, channel


@pytest.mark.long
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("schedule", [DAILY, "asap"])
def test_a_jump_costs_no_more_the_further_it_goes(schedule: str, sign: int) -> None:
    """Ten years are as much work as two days, for the worker and for the calendar."""

    async def play(days: int) -> int:
        scene, channel = await working_scene(schedule)
        with Calls() as calls:
            scene.steps(timedelta(days=sign * days))
            await scene.passes(hours=3)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)
        return calls.count

    run(play(2))  # what is done once a process is done by now
    few = run(play(2))
    assert max(run(play(days)) for days in (90, 365, 3_650)) <= 1.2 * few


@pytest.mark.parametrize("days", [90, -90, 3_650, -3_650])
def test_digests_go_on_after_a_jump(days: int) -> None:
    """An issue that appears by the new time comes at the next slot of the new time, and once; so after the way back."""

    async def play() -> None:
        scene, channel = await working_scene(DAILY)
        scene.nap = 6 * 3_600.0  # nothing here waits for less than a day
        for number, by in ((3, days), (4, -days)):
            scene.steps(timedelta(days=by))
            await scene.passes(minutes=1)
            await scene.appear(issue(number, scene.clock.now()))
            await scene.passes(days=1, minutes=1)
            assert named(scene, channel) == [f"Weekly {known}" for known in range(2, number + 1)]
        await scene.passes(days=3)
        assert len(named(scene, channel)) == 3
        await end(scene)

    run(play())


def test_an_issue_that_came_in_while_the_clock_was_a_year_ahead_is_posted_once_it_is_right() -> None:
    """It is old by the wrong clock; ten minutes after that is put right, it is new."""

    async def play() -> None:
        scene, channel = await working_scene("asap")
        scene.steps(timedelta(days=365))
        await scene.passes(days=1)
        await scene.appear(issue(3, scene.slack_clock.now()))
        await scene.passes(days=1)
        assert named(scene, channel) == ["Weekly 2"]
        scene.steps(timedelta(days=-365))
        await scene.passes(hours=2)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3"]
        await end(scene)

    run(play())
