"""What people type, taken apart: words, exact phrases, alternatives, words to leave out, filters, days and addresses.

`"exact phrase"`, `-word`, `kafka OR rabbitmq` (also `|`), `in:tools`, `site:github.com`, `issue:435`,
`from:sre-weekly`, `since:2018`, `after:2018`, `before:2020-06`, `year:2019`, `sort:new`; in plain words `latest …` at
the start, and at the end or the start `last week`, `this year`, `since 2020`, `before may 2019`. `since:2018` is from
1 January 2018 on, `after:2018` from 1 January 2019 on, `before:2020-06` until 31 May 2020. `435`, `#435` and `issue
435` name an issue (the last two also beside a topic: `#435 kafka`), `3 september 2017` the issue of that day, a pasted
address its entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from archive.kind import Kind
from archive.link import canonical
from archive.search import numbers
from archive.search.address import address
from archive.search.dates import ABBREVIATED_MONTHS, day_of, limited, month_beside, months_written_out, span_of, spoken
from archive.search.wording import OPTIONAL_WORDS, STOP_WORDS, compounded, written_out
from archive.search.words import Words, umlauts, words

QUERY_MAX_CHARS = 2_000
"""More of a query is not read: nobody means it."""
MAX_OPTIONS, OPTION_MAX_WORDS = 8, 6
"""So many alternatives of a group are looked for, and so many words of each."""
QUERY_MAX_WORDS = 24
"""More different words of a query are not looked for, which bounds its time."""

_PART = re.compile(r'(-?)"([^"]*)"?|(-?)([A-Za-z]+):(?!//)("[^"]*"?|\S*)|(\S+)')
_ADDRESS = re.compile(
    r"(?:https?:)?//[^\s/?#]+\S*|www\.\w\S*|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?::\d+)?/\S*",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}/?", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<((?:https?:|mailto:)?[^|<>\s]+)(?:\|[^<>]*)?>")
_ISSUE = re.compile(r"\s*(?:issue\s*)?(?:no\.?\s*)?#?\s*(\d{1,6})\s*", re.IGNORECASE)
_ISSUE_BESIDE = re.compile(r"(?<!\S)(?:issue\s+#?|#)(\d{1,6})(?!\S)", re.IGNORECASE)
_NEWEST = frozenset({"latest", "newest"})  # not "last", which begins "last week"
_OR = frozenset({"OR", "|", "||"})
KIND_NAMES = {
    name: kind
    for kind in Kind
    for name in (kind.value, kind.value.removesuffix("s"), kind.value.removesuffix("s") + "s")
}
"""The kinds of section by what an `in:` filter may call them: in the singular and the plural."""
_UNMISSED = OPTIONAL_WORDS | ABBREVIATED_MONTHS  # newsletters write months out: a "feb" would find its few slips
_DAYS = frozenset({"since", "after", "before", "year"})
_FILTERS = frozenset({"in", "site", "issue", "from", "sort"}) | _DAYS
_NEVER_MISSPELT = frozenset({"in", "from"})
"""Filters with nothing taken for a slip of theirs: "form:" is a word."""


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query.

    An `optional` one helps if an entry has it and is not missed otherwise; `filler` is optional and only counts beside
    the words it was typed with. `spelled` is another way to write it ("groesse" for "grosse"), "" for none.
    """

    text: str
    optional: bool = False
    filler: bool = False
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. Dates are days: `after` is the first allowed, `before` the first not allowed any more.

    `either`: groups of alternatives, of which one is enough. `addresses`: pasted ones in their canonical form. `issue`:
    the number of an issue, if it is all of the query or is marked as one beside a topic; `day`: that of an issue, if it
    is all of the query. `newest`: newest first was asked for. `number`: the one that says what is meant ("Java 8");
    `month`: that beside a topic, as typed. `newsletters` are as typed until the archive that has them resolves them.
    `spoken_days` is the span given in plain words as it was typed, `filters` the other filters.
    """

    words: tuple[QueryWord, ...] = ()
    phrases: tuple[Words, ...] = ()
    either: tuple[tuple[Words, ...], ...] = ()
    without: tuple[Words, ...] = ()
    addresses: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    sites: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    newsletters: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    issue: int | None = None
    day: date | None = None
    number: str = ""
    month: str = ""
    newest: bool = False
    spoken_days: str = ""
    filters: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Return whether any filter lets only some entries through."""
        return bool(self.kinds or self.sites or self.issues or self.newsletters or self.after or self.before)

    @property
    def looks_for_words(self) -> bool:
        """Return whether anything is asked for besides filters."""
        return bool(self.words or self.phrases or self.either or self.addresses)


