"""From what is looked for to the entries that answer it, best first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Concept, Node, Way
from archive.search.segment import STEPS, Ints
from archive.search.shelf import Shelf

Floats = NDArray[np.float32]

_STRENGTH = (np.arange(STEPS + 1) / STEPS).astype(np.float32)
COMMON = math.log(1 / 0.2)
"""The weight of a word that a fifth of all entries have: a query of such words only is answered newest first."""
CAP = 7.0
"""A word's weight (its inverse document frequency) is no more than that when it is asked how much of a query is met."""
SOFT = 0.5
"""What a word that only says what sort of page is wanted counts."""
COVERAGE = 1.5
"""How steeply a score falls with the part of the query that an entry does not meet."""
MET = {"synonym": 1.0, "near name": 0.75}
"""How much of a concept is met by another name of it: a name of the same thing is as good, for that."""
ENOUGH = 0.62
"""The least part of a query that the best entry must meet: below it, the archive has nothing on it."""
NEAR_BEST = 0.3
"""The least part, against the best entry's, that another must meet to be an answer too."""


@dataclass(slots=True)
class Found:
    """Entries (`docs`, numbered over all segments) with how well they match.

    `scores`: the higher the better. `met`: how much of the query each meets, 0 to 1. The words are `common` when each
    is in so many entries that it tells little.
    """

    docs: Ints
    scores: Floats
    met: Floats
    common: bool = False

    def only(self, kept: NDArray[np.bool_]) -> Found:
        """Give those of the entries that are `kept`."""
        return Found(self.docs[kept], self.scores[kept], self.met[kept], self.common)


@dataclass(slots=True)
class _Part:
    """How much of one part of the query each candidate has: its score (`weight` at most), and 0 to 1."""

    weight: float
    scores: Floats
    met: Floats
    known: bool


def idf(count: int, total: int) -> float:
    """Give the weight of a word that `count` of `total` entries have, as in BM25."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


class Ranking:
    """The scoring of one query over the entries that have any of its terms."""

    def __init__(self, concepts: tuple[Concept, ...], shelf: Shelf) -> None:
        """Collect the candidates."""
        self._shelf = shelf
        self._concepts = concepts
        self._total = len(shelf)
        self._living = shelf.living
        self._runs = {number: shelf.postings(number) for number in dict.fromkeys(numbers(concepts))}
        self.docs = _union([docs for docs, _ in self._runs.values()], self._total)
        self._place = np.zeros(self._total, np.int32)
        self._place[self.docs] = np.arange(len(self.docs), dtype=np.int32)

    def found(self) -> Found:
        """Give every candidate with its score, in the order of their numbers."""
        scores, met = self._zeros(), self._zeros()
        weights = [0.0]
        possible, lacking = 0.0, np.zeros(len(self.docs), np.bool_)
        for concept in self._concepts:
            part = self._part(concept)
            if concept.required:
                lacking |= part.met == 0
            if concept.soft:
                scores += np.float32(SOFT) * part.scores
                continue
            scores += part.scores
            weights.append(part.weight)
            capped = min(part.weight, CAP * len(concept.words))
            met += np.float32(capped) * part.met
            possible += capped
        if possible:
            met /= np.float32(possible)
        met[lacking] = 0
        return Found(self.docs, scores * met ** np.float32(COVERAGE), met, max(weights) < COMMON)

    def _zeros(self) -> Floats:
        return np.zeros(len(self.docs), np.float32)

    def _part(self, part: Node | Concept) -> _Part:
        return self._node(part) if isinstance(part, Node) else self._concept(part)

    def _node(self, node: Node) -> _Part:
        """Score one word: its terms' strengths, each by what it counts; the best of them counts."""
        values, met = self._zeros(), self._zeros()
        for term in node.terms:
            docs, strengths = self._runs[term.number]
            at, counts = self._place[docs], np.float32(term.weight)
            values[at] = np.maximum(values[at], _STRENGTH[strengths] * counts)
            met[at] = np.maximum(met[at], counts)
        weight = idf(int(np.count_nonzero(met)), self._living)
        return _Part(weight, values * np.float32(weight), met, bool(node.terms))

    def _concept(self, concept: Concept) -> _Part:
        """Score a concept by the best of its ways, all brought to the weight of the query's own words."""
        ways = [self._way(way) for way in concept.ways]
        known = [part.weight for part in ways if part.known]
        if not known:
            return _Part(idf(0, self._living) * len(concept.words), self._zeros(), self._zeros(), known=False)
        weight = ways[0].weight if ways[0].known else max(known)
        scores, met = self._zeros(), self._zeros()
        for way, part in zip(concept.ways, ways, strict=True):
            if part.known:
                np.maximum(scores, part.scores * np.float32(way.weight * weight / part.weight), out=scores)
                np.maximum(met, part.met * np.float32(MET.get(way.rule, way.weight)), out=met)
        return _Part(weight, scores, met, known=True)

    def _way(self, way: Way) -> _Part:
        """Score one way: its parts together."""
        parts = [self._part(part) for part in way.parts]
        if len(parts) == 1:
            return parts[0]
        weight = math.fsum(part.weight for part in parts)
        scores, met = self._zeros(), self._zeros()
        for part in parts:
            scores += part.scores
            met += part.met * np.float32(part.weight / weight)
        if way.whole:
            lacking = np.logical_or.reduce([part.met == 0 for part in parts])
            if way.adjacent:
                self._keep_adjacent(way, lacking)
            scores[lacking] = 0
            met[lacking] = 0
        return _Part(weight, scores, met, any(part.known for part in parts))

    def _keep_adjacent(self, way: Way, lacking: NDArray[np.bool_]) -> None:
        """Mark the candidates that have the parts of `way`, but not next to each other, as lacking it."""
        at = np.flatnonzero(~lacking)
        run = [[term.number for term in part.terms] for part in way.parts if isinstance(part, Node)]
        lacking[at[~self._shelf.adjacent(self.docs[at], run)]] = True


def numbers(concepts: Iterable[Node | Concept]) -> Iterator[int]:
    """Give the number of every term looked for."""
    for part in concepts:
        if isinstance(part, Node):
            for term in part.terms:
                yield term.number
        else:
            for way in part.ways:
                yield from numbers(way.parts)


def _union(runs: list[Ints], total: int) -> Ints:
    """Give the entries of any of `runs`, ascending."""
    mark = np.zeros(total, np.bool_)
    for docs in runs:
        mark[docs] = True
    return np.flatnonzero(mark).astype(np.int32)
