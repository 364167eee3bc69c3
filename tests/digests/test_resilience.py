"""What one row, one workspace or one hung call cannot do to everybody else."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.digests.delivery.issue_registry import ArchiveChange, IssueRegistry
from bot.digests.delivery.worker import DigestContent, Worker
from bot.digests.delivery_status import DeliveryReports
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.domain.delivery import Progress
from bot.domain.schedule import AsItAppears, Unreadable
from bot.domain.subscription import Paused, PausedBy
from bot.runtime.job_scheduler import JobScheduler
from bot.slack.api.errors import RateLimitedError
from bot.slack.api.own_messages import PAGE_MESSAGES
from bot.store.errors import StoreError
from bot.store.tables import subscriptions
from playground.slack.faults import Fault, How
from tests.digests.test_promise import MONDAY, POST, SUNDAY, end, standing_scene
from tests.fakes.newsletter import issue, render
from tests.fakes.scene import Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import run

HISTORY = "conversations.history"


async def writes(scene: Scene, channel: str, **values: object) -> None:
    """Write to a subscription's row what another version might have."""
    change = update(subscriptions).where(subscriptions.c.channel == channel).values(**values)
    await scene.store.database.write(lambda connection: connection.execute(change).rowcount)


BROKEN: list[dict[str, Any]] = [
    {"schedule": "mondays 09:00 Mars/Olympus"},
    {"schedule": "the first of each month"},
    {"taste": {"layout": "carousel"}},
    {"taste": ["thread"]},
    {"taste": {"only": 7}},
]


@pytest.mark.parametrize("values", BROKEN)
def test_one_unreadable_subscription_stops_nobody_else(values: dict[str, object]) -> None:
    """It is paused with its reason and its subscriber told, once; the others get their digest in time."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other = scene.channel("other")
        await scene.subscribes(other)
        await writes(scene, channel, **values, wake_at=scene.clock.now())
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=2)
        assert len(scene.posts(other)) == 4
        assert scene.posts(channel) == []
        known = await scene.store.subscriptions.get("-:T1", channel)
        assert known is not None
        assert known.paused is not None
        assert known.paused.by is PausedBy.UNREADABLE
        assert "subscribe the channel again" in known.paused.reason
        assert len(await scene.store.subscriptions.list()) == 2
        assert len(scene.posts(scene.workspace.direct(scene.person.id).id)) == 1
        registry = IssueRegistry(scene.store.issues)
        await registry.put(scene.issues, scene.clock.now())
        status = await DeliveryReports(scene.store, registry, scene.slack).status(known, scene.clock.now())
        assert status.paused == known.paused.reason
        await end(scene)

    run(play())


def test_an_unreadable_subscription_goes_on_when_it_can_be_read() -> None:
    """Within an hour, or at the next start: nobody has to subscribe again after newer zone data."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.nap = 3_600.0
        await writes(scene, channel, schedule="mondays 09:00 Mars/Olympus", wake_at=scene.clock.now())
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=2)
        known = await scene.store.subscriptions.get("-:T1", channel)
        assert known is not None
        assert isinstance(known.schedule, Unreadable)
        assert str(known.schedule) == "mondays 09:00 Mars/Olympus"
        await writes(scene, channel, schedule=str(AsItAppears()))
        await scene.passes(hours=2, minutes=5)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_alarms_are_set_beside_one_that_cannot_be_read() -> None:
    """A start, and a stepped clock, set everybody else's."""

    async def play() -> None:
        scene, channel = await standing_scene()
        other = scene.channel("other")
        await scene.subscribes(other, "mondays 09:00 utc")
        await scene.passes(minutes=1)
        await scene.everybody_dies()
        far = MONDAY + timedelta(days=30)
        await writes(scene, other, wake_at=far)
        await writes(scene, channel, schedule="mondays 09:00 Mars/Olympus", wake_at=far)
        assert await scene.store.schedule.recompute(scene.clock.now()) == 1
        await end(scene)

    run(play())


