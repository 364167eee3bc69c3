"""Which issue a message asks for: by number, by date, the latest, one some weeks ago, and the section of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.days import NUMBERS, back, number_of
from bot.lookup.asking.limits import SECTIONS, without_limits, without_sections
from bot.lookup.asking.request import Limits, MessageKind, Request

_NAME = r"(?:issues?|editions?|newsletters?|digests?|weekl(?:y|ies)|episodes?|instalments?)"
_COUNT = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_NUMBERED = re.compile(
    rf"\b{_NAME} ?(?:number |no\.? ?|nr\.? ?|num )?#?(?P<number>\d{{1,6}})\b|"
    rf"\b(?P<nth>\d{{2,6}})(?:st|nd|rd|th) {_NAME}\b|"
    rf"(?<![\w#])#(?P<hash>\d{{1,6}})\b|(?:\b(?:number|no\.|nr\.?|n[º°])|№) ?(?P<no>\d{{1,6}})\b",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^(?:(?:show|open|read|give|send|get)(?: me| us)? )?(?:no |num )?(?:#?(?P<number>\d{1,6}))(?: please)?$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"^(?:(?:show|open|read|give|send|get|see)(?: me| us)? )?(?:(?:issues|editions|numbers|nos?\.?) )?"
    r"(?P<numbers>#?\d{2,6}(?:(?:, ?and |, ?| and | & | or )#?\d{2,6})+)(?: please)?$",
    re.IGNORECASE,
)
_MISSED = re.compile(
    r"^(?:(?:what|which (?:issues?|links?)|anything) )?(?:(?:did|have|had|if) )?(?:i|we)(?:'ve| have)? miss(?:ed)?\b"
    r"(?: (?:anything|something|much|any (?:issues?|links?)|out))?(?P<when>.*)$",
    re.IGNORECASE,
)
_IN_NUMBER = re.compile(
    r"\b(?:what (?:was|is|'?s|were|did|does)|whats|anything|show|summary of|summari[sz]e|contents of|"
    r"content of|links (?:in|of|from)|inside) ?(?:in |of |from )?#?(?P<number>\d{2,6})\b(?: say| have|"
    r" cover)?",
    re.IGNORECASE,
)
_NUMBER_SAYS = re.compile(
    r"\b(?:did|does|has|in) #?(?P<number>\d{2,6}) (?:say|have|had|cover|mention|contain|include|carry|got)\w*\b",
    re.IGNORECASE,
)
_IN_IT = re.compile(
    r"^(?:anything|something|stuff|links?|articles?|posts?|what|does|did|do|(?:is|are|was|were) there)\b.*"
    r"\bin (?:no\.? ?)?#?(?P<number>\d{3,6})$",
    re.IGNORECASE,
)
_IN_END = re.compile(r"\bin (?:no\.? ?)?#?$", re.IGNORECASE)
_BESIDE = re.compile(
    rf"^(?:(?:show|open|read|give|get|see)(?: me| us)? )*(?:the )?(?:{_NAME}|one) (?P<way>before|after) "
    rf"(?:{_NAME} )?#?(?P<number>\d{{1,6}})$",
    re.IGNORECASE,
)
_END_OF = re.compile(
    rf"\b(?P<which>very first|first|earliest|oldest|last|latest|final|newest) (?:{_NAME}) (?:of|in|from) (?P<when>.+)$",
    re.IGNORECASE,
)
_DASHED = re.compile(r"\b(?P<day>(?:19|20)\d\d-\d\d-\d\d)\b")
_LATEST = re.compile(
    r"^(?:(?:show|open|read|give|send|get|see|what(?:'?s| is| was| are)|whats|can (?:you|i|we) (?:see|"
    r"have|read|get|show|send)|let me (?:see|read)|where(?:'?s| is)|have you got|post)(?: me|"
    r" us)? )*(?:(?:what(?:'?s| is| was)? )?(?:(?:new |good |interesting )?(?:in|inside|of)) )?(?:the |this |your |"
    r"our )?(?P<which>latest|newest|most recent|current|last|this week'?s|today'?s|last week'?s|"
    rf"previous|yesterday'?s|new)(?: (?P<name>{_NAME}|one|links))?(?: (?:about|say|have))?$",
    re.IGNORECASE,
)
_NEWEST_IN = re.compile(
    r"\b(?:the |this )?(?P<which>latest|newest|most recent|current|last|this week'?s|last week'?s|"
    rf"previous|today'?s) (?:{_NAME})\b",
    re.IGNORECASE,
)
_ONE_AGO = re.compile(
    rf"\b(?:the )?(?:one|{_NAME}|links) (?:from|of|posted|published|"
    rf"sent)? ?(?:about )?(?P<count>\d{{1,3}}|{_COUNT}) (?P<unit>day|week|month|year)s? ago\b|"
    rf"\b(?P<count2>\d{{1,3}}|{_COUNT}) (?:weeks?|issues?) (?:ago|back)'?s? ?(?:{_NAME}|one)?$",
    re.IGNORECASE,
)
_DATED = re.compile(
    rf"\b(?:the |what was in the )?(?P<name>one|{_NAME}) (?:of|from|on|for|dated|(?:(?:that )?(?:was|were|is|came|"
    r"went|got) )?(?:out |published |sent |posted )?(?:on|in)) (?P<when>.+)$",
    re.IGNORECASE,
)
_SECTION_FIRST = re.compile(
    rf"^(?:the |only |just )*(?:{'|'.join(SECTIONS)}) (?:from|of|in) "
    r"(?=(?:the |this )?(?:latest|newest|last)(?: one)?$)",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"\b(?P<when>(?:last|this|past) month|(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday)"
    rf"'?s? (?:{_NAME}|ones?)$",
    re.IGNORECASE,
)
_OLDEST = re.compile(
    rf"\b(?:very first|first|oldest|earliest)(?: ever)? (?:{_NAME}|one(?= you have| there is| ever))"
    rf"(?: (?:you have|there is|ever|of all))?$",
    re.IGNORECASE,
)
_LAST_BUT_ONE = re.compile(
    rf"\b(?:one|{_NAME}) before (?:the )?last(?: one)?$|\b(?:last but one|penultimate)\b", re.IGNORECASE
)
_OUT_ON = re.compile(
    r"\b(?:(?:went|came|sent|go|come) out"
    r"|(?:you|we|it) (?:post|send|sent|posted)) (?:on|in) (?P<when>.+)$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b(?:last )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", re.IGNORECASE)
_WEEK_OF = re.compile(r"^(?:(?:the )?week of |(?:last|this|past) (?:week|month)\b|yesterday\b)", re.IGNORECASE)
_SECTION = re.compile(
    rf"\b(?:(?:only|just|the|its)\s+)*(?P<section>{'|'.join(sorted(SECTIONS, key=len, reverse=True))})\b", re.IGNORECASE
)
_SAYS = re.compile(
    r"\b(?:say|said|mention|wrote|write|cover|have to say|have|had|has|anything|"
    r"talk|something|stuff|links|articles|posts)\w*\b.*?\b(?:about|on|regarding)\b",
    re.IGNORECASE,
)
_MONTH_DAYS = 31
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ABOUT = re.compile(
    r"\b(?:about|on|regarding|cover(?:ing|s)?|mention(?:ing|s)?|includes?|contains?|discuss(?:es)?)\b\s+(?P<topic>.+)$",
    re.IGNORECASE,
)


def issue_request(text: str, today: date, archive: Archive, topic_of: Callable[[str], str]) -> Request | None:
    """Return the issue that `text` asks for, None where it asks for none.

    What is asked about an issue's content is a question within it; the rest is the issue, or one section of it.
    """
    text, left_out = without_sections(text)
    plain = text.strip(" ?!.,;:")
    found = _named(plain, today, archive)
    if found is None:
        return None
    issues, rest = found
    says = _SAYS.search(text)
    about = _ABOUT.search(rest)
    topic = (
        topic_of(about["topic"])
        if about and (says or re.match(r"(?:what|anything|any|does|did|links)\b", text, re.IGNORECASE))
        else ""
    )
    if topic:
        return Request(MessageKind.QUESTION, topic=topic, issues=issues)
    section = _SECTION.search(_NUMBERED.sub(" ", rest))
    limits = Limits(SECTIONS[section["section"].casefold()] if section else "", left_out)
    if not section and (left := topic_of(_frame(rest))) and len(left.split()) > 1:
        return None  # an issue's number within a longer text: a topic, which the search gives beside the issue
    return Request(MessageKind.ISSUE, issues=issues, limits=limits)


_FRAME = re.compile(
    r"\b(?:show|open|read|give|send|get|see|me|us|can|could|you|i|we|have|what|whats|what's|was|is|"
    rf"were|in|inside|the|of|from|please|pls|issues?|{_NAME}|one|number|no|contents?|summary|"
    r"summari[sz]e|list|again|all|whole|full|entire|for|to|let|did|does|say|there|got|and|that|those|"
    r"everything|links|link|it|came|out|ago|about|on)\b",
    re.IGNORECASE,
)


_PARTS = re.compile(r"\b(?:only|just|bits?|parts?|sections?|entries|its|any)\b|[^\w\s]", re.IGNORECASE)
"""What a section of an issue is called."""


def _frame(text: str) -> str:
    return _FRAME.sub(" ", text)


def _named(text: str, today: date, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    """Return the issues that a text names, the likeliest first, and the text without their name."""
    several = _SEVERAL.match(text)
    numbers = tuple(map(int, re.findall(r"\d+", several["numbers"]))) if several else ()
    if numbers and all(map(archive.has, numbers)):
        return numbers, ""
    if beside := _beside(text, today, archive):
        return beside, ""
    for pattern in (_NUMBERED, _ALONE, _IN_NUMBER, _NUMBER_SAYS, _IN_IT):
        if match := pattern.search(text):
            number = int(next(filter(None, match.groupdict().values())))
            if pattern is _NUMBERED or archive.has(number):
                return (number,), _beside_number(text, match)
    if match := _DASHED.search(text):
        try:
            day = date.fromisoformat(match["day"])
        except ValueError:
            return None
        if re.search(rf"\b(?:{_NAME}|one)\b", text, re.IGNORECASE) or text == match[0]:
            return archive.issue_on(day), f"{text[: match.start()]} {text[match.end() :]}"
    return (
        _ago(text, today, archive)
        or _dated(text, today, archive)
        or _missed(text, today, archive)
        or _at_an_end(text, archive)
        or _latest(text, archive)
        or _with_section(text, archive)
    )


def _beside_number(text: str, match: re.Match[str]) -> str:
    """Return what a text says beside an issue's number: of what "does 401 mention docker" asks for, "about docker"."""
    if match.re is _IN_IT:
        return _IN_END.sub("", text[: match.start("number")])
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    says = match.re is _NUMBER_SAYS and not (_ABOUT.search(rest) or _SECTION.search(rest))
    return f"about {rest.strip()}" if says else rest


