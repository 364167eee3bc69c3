"""Days said in words: "since 2021", "before may 2019", "last month", "two years ago", "in the 2010s".

Each phrase is taken out of the message and becomes the first day that counts or the first that does not any more.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.request import Limits

NUMBERS = {
    "a": 1, "one": 1, "a couple of": 2, "couple": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "a dozen": 12, "dozen": 12, "a few": 3, "a handful of": 5,
}  # fmt: skip
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
COUNT = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_YEAR = r"(?:19[89]\d|20\d\d)"
_DAY = (
    rf"(?:(?:(?:the )?(?P<dom>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})\.?(?: (?P<my>{_YEAR}))?|"
    rf"(?P<y>{_YEAR})(?:-(?P<m>\d\d?)(?:-(?P<d>\d\d?))?)?)"
)
_START = r"(?:^|(?<=[\s,.;:(]))"
_STOP = r"(?=$|[\s,.;:!?)])"
_JOIN = (
    r"(?:(?:and|but|or|so|also)\s+)?(?:(?:only|just|ones?|stuff|things?|links?|"
    r"posts?|anything)\s+)?(?:(?:published|written|posted|from|dated)\s+)?"
)


def phrased(pattern: str) -> re.Pattern[str]:
    """Return the pattern of a phrase that stands between words, without regard to case."""
    return re.compile(_START + pattern + _STOP, re.IGNORECASE)


_BETWEEN = phrased(rf"{_JOIN}(?:between|from) (?P<one>{_YEAR}) (?:and|to|until|through|till|-|–) (?P<two>{_YEAR})")
_RANGE = phrased(rf"(?P<one>{_YEAR})\s?(?:-|–|to)\s?(?P<two>{_YEAR})")
_DECADE = phrased(rf"{_JOIN}(?:in|from|of|during) the (?P<decade>(?:19|20)\d0)'?s")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The month in which each begins, north of the equator."""
_SEASON = phrased(
    rf"{_JOIN}(?:(?:in|from|during|of|back in) )?(?:the )?(?P<name>{'|'.join(_SEASONS)})(?: of)? (?P<year>{_YEAR})"
)
_NONE = "(?:not|nothing|none|no (?:results?|links?|posts?|articles?|ones?|issues?|stuff))(?: (?:from|published|dated))?"
_SINCE = phrased(rf"{_JOIN}(?:since|starting(?: from| in)?|newer than|later than|{_NONE} (?:older than|before)) {_DAY}")
_AFTER = phrased(rf"{_JOIN}(?:after|>=?) ?{_DAY}")
_ONWARD = phrased(
    rf"{_JOIN}(?:from |in )?{_DAY}(?: (?:onwards?|on(?=\W*$|[,;])|(?:and|or) (?:later|newer|after|up|on))|\+)"
)
_DOWNWARD = phrased(rf"{_JOIN}(?:from |in )?{_DAY} (?:and|or) (?:earlier|older|before)")
_BEFORE = phrased(rf"{_JOIN}(?:before|older than|prior to|pre-?|earlier than) ?{_DAY}")
_UNTIL = phrased(
    rf"{_JOIN}(?:until|till|up (?:to|until)|through|to|no later than"
    rf"|{_NONE} (?:after|newer than|since|later than)) {_DAY}"
)
_NOT_YEAR = phrased(rf"(?:not|except(?: for)?|excluding|without|but not)(?: (?:in|from))? (?P<year>{_YEAR})")
_IN_DAY = phrased(rf"{_JOIN}(?:(?:in|from|during|of|back in|year:?) )?{_DAY}")
_YEAR_OF = re.compile(
    rf"(?:^|(?<=\s))(?:(?:the|all|any) )?{_DAY}(?:'s|s')? "
    r"(?:issues|editions|newsletters|posts|links|articles|entries)\b",
    re.IGNORECASE,
)
"""A time before what came out in it: "what did the 2013 issues say on burnout"."""
_YEAR_ON = re.compile(
    rf"^\W*(?:everything|anything|all|stuff|links?|posts?|articles?|things?) (?P<year>(?:in|from) {_YEAR}) on (?=\w)",
    re.IGNORECASE,
)
"""What names a year and then its topic: "everything from 2015 on logstash" is no more than of that year."""
_ENDS = (
    (_SINCE, "after"),
    (_UNTIL, "until"),
    (_AFTER, "after"),
    (_ONWARD, "after"),
    (_DOWNWARD, "until"),
    (_BEFORE, "before"),
)
_RECENT = phrased(
    rf"{_JOIN}(?:(?:in|from|over|during|within|of|(?P<since>since)) )?(?:the )?(?P<which>last|past|previous|"
    rf"this) (?:(?P<count>\d{{1,3}}|{COUNT}) )?"
    r"(?P<unit>day|week|fortnight|month|quarter|year|decade)(?:s|'s|s')?"
)
_AGO = phrased(
    rf"{_JOIN}(?:(?P<bound>since|older than|newer than|before|more than|"
    rf"over) )?(?:about )?(?P<count>\d{{1,3}}|{COUNT}) (?P<unit>day|week|month|year)s?(?: ago| old)?"
)


def cut_out(text: str, match: re.Match[str]) -> str:
    """Return a text without what matched."""
    return f"{text[: match.start()]} {text[match.end() :]}"


def number_of(text: str | None) -> int:
    """Return the number that a word or digits stand for, 0 for none."""
    if not text:
        return 0
    return int(text) if text.isdigit() else NUMBERS.get(text.casefold(), 0)