@dataclass(slots=True)
class _QueryDraft:
    """A query while it is read. `typed` holds the words of each part, `joined` the places where an OR joins two."""

    today: date
    typed: list[Words] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)
    spelled: dict[str, str] = field(default_factory=dict)
    phrases: list[Words] = field(default_factory=list)
    without: list[Words] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)
    sites: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    newsletters: list[str] = field(default_factory=list)
    after: date | None = None
    before: date | None = None
    newest: bool = False
    filters: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse(text: str, today: date = date.max) -> Query:
    """Return `text` taken apart; days in plain words count back from `today`.

    Never fails: a filter that can't be understood is left out and noted in `problems`.
    """
    draft = _QueryDraft(today)
    if len(text) > QUERY_MAX_CHARS:
        draft.problems.append(f"only the first {QUERY_MAX_CHARS:,} characters were read")
    plain, span = spoken(_cleaned(text), today)
    for match in _PART.finditer(plain):
        _part(draft, match)
    either, typed = _alternatives(draft)
    typed = _newest_first(draft, typed)
    seen = dict.fromkeys(typed)
    if len(seen) > QUERY_MAX_WORDS:
        draft.problems.append(f"only the first {QUERY_MAX_WORDS} words were looked for")
    asked = _telling(compounded(list(seen)[:QUERY_MAX_WORDS]), draft, alone=not (either or draft.phrases))
    named = _ISSUE.fullmatch(plain)
    if named:
        asked = (QueryWord(named[1]),)
    elif named := _ISSUE_BESIDE.search(plain):
        asked = tuple(replace(word, optional=word.optional or word.text == named[1]) for word in asked)
    return Query(
        words=asked,
        phrases=tuple(draft.phrases[:4]),
        either=tuple(either[:4]),
        without=tuple(draft.without[:8]),
        addresses=tuple(draft.addresses[:4]),
        kinds=frozenset(draft.kinds),
        sites=tuple(draft.sites),
        issues=tuple(draft.issues),
        newsletters=tuple(draft.newsletters),
        after=max((day for day in (draft.after, span.after) if day), default=None),
        before=min((day for day in (draft.before, span.before) if day), default=None),
        issue=int(named[1]) if named else None,
        day=day_of(plain),
        number="" if named or either else numbers.telling(widened(plain)),
        month="" if either else month_beside(widened(plain)),
        newest=draft.newest,
        spoken_days=span.text,
        filters=tuple(draft.filters),
        problems=tuple(draft.problems),
    )


def narrowing(query: str) -> str:
    """Return the filters and what is to be left out of `query`, as they were typed.

    >>> narrowing('red "blue moon" in:tools -green')
    'in:tools -green'
    """
    return " ".join(match[0] for match in _PART.finditer(query[:QUERY_MAX_CHARS]) if _narrows(match))


def widened(query: str) -> str:
    """Return `query` without its filters and without what was to be left out.

    >>> widened('red "blue moon" in:tools -green')
    'red "blue moon"'
    """
    return " ".join(match[0] for match in _PART.finditer(query[:QUERY_MAX_CHARS]) if not _narrows(match))


def loosened(query: str) -> str:
    """Return `query` with its exact phrases as plain words.

    >>> loosened('red "blue moon" -"green sea"')
    'red blue moon -"green sea"'
    """
    parts = _PART.finditer(_cleaned(query))
    return " ".join(match[0] if match[1] or match[2] is None else match[2].strip() for match in parts)


