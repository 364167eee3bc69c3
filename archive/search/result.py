"""What a search answers with."""

from __future__ import annotations

from dataclasses import dataclass

from archive.issue import Entry, Issue, Section


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry matched: the `word` of the query, the `term` of the archive it met, and by which `rule`.

    Rules are named in `archive.search`: exact, plural, synonym, typo, joined, split, phrase, …
    """

    word: str
    term: str
    rule: str


@dataclass(frozen=True, slots=True)
class Result:
    """One entry found. `also_in`: other issues that carry the same link, newest first. Higher `score` is better."""

    issue: Issue
    section: Section
    entry: Entry
    score: float
    also_in: tuple[Issue, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query.

    `results` is one page, best first; `total` counts all results over every page. With no results, `did_you_mean` holds
    corrected queries and then parts of the query (at most three, each with results), and `near_topics` topics the
    archive does have, those of the query's words first. `problems` are one-line notes on filters that were not
    understood (and were left out).
    """

    query: str
    results: tuple[Result, ...]
    total: int
    did_you_mean: tuple[str, ...] = ()
    near_topics: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
