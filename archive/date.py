"""Dates as people and programs write them in front matter, titles and paths."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = (
    # Beginnings of the month names in English, German, French, Spanish and Portuguese, the longer ones first.
    ("jan", "ene", "jän"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "maer", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai", "maio", "mayo"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_NAMES = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_MONTH = rf"(?P<month>{_NAMES})[^\W\d_]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<year>\d{4})"
_FORMS = tuple(
    re.compile(rf"(?<![^\W_]){pattern}(?!\w)", re.IGNORECASE)
    for pattern in (
        rf"{_DAY}(?:\s+(?:of|de))?\s+{_MONTH},?\s+(?:de\s+)?{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        r"(?P<year>\d{4})[-/._](?P<month>\d{1,2})[-/._](?P<day>\d{1,2})",
        rf"{_YEAR}[-/._ ]{_MONTH}[-/._ ]{_DAY}",
        rf"{_DAY}[-/._]{_MONTH}[-/._]{_YEAR}",
        r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",
    )
)
_WRITTEN = (
    *_FORMS,
    re.compile(r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"),
)

_MAX_BITS = 64
"""Bits of a number that may be a date. A number of several thousand digits cannot even be converted to text."""


def moment(value: object) -> datetime | None:
    """Return the moment that a front matter's `value` names, always with an offset; None if it names none.

    A day without a time is midnight; a time without an offset is UTC. Takes datetimes, dates, strings (ISO 8601, the
    form of mail headers, with the month as a word, or a day, month and year with slashes), whole numbers like 20140921
    or, with an hour, 2014092110, and Unix time. A week, month, quarter, half or year alone is its first day. Moments of
    the calendar's first and last year are refused: some of them cannot be converted to every time zone. The zone of a
    place may follow a time (`2026-12-01 09:00 Europe/London`); one that nobody knows makes it no moment, since UTC
    would be hours off.
    """
    if isinstance(value, date):
        if not date.min.year < value.year < date.max.year:
            return None
        if not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    is_large = isinstance(value, int) and value.bit_length() > _MAX_BITS
    if isinstance(value, bool) or not isinstance(value, str | int) or is_large:
        return None
    return _of_text(str(value).strip()[:100])


def _of_text(text: str) -> datetime | None:
    if _COMPACT.fullmatch(text):
        return _compact(text)
    if (placed := _PLACED.fullmatch(text)) is not None and has_time(placed["time"]):
        return _there(placed["time"], placed["place"])
    forms = (_epoch, _iso, _mailed, _timed, _month, _part_of_year, _year)
    return next((found for form in forms if (found := form(text)) is not None), None)


_PLACED = re.compile(r"(?P<time>.*\d.*?)\s*[\s(\[](?P<place>[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)[)\]]?")
_OFFSET = re.compile(r"(?:[+-]\d\d:?\d\d|\dZ)$")


def _there(text: str, place: str) -> datetime | None:
    """Return the moment of the date and time `text` at a place, None if it can't be read. An offset counts first."""
    there = _of_text(text)
    if there is None or _OFFSET.search(text):
        return there
    try:
        return there.replace(tzinfo=ZoneInfo(place))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_period(value: object) -> bool:
    """Return whether `value` is a text or number that names a week, a month, a quarter or a year without a day."""
    if not isinstance(value, str) and (not isinstance(value, int) or value.bit_length() > _MAX_BITS):
        return False
    text = str(value).strip()[:100]
    return (
        _compact(text) is None
        and _timed(text) is None
        and (_month(text) or _part_of_year(text) or _year(text)) is not None
    )


def has_time(value: object) -> bool:
    """Return whether a `value` that `moment` reads has a time of day written in it, midnight too."""
    if isinstance(value, datetime):
        return True
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        return False
    text = str(value).strip()[:100]
    return (
        (_compact(text) or _epoch(text)) is not None
        or _ISO_TIME.search(text) is not None
        or _CLOCK.search(text) is not None
    )


_ISO_TIME = re.compile(r"\dT\d\d|\d{4}-\d\d-\d\d \d\d(?!\d)", re.IGNORECASE)


def _compact(text: str) -> datetime | None:
    """Return the moment of figures alone: year, month, day, hour, and the minute and second if they are there.

    As Unix time, ten figures that begin with 20 would be a moment after 2033; such figures are never read so.
    """
    match = _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


_COMPACT = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})?)?")


def _epoch(text: str) -> datetime | None:
    """Return the moment of Unix time in seconds (10 digits: from September 2001 on) or milliseconds (13)."""
    if not _EPOCH.fullmatch(text):
        return None
    found = datetime.fromtimestamp(int(text[:10]), UTC)
    return found if found.year < _EPOCH_END else None


_EPOCH_END = 2100
"""The first year in which a number is taken for Unix time."""
_EPOCH = re.compile(r"[1-9][0-9]{9}(?:[0-9]{3})?")


def _slashed(text: str) -> datetime | None:
    """Return the day of `12/31/2030` or `31/12/2030`; the month comes first if both are possible."""
    match = _SLASHED.match(text)
    if match is None:
        return None
    first, second, year = (int(part) for part in match.groups())
    return _day(year, first, second) or _day(year, second, first)


_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(?![0-9])")


def _month(text: str) -> datetime | None:
    """Return the first day of the month named by `text`, as `2030-03`, `03/2030` or `June 2030`."""
    match = next((match for pattern in _MONTH_FORMS if (match := pattern.fullmatch(text))), None)
    if match is None:
        return None
    month = match["month"].lower()
    return _day(int(match["year"]), int(month) if month.isdecimal() else _NUMBERS[month], 1)


