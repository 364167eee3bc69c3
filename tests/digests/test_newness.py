"""Old issues are never posted by themselves, and the week's issue is posted at its slot whatever the archive did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.issue import Issue, Link
from bot.digests.delivery_status import DeliveryReports
from bot.digests.views.subscription import status
from bot.domain.newness import WINDOW, is_new
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)
SLOT = "mondays 09:00 utc"
YEARS = tuple(issue(n, SUNDAY - timedelta(weeks=500 - n)) for n in range(2, 453))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - has one


async def scene_with(*there: Issue) -> tuple[Scene, str]:
    """Return a scene with a channel that subscribed while the archive held these issues."""
    scene = Scene(start=SUNDAY)
    scene.nap = 12 * 3_600.0
    channel = scene.channel()
    await scene.appear(*there)
    await scene.subscribes(channel, SLOT)
    await scene.worker_comes()
    return scene, channel


async def real_issue_comes_alone(scene: Scene, channel: str) -> None:
    """Let the week's issue appear; check that it goes out on time and nothing else does in five weeks."""
    await scene.appear(issue(900, scene.clock.now()))
    await scene.passes(days=1, minutes=1)
    (line,) = [line for line in scene.posts(channel) if not line.thread_ts]
    assert line.text == "Weekly 900"
    assert timedelta(0) <= datetime.fromtimestamp(line.at, UTC) - MONDAY < timedelta(seconds=10)
    await scene.passes(weeks=2)
    assert scene.texts(channel) == ["Weekly 900"]
    await scene.everybody_dies()
    await scene.store.close()


