"""When a channel's digest is due: schedules, their slots, and the words people type for them.

Everything here is a pure function of its arguments and of the zone data that the machine has. A slot belongs to a local
date: however the zone's clocks jump, each date that the schedule names has one slot. A skipped hour runs at the next
minute that exists, a repeated hour runs the first time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.errors import BotError
from bot.domain.offsets import EAST, WEST, fixed_zone, in_one_word, is_mirrored, offset, offset_name

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days' names; a day is its index here, as `datetime.weekday` counts."""
AS_IT_APPEARS = "as soon as it appears"
_DAY_SETS = {
    "weekdays": range(5),
    "weekday": range(5),
    "weekend": (5, 6),
    "weekends": (5, 6),
    "daily": range(7),
    "everyday": range(7),
    "day": range(7),
}
_AT_ONCE = {AS_IT_APPEARS, "as it appears", "asap", "immediately", "at once", "as soon as possible"}
_FILLERS = {"", "at", "on", "every", "and", "each", "in"}
_SHORT = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)?")
_NO_ZONES = {"localtime", "posixrules", "Factory"}
"""Names among the zone files that are no zones: they depend on the machine or mean nothing."""
EXAMPLE = "mondays 09:00 Europe/London"
"""A schedule as people may type it."""


Said = TypeVar("Said", str, time)


class ScheduleError(BotError):
    """The typed text is not a schedule."""

    def __init__(self, typed: str, reason: str) -> None:
        """Keep `typed` and `reason` (what is wrong and what to do)."""
        super().__init__(f"{typed[:80]!r} is not a schedule: {reason}")
        self.typed = typed
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Weekly:
    """On `days` (0 Monday … 6 Sunday, ascending, at least one) `at` a wall-clock minute in the `zone`.

    That is an IANA name, or an offset as `offset_name` writes it: UTC+1.
    """

    days: tuple[int, ...]
    at: time
    zone: str

    def __str__(self) -> str:
        """Return it as a person would type it."""
        days = {tuple(range(7)): "daily", tuple(range(5)): "weekdays", (5, 6): "weekends"}.get(self.days)
        return f"{days or ', '.join(DAYS[day] + 's' for day in self.days)} {self.at:%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True)
class AsItAppears:
    """As soon as an issue appears."""

    def __str__(self) -> str:
        """Return it as a person would type it."""
        return AS_IT_APPEARS


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored schedule that cannot be read here (any more). It has no slots and is shown as it was `typed`."""

    typed: str

    def __str__(self) -> str:
        """Return it as it was stored."""
        return self.typed


Schedule: TypeAlias = Weekly | AsItAppears | Unreadable


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One time at which a digest is due: the moment `at` (UTC) and the local date it belongs to, its identity."""

    at: datetime
    day: date


def slots(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Slot]:
    """Return the slots after `start` up to and including `end` (both aware), in order. Only Weekly has any."""
    if not isinstance(schedule, Weekly):
        return
    zone = zone_of(schedule.zone)
    # One day of margin on each side: a slot in a skipped day runs on the day after.
    day = start.astimezone(zone).date() - timedelta(days=2)
    last = end.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        if day.weekday() in schedule.days:
            at = moment(day, schedule.at, zone)
            if start < at <= end:
                yield Slot(at, day)
        day += timedelta(days=1)


def next_slot(schedule: Schedule, after: datetime, taken: Collection[date] = frozenset()) -> Slot | None:
    """Return the first slot after the moment `after`, on none of the dates `taken`; None where there are none."""
    end = after + timedelta(days=9 + 7 * len(taken))
    return next((slot for slot in slots(schedule, after, end) if slot.day not in taken), None)


