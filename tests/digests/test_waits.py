"""Waits that Slack asks for (429): obeyed exactly, also by the next worker, and only where Slack asked for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.digests.delivery.rate_limiter import RateLimiter
from bot.domain.delivery import State
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.preferences import Preferences
from bot.domain.schedule import parse_schedule
from bot.domain.subscription import Limit
from bot.slack.api.errors import RateLimitedError
from bot.store.errors import StoreError
from playground.slack.faults import Fault, How
from playground.slack.ledger import LedgerLine
from playground.slack.workspace import Workspace
from tests.digests.test_mishaps import blind, until
from tests.digests.test_promise import MONDAY, POST, SUNDAY, end, named, standing_scene
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import QUICK, Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import run

HERE = "-:T1"


def limit(scene: Scene, channel: str, seconds: int, method: str = POST) -> None:
    """Have Slack answer the next such call to the channel with a 429."""
    scene.site.faults.add(Fault(How.LIMITED, retry_after=seconds, method=method, channel=channel))


def lines(scene: Scene, channel: str) -> list[LedgerLine]:
    """Return the calls that wrote, or tried to write, in the channel."""
    return [line for line in scene.site.ledger.lines if line.channel == channel]


def refusals(scene: Scene) -> list[LedgerLine]:
    """Return the calls that Slack answered with a 429."""
    return [line for line in scene.site.ledger.lines if line.answer == "limited"]


async def subscribed(scene: Scene, *names: str) -> list[str]:
    """Subscribe more channels, to issues as they appear."""
    channels = [scene.channel(name) for name in names]
    for channel in channels:
        await scene.subscribes(channel)
    return channels


async def limited_scene(seconds: int, how: str) -> tuple[Scene, str, str, LedgerLine]:
    """Set up two channels with a digest to post or to correct, of which the first is told to wait."""
    scene, channel = await standing_scene("asap")
    (other,) = await subscribed(scene, "other")
    two = issue(2, SUNDAY)
    if how == "edited":
        await scene.appear(two)
        await scene.passes(minutes=1)
        two = with_text(two, 0, "Corrected.")
    limit(scene, channel, seconds, POST if how == "posted" else "chat.update")
    await scene.appear(two)
    await scene.passes(seconds=5)
    (told,) = refusals(scene)
    return scene, channel, other, told


@pytest.mark.parametrize("seconds", [15, 300])
@pytest.mark.parametrize("how", ["posted", "edited"])
def test_what_slack_asked_for_outlasts_a_restart(how: str, seconds: int) -> None:
    """After a 429, the next worker writes nothing to that channel before its end; other channels go on."""

    async def play() -> None:
        scene, channel, other, told = await limited_scene(seconds, how)
        for worker, _ in scene.workers:
            await worker.stop()
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.passes(minutes=10)
        after = [line for line in lines(scene, channel) if line.at > told.at]
        assert told.at + seconds <= after[0].at < told.at + seconds + 5
        assert max(line.at for line in lines(scene, other)) < told.at + seconds
        await end(scene)

    run(play())


def test_what_was_asked_for_by_a_clock_that_was_ahead_is_not_waited_for() -> None:
    """The clock is set back by a day while no worker runs: the channel does not wait a day."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.steps(timedelta(days=1))
        limit(scene, channel, 300)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=5)
        assert not scene.posts(channel)
        await scene.everybody_dies()
        scene.steps(timedelta(days=-1))
        await scene.worker_comes()
        await scene.passes(minutes=3)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


@pytest.mark.parametrize("step", [-2_000, 2_000])
def test_a_clock_that_is_put_changes_no_wait(step: int) -> None:
    """The worker that got the 429 counts its seconds by the event loop."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        limit(scene, channel, 3_000)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=500)
        scene.steps(timedelta(seconds=step))
        await scene.passes(hours=3)
        first, second = lines(scene, channel)[:2]
        assert 3_000 <= second.at - first.at < 3_030
        await end(scene)

    run(play())


def test_a_channel_that_waits_holds_no_other() -> None:
    """One waits for long; later another is told to wait for a moment. Once that is over, the third goes on."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other, third = await subscribed(scene, "other", "third")
        limit(scene, channel, 600)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=60)
        limit(scene, other, 15)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(seconds=8)
        await scene.appear(issue(4, SUNDAY))  # wakes the first, too
        await scene.passes(seconds=120)
        assert named(scene, third) == ["Weekly 2", "Weekly 3", "Weekly 4"]
        await end(scene)

    run(play())


