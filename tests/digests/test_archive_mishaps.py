"""Whatever befalls the archive's folder, nothing old floods a channel, and the next real issue goes out on time.

Each scene is played on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.issue import Issue, Link
from bot.domain.schedule import next_slot, parse_schedule
from bot.store.store import Store
from tests.fakes.newsletter import issue, with_text
from tests.fakes.reader import AT_ONCE, SLOT, SUNDAY, Reader, play
from tests.fakes.scene import Scene

both = pytest.mark.parametrize("schedule", [SLOT, AT_ONCE])
pytestmark = pytest.mark.long
YEAR = tuple(issue(n, SUNDAY - timedelta(weeks=52 - n, days=1)) for n in range(2, 52))


async def the_next_real_issue_comes_on_time(scene: Scene, reader: Reader, schedule: str, *, number: int = 900) -> None:
    """Let the week's issue appear: it goes out at its slot, and nothing else in the three weeks around it."""
    before, now = reader.got(), scene.clock.now()
    await scene.appear(issue(number, now))
    slot = next_slot(parse_schedule(schedule, "UTC"), now)
    due = now if slot is None else slot.at
    await scene.passes(seconds=(due - now).total_seconds() + 60)
    assert reader.got() == [*before, f"Weekly {number}"]
    line = [line for line in scene.posts(reader.channel) if not line.thread_ts][-1]
    assert timedelta(0) <= datetime.fromtimestamp(line.at, UTC) - due < timedelta(seconds=15)
    await scene.passes(weeks=2)
    assert reader.got() == [*before, f"Weekly {number}"]


def with_links_rewritten(known: Issue) -> Issue:
    """Return the issue with every link changed, as a new link tracker changes them."""
    (section,) = known.sections
    entries = tuple(
        replace(entry, links=(Link(f"https://track.example/{known.number}/{entry.position}"),))
        for entry in section.entries
    )
    return replace(known, sections=(replace(section, entries=entries),))


def renamed(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues under other names, every link rewritten."""
    return [replace(with_links_rewritten(each), slug=f"renamed-{each.number}") for each in issues]


@both
def test_sixty_years_are_back_filled(database: Callable[[], Store], schedule: str) -> None:
    """Seven hundred old issues: one question, no post."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        years = [issue(1_000 + n, SUNDAY - timedelta(days=30 * (60 * 12 - n) + 40)) for n in range(60 * 12)]
        await scene.appear(*years)
        await scene.passes(days=1, minutes=20)
        (letter,) = reader.letters()
        assert letter.startswith("720 older issues came in")
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert len(reader.letters()) == 1

    play(database, schedule, scenes)


@both
def test_a_volume_is_mounted_late(database: Callable[[], Store], schedule: str) -> None:
    """The folder is empty at the start and when the channel subscribes; nobody is asked about a first look."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.passes(minutes=30)
        await scene.holds(YEAR)
        await scene.passes(hours=1)
        assert reader.got() == []
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=())


@both
@pytest.mark.parametrize("restarts", [False, True])
def test_a_first_archive_is_copied_slowly(
    database: Callable[[], Store],
    schedule: str,
    restarts: bool,
) -> None:
    """File by file into a folder that was empty, also with a restart in the middle: all of it is one first look."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.passes(minutes=30)
        here = (*YEAR, issue(60, SUNDAY - timedelta(days=4)), issue(61, SUNDAY - timedelta(hours=2)))
        for done in range(1, len(here) + 1):
            if restarts and done == 30:
                await scene.everybody_dies()
                await scene.worker_comes()
            await scene.holds(here[:done])
            await scene.passes(seconds=50)
        await scene.passes(days=8)
        assert reader.got() == []
        assert len(reader.letters()) == 1
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=())


