"""Filters said in words: "only tools", "since 2021", "but not prometheus", "newest first", "last month", "on github".

Each phrase is taken out of the message and becomes a limit; what is left is the topic. Days are those of the person's
own zone.
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
SECTIONS = {
    "tool": "tools", "tools": "tools", "tooling": "tools", "software": "tools", "news": "news", "articles": "news",
    "job": "jobs", "jobs": "jobs", "vacancies": "jobs", "positions": "jobs", "openings": "jobs",
    "event": "events", "events": "events", "conferences": "events", "meetups": "events", "conference": "events",
    "ads": "sponsor", "ad": "sponsor", "adverts": "sponsor", "advertisements": "sponsor", "advertising": "sponsor",
    "sponsor": "sponsor", "sponsors": "sponsor", "sponsored": "sponsor", "sponsorship": "sponsor", "promos": "sponsor",
}  # fmt: skip
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_COUNT = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_SECTION = "|".join(sorted(SECTIONS, key=len, reverse=True))
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

_ONLY = r"(?:only|just|nothing but|limit(?:ed)? (?:it )?to|restrict(?:ed)? (?:it )?to)"
_ARTICLE = r"(?:all )?(?:the |some |any |its |their |those )?"


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(_START + pattern + _STOP, re.IGNORECASE)


_BETWEEN = _re(rf"{_JOIN}(?:between|from) (?P<one>{_YEAR}) (?:and|to|until|through|till|-|–) (?P<two>{_YEAR})")
_RANGE = _re(rf"(?P<one>{_YEAR})\s?(?:-|–|to)\s?(?P<two>{_YEAR})")
_DECADE = _re(rf"{_JOIN}(?:in|from|of|during) the (?P<decade>(?:19|20)\d0)'?s")
_NONE = "(?:not|nothing|none|no (?:results?|links?|posts?|articles?|ones?|issues?|stuff))(?: (?:from|published|dated))?"
_SINCE = _re(rf"{_JOIN}(?:since|starting(?: from| in)?|newer than|later than|{_NONE} (?:older than|before)) {_DAY}")
_AFTER = _re(rf"{_JOIN}(?:after|>=?) ?{_DAY}")
_ONWARD = _re(rf"{_JOIN}(?:from |in )?{_DAY}(?: (?:on(?:wards?)?|and (?:later|newer|after|up|on))|\+)")
_BEFORE = _re(rf"{_JOIN}(?:before|older than|prior to|pre-?|earlier than) ?{_DAY}")
_UNTIL = _re(
    rf"{_JOIN}(?:until|till|up (?:to|until)|through|to|no later than"
    rf"|{_NONE} (?:after|newer than|since|later than)) {_DAY}"
)
_NOT_YEAR = _re(rf"(?:not|except(?: for)?|excluding|without|but not)(?: (?:in|from))? (?P<year>{_YEAR})")
_IN_DAY = _re(rf"{_JOIN}(?:(?:in|from|during|of|back in|year:?) )?{_DAY}")
_YEAR_ON = re.compile(
    rf"^\W*(?:everything|anything|all|stuff|links?|posts?|articles?|things?) (?P<year>(?:in|from) {_YEAR}) on (?=\w)",
    re.IGNORECASE,
)
"""What names a year and then its topic: "everything from 2015 on logstash" is no more than of that year."""
_ENDS = ((_SINCE, "after"), (_UNTIL, "until"), (_AFTER, "after"), (_ONWARD, "after"), (_BEFORE, "before"))
_RECENT = _re(
    rf"{_JOIN}(?:(?:in|from|over|during|within|of) )?(?:the )?(?P<which>last|past|previous|"
    rf"this) (?:(?P<count>\d{{1,3}}|{_COUNT}) )?"
    r"(?P<unit>day|week|fortnight|month|quarter|year|decade)(?:s|'s|s')?"
)
_AGO = _re(
    rf"{_JOIN}(?:(?P<bound>since|older than|newer than|before|more than|"
    rf"over) )?(?:about )?(?P<count>\d{{1,3}}|{_COUNT}) (?P<unit>day|week|month|year)s?(?: ago| old)?"
)
_NEWEST = (
    _re(
        r"(?:(?:sorted|ordered|order|sort)(?: by)? )?(?:newest|latest|most recent|recent)(?: ones?| stuff|"
        r" things?)?(?: first)?"
    ),
    _re(r"(?:recently|lately|these days|nowadays|(?:sort(?:ed)? )?by date|any ?more recent|newer(?: ones?| stuff)?)"),
)
_NEW = re.compile(r"^(?:what'?s|what is|whats|anything|something|any|is there anything) new(?:s)?\b", re.IGNORECASE)
_OLDEST = _re(
    r"(?:(?:sorted|ordered|order|sort)(?: by)? )?(?:oldest|earliest|older)(?: ones?| stuff| things?| first)?(?: first)?"
)
_LIMIT = _re(
    r"(?:(?:the|your|give me|show me|just|only|top|best|first)\s+)*(?:top|best|at most|"
    rf"max(?:imum)?(?: of)?|no more than|up to|give me|show me|just|only|limit) (?P<count>\d{{1,2}}|"
    rf"{_COUNT})"
    r"(?: (?:best|top|good|great|newest|latest|recent|oldest))?(?: (?:links?|posts?|articles?|things?|"
    r"results?|ones?|entries|items|of them))?"
)
_LIMIT_OF = _re(
    rf"(?P<count>\d{{1,2}}|{_COUNT})(?: (?:good|best|top|great|nice|more))? (?P<what>links?|posts?|"
    r"articles?|things?|results?|entries|items|reads)(?: (?:on|about|for|of))?"
)
_LIMIT_NEW = _re(
    rf"(?P<count>\d{{1,2}}|{_COUNT}) (?=(?:newest|latest|most recent|oldest)\b)|(?<=newest |"
    rf"latest )(?P<other>\d{{1,2}}|{_COUNT})"
)
_SECTION_ONLY = _re(
    rf"(?:(?:and|but|,)\s*)?{_ONLY} (?:(?:from|in|for|show|about|show me|give me|"
    rf"want) )?{_ARTICLE}(?P<section>{_SECTION})(?: section| links| entries)?(?: please)?"
)
_SECTION_LAST = _re(rf",? ?(?:the )?(?P<section>{_SECTION})(?: section| links| entries)? only")
_SECTION_FIRST = re.compile(
    r"^\W*(?P<section>jobs?|vacancies|positions|openings|events?|meetups)"
    r"(?: (?:ads?|adverts?|offers?|listings|postings))?"
    r" (?:that mention |mentioning |about |on |for |regarding |asking for )(?=\S)",
    re.IGNORECASE,
)
"""What is asked of one section: "job ads mentioning nomad". ("Tools for chef" may be anywhere.)"""
_SECTION_IN = _re(
    rf"(?:(?:in|from|under) (?:the )?(?P<section>{_SECTION}) (?:section|part|category))|(?:in|section|"
    rf"kind):(?P<name>{_SECTION})"
)
_SECTION_ASKED = _re(
    r"(?:(?:are there |is there )?(?:any|got any|list|show(?: me)?(?: the)?|"
    r"find(?: me)?(?: some)?) )(?P<section>jobs?|vacancies|openings|events?|conferences|meetups)"
)
_NO_SECTION = _re(
    r"(?:(?:and|but|,)\s*)?(?:without|no|not|minus|hide|skip|excluding|except(?: for)?|leave out|drop|"
    r"but not|exclude|ignore)(?: any| the| all)?(?: the)? "
    rf"(?P<section>{_SECTION})(?: section| links| entries| please)?"
)
_NOT = _re(
    r"(?:(?:and|but)\s+)?(?:without|except(?: for)?|excluding|exclude|other than|apart from|"
    r"aside from|besides|minus|but no|but not|ignoring|ignore|leave out|skip|hide|(?<=, )no|(?<=, )not"
    r"|not about|nothing (?:on|about)|and not|and no|that (?:is|are)n't|that don'?t (?:mention|use|involve))"
    r" (?:mentioning |using |anything (?:on|about|with) |the |any )?(?P<word>\"[^\"]+\"|"
    r"[\w.+#/-]+(?: (?:or|and|nor) (?!since|before|only|in\b)[\w.+#/-]+)?)(?: (?:stuff|ones?|things?|"
    r"links?|posts?|please))?"
)
_MINUS = _re(r"-(?P<word>\w[\w.+#/-]*)")
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?:/[\w./-]*)?"
_SITE = _re(
    rf"(?:{_ONLY} )?(?:links? |posts? |articles? |stuff |things? |ones? |anything |hosted |"
    rf"published )?(?:from|on|at|site:|via|hosted (?:on|at)|linking to) ?(?:the )?(?P<host>{_HOST})"
)
_SITE_NAMED = _re(
    rf"(?P<only>{_ONLY} )?(?P<what>links? |posts? |articles? |stuff |things? |ones? |anything |repos? |"
    r"projects? |videos? |hosted )?(?P<how>from|on|at) (?P<name>[a-z][\w-]+)(?: links| repos| only)?"
)
_SITE_FIRST = re.compile(
    rf"\W*(?P<host>{_HOST}) (?:links?|posts?|articles?|stuff|things?|videos?|repos?)(?: (?:about|on|for|of))?(?= \w)",
    re.IGNORECASE,
)
_SITE_ONLY = re.compile(rf"(?:,|\band) ?(?P<name>{_HOST}|[a-z][\w-]+) only\W*$", re.IGNORECASE)
"""A site that is set off at the end, "docker security, github only"."""
_HOSTED = re.compile(r"(?:repos?|projects?|videos?|hosted) ", re.IGNORECASE)
_MOVES = re.compile(
    r"\b(?:migrat|mov|switch|chang|convert|transition|upgrad|import|away|off|differ|learn|recover|back)\w*\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"([^"]{2,})"')


def without_limits(text: str, today: date, names: Archive) -> tuple[str, Limits]:
    """Return `text` without the phrases that limit it, and the limits.

    "Without" leaves a name out ("without prometheus") and is part of a topic otherwise ("deploys without downtime").
    """
    limits = Limits()
    quoted = _QUOTED.search(text)
    if quoted:
        limits = replace(limits, phrase=quoted[1])
    for take in (_sections, _sites, _left_years, _days, _leaving_out, _orders, _counts):
        text, limits = take(text, limits, today, names)
    return _tidy(text), limits


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split()))
    text = re.sub(
        r"^(?:(?:and|but|or|only|just|also)\b|[,.;:])+\s*|\s*(?:[,;:]|\b(?:and|but|or|only|just))+$",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return text.strip(" ,;:")


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def number_of(text: str | None) -> int:
    """Return the number that a word or digits stand for, 0 for none."""
    if not text:
        return 0
    return int(text) if text.isdigit() else NUMBERS.get(text.casefold(), 0)


def without_sections(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without what it says of sections to be left out, and these: "435 without the ads"."""
    left_out: list[str] = []
    while match := _NO_SECTION.search(text):
        left_out.append(SECTIONS[match["section"].casefold()])
        text = _cut(text, match)
    return text, tuple(dict.fromkeys(left_out))


