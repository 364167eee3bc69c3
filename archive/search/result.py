"""What a search answers with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archive.issue import Entry, Issue, Section


class Grade(StrEnum):
    """How sure an answer is: its best entry is what was asked for, is only near it, or there is no entry at all."""

    STRONG = "strong"
    NEAREST = "nearest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry matched: the `word` of the query, the `term` of the archive it met, and by which `rule`.

    Rules are named in `archive.search`: exact, form, synonym, typo (a likely correction), guess (a far one), joined,
    split, phrase, …
    """

    word: str
    term: str
    rule: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """A word that was `typed` and is unknown to the archive, and the word that was `assumed` to be meant.

    `far`: the two differ in more than a fifth of their letters, so that the answer is nearest at best.
    """

    typed: str
    assumed: str
    far: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One entry found. Higher `score` is better.

    `also_in`: other issues that carry the same link, newest first. `lacks`: the words of the query that the entry has
    in no form; told of every result of a nearest answer, and where reasons were asked for.
    """

    issue: Issue
    section: Section
    entry: Entry
    score: float
    also_in: tuple[Issue, ...] = ()
    reasons: tuple[Reason, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query.

    `results` is one page, best first; `total` counts all results over every page; `grade` says how sure the best of
    them is, which `confidence` decides (see `archive.search.grading`). `assumed` are corrections that most of the page
    rests on. Unless the answer is strong, `did_you_mean` holds other queries (each with an answer: with the filters
    dropped, with words put right, without quotes), `parts` those of some of the words typed (at most three in all), and
    `near_topics` topics the archive does have, those of the query's words first. `issue` is the issue that the query
    names by its number or its day. `problems` are one-line notes on filters that were not understood (and were left
    out), `notes` on what the answer shows.
    """

    query: str
    results: tuple[Result, ...]
    total: int
    did_you_mean: tuple[str, ...] = ()
    near_topics: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    grade: Grade = Grade.STRONG
    confidence: float = 1.0
    assumed: tuple[Assumption, ...] = ()
    notes: tuple[str, ...] = ()
    issue: Issue | None = None
    parts: tuple[str, ...] = ()
