"""Several subscriptions of one channel: each its own, one after the other, every issue once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from archive.issue import Issue
from bot.domain.subscription import Paused, PausedBy
from bot.store.store import Store
from tests.fakes.newsletter import issue, of
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

SUNDAY = datetime(2026, 1, 4, 9, tzinfo=UTC)
MONDAY_NINE = "mondays 09:00 utc"
WEEK = timedelta(weeks=1)
THREE = ("devops", "sre", "data")


class Channel:
    """A channel of a scene, and what it is subscribed to."""

    def __init__(self, store: Store, **subscribed: str) -> None:
        """Add it to a new scene that reads three newsletters, each with an issue that is there already."""
        self.scene = Scene(store, start=SUNDAY)
        self.scene.nap = 12 * 3_600.0
        self.scene.reads = THREE
        self.id = self.scene.channel()
        self.subscribed = subscribed

    async def begins(self) -> None:
        """Subscribe the channel, and have a worker come."""
        await self.scene.holds([of(slug, issue(n, SUNDAY - WEEK)) for n, slug in enumerate(THREE, 1)])
        for slug, schedule in self.subscribed.items():
            await self.subscribes(slug, schedule)
        await self.scene.worker_comes()

    async def subscribes(self, newsletter: str, schedule: str = MONDAY_NINE) -> int:
        """Subscribe the channel to a newsletter ("all": to all); return the subscription's id."""
        slug = "" if newsletter == "all" else newsletter
        return (await self.scene.subscribes(self.id, schedule, newsletter=slug)).id

    async def publishes(self, **issues: int) -> None:
        """Have an issue of each of these newsletters appear, by number."""
        await self.scene.appear(*(of(slug, self._issue(number)) for slug, number in issues.items()))

    def _issue(self, number: int) -> Issue:
        return issue(number, self.scene.clock.now())

    def titles(self) -> list[str]:
        """Return the titles that were posted in the channel, in order."""
        return [" ".join(text.split()[:2]) for text in self.scene.texts(self.id)]

    def holds(self) -> None:
        """Check what always holds: nothing twice, no digest begun before the one before was whole, a second apart."""
        assert self.scene.doubles() == 0
        posts = [line for line in self.scene.posts(self.id) if "Weekly" in line.text or line.thread_ts]
        threads = [line.thread_ts or line.ts for line in posts]
        assert threads == sorted(threads, key=threads.index), "two digests are mixed"
        assert all(after.at - before.at >= 0.99 for before, after in pairwise(self.scene.posts(self.id)))

    async def ends(self) -> None:
        """Check what always holds, and close everything."""
        self.holds()
        await self.scene.everybody_dies()
        await self.scene.store.close()


def test_two_that_are_due_at_one_moment_go_out_one_after_the_other(database: Callable[[], Store]) -> None:
    """Each is whole before the next begins, with one worker and with two; one with another time comes at that."""

    async def play() -> None:
        channel = Channel(database(), devops=MONDAY_NINE, sre=MONDAY_NINE, data="tuesdays 09:00 utc")
        await channel.begins()
        await channel.scene.worker_comes()
        await channel.publishes(devops=10, sre=20, data=30)
        await channel.scene.passes(days=1, minutes=2)
        assert channel.titles() == ["Weekly 10", "Weekly 20"]
        assert len(channel.scene.posts(channel.id)) == 8
        await channel.scene.passes(days=1)
        assert channel.titles() == ["Weekly 10", "Weekly 20", "Weekly 30"]
        await channel.ends()

    run(play())


@pytest.mark.parametrize("messages", [0, 1, 3, 4, 5, pytest.param(8, marks=pytest.mark.long)])
def test_a_crash_at_any_message_mixes_loses_and_doubles_nothing(messages: int, database: Callable[[], Store]) -> None:
    """The worker dies after so many messages of the two digests; the next one goes on with what was begun."""

    async def play() -> None:
        channel = Channel(database(), devops=MONDAY_NINE, sre=MONDAY_NINE)
        await channel.begins()
        await channel.publishes(devops=10, sre=20)
        await channel.scene.passes(hours=23, minutes=59, seconds=59)
        while len(channel.scene.posts(channel.id)) < messages:
            await channel.scene.passes(seconds=0.1)
        await channel.scene.everybody_dies()
        await channel.scene.worker_comes()
        await channel.scene.passes(minutes=10)
        assert channel.titles() == ["Weekly 10", "Weekly 20"]
        assert len(channel.scene.posts(channel.id)) == 8
        await channel.ends()

    run(play())


def test_a_pause_and_an_end_are_one_subscriptions(database: Callable[[], Store]) -> None:
    """The others go on; what was paused comes when it is resumed, and what was ended does not."""

    async def play() -> None:
        channel = Channel(database())
        scene = channel.scene
        await channel.begins()
        paused = await channel.subscribes("devops")
        await channel.subscribes("sre")
        await channel.subscribes("data")
        await channel.publishes(devops=10, sre=20, data=30)
        await scene.store.subscriptions.pause(paused, Paused(PausedBy.PERSON, "holidays"))
        assert await scene.store.subscriptions.of("sre").end("-:T1", channel.id)
        await scene.passes(days=2)
        assert channel.titles() == ["Weekly 30"]
        await scene.store.subscriptions.of("devops").resume("-:T1", channel.id, scene.clock.now())
        await scene.passes(days=7)
        assert channel.titles() == ["Weekly 30", "Weekly 10"]
        await channel.ends()

    run(play())