def _sections(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    text, left_out = without_sections(text)
    limits = replace(limits, without_sections=left_out)
    for pattern in (_SECTION_ONLY, _SECTION_LAST, _SECTION_IN, _SECTION_ASKED, _SECTION_FIRST):
        if match := pattern.search(text):
            said = match.groupdict()
            name = said.get("section") or said.get("name") or ""
            return _cut(text, match), replace(limits, section=SECTIONS[name.casefold()])
    return text, limits


def _sites(text: str, limits: Limits, _today: date, names: Archive) -> tuple[str, Limits]:
    if match := _SITE.search(text) or _SITE_FIRST.match(text):
        return _cut(text, match), replace(limits, site=match["host"].casefold().removeprefix("www.").strip("/"))
    if (match := _SITE_ONLY.search(text)) and (host := names.site(match["name"].casefold())):
        return _cut(text, match), replace(limits, site=host)
    for match in _SITE_NAMED.finditer(text):
        at_end = not text[match.end() :].strip(" ?!.,") and not _MOVES.search(text[: match.start()])
        hosted = _HOSTED.match(match["what"] or "") or match["only"]
        from_ = match["how"].casefold() == "from"
        meant = match["what"] or match["only"] or at_end if from_ else hosted
        host = names.site(match["name"].casefold()) if meant else ""
        if host and (from_ or not names.is_topic(match["name"], host)):  # "videos on kubernetes" are about it
            return _cut(text, match), replace(limits, site=host)
    return text, limits


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


def _left_years(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    """Take a year that is left out, "except 2019": the search leaves out what is dated so."""
    if match := _NOT_YEAR.search(text):
        return _cut(text, match), replace(limits, without=(*limits.without, match["year"]))
    return text, limits


def _days(text: str, limits: Limits, today: date, _names: Archive) -> tuple[str, Limits]:
    if decade := _DECADE.search(text):
        one = int(decade["decade"])
        return _cut(text, decade), replace(limits, after=f"{one}-01-01", before=f"{one + 10}-01-01")
    if spanned := _BETWEEN.search(text) or _RANGE.search(text):
        one, two = sorted((int(spanned["one"]), int(spanned["two"])))
        return _cut(text, spanned), replace(limits, after=f"{one}-01-01", before=f"{two + 1}-01-01")
    found = False
    text = _YEAR_ON.sub(r"\g<year> ", text)
    for pattern, end in _ENDS:
        match = pattern.search(text)
        days = _named_days(match, today) if match else None
        if match is None or days is None:
            continue
        found = True
        text = _cut(text, match)
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
    elif this:
        starts = {"day": today, "week": today - timedelta(days=today.weekday()), "month": today.replace(day=1)}
        limited = replace(limits, after=starts.get(unit, today.replace(month=1, day=1)).isoformat())
    else:
        limited = replace(limits, after=back(today, unit, count).isoformat())
    return _cut(text, match), limited


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
        return _cut(text, match), replace(limits, after=day)
    return _cut(text, match), replace(limits, before=day)


def _whole(text: str, limits: Limits, today: date) -> tuple[str, Limits]:
    """Take a year or month that was named as one: "in 2019", "from may 2020", "2019" at an end."""
    for match in _IN_DAY.finditer(text):
        at_end = not text[match.end() :].strip(" ?!.,") or not text[: match.start()].strip(" ,")
        worded = re.match(
            r"\W*(?:in|from|during|of|back in|year|(?:published|written|posted|dated))\b", match[0], re.IGNORECASE
        )
        if not worded and not (at_end and match["y"] and not match["m"]):
            continue
        if (
            match["month"]
            and match["month"].casefold() in {"may", "mar", "march", "sun", "dec"}
            and not match["my"]
            and not worded
        ):
            continue
        days = _named_days(match, today)
        if days and days[0].year <= today.year:  # a later one is part of a topic: "year 2038 problem"
            first, past = (day.isoformat() for day in days)
            return _cut(text, match), replace(limits, year=days[0].year, after=first, before=past)
    return text, limits


def _leaving_out(text: str, limits: Limits, _today: date, names: Archive) -> tuple[str, Limits]:
    for pattern in (_NOT, _MINUS):
        at = 0
        while match := pattern.search(text, at):
            left = tuple(re.split(r" (?:or|and|nor) ", match["word"].strip('".,')))
            before = text[: match.start()].rstrip()
            set_off = not before or before.endswith(",")
            if not before and re.match(r" \w", text[match.end() :]):
                at = match.end()  # "skip tests in ci" is a topic of its own
                continue
            if match[0].casefold().startswith("without") and not set_off and not all(map(names.is_name, left)):
                at = match.end()
                continue
            text = _cut(text, match)
            limits = replace(limits, without=(*limits.without, *left))
    return text, limits


def _orders(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    count = _LIMIT_NEW.search(text)
    if count:
        said = count["count"] or count["other"]
        text, limits = _cut(text, count), replace(limits, limit=number_of(said))
    if _NEW.match(text):
        return text, replace(limits, order="newest")
    for pattern in _NEWEST:
        if match := pattern.search(text):
            return _cut(text, match), replace(limits, order="newest")
    if match := _OLDEST.search(text):
        return _cut(text, match), replace(limits, order="oldest")
    return text, limits


def _counts(text: str, limits: Limits, _today: date, _names: Archive) -> tuple[str, Limits]:
    for pattern in (_LIMIT, _LIMIT_OF):
        if (match := pattern.search(text)) and (
            (count := number_of(match["count"])) > 1 or match["count"].casefold() in {"one", "1"}
        ):
            return _cut(text, match), replace(limits, limit=count)
    return text, limits
