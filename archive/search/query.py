"""What people type, taken apart: words, exact phrases, words to leave out, and filters.

`"exact phrase"`, `-word`, `in:tools`, `site:github.com`, `issue:435`, `after:2018`, `before:2020-06`, `year:2019`. A
date stands for its first day: `after:2018` is from 1 January 2018 on, `before:2020-06` until 31 May 2020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from archive.kind import Kind
from archive.search.words import bag, words

QUERY_MAX_CHARS = 2_000
"""More of a query is not read: nobody means it."""
QUERY_MAX_WORDS = 24
"""More different words of a query are not looked for, which bounds its time."""

_PART = re.compile(r'(-?)"([^"]*)"?|(-?)([A-Za-z]+):("[^"]*"?|\S*)|(\S+)')
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_KINDS = {
    name: kind
    for kind in Kind
    for name in (kind.value, kind.value.removesuffix("s"), kind.value.removesuffix("s") + "s")
}
_FILTERS = frozenset({"in", "site", "issue", "after", "before", "year"})

# Words that carry no meaning of their own, and the phrases people wrap a question in.
STOP_WORDS = bag("""
    far goes a about above across after all also always am an and any anybody anyone anything are around as at be
    because been before being below best better between both but by can cannot cant could couldnt did didnt do does
    doesnt doing dont done each easiest easy else etc ever every everyone everything few for from further get gets
    getting give given going good got great had hadnt has hasnt have havent having he hello help her here hers hey
    hi him his hot how i id if ill im in into is isnt it its ive just know kind let lets like look looking lot make
    makes many may maybe me mean might more most much must my need needs never no nor not of off ok on once one only
    onto or other others ought our out over own please question really recommend same say see shall she should show
    so some somebody someone something somewhat somehow sort stuff such suggest suggestions sure tell than thank
    thanks that thats the their them then there theres these they theyre thing things this those though through thus
    tip tips to too under until up us use used useful using usual very want wants was wasnt ways we well were
    werent what whats when where wheres which while who whos whom why will wish with within without wont would
    wouldnt yes yet you your youre yours happen happened happens happening add adds anyones cut down
""")
# Words that say what sort of page is wanted. They help an entry up and are never missed.
OPTIONAL_WORDS = bag("""
    problem problems trouble issue issues solution solutions approach approaches technique techniques idea ideas lesson
    lessons detail details fact facts reason reasons different difference differences actually properly correctly
    article articles post posts talk talks slides slide deck video videos presentation explained explain explanation
    intro introduction overview recap guide tutorial book books paper resource resources link links example examples
    tool tools way simple quick new latest big large small modern company companies people write writing written
    learn learning story stories experience read reading list collection thoughts discussion blog website site page
    pages software product options option library libraries framework utility project plugin script manage managing
    run running start started alternatives alternative
""")

# Synonyms that are nothing without a word that is filler elsewhere.
_COMPOUNDS = bag("oncall letsencrypt lockin backup backups startup startups noops")


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query. A `optional` one helps if an entry has it and is not missed otherwise."""

    text: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart. Dates are days: `after` is the first allowed, `before` the first not allowed any more."""

    words: tuple[QueryWord, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    kinds: frozenset[Kind] = frozenset()
    sites: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    problems: tuple[str, ...] = ()
    has_filters: bool = False


@dataclass(slots=True)
class _QueryDraft:
    """A query while it is read."""

    typed: list[str] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    without: list[tuple[str, ...]] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)
    sites: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    after: date | None = None
    before: date | None = None
    problems: list[str] = field(default_factory=list)


def parse(text: str) -> Query:
    """Take `text` apart. Never fails: a filter that can't be understood is left out and noted in `problems`."""
    draft = _QueryDraft()
    if len(text) > QUERY_MAX_CHARS:
        draft.problems.append(f"only the first {QUERY_MAX_CHARS:,} characters were read")
    for match in _PART.finditer(text[:QUERY_MAX_CHARS].replace("“", '"').replace("”", '"').replace("\x00", " ")):
        _part(draft, match)
    seen = dict.fromkeys(draft.typed)
    if len(seen) > QUERY_MAX_WORDS:
        draft.problems.append(f"only the first {QUERY_MAX_WORDS} words were looked for")
    kept = _telling(compounded(list(seen)[:QUERY_MAX_WORDS]))
    return Query(
        words=kept,
        phrases=tuple(draft.phrases[:4]),
        without=tuple(draft.without[:8]),
        kinds=frozenset(draft.kinds),
        sites=tuple(draft.sites),
        issues=tuple(draft.issues),
        after=draft.after,
        before=draft.before,
        problems=tuple(draft.problems),
        has_filters=bool(draft.kinds or draft.sites or draft.issues or draft.after or draft.before),
    )