def renamed(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues under other names, every link rewritten."""
    return [replace(_rewritten(each), slug=f"renamed-{each.number}") for each in issues]


def _rewritten(known: Issue) -> Issue:
    (section,) = known.sections
    entries = tuple(
        replace(entry, links=tuple(Link(f"https://moved.example/{known.number}/{entry.position}") for _ in entry.links))
        for entry in section.entries
    )
    return replace(known, sections=(replace(section, entries=entries),))


def test_twelve_issues_of_2012_are_not_posted_and_said() -> None:
    """They are named by the channel's status, and asked about each says why."""

    async def play() -> None:
        scene, channel = await scene_with(issue(1, SUNDAY - timedelta(days=7)))
        old = [issue(100 + month, datetime(2012, month, 3, tzinfo=UTC)) for month in range(1, 13)]
        await scene.appear(*old)
        (worker, _), now = scene.workers[0], scene.clock.now()
        standings = DeliveryReports(scene.store, worker._registration._registry, None)
        subscription = await scene.store.subscriptions.get("-:T1", channel)
        assert subscription is not None
        standing = await standings.status(subscription, now)
        assert (len(standing.older), standing.waiting) == (12, ())
        said = str(status(standing).blocks)
        assert "*Not posted by themselves:* 12 older issues came in" in said
        assert "and 7 more" in said
        assert await standings.why("-:T1", channel, old[4], now) == (
            "Issue #105 is not posted by itself: it came in on 04 Jan 2026 with the date 03 May 2012, more than 14 "
            "days before the last look at the archive (04 Jan 2026); read it any time."
        )
        await real_issue_comes_alone(scene, channel)

    run(play())


@pytest.mark.long
def test_a_volume_mounted_late_floods_nobody() -> None:
    """The folder is empty when the channel subscribes; then all its issues are there at once."""

    async def play() -> None:
        scene, channel = await scene_with()
        await scene.passes(minutes=30)
        await scene.holds(YEARS)
        await scene.passes(minutes=3)
        await real_issue_comes_alone(scene, channel)

    run(play())


@pytest.mark.long
def test_a_volume_that_is_away_for_a_while_floods_nobody() -> None:
    """The folder is emptied for weeks: that is no good look, and what is back is what was there."""

    async def play() -> None:
        scene, channel = await scene_with(*YEARS)
        await scene.holds(())
        await scene.passes(days=21)
        assert await scene.store.issues.last_look() == SUNDAY
        missed = issue(899, SUNDAY + timedelta(days=2))
        await scene.holds((*YEARS, missed))
        await scene.passes(days=7)
        assert scene.texts(channel) == ["Weekly 899"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_sixty_files_renamed_with_their_links_rewritten_flood_nobody() -> None:
    """Number, title and date tell that they are the issues they were."""

    async def play() -> None:
        there = YEARS[-60:]
        scene, channel = await scene_with(*there)
        await scene.holds(renamed(there))
        await real_issue_comes_alone(scene, channel)

    run(play())


@pytest.mark.parametrize("stopped", [timedelta(0), timedelta(hours=20)])
def test_an_issue_dated_ahead_at_the_first_look_is_new_when_its_date_comes(stopped: timedelta) -> None:
    """It counts as seen when it comes out, while the bot runs or is stopped for less than a day."""

    async def play() -> None:
        scene, channel = await scene_with(issue(1, SUNDAY - timedelta(days=7)), issue(2, MONDAY))
        if stopped:
            await scene.passes(hours=13)
            await scene.everybody_dies()
            await scene.passes(seconds=stopped.total_seconds())
            await scene.worker_comes()
        await scene.passes(days=2)
        assert [text.split(" Late")[0] for text in scene.texts(channel)] == ["Weekly 2"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_what_was_decided_is_never_decided_otherwise() -> None:
    """Neither younger dates nor a later look make old issues new, nor does an older date make a new one old."""

    async def play() -> None:
        scene, channel = await scene_with(issue(1, SUNDAY - timedelta(days=7)))
        await scene.appear(issue(2, SUNDAY - timedelta(days=400)), issue(3, SUNDAY))
        await scene.appear(issue(2, SUNDAY), issue(3, SUNDAY - timedelta(days=400)))
        await scene.passes(days=8)
        assert scene.texts(channel) == ["Weekly 3"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_wrong_year_that_is_mended_the_next_day_is_no_old_issue() -> None:
    """It goes out at the next slot, once; twelve files that are dated otherwise at once do not."""

    async def play() -> None:
        scene, channel = await scene_with(issue(1, SUNDAY - timedelta(days=7)))
        old = [issue(100 + n, SUNDAY - timedelta(days=700 + n)) for n in range(12)]
        await scene.appear(issue(2, SUNDAY - timedelta(days=365)), *old)
        await scene.passes(days=2)
        assert scene.texts(channel) == []
        await scene.appear(issue(2, SUNDAY))
        await scene.appear(*(replace(each, published=SUNDAY) for each in old))
        await scene.passes(days=15)
        assert scene.texts(channel) == ["Weekly 2"]
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize(("count", "expected"), [(20, []), (1, ["Weekly 100"])])
def test_undated_files_are_new_one_at_a_time(count: int, expected: list[str]) -> None:
    """Twenty at once beside dated issues are old ones that were added; one is the week's issue, whatever its place."""

    async def play() -> None:
        scene, channel = await scene_with(issue(1, SUNDAY - timedelta(days=60)))
        guess = SUNDAY - timedelta(days=60 if count == 1 else 1)
        added = (replace(issue(100 + n, guess), date_guessed=True, placed=True) for n in range(count))
        await scene.appear(*added)
        await scene.passes(days=8)
        assert scene.texts(channel) == expected
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@given(dated=MOMENTS, last=MOMENTS, now=MOMENTS)
def test_nothing_much_older_than_the_last_look_is_new_and_nothing_of_today_is_old(
    dated: datetime, last: datetime, now: datetime
) -> None:
    """Whatever the clock said when the archive was last looked at."""
    assert not is_new(dated, None, now)
    assert is_new(now, last, now)
    assert is_new(None, last, now)
    if dated < last - WINDOW and last <= now:
        assert not is_new(dated, last, now)
