"""Two years in virtual time: weekly issues, outages, clock changes, edits, faults; the same zeros, every rule kept."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.schedule import Schedule, Weekly, parse_schedule, slots
from playground.slack.faults import Fault, How
from playground.slack.ledger import LedgerLine
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

START = datetime(2026, 1, 4, 12, tzinfo=UTC)
SCHEDULES = (
    "mondays 09:00 Europe/London",
    "sundays 01:30 America/New_York",
    "sundays 02:30 Europe/Berlin",
    "mondays, thursdays 00:00 Asia/Kathmandu",
    "weekdays 23:45 Australia/Lord_Howe",
    "as soon as it appears",
)
POST = "chat.postMessage"
RULES = DeliveryPolicy(tick_seconds=5.0)
SLACK = timedelta(minutes=10)
"""What a post may take once it is due: a predecessor's lease, the longest 429 of these faults, a doubt and its look."""
LONG = timedelta(days=90)
SHARE = 0.75
"""The least share of the posts whose time must have been checked."""


@dataclass
class Diary:
    """What happened when, by true time."""

    appeared: dict[str, datetime] = field(default_factory=dict)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    stepped: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From the first to the last moment that a stepped clock showed, or that it should have shown."""

    def touched(self, slot: datetime) -> bool:
        """Return whether a clock step may have made the bot see this slot sooner or later, or miss it.

        A slot is posted for as long as `late`: so one that came so long before the clock was stepped is touched too.
        """
        return any(first - RULES.latest - SLACK <= slot <= last for first, last in self.stepped)

    def chances(self, slot: datetime, late: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans in which this slot may be posted, one for each time a worker may have been interrupted."""
        begin = next((end for start, end in self.outages if start <= slot < end), slot)
        while begin - slot <= late:
            yield begin, begin + SLACK
            cut = next((end for start, end in self.outages if begin < start <= begin + SLACK), None)
            if cut is None:
                return
            begin = cut

    def allowed(self, schedule: Schedule, issue: str) -> list[tuple[datetime, datetime, datetime]] | None:
        """Return the slots at which an issue may be posted, each with its span; None if a clock step may interfere.

        There are several only if a worker died when it had just begun.
        """
        found: list[tuple[datetime, datetime, datetime]] = []
        appeared, weekly = self.appeared[issue], isinstance(schedule, Weekly)
        due = [slot.at for slot in slots(schedule, appeared, appeared + LONG)] if weekly else [appeared]
        for slot in due:
            if self.touched(slot):
                return None
            spans = list(self.chances(slot, RULES.latest if weekly else LONG))
            found += [(slot, *span) for span in spans]
            if spans and not any(spans[-1][0] < start <= spans[-1][1] for start, _ in self.outages):
                return found
        raise AssertionError(f"{issue} has no slot within {LONG}")


