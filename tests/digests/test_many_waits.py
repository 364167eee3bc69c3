"""Waits that come again and again: short ones in a row make somebody late as well, and looks take turns."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import State
from bot.slack.api.errors import RateLimitedError
from playground.slack.faults import Fault, How
from tests.digests.test_mishaps import blind, press, until
from tests.digests.test_promise import MONDAY, POST, SUNDAY, end, named, standing_scene
from tests.digests.test_waits import crowded_scene, joined, limit, lines, subscribed
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import run

pytestmark = pytest.mark.long

LOOK = "conversations.history"


@pytest.mark.parametrize(("times", "late"), [(200, True), pytest.param(2_300, False, marks=pytest.mark.slow)])
def test_short_waits_in_a_row_make_a_digest_late(times: int, *, late: bool) -> None:
    """It says so where it comes on the day, and after twelve hours it is for the next slot."""

    async def play() -> None:
        scene, channel = await standing_scene()
        scene.site.faults.add(Fault(How.LIMITED, retry_after=20, method=POST, channel=channel, times=times))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=48)
        assert ["Late" in post.text for post in scene.posts(channel) if not post.thread_ts] == ([True] if late else [])
        await scene.passes(days=7)
        assert named(scene, channel) == ["Weekly 2"]
        (first,) = [post for post in scene.posts(channel) if not post.thread_ts]
        assert timedelta(seconds=first.at - MONDAY.timestamp()) % timedelta(days=7) < timedelta(hours=12)
        await end(scene)

    run(play())


def test_workspaces_that_are_put_off_for_moments_leave_room_for_the_others() -> None:
    """They hold all channel jobs, and each wait is short: the jobs end all the same."""

    async def play() -> None:
        scene, two, three = await crowded_scene()
        for workspace in (scene.workspace, two):
            await joined(scene, workspace, 4)
            scene.site.faults.add(Fault(How.LIMITED, retry_after=10, method=POST, workspace=workspace.team, times=None))
        (unhurt,) = await joined(scene, three, 1, "sundays 10:00 utc")
        await scene.passes(seconds=30)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=1, minutes=10)
        assert scene.site.ledger.posts("T3", unhurt)
        await end(scene)

    run(play())


def test_no_look_is_made_before_slack_takes_one() -> None:
    """Two dozen channels in doubt, Slack takes one look a minute: each gets its own, none asks early."""

    async def play() -> None:
        scene = Scene(start=SUNDAY)
        slack = scene.slack = OneLookAMinute(scene.site, "xoxb-stand-in", scene.slack_clock)
        await scene.appear(issue(1, SUNDAY - timedelta(days=30)))
        await scene.worker_comes()
        for channel in await subscribed(scene, *(f"channel-{number}" for number in range(24))):
            scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=1)
        assert await scene.store.deliveries.counts() == {"done": 24}
        assert slack.early == 0
        assert slack.refused <= 24
        await end(scene)

    run(play())


class OneLookAMinute(SiteSlack):
    """A Slack that allows one read of a channel's history a minute, as it does for some apps."""

    free = told = 0.0
    early = refused = 0
    """Looks that were made though Slack had said when it would take one; and all that it put off."""

    async def _call(self, workspace: str, method: str, arguments: Any, **how: Any) -> Any:
        if method == LOOK:
            now = asyncio.get_running_loop().time()
            self.early += now < self.told
            if now < self.free:
                self.refused += 1
                self.told = self.free
                await asyncio.sleep(0.2)
                error = RateLimitedError(method, "ratelimited")
                error.retry_after = self.free - now
                raise error
            self.free = now + 60
        return await super()._call(workspace, method, arguments, **how)


def test_a_clock_that_is_put_right_by_moments_forgets_no_wait() -> None:
    """Two seconds back between the answer and the restart: what was told holds, as long as it was told."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        limit(scene, channel, 3_600)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=0.5)
        await scene.workers[0][0].stop()
        await scene.everybody_dies()
        scene.steps(-timedelta(seconds=2))
        await scene.worker_comes()
        await scene.passes(hours=2)
        first, second = lines(scene, channel)[:2]
        assert second.at - first.at >= 3_600
        await end(scene)

    run(play())


def test_a_second_lies_between_two_messages_over_a_restart() -> None:
    """In the middle of a digest one worker stops and another starts at once: Slack has nothing to put off."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        while len(scene.posts(channel)) < 2:
            await scene.passes(seconds=0.05)
        await scene.passes(seconds=0.1)
        await scene.workers[0][0].stop()
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.passes(seconds=30)
        assert len(scene.posts(channel)) == 4
        assert {line.answer for line in lines(scene, channel)} == {"ok"}
        await end(scene)

    run(play())


@pytest.mark.parametrize(
    ("fault", "after"),
    [(Fault(How.LIMITED, retry_after=15, method=POST), 1.0), (Fault(How.HANG, method=POST), 18.0)],
    ids=["put off", "unknown"],
)
def test_a_stop_does_not_wait_for_what_it_will_not_do(fault: Fault, after: float) -> None:
    """The message on its way is put off, or nobody knows: what follows from that is the next worker's."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        slack: Any = scene.slack
        slack._latency = 2.0
        scene.site.faults.add(replace(fault, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=after)
        assert len(lines(scene, channel)) <= 1
        loop = asyncio.get_running_loop()
        began = loop.time()
        await scene.workers[0][0].stop()
        assert loop.time() - began < 4
        await end(scene)

    run(play())


def test_who_wants_it_posted_hears_that_slack_makes_it_wait() -> None:
    """Another digest was put off by most of an hour: what is asked for now comes after that, and that is said."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        blind(scene)
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        found = await until(scene, channel, State.UNKNOWN)
        limit(scene, channel, 3_000)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(seconds=20)
        assert "in 50 min: Slack takes nothing there before" in await press(scene, found, 0)
        await scene.passes(minutes=49)
        assert not scene.posts(channel)
        await scene.passes(minutes=2)
        assert sorted(named(scene, channel)) == ["Weekly 2", "Weekly 3"]
        await end(scene)

    run(play())