def narrowing(query: str) -> str:
    """Give the filters and what is to be left out of `query`, as they were typed.

    >>> narrowing('red "blue moon" in:tools -green')
    'in:tools -green'
    """
    return " ".join(match[0] for match in _PART.finditer(query[:QUERY_MAX_CHARS]) if _narrows(match))


def _narrows(match: re.Match[str]) -> bool:
    """Tell whether a part of a query only takes results away."""
    key = match[4]
    return (match[0].startswith("-") and len(match[0]) > 1) or (key is not None and key.lower() in _FILTERS)


def compounded(typed: list[str]) -> list[str]:
    """Give `typed` with the names that would lose a word as filler written as one.

    >>> compounded(["on", "call", "rota"])
    ['oncall', 'rota']
    """
    found: list[str] = []
    for word in typed:
        if found and found[-1] + word in _COMPOUNDS and (word in STOP_WORDS or found[-1] in STOP_WORDS):
            found[-1] += word
        else:
            found.append(word)
    return found


def _telling(typed: list[str]) -> tuple[QueryWord, ...]:
    """Drop the filler from the words `typed`, and mark those that only say what sort of page is wanted."""
    kept = [QueryWord(word, optional=word in OPTIONAL_WORDS) for word in typed if word not in STOP_WORDS]
    if all(word.optional for word in kept):
        return tuple(QueryWord(word.text) for word in kept)
    return tuple(kept)


def _part(draft: _QueryDraft, match: re.Match[str]) -> None:
    """Put one part of a query where it belongs."""
    minus_phrase, phrase, minus, key, value, plain = match.groups()
    if phrase is not None:
        _phrase(draft, tuple(words(phrase)), leave_out=bool(minus_phrase))
    elif key is not None and key.lower() in _FILTERS and not minus:
        _filter(draft, key.lower(), value.strip('"'))
    elif key is not None:
        draft.typed += words(f"{key} {value}") if not minus else []
        if minus:
            _phrase(draft, tuple(words(f"{key} {value}")), leave_out=True)
    elif plain.startswith("-") and len(plain) > 1:
        _phrase(draft, tuple(words(plain)), leave_out=True)
    else:
        draft.typed += words(plain)


def _phrase(draft: _QueryDraft, phrase: tuple[str, ...], *, leave_out: bool) -> None:
    """Note a phrase to be found, or not to be."""
    if not phrase:
        return
    (draft.without if leave_out else draft.phrases).append(phrase[:QUERY_MAX_WORDS])


def _filter(draft: _QueryDraft, key: str, value: str) -> None:
    """Note a filter, or what is wrong with it."""
    if key == "in":
        _kind(draft, value)
    elif key == "site" and (site := value.lower().removeprefix("https://").removeprefix("http://").strip("/")):
        draft.sites.append(site.removeprefix("www."))
    elif key == "issue" and (issue := value.lstrip("#")):
        draft.issues.append(issue)
    elif key in {"after", "before", "year"}:
        _date(draft, key, value)
    else:
        draft.problems.append(f"{key}: was left out, it needs a value right after the colon")


def _kind(draft: _QueryDraft, value: str) -> None:
    """Note an `in:` filter; several names may be joined by commas."""
    for name in value.lower().split(","):
        if name in _KINDS:
            draft.kinds.add(_KINDS[name])
        elif name in {"all", "any", "everything"}:
            draft.kinds.update(Kind)
        else:
            draft.problems.append(f"in:{name[:40]} was left out, it takes one of {', '.join(Kind)} or all")


def _date(draft: _QueryDraft, key: str, value: str) -> None:
    """Note a filter by date."""
    match = _DATE.match(value)
    try:
        if not match or (key == "year" and match[2]):
            raise ValueError
        year, month, day = (int(part) if part else 1 for part in match.groups())
        first = date(year, month, day)
        if key != "year":
            setattr(draft, key, first)
        else:
            draft.after, draft.before = first, date(year + 1, 1, 1)
    except ValueError:
        example = "year:2019" if key == "year" else f"{key}:2019, {key}:2019-06 or {key}:2019-06-30"
        draft.problems.append(f"{key}:{value[:40]} was left out, it takes a date as in {example}")
