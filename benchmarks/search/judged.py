"""Judged queries, and what an engine's answers to them are worth.

known, typo of known: success at 1, and the mean of 1/rank of the first entry meant within the first ten (MRR). topic,
question, alias, typo of topic: nDCG of the first ten with gain 2^grade - 1 (Järvelin and Kekäläinen 2002); what nobody
judged counts 0. none: no strong: the share of the queries that the archive has nothing on which get nothing, or entries
that are said to be only near. answered, strong: the share of all others that get something, or what is said to be it.
strong: right: the share of these with a wanted entry among the first three.
"""

from __future__ import annotations

import hashlib
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
SURE_DEPTH = 3
"""A strong answer is right if a wanted entry is among so many."""
FOLDS = 4
FIGURES = (
    "known: MRR",
    "known: s@1",
    "typo of known: MRR",
    "topic: nDCG",
    "typo of topic: nDCG",
    "alias: nDCG",
    "question: nDCG",
    "none: no strong",
    "answered",
    "strong",
    "strong: right",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An engine's answer: its entries, best first, and whether it says that the best is what was asked for."""

    entries: Sequence[tuple[Issue, Entry]]
    strong: bool = True


Ask = Callable[[str], Answered]


@dataclass(frozen=True, slots=True)
class Judgment:
    """What an entry is worth as an answer: an entry of `issue` with one of `urls`, `worth` 1 (partly) or 2."""

    issue: str
    urls: frozenset[str]
    worth: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One query: its `kind`, the addresses meant (of a known entry), the judgments (of a topic).

    `family` is the same for a query and those that were made from it.
    """

    text: str
    kind: str
    targets: frozenset[str]
    judgments: tuple[Judgment, ...]
    family: str = ""


def read(folder: Path) -> tuple[Judged, ...]:
    """Read queries.jsonl and judgments.jsonl in `folder`."""
    judgments: dict[str, list[Judgment]] = defaultdict(list)
    for row in _rows(folder / "judgments.jsonl"):
        judgments[row["id"]].append(Judgment(row["issue"], _canonical(row["urls"]), row["grade"]))
    return tuple(
        Judged(
            row["query"],
            row["kind"],
            _canonical(row.get("target_urls", ())),
            tuple(judgments[row["id"]]),
            row.get("base") or row["id"],
        )
        for row in _rows(folder / "queries.jsonl")
    )


def dealt(queries: Sequence[Judged], count: int = FOLDS) -> tuple[tuple[Judged, ...], ...]:
    """Deal `queries` into so many folds by a hash; those of a family go together."""
    folds: list[list[Judged]] = [[] for _ in range(count)]
    for query in queries:
        folds[int(hashlib.sha256(query.family.encode()).hexdigest(), 16) % count].append(query)
    return tuple(map(tuple, folds))


def figures(queries: Sequence[Judged], ask: Ask) -> Mapping[str, float]:
    """Return the mean of every figure over the queries it is for; a figure without queries is absent."""
    values: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        for name, value in _values(query, ask(query.text)):
            values[name].append(value)
    return {name: fmean(values[name]) for name in FIGURES if values[name]}


def by_folds(queries: Sequence[Judged], ask: Ask, count: int = FOLDS) -> Mapping[str, tuple[float, float]]:
    """Return the mean and the worst of every figure over `count` folds."""
    folds = [figures(fold, ask) for fold in dealt(queries, count)]
    found = {name: [fold[name] for fold in folds if name in fold] for name in FIGURES}
    return {name: (fmean(values), min(values)) for name, values in found.items() if values}


def _values(query: Judged, answer: Answered) -> list[tuple[str, float]]:
    """Return what the answer to one query adds to which figure."""
    entries = answer.entries[:DEPTH]
    strong = bool(entries) and answer.strong
    if query.kind == "none":
        return [("none: no strong", float(not strong))]
    found = [("answered", float(bool(entries))), ("strong", float(strong))]
    if query.targets:
        name = "typo of known" if query.kind == "typo" else "known"
        rank = next((n for n, (_, entry) in enumerate(entries, 1) if _first(entry) in query.targets), math.inf)
        found += [(f"{name}: MRR", 1 / rank), (f"{name}: s@1", float(rank == 1))]
        right = rank <= SURE_DEPTH
    elif query.judgments:
        name = "typo of topic" if query.kind == "typo" else query.kind
        gains = _gains(query.judgments, entries)
        best = sorted((judgment.worth for judgment in query.judgments), reverse=True)[:DEPTH]
        found.append((f"{name}: nDCG", _gain(gains) / _gain(best)))
        right = any(gains[:SURE_DEPTH])
    else:
        return found
    return [*found, ("strong: right", float(right))] if strong else found


def _gains(judgments: Sequence[Judgment], entries: Sequence[tuple[Issue, Entry]]) -> list[int]:
    """Return what each of `entries` is worth; each judgment counts once."""
    left = list(judgments)
    gains: list[int] = []
    for issue, entry in entries:
        hit = next((one for one in left if one.issue == issue.slug and _first(entry) in one.urls), None)
        gains.append(hit.worth if hit else 0)
        if hit:
            left.remove(hit)
    return gains


def _gain(worths: Sequence[int]) -> float:
    return math.fsum((2**worth - 1) / math.log2(place + 1) for place, worth in enumerate(worths, 1))


def _first(entry: Entry) -> str:
    return canonical(entry.links[0].url) if entry.links else ""


def _canonical(urls: Sequence[str]) -> frozenset[str]:
    return frozenset(map(canonical, urls))


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
