"""Fixed offsets: a plus is east of Greenwich, however it is written, and what is kept and shown says so."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.subscription_form import draft_of, zone_options
from bot.digests.views.form import form
from bot.domain.offsets import EAST, WEST, offset_name
from bot.domain.preferences import Preferences
from bot.domain.schedule import ScheduleError, Weekly, next_slot, parse_schedule, time_there, zone_names, zone_of
from bot.lookup import commands, typed_command

SUNDAY = datetime(2026, 1, 4, 12, tzinfo=UTC)
offsets = st.integers(WEST // timedelta(minutes=15), EAST // timedelta(minutes=15)).map(
    lambda quarters: quarters * timedelta(minutes=15)
)


def read(typed: str) -> Weekly:
    """Read a schedule that is weekly."""
    schedule = parse_schedule(typed, "Europe/London")
    assert isinstance(schedule, Weekly)
    return schedule


@pytest.mark.parametrize(
    ("typed", "shown", "utc"),
    [
        ("GMT+1", "UTC+1", "08:00"),
        ("gmt+1", "UTC+1", "08:00"),
        ("gmt +1", "UTC+1", "08:00"),
        ("GMT + 1", "UTC+1", "08:00"),
        ("UTC+2", "UTC+2", "07:00"),
        ("ut+2", "UTC+2", "07:00"),
        ("UTC+02", "UTC+2", "07:00"),
        ("UTC+02:00", "UTC+2", "07:00"),
        ("+05:30", "UTC+5:30", "03:30"),
        ("+0530", "UTC+5:30", "03:30"),
        ("+530", "UTC+5:30", "03:30"),
        ("+ 5:30", "UTC+5:30", "03:30"),
        ("UTC+5:30", "UTC+5:30", "03:30"),
        ("utc+5:45", "UTC+5:45", "03:15"),
        ("+1", "UTC+1", "08:00"),
        ("GMT-3", "UTC-3", "12:00"),
        ("GMT -3", "UTC-3", "12:00"),
        ("UTC\u22122", "UTC-2", "11:00"),
        ("UTC\u20132", "UTC-2", "11:00"),
        ("UTC \u2212 2", "UTC-2", "11:00"),
        ("utc\uff0b2", "UTC+2", "07:00"),
        ("-03:30", "UTC-3:30", "12:30"),
        ("-0:30", "UTC-0:30", "09:30"),
        ("Z", "UTC", "09:00"),
        ("GMT+0", "UTC", "09:00"),
        ("UTC-00:00", "UTC", "09:00"),
        ("UTC\u00b10", "UTC", "09:00"),
        ("gmt", "GMT", "09:00"),
        ("UTC+14", "UTC+14", "19:00"),
        ("UTC-12", "UTC-12", "21:00"),
        ("Etc/GMT+1", "UTC-1", "10:00"),
        ("etc/gmt-14", "UTC+14", "19:00"),
        ("Etc/GMT+0", "UTC", "09:00"),
        ("Etc/GMT", "Etc/GMT", "09:00"),
    ],
)
def test_plus_is_east(typed: str, shown: str, utc: str) -> None:
    """Nine o'clock there is earlier in UTC; only the zone database's own name, in full, has its sign turned round."""
    schedule = read(f"mondays 09:00 {typed}")
    assert str(schedule) == f"mondays 09:00 {shown}"
    slot = next_slot(schedule, SUNDAY)
    assert slot is not None
    assert f"{slot.at:%H:%M}" == utc
    assert isinstance(typed_command.parse(f"subscribe mondays 09:00 {typed}"), commands.Subscribe)


@pytest.mark.parametrize("typed", ["mondays 09:00+01:00", "mondays 9am+1", "gmt+1 mondays at 9:00", "GMT+1, mon, 9.00"])
def test_it_stands_anywhere(typed: str) -> None:
    """Before or after the time, or right behind it."""
    assert str(read(typed)) == "mondays 09:00 UTC+1"
    assert isinstance(typed_command.parse(f"subscribe {typed}"), commands.Subscribe)


def test_utc_behind_the_time() -> None:
    """As ISO 8601 writes it."""
    assert str(read("mondays 09:00Z")) == "mondays 09:00 UTC"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("GMT+15", "'GMT\\+15' is nowhere; offsets go from UTC-12 to UTC\\+14"),
        ("UTC-12:30", "is nowhere"),
        ("+99:00", "is nowhere"),
        ("Etc/GMT+13", "is nowhere"),
        ("UTC+1:75", "neither a day, a time nor a known time zone"),
        ("UTC+", "neither"),
        ("UTC+1 UTC+2", "two time zones"),
        ("CET+1", "neither"),
        ("- 10:00", "two times of day"),
    ],
)
def test_what_is_no_offset_is_said(typed: str, says: str) -> None:
    """The error names what was typed and what there is."""
    with pytest.raises(ScheduleError, match=says):
        parse_schedule(f"mondays 09:00 {typed}")


@given(offsets, st.sampled_from(["", "UTC", "gmt", "UTC ", "GMT "]), st.sampled_from(["", ":"]), st.integers(0, 23))
def test_any_offset_is_read_kept_and_applied(east: timedelta, prefix: str, colon: str, hour: int) -> None:
    """However it is written: the slot is the local time less the offset, and what is kept is read as the same."""
    hours, minutes = divmod(abs(east) // timedelta(minutes=1), 60)
    sign = "-" if east < timedelta() else "+"
    schedule = read(f"daily {hour:02}:00 {prefix}{sign}{hours:02}{colon}{minutes:02}")
    assert schedule.zone == offset_name(east)
    assert parse_schedule(str(schedule)) == schedule
    slot = next_slot(schedule, SUNDAY)
    assert slot is not None
    assert (slot.at + east).time() == time(hour)
    assert (slot.at + east).date() == slot.day
    assert SUNDAY.astimezone(zone_of(schedule.zone)).utcoffset() == east


def test_the_time_there_now_is_shown_for_every_zone() -> None:
    """A person sees whether the zone is the one they meant."""
    assert time_there(read("mondays 09:00 GMT+1"), SUNDAY) == "13:00"
    assert time_there(read("mondays 09:00 +05:30"), SUNDAY) == "17:30"
    assert time_there(read("mondays 09:00 Asia/Kolkata"), SUNDAY) == "17:30"
    assert not time_there(parse_schedule("as soon as it appears"), SUNDAY)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("gmt+1", "UTC+1"), ("GMT +1", "UTC+1"), ("+5:30", "UTC+5:30"), ("utc\u22123", "UTC-3"), ("utc+", "UTC+1")],
)
def test_the_form_completes_offsets(typed: str, first: str) -> None:
    """The form offers no name whose sign says the opposite."""
    values = [option["value"] for option in zone_options(typed, SUNDAY)]
    assert values[0] == first
    assert not [value for value in values if "GMT+" in value or "GMT-" in value]
    assert not [option for option in zone_options("gmt", SUNDAY) if "+" in option["value"]]


def test_the_form_shows_an_offset_again() -> None:
    """What was chosen is chosen still; a person's own zone may be one, by its database name too."""
    blocks = form(draft_of("C1", read("mondays 09:00 GMT+1"), Preferences(), "Europe/London"))["blocks"]
    zone = next(block["element"] for block in blocks if block.get("block_id") == "zone")
    assert zone["initial_option"]["value"] == "UTC+1"
    assert draft_of("C1", None, Preferences(), "Etc/GMT+5").zone == "UTC-5"


def test_no_listed_zone_has_its_sign_turned_round() -> None:
    """Those that do are offsets, and listed nowhere."""
    assert not [name for name in zone_names().values() if "+" in name or "GMT-" in name]