def _narrows(match: re.Match[str]) -> bool:
    """Return whether a part of a query only takes results away."""
    key = match[4]
    return (match[0].startswith("-") and len(match[0]) > 1) or (key is not None and key.lower() in _FILTERS)


def _cleaned(text: str) -> str:
    """Return the part of `text` that is read, without Slack's marks around links, curly quotes and shorthand."""
    text = text[:QUERY_MAX_CHARS].replace("“", '"').replace("”", '"').replace("„", '"').replace("\x00", " ")
    if "<" in text:
        text = _SLACK_LINK.sub(r"\1", text)
    return months_written_out(written_out(text) if "/" in text else text)


def _telling(typed: list[str], draft: _QueryDraft, *, alone: bool) -> tuple[QueryWord, ...]:
    """Return the words `typed`, marked where they are filler or only say what sort of page is wanted.

    If nothing else is asked for (`alone`), the most telling of them are not optional.
    """
    filler = {word for word in typed if word in STOP_WORDS}
    optional = {word for word in typed if word in _UNMISSED or numbers.is_small(word)}
    if alone and len(optional) + len(filler) == len(typed):
        filler, optional = (filler, set()) if optional else (set(), set())
    return tuple(
        QueryWord(word, word in optional or word in filler, word in filler, draft.spelled.get(word, ""))
        for word in typed
    )


def _alternatives(draft: _QueryDraft) -> tuple[list[tuple[Words, ...]], list[str]]:
    """Return the groups of alternatives, and the words outside them. "or" joins as OR does, between telling words."""
    for at in range(1, len(draft.typed) - 1):
        if draft.typed[at] == ("or",) and not any(STOP_WORDS.issuperset(draft.typed[at + n]) for n in (-1, 1)):
            draft.typed[at] = ()
            draft.joined |= {at, at + 1}
    either: list[tuple[Words, ...]] = []
    rest: list[str] = []
    at = 0
    while at < len(draft.typed):
        group = [draft.typed[at]]
        while at + 1 in draft.joined and at + 1 < len(draft.typed):
            at += 1
            group.append(draft.typed[at])
        at += 1
        if len(group) > 1:
            options = dict.fromkeys(option[:OPTION_MAX_WORDS] for option in group if option)
            either.append(tuple(options)[:MAX_OPTIONS])
        else:
            rest += group[0]
    return either, rest


def _newest_first(draft: _QueryDraft, typed: list[str]) -> list[str]:
    """Note "latest" and "newest" where they come first, and return the words without them."""
    first = next((at for at, word in enumerate(typed) if word not in STOP_WORDS), None)
    if first is None or typed[first] not in _NEWEST:
        return typed
    draft.newest = True
    return typed[:first] + typed[first + 1 :]


def _part(draft: _QueryDraft, match: re.Match[str]) -> None:
    """Put one part of a query where it belongs."""
    minus_phrase, phrase, minus, key, value, plain = match.groups()
    if phrase is not None and not minus_phrase and _is_option(draft, match):
        draft.typed.append(tuple(words(phrase)))
    elif phrase is not None:
        _phrase(draft, tuple(words(phrase)), leave_out=bool(minus_phrase))
    elif key is not None and key.lower() in _FILTERS and not minus:
        _filter(draft, key.lower(), value.strip('"'))
    elif key is not None:
        if (meant := _filter_meant(key.lower())) and value:
            draft.problems.append(f"{key}:{value[:40]} was left out; is {meant}:{value[:40]} meant?")
            return
        if minus:
            _phrase(draft, tuple(words(f"{key} {value}")), leave_out=True)
        else:
            _typed(draft, f"{key} {value}")
    elif plain.startswith("-") and len(plain) > 1:
        _phrase(draft, tuple(words(plain)), leave_out=True)
    elif ("." in plain or "/" in plain) and _is_address(plain, alone=match.string.strip() == plain):
        _address(draft, plain)
    else:
        _typed(draft, plain)


def _is_address(text: str, *, alone: bool) -> bool:
    """Return whether `text` is a web address; the name of a site is one only if nothing else was typed."""
    return bool(_ADDRESS.fullmatch(text) or (alone and _SITE.fullmatch(text)))


