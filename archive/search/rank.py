"""From what is looked for to the entries that answer it, best first."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archive.search.names import Words
from archive.search.plan import Concept, Node, Way
from archive.search.postings import STEPS, Ints, union
from archive.search.shelf import Shelf

Floats = NDArray[np.float32]

_STRENGTH = (np.arange(STEPS + 1) / STEPS).astype(np.float32)
COMMON = math.log(1 / 0.2)
"""The weight of a word that a fifth of all entries have: a query of such words only is answered newest first."""
CAP = 8.0
"""A word's weight (its inverse document frequency) is no more than that when it is asked how much of a query is met."""
SOFT = 0.5
"""What a word that only says what sort of page is wanted counts."""
SPARSE = 2_000
"""So few entries are put together by sorting rather than by marking each in an array of all."""
ROOM, LEAST_ROOM, MOST_ROOM = 32, 1_000_000, 4_000_000
"""So many scores an entry are kept between queries, that many more, and so many in all: 12 bytes each."""
MET = {"synonym": 1.0, "near name": 0.75}
"""How much of a concept is met by another name of it: a name of the same thing is as good, for that."""
ENOUGH = 0.61
"""The least part of a query that the best entry must meet: below it, the archive has nothing on it."""
NEAR_BEST = 0.25
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


@dataclass(frozen=True, slots=True)
class Hits:
    """The entries that have something asked for: `docs`, ascending; by each, its score and the part of it met, 0 to 1.

    No score is higher than `weight`. What the archive does not have at all is not `known`.
    """

    docs: Ints
    scores: Floats
    met: Floats
    weight: float
    known: bool = True


def idf(count: int, total: int) -> float:
    """Give the weight of a word that `count` of `total` entries have, as in BM25."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


_Places = Ints | NDArray[np.intp] | slice


class Ranker:
    """The scoring of concepts against one shelf.

    What a concept scores does not depend on the rest of a query, so it is kept for the next one that has it: up to
    `ROOM` scores an entry and `LEAST_ROOM` more.
    """

    def __init__(self, shelf: Shelf) -> None:
        """Start with nothing kept."""
        self._shelf = shelf
        self._kept: dict[tuple[Words, bool], Hits] = {}
        self._room = _room(shelf)
        self._own = threading.local()

    def found(self, concepts: tuple[Concept, ...]) -> Found:
        """Give every entry that has something of `concepts`, by number."""
        hits = [(concept, self.hits(concept)) for concept in concepts]
        counted = [
            (min(hit.weight, CAP * len(concept.words)), concept, hit) for concept, hit in hits if not concept.soft
        ]
        possible = math.fsum(capped for capped, *_ in counted)
        docs = self._union([hit.docs for hit in _needed(hits, counted, possible)])
        scores, met = self._added(hits, possible, docs)
        for concept, hit in hits:
            if concept.required:
                lacking = np.ones(len(docs), np.bool_)
                lacking[_meeting(docs, hit.docs)[0]] = False
                scores[lacking], met[lacking] = 0, -1
        heaviest = max((hit.weight for _, _, hit in counted), default=0.0)
        part = np.maximum(met, 0)
        return Found(docs, scores * met * np.sqrt(part), part, heaviest < COMMON)

    def _added(self, hits: list[tuple[Concept, Hits]], possible: float, docs: Ints) -> tuple[Floats, Floats]:
        """Add up what each of `docs` scores, and how much of the query it meets, by all of `hits`.

        In arrays of all entries: a few calls for each concept, where finding the places among `docs` took a dozen.
        """
        scores = np.zeros(len(self._shelf), np.float32)
        met = np.zeros(len(self._shelf), np.float32)
        for at, (concept, hit) in enumerate(hits):
            strong = np.float32(SOFT) * hit.scores if concept.soft else hit.scores
            if at:
                scores[hit.docs] += strong
            else:
                scores[hit.docs] = strong
            if not concept.soft:
                met[hit.docs] += np.float32(min(hit.weight, CAP * len(concept.words)) / possible) * hit.met
        return scores[docs], met[docs]

    def hits(self, concept: Concept) -> Hits:
        """Give the entries that have `concept`."""
        key = concept.words, concept.required
        found = self._kept.get(key)
        if found is None:
            found = self._concept(concept)
            self._room -= len(found.docs) + 64
            if self._room < 0:
                self._kept, self._room = {}, _room(self._shelf)
            self._kept[key] = found
        return found

    def _concept(self, concept: Concept) -> Hits:
        """Score a concept by the best of its ways, all brought to the weight of the query's own words."""
        ways = [self._way(way) for way in concept.ways]
        known = [hit.weight for hit in ways if hit.known]
        if not known:
            return replace(ways[0], weight=idf(0, self._shelf.living) * len(concept.words))
        if len(ways) == 1:
            return ways[0]
        weight = ways[0].weight if ways[0].known else max(known)
        docs, places = self._together(ways)
        scores, met = _zeros(docs), _zeros(docs)
        for way, hit, at in zip(concept.ways, ways, places, strict=True):
            if hit.known:
                scores[at] = np.maximum(scores[at], hit.scores * np.float32(way.weight * weight / hit.weight))
                met[at] = np.maximum(met[at], hit.met * np.float32(MET.get(way.rule, way.weight)))
        return Hits(docs, scores, met, weight)

    def _way(self, way: Way) -> Hits:
        """Score one way: its parts together."""
        parts = [self._node(part) if isinstance(part, Node) else self.hits(part) for part in way.parts]
        if len(parts) == 1:
            return parts[0]
        weight = math.fsum(part.weight for part in parts)
        docs, places = self._together(parts)
        scores, met, count = _zeros(docs), _zeros(docs), np.zeros(len(docs), np.int8)
        for part, at in zip(parts, places, strict=True):
            scores[at] += part.scores
            met[at] += part.met * np.float32(part.weight / weight)
            count[at] += 1
        known = any(part.known for part in parts)
        if not way.whole:
            return Hits(docs, scores, met, weight, known)
        kept = np.flatnonzero(count == len(parts))
        if way.adjacent:
            run = [[term.number for term in part.terms] for part in way.parts if isinstance(part, Node)]
            kept = kept[self._shelf.adjacent(docs[kept], run)]
        return Hits(docs[kept], scores[kept], met[kept], weight, known)

    def _node(self, node: Node) -> Hits:
        """Score one word: the strength of each of its terms by what the term counts; the best of them counts."""
        runs = [self._shelf.postings(term.number) for term in node.terms]
        docs, places = self._together([docs for docs, _ in runs])
        scores, met = _zeros(docs), _zeros(docs)
        weight = idf(len(docs), self._shelf.living)
        for term, (_, strengths), at in zip(reversed(node.terms), reversed(runs), reversed(places), strict=True):
            strong = _STRENGTH[strengths] * np.float32(term.weight * weight)
            scores[at] = np.maximum(scores[at], strong)
            met[at] = term.weight
        return Hits(docs, scores, met, weight, known=bool(runs))

    def _together(self, parts: Sequence[Hits | Ints]) -> tuple[Ints, list[_Places]]:
        """Give the entries of all `parts`, and where those of each are among them."""
        runs = [part.docs if isinstance(part, Hits) else part for part in parts]
        if len(runs) == 1:
            return runs[0], [slice(None)]
        docs = self._union(runs)
        if runs and len(docs) == len(runs[0]):
            return docs, [slice(None), *(docs.searchsorted(run) for run in runs[1:])]
        if len(docs) < SPARSE:
            return docs, [docs.searchsorted(run) for run in runs]
        place = self._scratch()
        place[docs] = np.arange(len(docs), dtype=np.int32)
        return docs, [place[run] for run in runs]

    def _union(self, runs: Sequence[Ints]) -> Ints:
        """Give the entries of any of `runs`, ascending."""
        if sum(map(len, runs)) < SPARSE:
            return union(runs)
        mark = np.zeros(len(self._shelf), np.bool_)
        for run in runs:
            mark[run] = True
        return np.flatnonzero(mark).astype(np.int32)

    def _scratch(self) -> Ints:
        """Give an array with a place for every entry, this thread's own; what it holds is left from before."""
        found: Ints | None = getattr(self._own, "place", None)
        if found is None:
            found = self._own.place = np.empty(len(self._shelf), np.int32)
        return found