def _beside(text: str, today: date, archive: Archive) -> tuple[int | str, ...]:
    """Return the issue beside one that is named, or at an end of a time: "issue before 300", "last issue of 2018"."""
    if match := _BESIDE.match(text):
        found = archive.beside(int(match["number"]), 1 if match["way"].casefold() == "after" else -1)
        return () if found is None else (found,)
    match = _END_OF.search(text)
    _, limits = without_limits(f"in {match['when']}", today, archive) if match else ("", Limits())
    if not match or not limits.after or not limits.before:
        return ()
    first = match["which"].casefold() in {"very first", "first", "earliest", "oldest"}
    day = date.fromisoformat(limits.after) if first else date.fromisoformat(limits.before) - timedelta(days=1)
    return archive.issue_on(day, 7)[-1:] if first else archive.issue_on(day)[:1]


def _missed(text: str, today: date, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    """Return the issues of the days in which somebody missed something: "what did I miss last week?"."""
    match = _MISSED.match(text)
    if not match:
        return None
    when = re.sub(r"^\W*(?:on|in|over|from)\b\s*", "", match["when"]).strip()
    if not when:
        newest = archive.newest()
        return None if newest is None else ((newest,), "")
    days = _days(when, today, archive)
    left, _ = without_limits(f"in {_WEEK_OF.sub('', _WEEKDAY.sub('', when))}", today, archive)
    return (archive.issue_on(*days), "") if days and left in {"", "in"} else None


def _with_section(text: str, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    """Return the issue of "just the news bits of 512", "435 jobs": a section, a number that is an issue's, no topic."""
    if not _SECTION.search(text):
        return None
    left = _PARTS.sub(" ", _frame(_SECTION.sub(" ", text, count=1))).split()
    number = int(left[0]) if len(left) == 1 and re.fullmatch(r"\d{2,6}", left[0]) else 0
    return ((number,), text.replace(left[0], " ")) if number and archive.has(number) else None


def _at_an_end(text: str, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    """Return the first issue of all, or the one before the last, where that is what is asked for."""
    for pattern, found in ((_OLDEST, archive.oldest()), (_LAST_BUT_ONE, archive.newest(1))):
        if found is not None and (match := pattern.search(text)):
            return (found,), f"{text[: match.start()]} {text[match.end() :]}"
    return None


def _latest(text: str, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    section = re.sub(
        rf"(?:,? (?:only|just))?(?: the)? (?:{'|'.join(SECTIONS)})(?: only)?$", "", text, flags=re.IGNORECASE
    )
    if front := _SECTION_FIRST.match(section):
        section = section[front.end() :]
    match = _LATEST.match(section) or _NEWEST_IN.search(text)
    if not match:
        return None
    older = match["which"].casefold().startswith(("last week", "previous"))
    found = archive.newest(1 if older else 0)
    return (
        (found,) if found is not None else ()
    ), f"{text[: match.start()]} {text[match.end() :] if match.re is _NEWEST_IN else text[len(section) :]}"


def _ago(text: str, today: date, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    match = _ONE_AGO.search(text)
    if not match:
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if match["count2"]:
        day = back(today, "week", number_of(match["count2"]))
    else:
        day = back(today, match["unit"].casefold(), number_of(match["count"]))
    return archive.issue_on(day), rest


def _dated(text: str, today: date, archive: Archive) -> tuple[tuple[int | str, ...], str] | None:
    match = _DATED.search(text) or _OUT_ON.search(text) or _OWNED.search(text)
    days = _days(match["when"], today, archive) if match else None
    if match is None or days is None:
        return None
    return archive.issue_on(*days), text[: match.start()]


def _days(when: str, today: date, archive: Archive) -> tuple[date, int] | None:
    """Return the first day that `when` names and how many days it is; None if it is none, or more than a month."""
    if weekday := _WEEKDAY.search(when):
        return today - timedelta(days=(today.weekday() - _DAYS.index(weekday[1].casefold())) % 7 or 7), 1
    if re.match(r"(?:the )?(?:last|previous|past) week\b", when, re.IGNORECASE):
        return today - timedelta(days=today.weekday() + 7), 7
    if re.match(r"yesterday\b", when, re.IGNORECASE):
        return today - timedelta(days=1), 1
    plain = re.sub(r"^(?:the )?week of ", "", when, flags=re.IGNORECASE)
    _, limits = without_limits(f"in {plain}", today, archive)
    if not limits.after:
        return None
    first = date.fromisoformat(limits.after)
    past = date.fromisoformat(limits.before) if limits.before else first + timedelta(days=1)
    days = 7 if _WEEK_OF.match(when) else (past - first).days
    return (first, days) if days <= _MONTH_DAYS else None