async def live(seed: int, weeks: int, nap: float = 3_600.0) -> str:
    """Live through that many weeks; check everything at the end; give the figures."""
    chance = random.Random(seed)
    scene, diary = Scene(start=START, policy=RULES), Diary()
    scene.nap = nap
    channels = {scene.channel(f"c{n}"): schedule for n, schedule in enumerate(SCHEDULES)}
    await scene.appear(issue(1, START - timedelta(days=7)))
    for channel, schedule in channels.items():
        await scene.subscribes(channel, schedule)
    await scene.worker_comes()
    edits = 0
    for week in range(weeks):
        number = week + 2
        diary.appeared[f"Weekly {number}"] = scene.clock.true()
        await scene.appear(issue(number, scene.clock.true() - timedelta(minutes=1)))
        # Each fault without a target hits some call of the coming week.
        scene.site.faults.add(
            Fault(chance.choice([How.HANG, How.CUT, How.BROKEN]), effect=chance.random() < 0.5, method=POST),
            Fault(How.LIMITED, retry_after=chance.choice([1, 5, 400]), method=POST, skip=3),
        )
        left = timedelta(days=7)
        if chance.random() < 0.3:
            await scene.passes(hours=chance.uniform(0, 60))
            await scene.everybody_dies()
            began = scene.clock.true()
            gap = timedelta(hours=chance.choice([0.01, 1, 5, 20, 90, 400]))
            await asyncio.sleep(gap.total_seconds())
            await scene.worker_comes()
            diary.outages.append((began, scene.clock.true()))
        if chance.random() < 0.1:
            by = timedelta(hours=chance.choice([-30, -2, 2, 30]))
            began = scene.clock.true()
            scene.steps(by)
            await scene.passes(hours=chance.uniform(1, 20))
            scene.steps(-by)
            over = scene.clock.true()
            diary.stepped.append((min(began, began + by), max(over, over + by)))
        if chance.random() < 0.2:
            await scene.appear(with_text(scene.issues[-1], 0, f"Corrected in week {week}."))
            edits += 1
        await asyncio.sleep(left.total_seconds())
    await scene.passes(days=30)
    checked = await judge(scene, channels, weeks, diary)
    await scene.everybody_dies()
    await scene.store.close()
    posts = len(scene.site.ledger.posts())
    told = f"{len(diary.outages)} outages, {len(diary.stepped)} clock steps, {edits} edits"
    in_time = f"{checked} of {weeks * len(channels)} digests checked for their time"
    return f"{weeks} weeks, seed {seed}: {posts} posts, {told}; {in_time}"


async def judge(scene: Scene, channels: dict[str, str], weeks: int, diary: Diary) -> int:
    """Check that every issue is in every channel once, whole, and in its time; give how many were checked for that."""
    assert scene.doubles() == 0
    checked = 0
    for channel, schedule in channels.items():
        posts = scene.posts(channel)
        parents = [line for line in posts if not line.thread_ts]
        assert sorted(map(named, parents)) == sorted(f"Weekly {number + 2}" for number in range(weeks)), schedule
        assert len(posts) == 4 * weeks, schedule
        assert all(later.at - sooner.at >= 0.9 for sooner, later in pairwise(posts)), "a second between two"
        checked += sum(in_time(line, parse_schedule(schedule), diary) for line in parents)
    assert checked >= SHARE * weeks * len(channels)
    return checked


def named(parent: LedgerLine) -> str:
    """Return the issue that a channel message shows."""
    return " ".join(parent.text.split()[:2])


def in_time(parent: LedgerLine, schedule: Schedule, diary: Diary) -> bool:
    """Check that a digest came at its slot, and said so if it was late. False: a stepped clock can have meddled."""
    allowed = diary.allowed(schedule, named(parent))
    if allowed is None:
        return False
    at = datetime.fromtimestamp(parent.at, UTC)
    hits = [slot for slot, begin, end in allowed if begin <= at <= end]
    assert hits, f"{schedule}: {parent.text!r} at {at}, allowed: {allowed}"
    late = at - hits[0]
    if late <= RULES.late_after or late > RULES.late_after + SLACK:  # in between it may have been begun before
        assert ("Late:" in parent.text) is (late > RULES.late_after), (
            f"{schedule}: {parent.text!r} at {at}, {late} late"
        )
    return True


@pytest.mark.long
def test_half_a_year() -> None:
    """A short run of the same, with long naps."""
    assert run(live(1, 26, nap=6 * 3_600.0))


@pytest.mark.slow(minutes=4)
@pytest.mark.parametrize(("seed", "hours"), [(11, 1), (12, 3), (13, 3), (14, 3)])
def test_two_years(seed: int, hours: int, figure: Callable[[str], None]) -> None:
    """104 weeks, with everything that can happen in them; between slots a worker wakes after so many hours."""
    told = run(live(seed, 104, nap=hours * 3_600.0))
    figure(f"two years: {told}: 0 doubles, 0 silent misses, every post within its rule")
