"""Dates as people and programs write them in front matter, titles and file names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WRITTEN = tuple(
    re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)
    for pattern in (
        rf"{_DAY}(?:\s+of)?\s+{_MONTH},?\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        r"(?P<year>\d{4})[-/._](?P<month>\d{1,2})[-/._](?P<day>\d{1,2})",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
    )
)

_LONGEST = 64
"""Bits of a number that may be a date; one of a few thousand figures cannot even be written out."""


def moment(value: object) -> datetime | None:
    """Give the moment that a front matter's `value` means, always with an offset, or nothing when it means none.

    A day without a time is midnight; a time without an offset is UTC. Takes datetimes, dates, strings (ISO 8601, the
    form of mail headers, or with the month in English words) and whole numbers like 20140921. Moments of the calendar's
    first and last year mean none: some of them cannot be told in every place's time.
    """
    if isinstance(value, date):
        if not date.min.year < value.year < date.max.year:
            return None
        if not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and value.bit_length() > _LONGEST:
        return None
    text = str(value).strip()[:100]
    return _iso(text) or _mailed(text) or _timed(text)


def _iso(text: str) -> datetime | None:
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return None


def _mailed(text: str) -> datetime | None:
    try:
        mailed = ("," in text or ":" in text) and not _HALF.search(text)
        return moment(parsedate_to_datetime(text)) if mailed else None
    except ValueError:
        return None


def _timed(text: str) -> datetime | None:
    """Return the first day written in `text` with the time that is written after it, if any."""
    day = written(text)
    clock = _CLOCK.search(text) if day is not None else None
    if day is None or clock is None:
        return day
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    zone = (clock["zone"] or "UTC").upper()
    hours = _ZONES.get(zone)
    try:
        place = datetime.strptime(zone, "%z").tzinfo if hours is None else timezone(timedelta(hours=hours))
        return day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0), tzinfo=place)
    except ValueError:
        return day


_CLOCK = re.compile(
    r"""(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?![\d:])(?:\.\d+)?
    \s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>(?:Z|UTC|GMT|[ECMP][SD]T|CET|CEST)(?!\w)|[+-]\d\d:?\d\d)?""",
    re.VERBOSE | re.IGNORECASE,
)
_HALF = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
"""A time of twelve hours, which mail headers do not have: their parser drops which half it is."""
_ZONES = {
    # The American ones as in mail headers (RFC 5322, 4.3).
    name: hours
    for hours, names in {0: "Z UTC GMT", 1: "CET", 2: "CEST", -4: "EDT", -5: "EST CDT", -6: "CST MDT"}.items()
    for name in names.split()
} | {"MST": -7, "PDT": -7, "PST": -8}


def written(text: str) -> datetime | None:
    """Give midnight (UTC) of the first day written in `text`: `21st September 2014`, `Sep 21, 2014` or `2014-09-21`.

    >>> written("Issue 194 - 21st September 2014").isoformat()
    '2014-09-21T00:00:00+00:00'
    """
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            month = match["month"].lower()
            number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
            try:
                found = moment(datetime(int(match["year"]), number, int(match["day"]), tzinfo=UTC))
            except ValueError:
                continue
            if found:
                return found
    return None