def _is_option(draft: _QueryDraft, match: re.Match[str]) -> bool:
    """Return whether a quoted part stands beside an OR or a bar: it is read as words there."""
    following = match.string[match.end() :].split(maxsplit=1)
    return len(draft.typed) in draft.joined or bool(following and following[0] in _OR)


def _typed(draft: _QueryDraft, text: str) -> None:
    """Note words, and where an OR or a bar joins those around it."""
    if text in _OR and not (text == "OR" and not draft.typed):
        draft.joined.add(len(draft.typed))
        return
    for number, option in enumerate(text.split("|")):
        if number:
            draft.joined.add(len(draft.typed))
        if found := tuple(words(option)):
            draft.typed.append(found)
            draft.spelled.update(umlauts(option))


def _address(draft: _QueryDraft, url: str) -> None:
    """Note a pasted address, and its words in case the archive has it not."""
    url = url.rstrip(".,;:!?)>")
    draft.addresses.append(canonical(url))
    found = address(url)
    telling = tuple(dict.fromkeys((*found.path, *found.host))) or tuple(words(found.site))
    if telling:
        draft.typed.append(telling)


def _phrase(draft: _QueryDraft, phrase: Words, *, leave_out: bool) -> None:
    """Note a phrase to be found, or not to be."""
    if not phrase:
        return
    (draft.without if leave_out else draft.phrases).append(phrase[:QUERY_MAX_WORDS])


def _filter(draft: _QueryDraft, key: str, value: str) -> None:
    """Note a filter, or what is wrong with it."""
    before = len(draft.problems)
    if key == "in":
        _kind(draft, value)
    elif key == "site" and (site := value.lower().removeprefix("https://").removeprefix("http://").strip("/")):
        draft.sites.append(site.removeprefix("www."))
    elif key == "issue" and (issue := value.lstrip("#")):
        draft.issues.append(issue)
    elif key == "from" and value.strip(","):
        draft.newsletters += [name.strip() for name in value.split(",") if name.strip()]
        return
    elif key in _DAYS:
        _date(draft, key, value)
    elif key == "sort" and value.lower() in {"new", "newest", "date", "latest"}:
        draft.newest = True
        return
    elif key == "sort":
        draft.problems.append(f"sort:{value[:40]} was left out, the only other order is sort:new")
    else:
        draft.problems.append(f"{key}: was left out, it needs a value right after the colon")
    if len(draft.problems) == before:
        draft.filters.append(f"{key}:{value}")


def _filter_meant(key: str) -> str:
    """Return the filter that `key` is a slip of: a letter too many, too few or another, or two swapped; "" for none."""
    if len(key) < 3 or key in _FILTERS:
        return ""
    near = {key[:at] + key[at + 1 :] for at in range(len(key))} | {key}
    for name in sorted(_FILTERS - _NEVER_MISSPELT):
        if near & ({name[:at] + name[at + 1 :] for at in range(len(name))} | {name}) or sorted(name) == sorted(key):
            return name
    return ""


def _kind(draft: _QueryDraft, value: str) -> None:
    """Note an `in:` filter; several names may be joined by commas."""
    for name in value.lower().split(","):
        if name in KIND_NAMES:
            draft.kinds.add(KIND_NAMES[name])
        elif name in {"all", "any", "everything"}:
            draft.kinds.update(Kind)
        else:
            draft.problems.append(f"in:{name[:40]} was left out, it takes one of {', '.join(Kind)} or all")


def _date(draft: _QueryDraft, key: str, value: str) -> None:
    """Note a filter by date."""
    try:
        span = span_of(value, years_only=key == "year")
    except (ValueError, OverflowError):
        example = "year:2019" if key == "year" else f"{key}:2019, {key}:2019-06 or {key}:2019-06-30"
        draft.problems.append(f"{key}:{value[:40]} was left out, it takes a date as in {example}")
        return
    if key != "year":
        span = limited(key, span)
    draft.after, draft.before = span.after or draft.after, span.before or draft.before