def test_who_queues_in_a_workspace_hears_that_all_of_it_is_to_wait() -> None:
    """Two channels are told: the sixty that have their place in the queue post nothing until then."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        others = await subscribed(scene, *(f"other-{number}" for number in range(60)))
        await scene.passes(minutes=1)
        limit(scene, channel, 60)
        limit(scene, others[0], 60)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=10)
        told = max(line.at for line in refusals(scene))
        assert not [line for line in scene.site.ledger.lines if line.method == POST and told < line.at < told + 60]
        assert all(scene.posts(each) for each in (channel, *others))
        await end(scene)

    run(play())


@pytest.mark.long
def test_a_long_wait_of_a_workspace_is_not_waited_out_by_its_other_channels() -> None:
    """A channel that is due meanwhile is released; an issue then too late for its slot is posted at the next."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other, weekly = scene.channel("other"), scene.channel("weekly")
        await scene.subscribes(other)
        await scene.subscribes(weekly, "mondays 09:00 utc")
        await scene.passes(hours=23, minutes=50)
        limit(scene, channel, 60_000)
        limit(scene, other, 60_000)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=5)
        assert scene.workers[0][0].active_jobs == 0
        await scene.passes(hours=24)
        assert not scene.posts(weekly)
        await scene.passes(days=7)
        assert scene.posts(weekly)[0].at >= (MONDAY + timedelta(days=7)).timestamp()
        await end(scene)

    run(play())


def test_the_wait_of_a_workspace_outlasts_a_restart() -> None:
    """Whoever starts then asks nothing of the channels either that were not told themselves."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other, third = await subscribed(scene, "other", "third")
        await scene.passes(seconds=5)
        limit(scene, channel, 600)
        limit(scene, other, 600)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=60)
        told = max(line.at for line in refusals(scene))
        await scene.everybody_dies()
        await scene.passes(seconds=90)
        await scene.worker_comes()
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=30)
        assert not [line for line in lines(scene, third) if told + 60 < line.at < told + 600]
        assert named(scene, third) == ["Weekly 2", "Weekly 3"]
        await end(scene)

    run(play())


async def crowded_scene() -> tuple[Scene, Workspace, Workspace]:
    """Set up a worker that has room for four channels, two of a workspace, and two more workspaces."""
    scene = Scene(start=SUNDAY, policy=replace(QUICK, max_channels=4, max_channels_per_workspace=2))
    two, three = (scene.site.add(Workspace(team, token=f"xoxb-{team}")) for team in ("T2", "T3"))
    tokens = {HERE: "xoxb-stand-in", "-:T2": two.token, "-:T3": three.token}
    scene.slack = SiteSlack(scene.site, tokens.get, scene.slack_clock)
    await scene.appear(issue(1, SUNDAY - timedelta(days=30)))
    await scene.worker_comes()
    return scene, two, three


async def joined(scene: Scene, workspace: Workspace, count: int, when: str = "asap") -> list[str]:
    """Subscribe so many new channels of a workspace."""
    person, wish = workspace.add_user("somebody"), parse_schedule(when, "UTC")
    found = [workspace.add_channel(f"channel-{number}", (person,)).id for number in range(count)]
    for each in found:
        now = scene.clock.now()
        await scene.store.subscriptions.put(f"-:{workspace.team}", each, person.id, wish, Preferences(), now)
    return found


def test_workspaces_that_wait_leave_room_for_the_others() -> None:
    """Two workspaces are told to wait for an hour; with room for four channels, a third one's digest comes at once."""

    async def play() -> None:
        scene, two, three = await crowded_scene()
        for workspace in (scene.workspace, two):
            for each in (await joined(scene, workspace, 6))[:2]:
                fault = Fault(How.LIMITED, retry_after=3_600, method=POST, workspace=workspace.team, channel=each)
                scene.site.faults.add(fault)
        (unhurt,) = await joined(scene, three, 1)
        await scene.passes(seconds=30)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=60)
        assert scene.site.ledger.posts("T3", unhurt)
        await end(scene)

    run(play())