def _needed(
    hits: list[tuple[Concept, Hits]], counted: list[tuple[float, Concept, Hits]], possible: float
) -> list[Hits]:
    """Give the hits without any of which an entry cannot be an answer.

    The soft ones are not among them, nor the lightest of the others as long as they are, all together, less of the
    query than an answer must meet.
    """
    if not counted:
        return [hit for _, hit in hits]
    spare = possible * ENOUGH * NEAR_BEST * 0.99
    needed = []
    for capped, concept, hit in sorted(counted, key=lambda one: one[0]):
        spare -= capped
        if spare < 0 or concept.required:
            needed.append(hit)
    return needed


def _meeting(docs: Ints, others: Ints) -> tuple[_Places, _Places]:
    """Give where the entries that both have are in each; both ascend."""
    if len(docs) == len(others) and np.array_equal(docs, others):
        return slice(None), slice(None)
    if len(docs) < len(others):
        within, at = _meeting(others, docs)
        return at, within
    if not len(others):
        return slice(0, 0), slice(0, 0)
    at = docs.searchsorted(others)
    at[at == len(docs)] = 0
    same = np.flatnonzero(docs[at] == others)
    return at[same], same


def _room(shelf: Shelf) -> int:
    """Give how many scores may be kept."""
    return min(MOST_ROOM, LEAST_ROOM + ROOM * len(shelf))


def _zeros(docs: Ints) -> Floats:
    """Give a zero for each of `docs`."""
    return np.zeros(len(docs), np.float32)


def numbers(parts: Iterable[Node | Concept]) -> Iterator[int]:
    """Give the number of every term looked for."""
    for part in parts:
        if isinstance(part, Node):
            for term in part.terms:
                yield term.number
        else:
            for way in part.ways:
                yield from numbers(way.parts)
