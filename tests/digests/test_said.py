"""What a channel is told about its digests is what then happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from bot.digests.clauses import PASSES
from bot.digests.delivery_status import DeliveryReports
from bot.digests.views.subscription import status
from bot.domain.delivery import Progress
from bot.domain.forecast import forecast
from bot.domain.publication import HeldBack
from bot.domain.schedule import next_slot, parse_schedule
from bot.domain.subscription import Paused, PausedBy, Subscription
from bot.store.store import Store
from tests.fakes.examples import examples
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import START, run, until

DAY = timedelta(days=1)
SCHEDULES = ("asap", "mondays 09:00", "weekdays 17:30 Europe/London", "tuesdays, fridays 01:30 Australia/Sydney")
PROMPT = timedelta(minutes=3)
"""How long a channel message may take after its moment: three channel messages with their replies, one a second."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Before anybody asks: so many issues come in, dated so many hours from then; maybe posts are paused meanwhile."""

    after: int
    dated: tuple[int, ...]
    paused: bool


happenings = st.lists(
    st.builds(
        Happening,
        st.integers(1, 70),
        st.lists(st.integers(-72, 24 * 20), max_size=6, unique=True).map(tuple),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


async def scene_of(schedule: str) -> tuple[Scene, str]:
    """Return a scene with one issue that was there before the channel subscribed, and a worker."""
    scene = Scene()
    channel = scene.channel()
    scene.nap = 24 * 3_600
    await scene.holds([issue(1, START - 3 * DAY, entries=1)])
    await scene.subscribes(channel, schedule)
    await scene.worker_comes()
    return scene, channel


async def lives(scene: Scene, span: timedelta) -> None:
    """Let time pass, with a worker that looks about whenever an issue comes out, as one that ticks each second does."""
    end = scene.clock.now() + span
    for moment in sorted({each.published for each in scene.issues if scene.clock.now() < each.published < end}):
        await until(scene.clock, moment + timedelta(seconds=1))
        scene.poke()
    await until(scene.clock, end)


async def reports_of(scene: Scene) -> DeliveryReports:
    """Return the reports about what the scene's worker knows."""
    return DeliveryReports(scene.store, scene.workers[-1][0]._registration._registry, None, scene.rules)


async def subscribed(scene: Scene, channel: str) -> Subscription:
    """Return the channel's subscription as it is now."""
    found = await scene.store.subscriptions.get("-:T1", channel)
    assert found is not None
    return found


async def forecast_of(scene: Scene, channel: str) -> tuple[dict[str, datetime], set[str]]:
    """Return when each issue goes out by what is forecast now, and which are passed over, by their titles."""
    subscription = await subscribed(scene, channel)
    known, _ = await scene.store.deliveries.history(subscription)
    catalogue = scene.workers[-1][0]._registration._registry.current
    unfinished = await scene.store.deliveries.unfinished(subscription.id, scene.clock.now())
    found = forecast(subscription, catalogue, known, unfinished, scene.clock.now(), policy=scene.rules)
    titles = {each.slug: each.title for each in catalogue.ahead}
    titles |= {key: each.title for key, each in catalogue.issues.items()}
    return {titles[key]: at for key, at in found.at.items()}, {titles[key] for key in found.passed}


async def passed_by(scene: Scene, channel: str) -> set[str]:
    """Return which issues were passed over in the channel, by their titles."""
    rows = await scene.store.deliveries.list(channel=channel, progress=Progress.PASSED, limit=1_000)
    issues = scene.workers[-1][0]._registration._registry.current.issues
    return {issues[row.issue].title for row in rows}


def posted(scene: Scene, channel: str) -> dict[str, datetime]:
    """Return when the channel message of each issue was posted."""
    lines = (line for line in scene.posts(channel) if not line.thread_ts)
    return {title_of(line.text): datetime.fromtimestamp(float(line.ts or 0), UTC) for line in lines}


def title_of(text: str) -> str:
    """Return the issue's title of a channel message, without its note."""
    return " ".join(text.split()[:2])


@pytest.mark.long
@settings(max_examples=examples(8), deadline=None)
@given(st.sampled_from(SCHEDULES), happenings)
def test_what_is_forecast_is_what_happens(schedule: str, events: list[Happening]) -> None:
    """Every issue goes out at the moment that is said, no other does, and those said to wait for a pause do not."""
    comes_true(schedule, events)


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(SCHEDULES), happenings)
def test_what_is_forecast_is_what_happens_in_300_lives(schedule: str, events: list[Happening]) -> None:
    """The same, long enough to meet rare combinations."""
    comes_true(schedule, events)


def comes_true(schedule: str, events: list[Happening]) -> None:
    """Check that what is forecast after these events is what then happens."""

    async def play() -> None:
        scene, channel = await scene_of(schedule)
        number = 2
        for event in events:
            await lives(scene, timedelta(hours=event.after))
            now = scene.clock.now()
            there = [issue(number + at, now + timedelta(hours=h), entries=1) for at, h in enumerate(event.dated)]
            number += len(there)
            await scene.appear(*there)
            if event.paused:
                await pauses(scene, channel)
        scene.poke()
        await lives(scene, timedelta(minutes=3))
        before, skipped = posted(scene, channel), await passed_by(scene, channel)
        said, passed = await forecast_of(scene, channel)
        if (await subscribed(scene, channel)).paused is not None:
            assert (said, passed) == ({}, set())
            await lives(scene, 20 * DAY)
            assert posted(scene, channel) == before
            await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
            said, passed = await forecast_of(scene, channel)
            scene.poke()
        await lives(scene, 50 * DAY)
        came = {name: at for name, at in posted(scene, channel).items() if name not in before}
        assert came.keys() == said.keys()
        assert await passed_by(scene, channel) - skipped == passed
        off = {name: (said[name], at) for name, at in came.items() if not said[name] <= at <= said[name] + PROMPT}
        assert off == {}
        await scene.everybody_dies()

    run(play())


async def pauses(scene: Scene, channel: str) -> None:
    """Have a person pause the channel."""
    known = await subscribed(scene, channel)
    await scene.store.subscriptions.pause(known.id, Paused(PausedBy.PERSON, "somebody here asked for a pause"))


async def why(scene: Scene, channel: str, wanted: Issue) -> str:
    """Return what `why` says about an issue."""
    return await (await reports_of(scene)).why("-:T1", channel, wanted, scene.clock.now())


@pytest.mark.long
def test_of_578_waiting_issues_each_is_told_what_becomes_of_it() -> None:
    """Three are told their slot, the others that they are passed over; nothing is said to come when one appears."""

    async def play() -> None:
        scene, channel = await scene_of("mondays 09:00")
        many = [issue(n, START + timedelta(minutes=n), entries=1) for n in range(2, 580)]
        await scene.appear(*many)
        await scene.passes(hours=12)
        reports = await reports_of(scene)
        told = await reports.status(await subscribed(scene, channel), scene.clock.now())
        assert (told.next_at, told.next_title) == (datetime(2026, 1, 5, 9, tzinfo=UTC), "Weekly 577")
        assert [each.why for each in told.waiting[:3]] == ["it goes out Mon 05 Jan 09:00 UTC"] * 3
        assert all(each.why.startswith(PASSES) for each in told.waiting[3:])
        assert len(told.waiting) + told.more_waiting == 578
        assert PASSES in await why(scene, channel, many[0])
        assert "waits: it goes out Mon 05 Jan 09:00 UTC" in await why(scene, channel, many[-1])
        await scene.everybody_dies()

    run(play())


def test_the_limit_of_a_day_is_said_and_held() -> None:
    """Once three were posted today, the next is told tomorrow's time and why."""

    async def play() -> None:
        scene, channel = await scene_of("asap")
        await scene.appear(*(issue(n, START + timedelta(minutes=n), entries=1) for n in range(2, 5)))
        await scene.passes(hours=2)
        await scene.appear(issue(5, scene.clock.now(), entries=1))
        await scene.passes(minutes=1)
        told = await (await reports_of(scene)).status(await subscribed(scene, channel), scene.clock.now())
        assert told.next_title == "Weekly 5"
        assert told.next_at is not None
        assert f"it goes out {told.next_at:%d %b %Y %H:%M} UTC" in await why(scene, channel, scene.issues[-1])
        assert "since at most 3 are posted a day" in told.waiting[0].why
        await scene.everybody_dies()

    run(play())


def test_a_pause_in_the_middle_of_a_thread_is_said() -> None:
    """A digest that stopped half way is not said to be on its way, in the status or in `why`."""

    async def play() -> None:
        scene, channel = await scene_of("asap")
        await scene.appear(issue(2, START, entries=8))
        while len(scene.posts(channel)) < 4:
            await scene.passes(seconds=0.5)
        await pauses(scene, channel)
        await scene.passes(minutes=5)
        there = len(scene.posts(channel)) - 1
        told = await (await reports_of(scene)).status(await subscribed(scene, channel), scene.clock.now())
        assert told.last is not None
        stopped = f"its thread has stopped after {there} of 8 replies: posts are paused"
        assert stopped in told.last.stands
        assert stopped in await why(scene, channel, scene.issues[-1])
        await scene.everybody_dies()

    run(play())


def test_that_no_worker_runs_is_said() -> None:
    """A status that names a time says too that nobody is there to keep it."""

    async def play() -> None:
        scene, channel = await scene_of("mondays 09:00")
        reports = await reports_of(scene)
        known = await subscribed(scene, channel)
        assert (await reports.status(known, scene.clock.now())).quiet_since is None
        await scene.everybody_dies()
        await scene.passes(minutes=11)
        said = await reports.status(known, scene.clock.now())
        assert said.quiet_since == START
        assert "Nothing is posted at present" in str(status(said).blocks)

    run(play())


def test_an_issue_that_expires_before_its_turn_is_said_not_to_come() -> None:
    """It is in nobody's turn, and `why` says what keeps it from being posted."""

    async def play() -> None:
        scene, channel = await scene_of("mondays 09:00")
        await scene.appear(replace(issue(2, START, entries=1), expires=START + DAY))
        line = await why(scene, channel, scene.issues[-1])
        assert "it expires on 02 Jan 2026, before its turn" in line
        await scene.passes(days=14)
        assert posted(scene, channel) == {}
        await scene.everybody_dies()

    run(play())


@pytest.mark.long
def test_a_channel_that_is_moved_to_a_later_time_of_a_day_that_had_its_slot_is_told_of_the_next(
    database: Callable[[], Store],
) -> None:
    """A local date has one slot. What is new since then comes at the next date's, and nothing says otherwise."""

    async def play() -> None:
        scene = Scene(database(), start=START)
        channel = scene.channel()
        await scene.holds([issue(1, START - 3 * DAY, entries=1)])
        await scene.subscribes(channel, "mondays 09:00 UTC")
        await scene.worker_comes()
        await scene.appear(issue(2, START, entries=1))
        slot = next_slot(parse_schedule("mondays 09:00 UTC"), scene.clock.now())
        assert slot is not None
        await until(scene.clock, slot.at + timedelta(minutes=30))
        await scene.subscribes(channel, "mondays 11:00 UTC")
        reports, moved = await reports_of(scene), await subscribed(scene, channel)
        assert (await reports.upcoming(moved, scene.clock.now())).at == slot.at + 7 * DAY + timedelta(hours=2)
        await scene.appear(issue(3, scene.clock.now(), entries=1))
        await scene.passes(minutes=5)
        coming = await reports.upcoming(moved, scene.clock.now())
        assert (coming.at, coming.title) == (slot.at + 7 * DAY + timedelta(hours=2), "Weekly 3")
        assert coming.at is not None
        await until(scene.clock, coming.at - timedelta(minutes=1))
        assert scene.texts(channel) == ["Weekly 2"]
        await scene.passes(minutes=2)
        assert scene.texts(channel) == ["Weekly 2", "Weekly 3"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_an_issue_that_is_begun_as_a_copy_of_the_last_one_is_not_said_to_be_posted(
    database: Callable[[], Store],
) -> None:
    """435.md is copied to 436.md, which is then written anew and dated next week."""

    async def play() -> None:
        scene = Scene(database(), start=START)
        channel = scene.channel()
        await scene.holds([issue(1, START - 3 * DAY)])
        await scene.subscribes(channel)
        await scene.worker_comes()
        last = issue(435, START)
        await scene.appear(last)
        await scene.passes(minutes=5)
        await scene.appear(replace(last, slug="issue-436"))
        await scene.passes(minutes=5)
        await scene.appear(issue(436, START + 7 * DAY))
        await scene.passes(minutes=5)
        reports = await reports_of(scene)
        for asked in ("issue-436", "436"):
            assert await reports.was("-:T1", channel, asked, scene.clock.now()) == ""
        assert "was posted" in await reports.was("-:T1", channel, "435", scene.clock.now())
        assert scene.texts(channel) == ["Weekly 435"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_digest_whose_issue_is_a_draft_again_is_called_held_back() -> None:
    """Its file is there: to say that it is gone would be untrue."""

    async def play() -> None:
        scene, channel = await scene_of("asap")
        await scene.appear(issue(2, START))
        await scene.passes(minutes=5)
        await scene.vanish("issue-2")
        held = [HeldBack("issue-2.md", "Weekly 2", "draft (draft: true)")]
        registry = scene.workers[-1][0]._registration._registry
        for there, name in ((held, "Weekly 2 (held back now)"), ([], "issue-2 (its file is gone)")):
            reports = DeliveryReports(scene.store, registry, None, scene.rules, held=partial(list, there))
            said = await reports.status(await subscribed(scene, channel), scene.clock.now())
            assert said.last is not None
            assert said.last.title == name
        await scene.everybody_dies()

    run(play())
