"""One workspace with many channels: contents first, then replies in rounds, and nobody is told of a mere queue."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.delivery.backlog import Backlog
from bot.digests.delivery.turns import Rank, TurnQueue
from playground.slack.ledger import LedgerLine
from playground.slack.pace import Pace
from tests.digests.test_promise import MONDAY, POST, SUNDAY, end
from tests.fakes.examples import examples
from tests.fakes.newsletter import issue
from tests.fakes.scene import QUICK, Scene
from tests.fakes.virtual import run

CHANNELS, ENTRIES = 60, 4
A_SECOND = 5
SLOT = "mondays 09:00 utc"


async def crowd(room: int = 2_000, issues: int = 1) -> tuple[Scene, list[str]]:
    """Set up one workspace of many channels that are all due at the same slot, a moment before it.

    A digest counts as late after five seconds, far sooner than the queue is through.
    """
    policy = replace(
        QUICK, tick_seconds=1.0, late_after=timedelta(seconds=5), max_channels_per_workspace=room, max_channels=2 * room
    )
    scene = Scene(start=SUNDAY, policy=policy)
    scene.workspace.pace = Pace()
    channels = [scene.channel(f"c{number}") for number in range(CHANNELS)]
    await scene.appear(issue(1, SUNDAY - timedelta(days=30)))
    for channel in channels:
        await scene.subscribes(channel, SLOT)
    await scene.worker_comes()
    await scene.passes(minutes=1)
    await scene.appear(*(issue(2 + each, SUNDAY + timedelta(hours=each), entries=ENTRIES) for each in range(issues)))
    await scene.passes(seconds=(MONDAY - scene.clock.now()).total_seconds())
    return scene, channels


def sent(scene: Scene) -> list[LedgerLine]:
    """Return what was posted, in order."""
    return [line for line in scene.site.ledger.lines if line.method == POST]


@pytest.mark.long
@pytest.mark.parametrize("issues", [1, 3])
@pytest.mark.parametrize("room", [2_000, 12], ids=["all at once", "twelve at once"])
def test_contents_come_first_and_replies_in_the_time_that_slack_needs(room: int, issues: int) -> None:
    """Every channel has its first contents within 1.1 x channels / 5 s, all replies within 1.1 x messages / 5 s.

    That holds too where a worker has room for a few of the channels only. None of them says that it is late.
    """

    async def play() -> None:
        scene, channels = await crowd(room, issues)
        messages = CHANNELS * (ENTRIES + 1) * issues
        await scene.passes(seconds=1.1 * messages / A_SECOND)
        lines = sent(scene)
        assert len(lines) == messages
        contents = [line for line in lines if not line.thread_ts]
        first = {line.channel: line.at - MONDAY.timestamp() for line in reversed(contents)}
        assert first.keys() == set(channels)
        assert max(first.values()) <= 1.1 * CHANNELS / A_SECOND
        assert not [line.text for line in contents if "Late" in line.text]
        for channel in channels:
            assert_in_order([line for line in lines if line.channel == channel])
        await end(scene)

    run(play())


def assert_in_order(lines: list[LedgerLine]) -> None:
    """In a channel nothing is mixed: an issue's contents, then its replies, then the next issue."""
    for at, line in enumerate(lines):
        assert bool(line.thread_ts) == (at % (ENTRIES + 1) > 0)


@pytest.mark.long
def test_replies_come_in_rounds() -> None:
    """No channel has two replies more than another at any moment."""

    async def play() -> None:
        scene, channels = await crowd()
        counts = dict.fromkeys(channels, 0)
        await scene.passes(minutes=2)
        for line in sent(scene):
            counts[line.channel] += 1
            assert max(counts.values()) - min(counts.values()) <= 2
        await end(scene)

    run(play())


@pytest.mark.long
def test_what_comes_after_a_crash_is_late_and_says_so() -> None:
    """The worker dies in the middle of the queue: that is no queue in good health."""

    async def play() -> None:
        scene, channels = await crowd()
        await scene.passes(seconds=6)
        before = {line.channel for line in sent(scene)}
        assert 0 < len(before) < CHANNELS
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.passes(minutes=10)
        contents = {line.channel: line.text for line in sent(scene) if not line.thread_ts}
        late = {channel for channel, text in contents.items() if "Late" in text}
        assert contents.keys() == set(channels)
        # A message that was on its way when the worker died is looked for, and is what it was.
        assert len(late ^ (set(channels) - before)) <= 1
        await end(scene)

    run(play())


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(Rank)), max_size=40))
def test_turns_are_given_at_the_rate_by_rank_and_age(wishes: list[tuple[int, Rank]]) -> None:
    """Whatever comes when: one turn an interval, and nobody gets one before an older wish of at least its rank."""

    async def play() -> None:
        loop, queue, given_at = asyncio.get_running_loop(), TurnQueue(0.2), dict[int, float]()

        async def wish(number: int, tenths: int, rank: Rank) -> None:
            await asyncio.sleep(tenths / 100)
            await queue.turn(rank)
            given_at[number] = loop.time()

        await asyncio.gather(*(wish(number, *each) for number, each in enumerate(wishes)))
        times = sorted(given_at.values())
        assert all(late - early >= 0.2 - 1e-3 for early, late in pairwise(times))
        for one, (came, rank) in enumerate(wishes):
            for other, (came_too, rank_too) in enumerate(wishes):
                if came < came_too and rank <= rank_too:
                    assert given_at[one] < given_at[other]

    run(play())


def test_a_wish_that_is_given_up_takes_no_turn() -> None:
    """Its channel job was cancelled."""

    async def play() -> float:
        queue, loop = TurnQueue(1.0), asyncio.get_running_loop()
        await queue.turn(Rank.REPLY)
        waiting = [asyncio.create_task(queue.turn(Rank.CONTENTS)) for _ in range(5)]
        last = asyncio.create_task(queue.turn(Rank.REPLY))
        await asyncio.sleep(0)
        for each in waiting:
            each.cancel()
        await last
        return loop.time()

    assert run(play()) == pytest.approx(1.0)


def test_a_backlog_begins_when_there_is_no_room_and_ends_when_there_is() -> None:
    """From then on what is claimed might have been claimed at its beginning."""

    async def play() -> None:
        backlog, loop = Backlog(), asyncio.get_running_loop()
        backlog.note(["one"], everywhere=False)
        await asyncio.sleep(10)
        backlog.note(["one", "two"], everywhere=False)
        await asyncio.sleep(10)
        assert [loop.time() - backlog.since(each) for each in ("one", "two", "three")] == [20, 10, 0]
        assert [backlog.crowded(each) for each in ("one", "two", "three")] == [True, True, False]
        backlog.note([], everywhere=True)
        await asyncio.sleep(5)
        assert [loop.time() - backlog.since(each) for each in ("one", "three")] == [5, 5]
        backlog.note([], everywhere=False)
        assert backlog.since("one") == loop.time()

    run(play())
