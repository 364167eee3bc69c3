"""The calendar's laws, over the zones of the machine and thirty years."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import (
    DAYS,
    AsItAppears,
    ScheduleError,
    Weekly,
    last_slot,
    moment,
    next_slot,
    parse_schedule,
    slots,
    zone_names,
)

ZONES = sorted(zone_names().values())
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
EVERY_DAY = tuple(range(7))

schedules = st.builds(
    Weekly,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def jumps(zone: ZoneInfo) -> Iterator[datetime]:
    """Return the moments (UTC) about which the zone's offset changes."""
    at = FIRST
    while at < LAST:
        later = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            yield at
        at = later


def lawful(day: date, at: time, zone: ZoneInfo) -> None:
    """Check one slot: it shows the asked time, the first of two; or that was skipped, and it is the next minute."""
    found = moment(day, at, zone)
    local = found.astimezone(zone).replace(tzinfo=None)
    wall = datetime.combine(day, at)
    assert local >= wall
    before = (found - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)
    if local == wall:
        near = {(found + timedelta(days=days)).astimezone(zone).utcoffset() for days in (-2, 0, 2)}
        others = [wall.replace(tzinfo=UTC) - offset for offset in near if offset is not None]
        shown = [other for other in others if other.astimezone(zone).replace(tzinfo=None) == wall]
        assert min(shown) == found, "a repeated hour runs the first time"
    else:
        assert before < wall, "a skipped time runs at the next minute that exists"


@given(schedules, moments)
def test_each_named_date_has_one_slot(schedule: Weekly, start: datetime) -> None:
    """Over a month, the slots are of distinct dates, in order, all dates that were named, and none else."""
    end = start + timedelta(days=31)
    found = list(slots(schedule, start, end))
    assert [slot.day for slot in found] == sorted({slot.day for slot in found})
    assert all(start < slot.at <= end for slot in found)
    assert all(slot.day.weekday() in schedule.days for slot in found)
    zone = ZoneInfo(schedule.zone)
    sure = (start + timedelta(days=2)).astimezone(zone).date()
    last = (end - timedelta(days=2)).astimezone(zone).date()
    wanted = {sure + timedelta(days=n) for n in range((last - sure).days)}
    assert {day for day in wanted if day.weekday() in schedule.days} <= {slot.day for slot in found}


@given(schedules, moments, st.integers(0, 40_000))
def test_cutting_a_span_in_two_changes_nothing(schedule: Weekly, start: datetime, minutes: int) -> None:
    """The slots of a span are those of its first part and then those of its second."""
    middle, end = start + timedelta(minutes=minutes), start + timedelta(days=30)
    both = [*slots(schedule, start, middle), *slots(schedule, middle, end)]
    assert both == list(slots(schedule, start, end))


@given(schedules, moments)
def test_next_and_last_agree_with_the_slots(schedule: Weekly, now: datetime) -> None:
    """The next slot is the first after now, the last the newest not after it."""
    upcoming, past = next_slot(schedule, now), last_slot(schedule, now)
    assert upcoming is not None
    assert past is not None
    assert past.at <= now < upcoming.at
    assert list(slots(schedule, past.at, upcoming.at)) == [upcoming]


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.times())
def test_any_slot_is_lawful(name: str, day: date, at: time) -> None:
    """In any zone, on any date, at any time."""
    lawful(day, at.replace(second=0, microsecond=0), ZoneInfo(name))


@pytest.mark.parametrize(
    ("zone", "day", "at", "shown"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30), "2026-03-29T01:00:00+00:00"),
        ("Europe/London", date(2026, 10, 25), time(1, 30), "2026-10-25T00:30:00+00:00"),
        ("Asia/Kathmandu", date(2026, 1, 5), time(9), "2026-01-05T03:15:00+00:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9), "2011-12-30T10:00:00+00:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), time(0), "2018-11-04T03:00:00+00:00"),
    ],
)
def test_odd_days(zone: str, day: date, at: time, shown: str) -> None:
    """Skipped and repeated hours, half-hour jumps, a midnight that was skipped, and a whole day."""
    assert moment(day, at, ZoneInfo(zone)).isoformat() == shown


@given(st.one_of(schedules, st.just(AsItAppears())))
def test_what_a_schedule_says_of_itself_is_read_back(schedule: Weekly | AsItAppears) -> None:
    """Its text is one that people may type."""
    assert parse_schedule(str(schedule)) == schedule


