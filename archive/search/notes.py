"""What an answer says besides its entries: what its filters did, and what was assumed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from rapidfuzz.distance import OSA

from archive.issue import Entry, Issue
from archive.kind import Kind
from archive.search.plan import CORRECTIONS, GUESS
from archive.search.qualifiers import unsaid
from archive.search.query import Query
from archive.search.result import Assumption, Reason, Result
from archive.search.wording import COMPOUNDS, STOP_WORDS
from archive.search.words import words

_SAID = {"site": "on", "issue": "in issue", "year": "in"}
"""What a filter is called in a sentence, where that is not its own name."""
PAIR_LETTERS = 2
_PIECE = re.compile(r"[\w'’]+")


def limits(asked: Query) -> str:
    """Return the filters of `asked` in words: "in tools, on github.com, without docker"."""
    said = [f"{_SAID.get(key, key)} {value}" for key, _, value in (part.partition(":") for part in asked.filters)]
    said += [f"without {' '.join(texts)}" for texts in asked.without]
    if asked.spoken_days:
        said.append(asked.spoken_days)
    return ", ".join(said)


def emptied(asked: Query, text: str, total: int) -> str:
    """Return what the filters took away from what `text` finds: "26 links on kubernetes, none after 2027"."""
    topic = subject(text)
    return f"{total:,} link{'s' * (total != 1)}{f' on {topic}' if topic else ''}, none {limits(asked)}"


def left_out(kind: Kind, query: str, total: int) -> str:
    """Return that sections of a `kind` are left out unless asked for, where a `query` for them finds `total` links."""
    links = f"{total:,} link{'s' * (total != 1)}"
    return f"{kind.value.removesuffix('s')}s are left out unless asked for: {query} finds {links}"


def subject(text: str) -> str:
    """Return `text` as a sentence can name it, without a preposition or the like at its ends: "aws" for "in aws"."""
    pieces = text.split()
    telling = [at for at, piece in enumerate(pieces) if piece.lower() not in STOP_WORDS]
    if any(left.lower() + right.lower() in COMPOUNDS for left, right in pairwise(pieces)):
        return text
    return " ".join(pieces[telling[0] : telling[-1] + 1] if telling else pieces)


def of(asked: Query, *, lone: bool) -> Iterator[str]:
    """Return the notes on an answer to `asked`; it is `lone` if nothing but filters was asked for."""
    if lone:
        said = limits(asked)
        yield f"everything {said}, newest first" if said else "everything, newest first"
        return
    if asked.newest:
        yield "newest first"
    if asked.spoken_days:
        yield f"only {_days(asked.after, asked.before)}"


def of_day(day: date | None, issue: Issue | None) -> Iterator[str]:
    """Return the note on an answer that shows another day's `issue` than the one asked for."""
    if day is not None and issue is not None and day != issue.published.date():
        out = issue.published
        yield f"no issue came out on {day.day} {day:%B %Y}; the nearest is that of {out.day} {out:%B %Y}"


def _days(after: date | None, before: date | None) -> str:
    """Return a span of days in words; at least one end is given."""
    said = [f"from {after.day} {after:%B %Y} on"] if after else []
    return " and ".join([*said, *([f"before {before.day} {before:%B %Y}"] if before else [])])


def assumed(results: Sequence[Result], known: frozenset[str]) -> Iterator[Assumption]:
    """Return the corrections that more than half of `results` rest on, of words that are not `known`.

    More than half, not all: an archive has misspellings of its own, which are found as they stand.
    """
    met: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for result in results:
        plain = {reason.word for reason in result.reasons if reason.rule not in CORRECTIONS}
        told = {reason.word: reason for reason in result.reasons if reason.rule in CORRECTIONS}
        for word, reason in told.items():
            if word not in plain:
                met[word][reason.term, reason.rule == GUESS] += 1
    for word, terms in met.items():
        if terms.total() * 2 > len(results) and word not in known:
            # What a word was put right to has other names, which are met too, and are spelled quite otherwise.
            like = Counter({each: count for each, count in terms.items() if _is_like(word, each[0])})
            (term, far), _ = (like or terms).most_common(1)[0]
            yield Assumption(word, term, far)


def _is_like(word: str, term: str) -> bool:
    """Return whether half of a word's letters at least are those of a term."""
    return OSA.distance(word, term) * 2 <= len(word)


def as_typed(query: str, assumptions: Iterable[Assumption]) -> Iterator[Assumption]:
    """Yield `assumptions` with the words as `query` has them: "größe", where the index knows "grosse"."""
    pieces = {} if query.isascii() else {tuple(words(piece)): piece.lower() for piece in _PIECE.findall(query)}
    for each in assumptions:
        yield replace(each, typed=pieces.get((each.typed,), each.typed))


def replaced(query: str, assumptions: Sequence[Assumption]) -> str:
    """Return `query` with the words that were assumed in place of those typed."""
    for each in assumptions:
        term = each.assumed.replace("\\", r"\\")
        query = re.sub(rf"(?<!\w){re.escape(each.typed)}(?!\w)", term, query, flags=re.IGNORECASE)
    return query


def lacks(asked: Query, reasons: Sequence[Reason], entry: Entry) -> tuple[str, ...]:
    """Return the telling words of `asked` that an `entry`, found for `reasons`, has in no form, and qualifiers."""
    met = {word for reason in reasons for word in reason.word.split()}
    wanted = [word.text for word in asked.words if not word.optional]
    found = _runs(word for word in wanted if word not in met)
    # A number that is looked for as a word is told of as one.
    found += [
        each
        for each in unsaid(asked, entry)
        if each not in found and not set(words(each)) & (set(wanted) - {asked.month})
    ]
    missing = [options for options in asked.either if met.isdisjoint(word for option in options for word in option)]
    return (*found, *(" or ".join(" ".join(option) for option in options) for options in missing))


def _runs(texts: Iterable[str]) -> list[str]:
    """Return `texts` with overlapping pairs of letters, of scripts that are cut so, put together again."""
    found: list[str] = []
    for text in texts:
        if found and len(text) == PAIR_LETTERS and not text.isascii() and found[-1][-1] == text[0]:
            found[-1] += text[1:]
        else:
            found.append(text)
    return found