_MONTH_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})[-/._](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/._](?P<year>\d{4})",
        rf"{_MONTH},?[\s/._-]+(?:de\s+)?{_YEAR}",
        rf"{_YEAR}[\s/._-]+{_MONTH}",
    )
)


def _part_of_year(text: str) -> datetime | None:
    """Return the first day of the quarter, half or ISO week that `text` names with its year: `Q3 2030`."""
    match = next((match for pattern in _PARTS if (match := pattern.fullmatch(text))), None)
    if match is None:
        return None
    year, named = int(match["year"]), match.groupdict()
    try:
        if named.get("week"):
            return moment(date.fromisocalendar(year, int(match["week"]), 1))
    except ValueError:
        return None
    months = 3 if named.get("quarter") else 6
    return _day(year, (int(match["quarter"] if months == 3 else match["half"]) - 1) * months + 1, 1)


_PART = (
    r"(?:Q|T|quarter ?|trimestre ?)(?P<quarter>[1-4])|(?:H|half ?)(?P<half>[12])"
    r"|(?:KW|W|week|semaine|semana) ?(?P<week>\d{1,2})"
)
_COUNTED_PART = (
    r"(?P<quarter>[1-4])(?:st|nd|rd|th|er|e|º|\.)? ?(?:quarter|quartal|trimestre)"
    r"|(?P<half>[12])(?:st|nd|\.)? ?(?:half|halbjahr)"
)
_PARTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for part in (_PART, _COUNTED_PART)
    for pattern in (
        rf"(?:{part})[ ,/.-]{{0,3}}(?:of |de )?(?P<year>(?:19|20)\d\d)",
        rf"(?P<year>(?:19|20)\d\d)[ ,/.-]{{0,3}}(?:{part})",
    )
)


def _year(text: str) -> datetime | None:
    """Return the first day of the year that is the only number in `text`, as in `2030` or `Spring 2012`."""
    figures = re.findall(r"\d+", text)
    return _day(int(figures[0]), 1, 1) if len(figures) == 1 and _YEAR_FORM.search(text) else None


_YEAR_FORM = re.compile(r"(?<!\w)(?:19|20)[0-9]{2}(?!\w)")


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return moment(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return None


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
    """Return the first day written in `text`, with the time written after it, if any."""
    text = _T_BETWEEN.sub(" ", text)
    day = written(text) or _slashed(text)
    clock = _CLOCK.search(text) if day is not None else None
    if day is None or clock is None:
        return day
    hour = int(clock["hour"] or clock["bare"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    zone = (clock["zone"] or "UTC").upper()
    hours = _ZONES.get(zone)
    try:
        place = datetime.strptime(zone, "%z").tzinfo if hours is None else timezone(timedelta(hours=hours))
        return day.replace(hour=hour, minute=int(clock["minute"] or 0), second=int(clock["second"] or 0), tzinfo=place)
    except ValueError:
        return day


_CLOCK = re.compile(
    r"""(?<![\d:])(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?![\d:])(?:\.\d+)?
    |(?P<bare>\d{1,2})(?=\s*[ap]\.?m\b))\s*(?P<half>[ap]\.?m\b\.?)?\s*\(?(?P<zone>(?:Z|UTC|GMT|[ECMP][SD]T|CET|CEST)(?!\w)|[+-]\d\d:?\d\d)?""",
    re.VERBOSE | re.IGNORECASE,
)
_HALF = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
"""A time with am or pm, which mail headers do not have: their parser would ignore the am or pm."""
_ZONES = {
    # The American ones, as in mail headers (RFC 5322, 4.3).
    name: hours
    for hours, names in {0: "Z UTC GMT", 1: "CET", 2: "CEST", -4: "EDT", -5: "EST CDT", -6: "CST MDT"}.items()
    for name in names.split()
} | {"MST": -7, "PDT": -7, "PST": -8}


_T_BETWEEN = re.compile(r"(?<=\d)T(?=\d)")
_LETTERS_AT_END = re.compile(r"\d(?:\s*[AaPp]\.?[Mm]\.?)?\s+\(?(?P<zone>[A-Z]{2,5})\)?$")


_NO_UNKNOWN_ZONES = {*_ZONES, "UT", "AM", "PM"}


def unknown_zone(value: object) -> str:
    """Return the letters of a zone after a time that `moment` does not know and takes for UTC, "" for none.

    India, Israel and Ireland all write IST: what has several meanings is asked for, not guessed.
    """
    text = value.strip()[:100] if isinstance(value, str) else ""
    found = _LETTERS_AT_END.search(text)
    if found is None or found["zone"] in _NO_UNKNOWN_ZONES or not _CLOCK.search(text):
        return ""
    return found["zone"]


def written(text: str) -> datetime | None:
    """Return midnight (UTC) of the first day written in `text`: `21st September 2014`, `Sep 21, 2014`, `2014-09-21`.

    >>> written("Issue 194 - 21st September 2014").isoformat()
    '2014-09-21T00:00:00+00:00'
    """
    return next((day for _, day in _days(text)), None)


def without_days(text: str) -> str:
    """Return `text` with a blank in place of each day written in it.

    >>> without_days("Notes 7 (4 March 2025)")
    'Notes 7 ( )'
    """
    for match, _ in _days(text):
        text = text.replace(match[0], " ")
    return text


def _days(text: str) -> list[tuple[re.Match[str], datetime]]:
    """Return the days written in `text`, by the forms of `_WRITTEN` in their order."""
    found = []
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            month = match["month"].lower()
            number = int(month) if month.isdecimal() else _NUMBERS[month]
            try:
                day = moment(datetime(int(match["year"]), number, int(match["day"]), tzinfo=UTC))
            except ValueError:
                continue
            if day:
                found.append((match, day))
    return found
