"""Days that a query names: dates as filters take them, and spans in plain words ("last month", "since may 2019")."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
ABBREVIATED_MONTHS = frozenset(_MONTHS) - {name.lower() for name in calendar.month_name}
_ALSO_WORDS = frozenset({"may", "march", "mar", "dec"})
"""Months that are another word in small letters."""
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_RECENT = (
    r"(?:(?:in|from|over|during|within) )?(?:the )?(?P<which>last|past|this) (?:(?P<count>\d{1,3}) )?"
    r"(?P<unit>day|week|month|quarter|year)s?"
)
_BOUND = (
    rf"(?P<bound>since|after|before|until) (?:(?:the )?(?:(?P<nth>\d\d?)(?:st|nd|rd|th)? (?:of )?)?"
    rf"(?P<month>{_MONTH})\.? )?(?P<year>(?:19|20)\d\d)"
    r"(?:-(?P<digits>\d\d?)(?:-(?P<day>\d\d?))?)?"
)
_BOUND_MONTH = rf"(?P<bound>since|after|before|until) (?P<month>{_MONTH})"
_PHRASES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (_RECENT, _BOUND, _BOUND_MONTH, "yesterday"))
_ORDINAL = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_WHOLE_DATES = tuple(
    re.compile(rf"\s*(?:(?:the )?issue (?:(?:from|of|on) )?(?:the )?)?{pattern}\s*", re.IGNORECASE)
    for pattern in (
        r"(?P<year>(?:19|20)\d\d)(?P<dash>[-/])(?P<digits>\d\d?)(?P=dash)(?P<day>\d\d?)",
        rf"{_ORDINAL} (?:of )?(?P<month>{_MONTH})\.?,? (?P<year>(?:19|20)\d\d)",
        rf"(?P<month>{_MONTH})\.? {_ORDINAL},? (?P<year>(?:19|20)\d\d)",
    )
)
_ABBREVIATED = re.compile(
    rf"(?<![\w-])(?P<month>{'|'.join(sorted(ABBREVIATED_MONTHS, reverse=True))})\.?(?= (?:19|20)\d\d(?!\w))",
    re.IGNORECASE,
)
_WORDS_OF_TIME = frozenset("last past this since after before until yesterday yesterday?".split())  # noqa: SIM905 - reads better
_SPACE = re.compile(r"\s+")
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}


@dataclass(frozen=True, slots=True)
class Span:
    """Some days: `after` is the first, `before` the first that no longer counts (None: no limit); `text` as typed."""

    after: date | None
    before: date | None
    text: str = ""


def span_of(value: str, *, years_only: bool = False) -> Span:
    """Return the days of a date written as 2019, 2019-06 or 2019-06-30.

    Raises ValueError for anything else, OverflowError for the last day that there is.
    """
    match = _DATE.match(value)
    if not match or (years_only and match[2]):
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in match.groups())
    first = date(year or 1, month or 1, day or 1)
    if day:
        return Span(first, first + timedelta(days=1))
    return Span(first, _next_month(first) if month else date(first.year + 1, 1, 1))


def day_of(text: str) -> date | None:
    """Return the day that `text` as a whole names, None for anything else.

    >>> day_of("issue from 3rd september 2017")
    datetime.date(2017, 9, 3)
    """
    if not any(map(str.isdecimal, text)):
        return None
    for match in filter(None, (pattern.fullmatch(text) for pattern in _WHOLE_DATES)):
        said = match.groupdict()
        month = _MONTHS[said["month"].lower()] if said.get("month") else int(said["digits"])
        try:
            return date(int(said["year"]), month, int(said["day"]))
        except ValueError:
            return None
    return None


def months_written_out(text: str) -> str:
    """Return `text` with the abbreviated month before a year in full, as newsletters write it; not within quotes.

    >>> months_written_out("outage feb 2017, the feb release")
    'outage february 2017, the feb release'
    """
    if '"' in text:
        return text
    return _ABBREVIATED.sub(lambda match: calendar.month_name[_MONTHS[match["month"].lower()]].lower(), text)


def month_beside(text: str) -> str:
    """Return the month that `text` names beside something else, as it is written there, "" for none; not within quotes.

    One that is also another word counts at the end alone.

    >>> month_beside("outage feb"), month_beside("outage in May"), month_beside("what may break"), month_beside("june")
    ('feb', 'may', '', '')
    """
    pieces = [] if '"' in text else [piece.strip(".,?!").lower() for piece in text.split()]
    if len(pieces) < 2:
        return ""
    return next(
        (
            piece
            for at, piece in enumerate(pieces, 1)
            if piece in _MONTHS and (at == len(pieces) or piece not in _ALSO_WORDS)
        ),
        "",
    )


def says_month(month: str, text: str) -> bool:
    """Return whether `text` names the `month`, in full or abbreviated; one that is also another word by its capital."""
    names = (name for name, number in _MONTHS.items() if number == _MONTHS[month])
    written = "|".join(name.title() if name in _ALSO_WORDS else f"(?i:{name})" for name in names)
    return re.search(rf"\b(?:{written})\b", text) is not None


def limited(bound: str, days: Span) -> Span:
    """Return the days that a `bound` ("since", "after", "before", "until") leaves of all, by the `days` it names.

    `after` a year, a month or a day begins when that is over; `since` includes it.
    """
    if bound in {"before", "until"}:
        return Span(None, days.after if bound == "before" else days.before, days.text)
    return Span(days.before if bound == "after" else days.after, None, days.text)


def spoken(text: str, today: date) -> tuple[str, Span]:
    """Return `text` without the span in plain words at its end or its start, and that span, an unlimited one for none.

    Elsewhere such words are left alone: they are more often part of a title than a limit.

    >>> spoken("kafka since 2020", date(2021, 5, 4))
    ('kafka', Span(after=datetime.date(2020, 1, 1), before=None, text='since 2020'))
    """
    if _WORDS_OF_TIME.isdisjoint(text.lower().split()):
        return text, Span(None, None)
    plain = _SPACE.sub(" ", text).strip()
    for pattern in _PHRASES:
        for match in pattern.finditer(plain):
            before, after = plain[: match.start()], plain[match.end() :]
            at_end = not after.strip(" ?!.") and (not before or before[-1] == " ")
            at_start = not before and after[:1] in {" ", ",", ":"}
            if (at_end or at_start) and (span := _meant(match, today)):
                return f"{before}{after.strip(' ?!.,:') if at_start else ''}".strip(), span
    return text, Span(None, None)


def _meant(match: re.Match[str], today: date) -> Span | None:
    """Return the days of a phrase in plain words; None where it names none that exist."""
    said = match.groupdict()
    if "which" in said:
        return _recent(match, today)
    if "bound" not in said:
        return Span(today - timedelta(days=1), today, match[0])
    try:
        month = _MONTHS[said["month"].lower()] if said["month"] else int(said.get("digits") or 0)
        year = int(said["year"]) if said.get("year") else today.year - (month > today.month)
        day = said.get("nth") or said.get("day")
        first = date(year, month or 1, int(day or 1))
        end = date(first.year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    if month:
        end = first + timedelta(days=1) if day else _next_month(first)
    return limited(said["bound"].lower(), Span(first, end, match[0]))


def _recent(match: re.Match[str], today: date) -> Span:
    """Return the days of "this month", "last week" (the seven days until today) or "past 3 months"."""
    unit = match["unit"].lower()
    if match["which"].lower() != "this":
        days = _DAYS[unit] * max(1, int(match["count"] or 1))
        return Span(today - timedelta(days=min(days, 36_500)), None, match[0])
    start = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        "year": today.replace(month=1, day=1),
    }
    return Span(start[unit], None, match[0])


def _next_month(first: date) -> date:
    """Return the first day of the month after that of `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
