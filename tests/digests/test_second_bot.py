"""Two bots with a database each in one workspace: no digest stands twice, and somebody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.digests.alerting import AlertRoute
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery_status import DeliveryReports
from bot.digests.second_bot_alerts import SecondBotAlerts
from bot.digests.views.subscription import status
from bot.domain.delivery import Progress
from bot.domain.second_bot import STANDS_ALREADY, SUSPECTED_FOR, Sighting, is_later
from bot.slack.api.ports import PartMarker
from bot.store.store import Store
from tests.digests.test_mishaps import blind
from tests.fakes.emptied import STORES
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import START, run

PARTS = 4
FIRST = issue(1, START - timedelta(days=9))


class CountedLooks(SiteSlack):
    """Counts the calls that read a channel's history."""

    def __init__(self, scene: Scene) -> None:
        """Call the scene's workspace."""
        super().__init__(scene.site, "xoxb-stand-in", scene.slack_clock)
        self.looks = 0

    async def own_copies(self, workspace: str, channel: str, marker: PartMarker, *, oldest: str) -> tuple[str, ...]:
        """Count it, and look."""
        self.looks += 1
        return await super().own_copies(workspace, channel, marker, oldest=oldest)


async def two(first: Store, second: Store, *, channels: int = 1) -> tuple[Scene, Scene, list[str]]:
    """Return two bots in one workspace, each of which has subscribed the same channels in a database of its own."""
    one, other = Scene(first), Scene(second)
    other.site, other.workspace, other.person, other.slack = one.site, one.workspace, one.person, one.slack
    places = [one.channel(f"channel-{number}") for number in range(channels)]
    for scene in (one, other):
        await scene.holds([FIRST])
        for place in places:
            await scene.subscribes(place)
        await scene.worker_comes()
    await one.passes(minutes=5)
    return one, other, places


async def end(*scenes: Scene) -> None:
    """Stop both."""
    for scene in scenes:
        await scene.everybody_dies()
        await scene.store.close()


def standing(scene: Scene, channel: str, title: str = "") -> list[str]:
    """Return the texts of our messages that stand in the channel and in its threads, those with that title alone."""
    there = scene.workspace.channels[channel]
    found = [message.text for message in there.messages.values() if message.metadata and not message.deleted]
    return [text for text in found if title in text]


@pytest.mark.parametrize("apart", [0.0, 0.01, 0.5, 90.0])
def test_of_two_bots_that_post_the_same_digest_one_gives_way(database: Callable[[], Store], apart: float) -> None:
    """Whether at the same moment or one after the other: one digest stands, whole, and both say what happened."""

    async def play() -> None:
        one, other, (channel,) = await two(database(), STORES.lend())
        for number in (2, 3):
            new = issue(number, one.clock.now())
            await one.appear(new)
            await one.passes(seconds=apart)
            await other.appear(new)
            await one.passes(hours=1)
            assert len(standing(one, channel)) == PARTS * (number - 1), number
        gave_way = [
            delivery
            for scene in (one, other)
            for delivery in await scene.store.deliveries.list()
            if delivery.progress is Progress.DROPPED
        ]
        assert [delivery.reason for delivery in gave_way] == [STANDS_ALREADY] * 2
        seen = [await scene.store.second_bots.list(scene.clock.now()) for scene in (one, other)]
        assert any(each and each[0].channel == channel for each in seen)
        await end(one, other)

    run(play())


def test_once_seen_no_channel_of_the_workspace_gets_a_digest_twice() -> None:
    """Of forty channels the first may be looked at by chance; from then on each is looked at before it is posted to."""

    async def play() -> None:
        one, other, places = await two(STORES.lend(), STORES.lend(), channels=40)
        for number in (2, 3):
            new = issue(number, one.clock.now())
            await asyncio.gather(*(scene.appear(new) for scene in (one, other)))
            await one.passes(hours=1)
        assert [len(standing(one, place, "Weekly 3")) for place in places] == [1] * 40
        await end(one, other)

    run(play())


