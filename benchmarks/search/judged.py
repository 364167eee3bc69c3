"""Judged queries, and what an engine's answers to them are worth.

known, typo of known: success at 1, and the mean of 1/rank of the first entry meant within the first ten (MRR). topic,
question, alias, typo of topic: nDCG of the first ten with gain 2^grade - 1 (Järvelin and Kekäläinen 2002); what nobody
judged counts 0. none: the part of the queries, on which the archive has nothing, that get nothing. answered: the part
of all others that get something.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from archive.issue import Entry, Issue
from archive.link import canonical

DEPTH = 10
Answers = Sequence[tuple[Issue, Entry]]
FIGURES = (
    "known: MRR",
    "known: s@1",
    "typo of known: MRR",
    "topic: nDCG",
    "typo of topic: nDCG",
    "alias: nDCG",
    "question: nDCG",
    "none: empty",
    "answered",
)


@dataclass(frozen=True, slots=True)
class Grade:
    """What an entry is worth as an answer: an entry of `issue` with one of `urls`, `worth` 1 (partly) or 2."""

    issue: str
    urls: frozenset[str]
    worth: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One query: its `kind`, the addresses meant (of a known entry), the grades (of a topic)."""

    text: str
    kind: str
    targets: frozenset[str]
    grades: tuple[Grade, ...]


def read(folder: Path) -> tuple[Judged, ...]:
    """Read queries.jsonl and judgments.jsonl in `folder`."""
    grades: dict[str, list[Grade]] = defaultdict(list)
    for row in _rows(folder / "judgments.jsonl"):
        grades[row["id"]].append(Grade(row["issue"], _canonical(row["urls"]), row["grade"]))
    return tuple(
        Judged(row["query"], row["kind"], _canonical(row.get("target_urls", ())), tuple(grades[row["id"]]))
        for row in _rows(folder / "queries.jsonl")
    )


def figures(queries: Sequence[Judged], ask: Callable[[str], Answers]) -> Mapping[str, float]:
    """Give the mean of every figure over the queries it is for; a figure without queries is absent."""
    values: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        for name, value in _values(query, ask(query.text)[:DEPTH]):
            values[name].append(value)
    return {name: fmean(values[name]) for name in FIGURES if values[name]}


def _values(query: Judged, answers: Answers) -> list[tuple[str, float]]:
    """Give what the answers to one query add to which figure."""
    if query.kind == "none":
        return [("none: empty", float(not answers))]
    answered = ("answered", float(bool(answers)))
    if query.targets:
        name = "typo of known" if query.kind == "typo" else "known"
        rank = next((n for n, (_, entry) in enumerate(answers, 1) if _first(entry) in query.targets), math.inf)
        return [answered, (f"{name}: MRR", 1 / rank), (f"{name}: s@1", float(rank == 1))]
    if not query.grades:
        return [answered]
    name = "typo of topic" if query.kind == "typo" else query.kind
    return [answered, (f"{name}: nDCG", _ndcg(query.grades, answers))]


def _ndcg(grades: Sequence[Grade], answers: Answers) -> float:
    """Give the discounted gain of `answers`, against that of the best order of all graded entries."""
    left = list(grades)
    gains: list[int] = []
    for issue, entry in answers:
        hit = next((grade for grade in left if grade.issue == issue.slug and _first(entry) in grade.urls), None)
        gains.append(hit.worth if hit else 0)
        if hit:
            left.remove(hit)
    return _gain(gains) / _gain(sorted((grade.worth for grade in grades), reverse=True)[:DEPTH])


def _gain(worths: Sequence[int]) -> float:
    return math.fsum((2**worth - 1) / math.log2(place + 1) for place, worth in enumerate(worths, 1))


def _first(entry: Entry) -> str:
    return canonical(entry.links[0].url) if entry.links else ""


def _canonical(urls: Sequence[str]) -> frozenset[str]:
    return frozenset(map(canonical, urls))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