@both
def test_the_first_issue_after_a_first_look_is_new(database: Callable[[], Store], schedule: str) -> None:
    """Two minutes after the last file of the copy the next one is no part of it."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.passes(minutes=30)
        for done in range(1, 4):
            await scene.holds(YEAR[-3:][:done])
            await scene.passes(minutes=1)
        await scene.passes(minutes=1, seconds=5)
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=())


@both
def test_a_volume_is_emptied_and_back(database: Callable[[], Store], schedule: str) -> None:
    """For three weeks, in which one issue came out: it goes out, and what was there before does not."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.holds(())
        await scene.passes(days=21)
        await scene.holds((*YEAR, issue(899, SUNDAY + timedelta(days=9))))
        await scene.passes(days=8, hours=1)
        assert reader.got() == ["Weekly 899"]
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert reader.letters() == []

    play(database, schedule, scenes, there=YEAR)


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_a_file_is_away_at_the_slot(
    database: Callable[[], Store],
    restarts: bool,
    whole: bool,
) -> None:
    """And back a minute later, alone or with the whole folder: its issue goes out then, once, and not a slot later."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        this_week = issue(800, SUNDAY)
        await scene.appear(this_week)
        await scene.passes(days=1, seconds=-30)
        await scene.holds(() if whole else YEAR)
        if restarts:
            await scene.everybody_dies()
            await scene.worker_comes()
        await scene.passes(seconds=90)
        assert reader.got() == []
        await scene.holds((*YEAR, this_week))
        await scene.passes(seconds=30)
        assert reader.got() == ["Weekly 800"]
        await the_next_real_issue_comes_on_time(scene, reader, SLOT)

    play(database, SLOT, scenes, there=YEAR)


def test_a_file_that_is_back_a_day_later_waits_for_its_slot(database: Callable[[], Store]) -> None:
    """A digest is posted up to twelve hours after its slot; and what came after a slot is no part of it."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        this_week = issue(800, SUNDAY)
        await scene.appear(this_week)
        await scene.passes(days=1, seconds=-30)
        await scene.holds(YEAR)
        await scene.passes(hours=13)
        late = issue(801, scene.clock.now())
        await scene.holds((*YEAR, this_week, late))
        await scene.vanish(late.slug)
        await scene.passes(minutes=1)
        await scene.appear(late)
        await scene.passes(days=5)
        assert reader.got() == []
        await scene.passes(days=2)
        assert reader.got() == ["Weekly 800", "Weekly 801"]

    play(database, SLOT, scenes, there=YEAR)