class Hanging(SiteSlack):
    """A Slack that never answers whether it takes the token."""

    asked = 0

    async def check(self, workspace: str) -> None:
        """Hang."""
        del workspace
        self.asked += 1
        await asyncio.sleep(1e9)


def test_an_issue_that_nobody_was_woken_for_is_not_forgotten() -> None:
    """The database fails after registering and before scheduling: the worker reports it and tries again by itself."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        worker = scene.workers[0][0]
        schedule = scene.store.schedule
        run_now, failures = schedule.run_now, iter([True])

        async def fails(*about: Any) -> int:
            if next(failures, False):
                raise StoreError("wake a channel", "it is away")
            return await run_now(*about)

        schedule.run_now = fails  # type: ignore[method-assign, assignment]
        with pytest.raises(StoreError):
            await scene.appear(issue(2, SUNDAY))
        assert "new issues are not noticed" in worker.fault
        await scene.passes(seconds=30)
        scene.poke()  # it ticks every second; a scene's worker sleeps for as long as nothing is due
        await scene.passes(minutes=1)
        assert worker.fault == ""
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_an_issue_that_comes_while_others_are_registered_is_known() -> None:
    """A call that waits for the lock reads the archive only once it has the lock."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        worker, registry = scene.workers[0][0], scene.workers[0][0]._registration._registry
        put, going_on = registry.put, asyncio.Event()

        async def waits(*about: Any, **more: Any) -> ArchiveChange:
            await going_on.wait()
            return await put(*about, **more)

        registry.put = waits  # type: ignore[method-assign]
        turns = [asyncio.create_task(worker.changed()) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        scene.issues += (issue(2, SUNDAY),)
        going_on.set()
        await asyncio.wait(turns)
        scene.poke()
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_hung_workspaces_delay_nobody() -> None:
    """Whether refused workspaces take the bot again is asked beside the ticks, a few at a time, for so long."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.everybody_dies()
        for number in range(30):
            kept = await scene.store.subscriptions.put(
                f"-:X{number}",
                "C1",
                "U1",
                AsItAppears(),
                (await scene.subscribes(channel)).preferences,
                scene.clock.now(),
            )
            await scene.store.subscriptions.pause(kept.id, Paused(PausedBy.WORKSPACE, "token_revoked"))
        slack = Hanging(scene.site, "xoxb-stand-in", scene.slack_clock)
        began = scene.clock.true()
        worker = await scene.worker_comes(slack=slack)
        assert scene.clock.true() - began < timedelta(seconds=1)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=15)
        assert len(scene.posts(channel)) == 4
        assert 0 < slack.asked < 30
        await scene.passes(minutes=2)
        assert slack.asked == 30
        await worker.stop()
        await end(scene)

    run(play())


@pytest.mark.long
async def test_a_stop_is_done_in_time_though_the_database_hangs() -> None:
    """Leases that can't be released expire by themselves."""
    scene = Scene()
    registry, content = IssueRegistry(scene.store.issues), DigestContent(render)
    worker = Worker(scene.store, scene.slack, registry, scene.archive, content, scene.clock, scene.rules)

    async def hung(holder: str, now: object) -> int:
        del holder, now
        await asyncio.sleep(60)
        return 0

    scene.store.leases.drop = hung  # type: ignore[method-assign]
    await worker.run(JobScheduler())
    began = time.monotonic()
    await worker.stop(2)
    assert time.monotonic() - began < 8
    await scene.store.close()


async def unknown(scene: Scene, channel: str) -> str:
    """Bring the channel's digest into doubt; give the value of the buttons in the notice."""
    scene.workspace.scopes = frozenset({"chat:write"})
    scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
    await scene.appear(issue(2, SUNDAY))
    await scene.passes(minutes=5)
    direct = scene.workspace.direct(scene.person.id)
    told = list(scene.workspace.channels[direct.id].messages.values())[-1]
    return str(told.blocks[-1]["elements"][0]["value"])


def test_what_a_press_says_is_what_happens_while_posts_are_paused() -> None:
    """It does not promise a message now: it says what has to happen first, and then the message comes."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        value = await unknown(scene, channel)
        known = await scene.store.subscriptions.get("-:T1", channel)
        assert known is not None
        await scene.store.subscriptions.pause(known.id, Paused(PausedBy.PERSON, "somebody asked"))
        said = await UnconfirmedPosts(scene.store, scene.clock).decide("-:T1", value, post=True, user="U1")
        assert "paused (somebody asked)" in said
        assert "Posting it now" not in said
        await scene.passes(minutes=5)
        assert scene.posts(channel) == []
        await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
        scene.poke()
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_a_press_after_the_end_of_a_subscription_posts_nothing_and_says_so() -> None:
    """Nor is it posted when somebody subscribes the channel again."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        value = await unknown(scene, channel)
        await scene.store.subscriptions.end("-:T1", channel)
        doubts = UnconfirmedPosts(scene.store, scene.clock)
        assert "not subscribed any more" in await doubts.decide("-:T1", value, post=True, user="U1")
        await scene.subscribes(channel)
        await scene.passes(minutes=5)
        assert scene.posts(channel) == []
        await end(scene)

    run(play())


def test_what_is_left_is_left() -> None:
    """The other button ends it; neither of them does anything after that."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        value = await unknown(scene, channel)
        doubts = UnconfirmedPosts(scene.store, scene.clock)
        assert await doubts.decide("-:T1", value, post=False, user="U1") == "Left as it is."
        assert "settled already" in await doubts.decide("-:T1", value, post=False, user="U1")
        assert "settled already" in await doubts.decide("-:T1", value, post=True, user="U1")
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert row.progress is Progress.DROPPED
        await scene.passes(minutes=5)
        assert scene.posts(channel) == []
        await end(scene)

    run(play())


class OncePerMinute(SiteSlack):
    """A Slack that takes one call a minute for a history (`dead`: none at all), as for some apps it does."""

    dead = False
    calls = 0
    _last = -1e9

    async def _call(self, workspace: str, method: str, arguments: dict[str, Any], **rest: Any) -> Any:
        if method == HISTORY:
            self.calls += 1
            now = asyncio.get_running_loop().time()
            if self.dead or now - self._last < 60:
                error = RateLimitedError(method, "ratelimited", workspace=workspace)
                error.retry_after = 60.0 if self.dead else 60 - (now - self._last)
                raise error
            self._last = now
        return await super()._call(workspace, method, arguments, **rest)


@pytest.mark.parametrize("landed", [True, False])
def test_a_look_of_several_pages_ends_where_a_minute_has_one_call(landed: bool) -> None:
    """It goes on from the page it came to, and what it finds or does not find is posted once."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.everybody_dies()
        slack = OncePerMinute(scene.site, "xoxb-stand-in", scene.slack_clock)
        await scene.worker_comes(slack=slack)
        fault = Fault(How.HANG, effect=landed, method=POST, channel=channel)
        scene.site.faults.add(fault)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=5)
        for number in range(2 * PAGE_MESSAGES + 50):
            said = {"user": scene.person.id, "text": f"chat {number}"}
            scene.workspace.post(scene.workspace.channels[channel], scene.slack_clock.now(), **said)
        await scene.passes(minutes=10)
        assert len(scene.posts(channel)) == 4
        assert slack.calls > 3
        await end(scene)

    run(play())


def test_a_look_that_is_always_put_off_ends_with_a_question() -> None:
    """Not restarted for ever: after so many, somebody who can see the channel is asked."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.everybody_dies()
        slack = OncePerMinute(scene.site, "xoxb-stand-in", scene.slack_clock)
        slack.dead = True
        await scene.worker_comes(slack=slack)
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=3)
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert row.progress is Progress.UNKNOWN
        calls = slack.calls
        await scene.passes(hours=3)
        assert slack.calls == calls
        assert len(scene.posts(scene.workspace.direct(scene.person.id).id)) == 1
        await end(scene)

    run(play())