@pytest.mark.long
def test_a_wait_is_kept_though_the_database_fails_then() -> None:
    """What else is to be written down of the refusal cannot be: the wait holds all the same."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        limit(scene, channel, 600)
        parts, failures = scene.store.parts, [StoreError("write parts", "gone")]
        back = parts.back

        async def failing(*given: Any, **how: Any) -> bool:
            if failures:
                raise failures.pop()
            return await back(*given, **how)

        parts.back = failing  # type: ignore[method-assign]
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=20)
        first, second = lines(scene, channel)[:2]
        assert not failures
        assert second.at - first.at >= 600
        await end(scene)

    run(play())


def test_a_look_that_is_put_off_is_not_made_before_whoever_asks() -> None:
    """A new issue wakes the channel: the doubt about the one before is looked into no sooner for that."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        looks: list[float] = []
        slack: Any = scene.slack
        call = slack._call

        async def noting(workspace: str, method: str, *given: Any, **how: Any) -> Any:
            if method == "conversations.history":
                looks.append(asyncio.get_running_loop().time())
            return await call(workspace, method, *given, **how)

        slack._call = noting
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        limit(scene, channel, 600, "conversations.history")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=100)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=20)
        assert looks[1] - looks[0] >= 600
        assert named(scene, channel) == ["Weekly 2", "Weekly 3"]
        await end(scene)

    run(play())


def test_corrections_of_a_channel_that_is_to_wait_do_not_hold_it() -> None:
    """Two digests are corrected, and the first edit is limited for half a day: the channel is released."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two, three = issue(2, SUNDAY), issue(3, SUNDAY)
        await scene.appear(two, three)
        await scene.passes(minutes=1)
        limit(scene, channel, 40_000, "chat.update")
        await scene.appear(with_text(two, 0, "Corrected."), with_text(three, 0, "Corrected."))
        await scene.passes(minutes=5)
        assert scene.workers[0][0].active_jobs == 0
        await end(scene)

    run(play())


def test_a_second_lies_between_two_messages_whoever_sends_them() -> None:
    """A worker stops right after a message, and another goes on at once."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.worker_comes()
        await scene.appear(issue(2, SUNDAY))
        while len(scene.posts(channel)) < 2:
            await scene.passes(seconds=0.05)
        stopped = next(worker for worker, _ in scene.workers if worker.active_jobs)
        await scene.passes(seconds=0.1)
        await stopped.stop()
        scene.poke()
        await scene.passes(seconds=30)
        assert {line.answer for line in lines(scene, channel)} == {"ok"}
        await end(scene)

    run(play())


@pytest.mark.long
def test_what_proves_absent_after_days_goes_out_at_the_next_slot() -> None:
    """A digest in doubt while nobody was there for two days is too late for its own slot, like any other."""

    async def play() -> None:
        scene, channel = await standing_scene()
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=24, seconds=10)
        await scene.everybody_dies()
        await scene.passes(hours=50)
        await scene.worker_comes()
        await scene.passes(minutes=10)
        assert not scene.posts(channel)
        await scene.passes(days=5)
        assert named(scene, channel) == ["Weekly 2"]
        assert scene.posts(channel)[0].at >= (MONDAY + timedelta(days=7)).timestamp()
        await end(scene)

    run(play())


def test_the_buttons_come_though_slack_puts_them_off() -> None:
    """The direct message about a doubt is sent once, but not lost to a moment's hurry."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        blind(scene)
        told: list[float] = []
        slack: Any = scene.slack
        call = slack._call

        async def hurried(workspace: str, method: str, arguments: Any, *given: Any, **how: Any) -> Any:
            if arguments.get("channel") == scene.person.id:
                told.append(asyncio.get_running_loop().time())
                if len(told) == 1:
                    error = RateLimitedError(method, "ratelimited")
                    error.retry_after = 1.0
                    raise error
            return await call(workspace, method, arguments, *given, **how)

        slack._call = hurried
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await until(scene, channel, State.UNKNOWN)
        await scene.passes(seconds=5)
        assert len(told) == 2
        assert told[1] - told[0] >= 1.0
        await end(scene)

    run(play())


def test_a_workspace_waits_as_long_as_those_say_who_were_told_while_another_waited() -> None:
    """Nothing is concluded from one channel, or from two whose waits did not overlap."""

    async def rest(*spans: tuple[int, int]) -> float:
        """Return a third channel's wait at second 100, after 429s with these spans (from, until) for others."""
        pace, now = RateLimiter(DeliveryPolicy()), SUNDAY + timedelta(seconds=100)
        told = [(SUNDAY + timedelta(seconds=at), SUNDAY + timedelta(seconds=to)) for at, to in spans]
        pace.recall([Limit(HERE, f"C{number}", *each) for number, each in enumerate(told)], now)
        return pace.rest(HERE, "C9")

    for spans, expected in (
        (((0, 400),), 0),
        (((0, 400), (50, 300)), 200),
        (((50, 300), (0, 400)), 200),
        (((0, 300), (50, 400)), 300),
        (((0, 90), (50, 400)), 300),
        (((0, 40), (50, 400)), 0),
        (((0, 400), (50, 90)), 0),
    ):
        assert run(rest(*spans)) == pytest.approx(expected)