def test_who_has_all_and_one_gets_an_issue_once(database: Callable[[], Store]) -> None:
    """Whichever of the two is due first brings it; the other's issues come as well."""

    async def play() -> None:
        channel = Channel(database(), all="tuesdays 09:00 utc", sre=MONDAY_NINE)
        await channel.begins()
        await channel.publishes(devops=10, sre=20)
        await channel.scene.passes(days=9)
        assert channel.titles() == ["Weekly 20", "Weekly 10"]
        await channel.ends()

    run(play())


def test_each_has_a_day_of_its_own(database: Callable[[], Store]) -> None:
    """Three a day are a subscription's, not the channel's."""

    async def play() -> None:
        channel = Channel(database(), devops="asap", sre="asap")
        await channel.begins()
        for number in range(3):
            await channel.publishes(devops=10 + number, sre=20 + number)
            await channel.scene.passes(hours=1)
        assert sorted(channel.titles()) == [f"Weekly {n}" for n in (10, 11, 12, 20, 21, 22)]
        await channel.ends()

    run(play())


def test_a_folder_that_is_away_holds_up_no_other_and_nothing_is_lost(database: Callable[[], Store]) -> None:
    """Its waiting digest goes out when it is back, and so does what came out meanwhile."""

    async def play() -> None:
        channel = Channel(database(), devops=MONDAY_NINE, sre=MONDAY_NINE)
        scene = channel.scene
        await channel.begins()
        await channel.publishes(devops=10, sre=20)
        there = scene.issues
        await scene.passes(hours=12)
        scene.away = {"sre"}
        await scene.holds([each for each in there if each.newsletter != "sre"])
        await scene.passes(days=3)
        assert channel.titles() == ["Weekly 10"]
        scene.away = set()
        await scene.holds([*there, of("sre", issue(21, scene.clock.now()))])
        await scene.passes(days=7)
        assert channel.titles() == ["Weekly 10", "Weekly 20", "Weekly 21"]
        await channel.ends()

    run(play())


def test_a_newsletter_that_is_removed_waits_until_it_is_back(database: Callable[[], Store]) -> None:
    """Also in the middle of its digest: the other newsletter's goes out, and the rest comes when it is back."""

    async def play() -> None:
        channel = Channel(database(), devops=MONDAY_NINE, sre=MONDAY_NINE)
        scene = channel.scene
        await channel.begins()
        await channel.publishes(devops=10, sre=20)
        await scene.passes(hours=23, minutes=59, seconds=59)
        while len(scene.posts(channel.id)) < 2:
            await scene.passes(seconds=0.1)
        await scene.everybody_dies()
        there, scene.reads = scene.issues, ("sre", "data")
        scene.issues = tuple(each for each in there if each.newsletter != "devops")
        await scene.worker_comes()
        await scene.passes(days=1)
        assert channel.titles() == ["Weekly 10", "Weekly 20"]
        assert len(scene.posts(channel.id)) < 8
        await scene.everybody_dies()
        scene.reads, scene.issues = THREE, there
        await scene.worker_comes()
        await scene.passes(hours=1)
        assert (channel.titles(), len(scene.posts(channel.id))) == (["Weekly 10", "Weekly 20"], 8)
        assert scene.doubles() == 0
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_renamed_newsletter_keeps_its_subscriptions(database: Callable[[], Store]) -> None:
    """Nothing is posted by it, and what comes later is posted."""

    async def play() -> None:
        channel = Channel(database(), devops=MONDAY_NINE, sre=MONDAY_NINE)
        scene = channel.scene
        await channel.begins()
        await channel.publishes(sre=20)
        await scene.passes(days=2)
        await scene.everybody_dies()
        before = len(scene.posts(channel.id))
        scene.reads = ("devops", "sre-weekly", "data")
        plain = [(each.newsletter, issue(each.number or 0, each.published)) for each in scene.issues]
        scene.issues = tuple(of(slug.replace("sre", "sre-weekly"), each) for slug, each in plain)
        await scene.worker_comes()
        await scene.passes(days=8)
        assert len(scene.posts(channel.id)) == before
        found = await scene.store.subscriptions.list("-:T1", channel.id)
        assert [each.newsletter for each in found] == ["devops", "sre-weekly"]
        await channel.publishes(**{"sre-weekly": 21})
        await scene.passes(days=7)
        assert channel.titles() == ["Weekly 20", "Weekly 21"]
        await channel.ends()

    run(play())


def test_an_upgrade_keeps_what_is_for_all_and_takes_one_more(database: Callable[[], Store]) -> None:
    """A channel of a bot with one newsletter goes on to have all, and can subscribe to one of them besides."""

    async def play() -> None:
        channel = Channel(database())
        scene = channel.scene
        scene.reads = ()
        await scene.holds([issue(1, SUNDAY - WEEK)])
        await channel.subscribes("all")
        await scene.worker_comes()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(days=2)
        await scene.everybody_dies()
        scene.reads = THREE
        devops = (of("devops", issue(n, at)) for n, at in ((1, SUNDAY - WEEK), (2, SUNDAY)))
        scene.issues = (*devops, of("sre", issue(3, SUNDAY)), of("data", issue(4, SUNDAY)))
        await scene.worker_comes()
        await channel.subscribes("sre", "wednesdays 09:00 utc")
        await scene.passes(days=1)
        await channel.publishes(devops=10, sre=20)
        await scene.passes(days=14)
        assert channel.titles() == ["Weekly 2", "Weekly 20", "Weekly 10"]
        await channel.ends()

    run(play())
