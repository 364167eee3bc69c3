"""A date without a time is a day in every channel's own zone; a date with a time is an instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import date
from archive.document import read
from archive.issue import Issue
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.domain.publication import first_out, is_out, out_from
from bot.domain.schedule import zone_names, zone_of
from bot.source.library import Library
from bot.store.store import Store
from tests.fakes.folder import FakeFolder
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import run


class SetClock:
    """A clock that shows what it is set to."""

    def __init__(self, at: datetime) -> None:
        """Show `at`."""
        self.at = at

    def now(self) -> datetime:
        """Return the time it shows."""
        return self.at


FIRST = datetime(2026, 12, 1, tzinfo=UTC)
"""1 December 2026 is a Tuesday."""


def written(value: str) -> Issue:
    """Return the issue of a file with this date in its front matter."""
    found = read("one.md", f"---\ntitle: One\ndate: {value}\n---\n\n# News\n\nA thing https://a.example/\n".encode())
    assert found.issue is not None
    return found.issue


@pytest.mark.parametrize(
    ("value", "moment", "day_only"),
    [
        ("2026-12-01", "2026-12-01T00:00+00:00", True),
        ("1 December 2026", "2026-12-01T00:00+00:00", True),
        ("20261201", "2026-12-01T00:00+00:00", True),
        ("2026-12", "2026-12-01T00:00+00:00", True),
        ("2026-12-01 00:00", "2026-12-01T00:00+00:00", False),
        ("2026-12-01 9:00", "2026-12-01T09:00+00:00", False),
        ("2026/11/30 09:00:00", "2026-11-30T09:00+00:00", False),
        ("2026-12-01 09:00 EST", "2026-12-01T14:00+00:00", False),
        ("2026-12-01T09:00:00+11:00", "2026-11-30T22:00+00:00", False),
        ("1 December 2026 9am", "2026-12-01T09:00+00:00", False),
        ("1 December 2026, 9 p.m.", "2026-12-01T21:00+00:00", False),
        ("Tue, 01 Dec 2026 09:00:00 +0100", "2026-12-01T08:00+00:00", False),
        ("1796112000", "2026-12-01T08:00+00:00", False),
        ("2026-12-01 09:00 America/New_York", "2026-12-01T14:00+00:00", False),
        ("2026-07-01T09:00 Europe/London", "2026-07-01T08:00+00:00", False),
        ("1 December 2026, 9 p.m. (Europe/Berlin)", "2026-12-01T20:00+00:00", False),
        ("Tue, 01 Dec 2026 09:00 Australia/Sydney", "2026-11-30T22:00+00:00", False),
    ],
)
def test_a_written_time_is_never_dropped(value: str, moment: str, day_only: bool) -> None:
    """And none is made up."""
    found = written(value)
    assert (found.published, found.day_only) == (datetime.fromisoformat(moment), day_only)


@pytest.mark.parametrize("value", ["2026-12-01 09:00 Europe/Lodnon", "1 December 2026, 9am Mars/Olympus_Mons"])
def test_a_time_at_a_place_that_nobody_knows_is_no_moment(value: str) -> None:
    """UTC would be hours off, and a digest that is posted too early stands there: the issue is held back, and told."""
    found = written(value)
    assert found.date_guessed
    assert "a date that can be read" in found.draft or value in found.draft


def test_a_day_in_a_title_or_a_file_name_has_no_time() -> None:
    """A guess has neither a time nor a day."""
    found = read("2026-12-01-5.md", b"---\ntitle: One\n---\n\n# News\n\nA thing https://a.example/\n")
    assert found.issue is not None
    assert found.issue.day_only
    guess = read("one.md", b"---\ntitle: One\n---\n\n# News\n\nA thing https://a.example/\n")
    assert guess.issue is not None
    assert not guess.issue.day_only


@given(value=st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.dates(), st.datetimes()))
def test_only_what_is_a_moment_may_have_a_time(value: object) -> None:
    """Whatever stands in a file."""
    assert isinstance(date.has_time(value), bool)


@given(
    day=st.dates(datetime(1990, 1, 1).date(), datetime(2035, 1, 1).date()),  # noqa: DTZ001 - a day
    name=st.sampled_from(sorted(zone_names().values())),
    hours=st.integers(-40, 40),
)
def test_a_day_is_out_where_it_has_begun(day: datetime, name: str, hours: int) -> None:
    """In every zone of the machine, and nowhere before the first zone of the Earth."""
    zone = zone_of(name)
    known = replace(issue(1, datetime(day.year, day.month, day.day, tzinfo=UTC)), day_only=True)
    now = known.published + timedelta(hours=hours)
    local = now.astimezone(zone)
    assert is_out(known, now, zone) == (local.date() >= day or now >= out_from(known, zone))
    assert first_out(known) <= out_from(known, zone)


@pytest.mark.long
@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("tuesdays 09:00 Australia/Sydney", "2026-11-30T22:00+00:00"),
        ("tuesdays 00:00 Pacific/Kiritimati", "2026-11-30T10:00+00:00"),
        ("tuesdays 09:00 America/Los_Angeles", "2026-12-01T17:00+00:00"),
        ("daily 09:00 Australia/Sydney", "2026-11-30T22:00+00:00"),
        ("daily 20:00 America/Los_Angeles", "2026-12-02T04:00+00:00"),
        ("as soon as it appears", "2026-12-01T00:00+00:00"),
    ],
)
def test_an_issue_goes_out_on_its_day_wherever_the_channel_is(
    schedule: str, due: str, database: Callable[[], Store]
) -> None:
    """At the first slot of that day in the channel's own zone, and not before."""

    async def play() -> None:
        start = datetime(2026, 11, 27, tzinfo=UTC)
        scene = Scene(database(), start=start)
        channel = scene.channel()
        await scene.appear(issue(1, start - timedelta(days=7)))
        await scene.subscribes(channel, schedule)
        await scene.appear(replace(issue(2, FIRST), day_only=True))
        await scene.worker_comes()
        await scene.passes(days=9)
        (line,) = [line for line in scene.posts(channel) if not line.thread_ts]
        assert timedelta(0) <= datetime.fromtimestamp(line.at, UTC) - datetime.fromisoformat(due) < timedelta(minutes=1)
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize(
    ("zone", "out"), [("UTC", "2026-12-01T00:00+00:00"), ("Australia/Sydney", "2026-11-30T13:00+00:00")]
)
def test_search_and_latest_have_it_from_midnight_in_the_newsletters_zone(zone: str, out: str) -> None:
    """An issue with a time there beside it is out at its instant."""
    folder = FakeFolder()
    folder.put("one.md", "---\ntitle: One\ndate: 2026-12-01\n---\n\n# News\n\nA thing https://a.example/\n")
    moment = datetime.fromisoformat(out)
    clock = SetClock(moment - timedelta(seconds=1))
    library = Library.opened(folder, None, clock, ZoneInfo(zone))
    assert not library.snapshot.issues
    assert [held.until for held in library.held_back()] == [moment]
    clock.at = moment
    assert [each.slug for each in library.snapshot.issues] == ["one"]
    assert not library.held_back()


def test_a_registry_is_due_when_a_day_begins_somewhere(database: Callable[[], Store]) -> None:
    """Then it is registered, for the channels in the east."""

    async def play() -> None:
        store = database()
        registry = IssueRegistry(store.issues, few=1_000_000)
        ahead = replace(issue(2, FIRST), day_only=True)
        await registry.put([ahead], FIRST - timedelta(hours=15))
        assert [each.slug for each in registry.current.ahead] == ["issue-2"]
        assert not registry.is_due(FIRST - timedelta(hours=14, seconds=1))
        assert registry.is_due(FIRST - timedelta(hours=14))
        await registry.put([ahead], FIRST - timedelta(hours=14))
        assert "issue-2" in registry.current.issues
        await store.close()

    run(play())
