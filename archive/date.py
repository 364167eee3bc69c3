"""Dates as people and programs write them in front matter, titles and file names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
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
    return _iso(text) or _mailed(text) or written(text)


def _iso(text: str) -> datetime | None:
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return None


def _mailed(text: str) -> datetime | None:
    try:
        return moment(parsedate_to_datetime(text)) if "," in text or ":" in text else None
    except ValueError:
        return None


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