def last_slot(schedule: Schedule, until: datetime) -> Slot | None:
    """Return the latest slot at or before the moment `until`; None where there are none."""
    return max(slots(schedule, until - timedelta(days=9), until), default=None)


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which the clocks of `zone` show `at` on `day`, or first show something later."""
    wall = datetime.combine(day, at)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # The wall time was skipped. Before the jump the clocks show less, after it more: find the jump.
    early, late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late


def time_there(schedule: Schedule, now: datetime) -> str:
    """Return what the clocks of a schedule's zone show `now` (aware), as 12:40; "" for a schedule without a zone.

    It shows a person whether the zone is the one they meant.
    """
    return f"{now.astimezone(zone_of(schedule.zone)):%H:%M}" if isinstance(schedule, Weekly) else ""


def parse_schedule(typed: str, zone: str | None = None) -> Schedule:
    """Read a schedule as people type it: days, a time and a zone in any order, or "as soon as it appears".

    `zone` is what to take when none is typed (the person's own). Raises ScheduleError saying what is missing or wrong.
    """
    words = in_one_word(" ".join(typed.split()))
    if words.lower() in _AT_ONCE:
        return AsItAppears()
    days: set[int] = set()
    at: time | None = None
    places: list[list[str]] = [[]]
    for written in re.split(r"[\s,]+", re.sub(r"(\d)\s+([ap]m)\b", r"\1\2", words, flags=re.IGNORECASE)):
        word = written.lower()
        if (found := _days(word)) is not None:
            days |= found
        elif (clock := _clock(typed, word)) is not None:
            at = _only(typed, at, clock, "times of day")
        elif word not in _FILLERS:
            places[-1].append(written)
            continue
        places.append([])
    named = _zone_among(typed, places)
    if not days:
        raise ScheduleError(typed, f"which day? for example: {EXAMPLE}")
    if at is None:
        raise ScheduleError(typed, f"at what time? for example: {EXAMPLE}")
    if not (named or zone):
        raise ScheduleError(typed, f"in which time zone? for example: {EXAMPLE}")
    return Weekly(tuple(sorted(days)), at, named or _zone_name(typed, str(zone)))


def _zone_among(typed: str, places: Iterable[list[str]]) -> str | None:
    """Return the zone that is named by words that stand together, one or several (new york); None if they name none."""
    named: str | None = None
    for together in filter(None, places):
        for zone in _zones(typed, together):
            named = _only(typed, named, zone, "time zones")
    return named


def _zones(typed: str, words: list[str]) -> list[str]:
    """Return the zone that these words name together, or else those that they name one by one."""
    together = " ".join(words)
    if len(words) > 1 and not any(map(str.isdigit, together)) and not all(map(_is_zone, words)):
        return [_zone_name(typed, together)]
    return [_zone_name(typed, word) for word in words]


def _is_zone(word: str) -> bool:
    """Return whether the word names a zone by itself."""
    try:
        return bool(_zone_name(word, word))
    except ScheduleError:
        return False


def _only(typed: str, before: Said | None, said: Said, what: str) -> Said:
    """Return `said`, unless something else of its kind was said before: then it is not clear which is meant."""
    if before not in {None, said}:
        raise ScheduleError(typed, f"it names two {what}, a channel has one; for example: {EXAMPLE}")
    return said


def zone_of(name: str) -> tzinfo:
    """Return the zone of a schedule. Raises ScheduleError when the machine does not know it (any more)."""
    try:
        return fixed_zone(name) or ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ScheduleError(name, f"no time zone {name!r} is known here") from error


@lru_cache(maxsize=1)
def zone_names() -> dict[str, str]:
    """Return every IANA zone's name by its lower-case form, without the ones whose sign people read the wrong way."""
    names = available_timezones() - _NO_ZONES
    return {name.lower(): name for name in sorted(names) if not is_mirrored(name)}


def known_zone(name: str) -> str:
    """Return a zone's name as a schedule keeps it, from an IANA name in any case or an offset; "" where it is none."""
    east = offset(in_one_word(name))
    if east is not None:
        return offset_name(east) if WEST <= east <= EAST else ""
    return zone_names().get(name.lower(), "")


def _days(word: str) -> set[int] | None:
    """Read a day, a set of days or neither."""
    if word in _DAY_SETS:
        return set(_DAY_SETS[word])
    if word in _SHORT:
        return {_SHORT[word]}
    bare = word.removesuffix("s") if len(word) > 3 else word
    found = {day for day, name in enumerate(DAYS) if bare in {name, name[:3]}}
    return found or None


def _clock(typed: str, word: str) -> time | None:
    """Read a time of day: 09:00, 9:00, 9.30pm, 9am, noon, midnight. A bare number is none."""
    if word in {"noon", "midnight"}:
        return time(12 if word == "noon" else 0)
    match = _TIME.fullmatch(word)
    if match is None or not (match[2] or match[3]):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            raise ScheduleError(typed, f"{word!r} is no time of day")
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise ScheduleError(typed, f"{word!r} is no time of day")
    return time(hour, minute)


def _zone_name(typed: str, word: str) -> str:
    """Read an offset, a zone's name in any case, or its last part when that names one zone only (london)."""
    if known := known_zone(word):
        return known
    if offset(word) is not None:
        raise ScheduleError(typed, f"{word[:40]!r} is nowhere; offsets go from UTC-12 to UTC+14")
    names = zone_names()
    bare = word.lower().replace(" ", "_")
    places = {full for low, full in names.items() if low.rpartition("/")[2] == bare}
    if len(places) == 1:
        return places.pop()
    cities = {low.rpartition("/")[2]: full for low, full in names.items()}
    near = [names[low] for low in get_close_matches(bare, names, n=3, cutoff=0.7)]
    near = near or sorted(places)[:3] or [cities[low] for low in get_close_matches(bare, cities, n=3, cutoff=0.7)]
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; for example: {EXAMPLE}"
    raise ScheduleError(typed, f"{word[:40]!r} is neither a day, a time nor a known time zone{hint}")