def test_one_bot_suspects_nobody(emptied: Callable[[], Store]) -> None:
    """Three digests, and a look for each: nothing is found, and nothing is held up."""

    async def play() -> None:
        scene = Scene(emptied())
        scene.slack = slack = CountedLooks(scene)
        channel = scene.channel()
        await scene.holds([FIRST])
        await scene.subscribes(channel)
        await scene.worker_comes()
        await scene.passes(minutes=5)
        for number in (2, 3, 4):
            await scene.appear(issue(number, scene.clock.now()))
            await scene.passes(hours=1)
        assert len(scene.posts(channel)) == 3 * PARTS
        assert slack.looks == 4
        assert await scene.store.second_bots.list(scene.clock.now()) == ()
        await scene.everybody_dies()

    run(play())


def test_where_no_history_may_be_read_nothing_is_held_up(emptied: Callable[[], Store]) -> None:
    """Slack is asked once an hour, and each digest goes out: nobody can know of a second bot there."""

    async def play() -> None:
        scene = Scene(emptied())
        scene.slack = slack = CountedLooks(scene)
        channel = scene.channel()
        await scene.holds([FIRST])
        await scene.subscribes(channel)
        await scene.worker_comes()
        await scene.passes(minutes=5)
        blind(scene)
        for number in (2, 3):
            await scene.appear(issue(number, scene.clock.now()))
            await scene.passes(minutes=10)
        assert len(scene.posts(channel)) == 2 * PARTS
        assert slack.looks == 1
        await scene.everybody_dies()

    run(play())


async def test_a_sighting_is_told_once_and_again_after_weeks_without_one(database: Callable[[], Store]) -> None:
    """The last one of a workspace is stored, and counts for two weeks."""
    store = database()
    first = Sighting("-:T1", "C1", "issue-2", "1.000002", START)
    await store.second_bots.register(first)
    assert await store.second_bots.take(START) == (first,)
    again = Sighting("-:T1", "C2", "issue-3", "9.000002", START + timedelta(days=7))
    await store.second_bots.register(again)
    assert await store.second_bots.take(START + timedelta(days=7)) == ()
    assert await store.second_bots.last("-:T1", START + timedelta(days=8)) == again
    assert await store.second_bots.last("-:T2", START + timedelta(days=8)) is None
    late = again.seen + SUSPECTED_FOR
    assert await store.second_bots.list(late) == ()
    back = Sighting("-:T1", "C2", "issue-9", "99.000002", late)
    await store.second_bots.register(back)
    assert await store.second_bots.take(late) == (back,)
    await store.close()


def test_of_two_messages_the_later_ts_is_the_later() -> None:
    """Both bots come to the same answer."""
    assert is_later("1700000000.000200", "1700000000.000100")
    assert not is_later("1700000000.000100", "1700000000.000200")
    assert is_later("1700000000.000100", "999999999.900000")


def test_somebody_is_told_once_of_a_second_bot(emptied: Callable[[], Store]) -> None:
    """The owner of the channel, or the operators' channel; the status and the list of deliveries say it meanwhile."""

    async def play() -> None:
        scene = Scene(emptied())
        channel, operators = scene.channel(), scene.channel("operators")
        subscription = await scene.subscribes(channel)
        await scene.store.second_bots.register(Sighting("-:T1", channel, "issue-2", "1.000002", scene.clock.now()))
        alerts = SecondBotAlerts(scene.store, scene.slack, scene.clock)
        await alerts.check()
        await alerts.check()
        (letter,) = scene.texts(scene.workspace.direct(scene.person.id).id)
        assert "another copy of me" in letter
        reports = DeliveryReports(scene.store, IssueRegistry(scene.store.issues), None)
        said = str(status(await reports.status(subscription, scene.clock.now())).blocks)
        assert "Another copy of me posts too" in said
        scene.clock.steps(SUSPECTED_FOR)
        assert "Another copy" not in str(status(await reports.status(subscription, scene.clock.now())).blocks)
        await scene.store.second_bots.register(Sighting("-:T1", channel, "issue-9", "2.000002", scene.clock.now()))
        await SecondBotAlerts(scene.store, scene.slack, scene.clock, AlertRoute(operators=operators)).check()
        assert "another copy of me" in scene.texts(operators)[-1]

    run(play())