def _named_days(match: re.Match[str], today: date) -> tuple[date, date] | None:
    """Return the first day of what was named (a day, month or year) and the first after it; None for no such date."""
    said = match.groupdict()
    if said["month"]:
        month = _MONTHS[said["month"].casefold()]
        year = int(said["my"]) if said["my"] else today.year - (month > today.month)
        day = int(said["dom"]) if said["dom"] else 0
    else:
        year, month, day = int(said["y"]), int(said["m"] or 0), int(said["d"] or 0)
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        return first, next_month(first) if month else date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None


def next_month(first: date) -> date:
    """Return the first day of the month after that of `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def left_years(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    """Take a year that is left out, "except 2019": the search leaves out what is dated so."""
    if match := _NOT_YEAR.search(text):
        return cut_out(text, match), replace(limits, without=(*limits.without, match["year"]))
    return text, limits


def without_days(text: str, limits: Limits, today: date, _names: Archive) -> tuple[str, Limits]:
    """Return a text without the days it names, and the limits with them."""
    if decade := _DECADE.search(text):
        one = int(decade["decade"])
        return cut_out(text, decade), replace(limits, after=f"{one}-01-01", before=f"{one + 10}-01-01")
    if spanned := _BETWEEN.search(text) or _RANGE.search(text):
        one, two = sorted((int(spanned["one"]), int(spanned["two"])))
        return cut_out(text, spanned), replace(limits, after=f"{one}-01-01", before=f"{two + 1}-01-01")
    if (season := _SEASON.search(text)) and int(season["year"]) <= today.year:
        first = date(int(season["year"]), _SEASONS[season["name"].casefold()], 1)
        past = back(first, "month", -3)
        limits = replace(limits, year=first.year, after=first.isoformat(), before=past.isoformat())
        return cut_out(text, season), limits
    found = False
    text = _YEAR_ON.sub(r"\g<year> ", text)
    for pattern, end in _ENDS:
        match = pattern.search(text)
        days = _named_days(match, today) if match else None
        if match is None or days is None:
            continue
        found = True
        text = cut_out(text, match)
        if end == "after":
            limits = replace(limits, after=days[0].isoformat())
        else:
            limits = replace(limits, before=days[end == "until"].isoformat())
    if found:
        return text, limits
    for take in (_ago, _recent, _whole):
        cut, limited = take(text, limits, today)
        if limited is not limits:
            return cut, limited
    return text, limits


def _recent(text: str, limits: Limits, today: date) -> tuple[str, Limits]:
    match = _RECENT.search(text)
    if not match:
        return text, limits
    unit, count = match["unit"].casefold(), number_of(match["count"]) or 1
    this = match["which"].casefold() == "this"
    if unit == "year" and not match["count"]:
        year = today.year if this else today.year - 1
        limited = replace(limits, year=year, after=f"{year}-01-01", before=f"{year + 1}-01-01")
        if match["since"]:
            limited = replace(limits, after=limited.after)
    elif this:
        starts = {"day": today, "week": today - timedelta(days=today.weekday()), "month": today.replace(day=1)}
        limited = replace(limits, after=starts.get(unit, today.replace(month=1, day=1)).isoformat())
    else:
        limited = replace(limits, after=back(today, unit, count).isoformat())
    return cut_out(text, match), limited


def back(today: date, unit: str, count: int) -> date:
    """Return the day so many days, weeks, months or years before `today`."""
    if unit in {"year", "decade", "month", "quarter"}:
        months = count * {"year": 12, "decade": 120, "month": 1, "quarter": 3}[unit]
        at = today.year * 12 + today.month - 1 - months
        year, month = max(1, at // 12), at % 12 + 1
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
    days = count * {"day": 1, "week": 7, "fortnight": 14}[unit]
    return today - timedelta(days=min(days, 36_500))


def _ago(text: str, limits: Limits, today: date) -> tuple[str, Limits]:
    match = _AGO.search(text)
    if not match or not (match["bound"] and re.search(r"(?:ago|old|s|\d)$", match[0])):
        return text, limits
    day = back(today, match["unit"].casefold(), number_of(match["count"])).isoformat()
    if match["bound"].casefold() in {"since", "newer than"}:
        return cut_out(text, match), replace(limits, after=day)
    return cut_out(text, match), replace(limits, before=day)


def _whole(text: str, limits: Limits, today: date) -> tuple[str, Limits]:
    """Take a year or month that was named as one: "in 2019", "from may 2020", "2019" at an end."""
    for match in (*_YEAR_OF.finditer(text), *_IN_DAY.finditer(text)):
        at_end = not text[match.end() :].strip(" ?!.,") or not text[: match.start()].strip(" ,")
        worded = re.match(
            r"\W*(?:in|from|during|of|back in|year|(?:published|written|posted|dated))\b", match[0], re.IGNORECASE
        )
        of_noun = match.re is _YEAR_OF and (match["y"] or match["my"])
        if not worded and not of_noun and not (at_end and match["y"] and not match["m"]):
            continue
        if (
            match["month"]
            and match["month"].casefold() in {"may", "mar", "march", "sun", "dec"}
            and not match["my"]
            and not worded
            and not of_noun
        ):
            continue
        days = _named_days(match, today)
        if days and days[0].year <= today.year:  # a later one is part of a topic: "year 2038 problem"
            first, past = (day.isoformat() for day in days)
            return cut_out(text, match), replace(limits, year=days[0].year, after=first, before=past)
    return text, limits