@both
def test_git_checks_out_in_the_middle(database: Callable[[], Store], schedule: str) -> None:
    """File by file another branch takes the place of this one, half of it without this week's issue, and back."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        this_week = issue(800, SUNDAY)
        await scene.appear(this_week)
        await scene.passes(days=1, minutes=5)
        assert reader.got() == ["Weekly 800"]
        here = (*YEAR, this_week)
        old_branch = [replace(with_text(each, 0, "As it was."), slug=each.slug) for each in YEAR[:30]]
        for state in (here[10:], here[40:], (), old_branch[:10], old_branch, old_branch[20:], here[:25], here):
            await scene.holds(state)
            await scene.passes(seconds=2)
        await scene.passes(hours=1)
        assert reader.got() == ["Weekly 800"]
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert reader.letters() == []

    play(database, schedule, scenes, there=YEAR)


@both
@pytest.mark.parametrize("at_once", [True, False])
def test_every_file_is_renamed_and_its_links_rewritten(
    database: Callable[[], Store],
    schedule: str,
    at_once: bool,
) -> None:
    """At once or one by one, with this week's issue among them: it is corrected where it stands, not posted again."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        this_week = issue(800, SUNDAY)
        await scene.appear(this_week)
        await scene.passes(days=1, minutes=5)
        here = (*YEAR[-12:], this_week)
        after = renamed(here)
        for done in [len(here)] if at_once else range(1, len(here) + 1):
            await scene.holds((*after[:done], *here[done:]))
            await scene.passes(seconds=3)
        await scene.passes(hours=1)
        assert reader.got() == ["Weekly 800"]
        assert len(scene.posts(reader.channel)) == 4
        edits = [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        assert len(edits) == 3
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert reader.letters() == []

    play(database, schedule, scenes, there=YEAR[-12:])


@both
def test_ten_weeks_of_outage(database: Callable[[], Store], schedule: str) -> None:
    """The three newest of the ten go out, in order, and the subscriber is asked about the seven."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.everybody_dies()
        await scene.passes(weeks=10)
        now = scene.clock.now()
        missed = [issue(800 + week, now - timedelta(weeks=10 - week, hours=1)) for week in range(1, 11)]
        scene.issues = (*YEAR, *missed)
        await scene.worker_comes()
        await scene.passes(days=1, minutes=20)
        assert reader.got() == ["Weekly 808", "Weekly 809", "Weekly 810"]
        (letter,) = reader.letters()
        assert letter.startswith("7 older issues came in")
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=YEAR)


@both
def test_two_newsletters_files_are_mixed_up(database: Callable[[], Store], schedule: str) -> None:
    """Another newsletter's year lands in the folder, with the numbers and nearly the dates of ours, and goes again."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        foreign = [_foreign(each) for each in YEAR[:-2]]
        for state in ((*YEAR, *foreign), (*YEAR[:20], *foreign), YEAR):
            await scene.holds(state)
            await scene.passes(minutes=15)
        assert reader.got() == []
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert not [line for line in scene.site.ledger.lines if line.method == "chat.update"]

    play(database, schedule, scenes, there=YEAR)


@both
def test_the_folder_is_another_newsletters(database: Callable[[], Store], schedule: str) -> None:
    """Wrong for a day, with an issue of this week in it: none of it goes out, and back in the right one all is well."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        now = scene.clock.now()
        other = [replace(_foreign(each), published=now - timedelta(days=7 * at)) for at, each in enumerate(YEAR)]
        await scene.holds(other)
        await scene.passes(days=8)
        assert reader.got() == []
        await scene.holds(YEAR)
        await scene.passes(minutes=15)
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=YEAR)


@both
@pytest.mark.parametrize(("days", "restarts"), [(-400, False), (-20, False), (-20, True), (20, False), (400, False)])
def test_a_clock_is_wrong_at_the_first_look_and_then_right(
    database: Callable[[], Store],
    schedule: str,
    days: int,
    restarts: bool,
) -> None:
    """While the bot runs, or while it is stopped: what a clock that was behind took for dated ahead was there."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        if restarts:
            await scene.everybody_dies()
        scene.steps(timedelta(days=-days))
        if restarts:
            await scene.worker_comes()
        await scene.passes(days=1, minutes=20)
        await scene.passes(days=14)
        assert reader.got() == []
        await the_next_real_issue_comes_on_time(scene, reader, schedule)
        assert len(reader.letters()) <= 1

    play(database, schedule, scenes, there=YEAR, ahead=timedelta(days=days))


def _foreign(known: Issue) -> Issue:
    """Return an issue of another newsletter: number and date of ours, everything else its own."""
    other = issue((known.number or 0) + 5_000, known.published - timedelta(days=3), slug=f"other-{known.number}")
    return replace(other, number=known.number, title=f"The other one {known.number}")


@both
@pytest.mark.parametrize("name", ["issue-899 (conflicted copy)", "~issue-899"])
def test_a_copy_that_is_not_whole_turns_up(database: Callable[[], Store], schedule: str, name: str) -> None:
    """An editor's backup, a sync tool's copy: its digest is not posted beside the issue's, and nothing is edited."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        week = issue(899, SUNDAY, entries=8)
        await scene.appear(week)
        await scene.passes(days=1, hours=1)
        before = len(scene.posts(reader.channel))
        await scene.appear(replace(issue(899, SUNDAY, entries=4), slug=name))
        await scene.passes(days=8)
        await scene.vanish(name)
        await scene.passes(days=1)
        assert reader.got() == ["Weekly 899"]
        assert len(scene.posts(reader.channel)) == before == 9
        assert not [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        await the_next_real_issue_comes_on_time(scene, reader, schedule)

    play(database, schedule, scenes, there=YEAR)