@given(st.text())
def test_any_text_is_a_schedule_or_a_clear_error(typed: str) -> None:
    """Nothing else comes out."""
    said = "is not a schedule"
    try:
        parse_schedule(typed, "UTC")
    except ScheduleError as error:
        said = str(error)
    assert "is not a schedule" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Mondays 09:00 Europe/London", "mondays 09:00 Europe/London"),
        ("every monday at 9am london", "mondays 09:00 Europe/London"),
        ("europe/paris 9:30 PM tue, thu", "tuesdays, thursdays 21:30 Europe/Paris"),
        ("weekdays 8.15", "weekdays 08:15 Asia/Kathmandu"),
        ("daily noon utc", "daily 12:00 UTC"),
        ("mondays 09:00 utc and tuesdays 9am UTC", "mondays, tuesdays 09:00 UTC"),
        ("As soon as it appears", "as soon as it appears"),
    ],
)
def test_people_type_it_in_many_ways(typed: str, read: str) -> None:
    """Days, time and zone in any order and case; the person's own zone when none is named."""
    assert str(parse_schedule(typed, "Asia/Kathmandu")) == read


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("09:00 utc", "which day?"),
        ("mondays utc", "at what time?"),
        ("mondays 25:00 utc", "'25:00' is no time of day"),
        ("mondays 13pm utc", "'13pm' is no time of day"),
        ("mondays 09:00", "which time zone?"),
        ("mondays 09:00 Europe/Londn", "did you mean Europe/London"),
        ("mondays 9 utc", "'9' is neither"),
        ("mondays 9:00 and 17:00 utc", "names two times of day"),
        ("mondays noon 9am utc", "names two times of day"),
        ("mondays 09:00 utc Europe/London", "names two time zones"),
        ("mondays 09:00 localtime", "'localtime' is neither"),
        ("mondays 09:00 Factory", "'Factory' is neither"),
    ],
)
def test_what_is_missing_or_wrong_is_said(typed: str, says: str) -> None:
    """The error names the thing and the next step."""
    with pytest.raises(ScheduleError, match=says.replace("?", r"\?")):
        parse_schedule(typed)


def test_the_days_are_named_as_python_counts_them() -> None:
    """Monday is 0."""
    assert DAYS[date(2026, 1, 5).weekday()] == "monday"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_zone_and_thirty_years(part: int, figure: Callable[[str], None]) -> None:
    """About each jump of each zone every quarter of the small hours is lawful; and no date is left out."""
    count = 0
    for name in ZONES[part::8]:
        zone = ZoneInfo(name)
        for jump in jumps(zone):
            first = jump.astimezone(zone).date() - timedelta(days=1)
            for day in (first + timedelta(days=n) for n in range(4)):
                for minutes in (*range(0, 300, 15), 720, *range(1_320, 1_440, 15)):
                    lawful(day, time(minutes // 60, minutes % 60), zone)
                    count += 1
        schedule = Weekly(EVERY_DAY, time(2, 30), name)
        found = [slot.day for slot in slots(schedule, FIRST, LAST)]
        assert len(found) == len(set(found))
        assert (found[-1] - found[0]).days + 1 == len(found)
    figure(f"calendar, part {part}: {count} moments about jumps, every one lawful")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("mondays 9:00 new york", "America/New_York"),
        ("New York, mondays 9:00", "America/New_York"),
        ("9am sao paulo fridays", "America/Sao_Paulo"),
        ("mondays 9:00 ho chi minh", "Asia/Ho_Chi_Minh"),
        ("mondays at 9:00 in hong kong", "Asia/Hong_Kong"),
    ],
)
def test_a_city_of_several_words_is_a_zone(typed: str, zone: str) -> None:
    """Typed with spaces, as people write it."""
    schedule = parse_schedule(typed)
    assert isinstance(schedule, Weekly)
    assert schedule.zone == zone


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mondays 9:00 new yrok", "America/New_York"),
        ("mondays 9:00 los angles", "America/Los_Angeles"),
        ("mondays 9:00 londn", "Europe/London"),
        ("mondays 9:00 buenos aires", "America/.*Buenos_Aires"),
    ],
)
def test_a_city_that_is_misspelt_is_suggested(typed: str, meant: str) -> None:
    """Also one of several words, and one that the zone database has twice."""
    with pytest.raises(ScheduleError, match=f"did you mean .*{meant}"):
        parse_schedule(typed)


def test_two_zones_are_still_two() -> None:
    """Beside each other they name no third one."""
    with pytest.raises(ScheduleError, match="two time zones"):
        parse_schedule("mondays 9:00 london paris")
