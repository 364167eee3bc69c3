"""From what is looked for to the entries that answer it, best first."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Alternative, Leaf, Term
from archive.search.postings import MAX_STRENGTH, Ints, union
from archive.search.segments import Segments
from archive.search.synonyms import Words

Floats = NDArray[np.float32]

_STRENGTH = (np.arange(MAX_STRENGTH + 1) / MAX_STRENGTH).astype(np.float32)
COMMON_WORD_WEIGHT = math.log(1 / 0.2)
"""The weight of a word that a fifth of all entries have: a query of such words only is answered newest first."""
MAX_WORD_WEIGHT = 8.0
"""A word's weight (its inverse document frequency) is no more than that when it is asked how much of a query is met."""
OPTIONAL_FACTOR = 0.5
"""What a word that only says what sort of page is wanted counts."""
SORT_MAX_ENTRIES = 2_000
"""So few entries are put together by sorting rather than by marking each in an array of all."""
CACHED_SCORES_PER_ENTRY, MIN_CACHED_SCORES, MAX_CACHED_SCORES = 32, 1_000_000, 4_000_000
"""So many scores an entry are kept between queries, that many more, and so many in all: 12 bytes each."""
COVERAGE = {"synonym": 1.0, "near name": 0.75}
"""How much of a term is met by another name of it: a name of the same thing is as good, for that."""
MIN_COVERAGE = 0.61
"""The least part of a query that the best entry must meet: below it, the archive has nothing on it."""
MIN_SHARE_OF_COVERAGE = 0.25
"""The least part, against the best entry's, that another must meet to be an answer too."""


@dataclass(slots=True)
class Matches:
    """Entries (`docs`, numbered over all segments) with how well they match.

    `scores`: the higher the better. `met`: how much of the query each meets, 0 to 1. The words are `common` when each
    is in so many entries that it tells little.
    """

    docs: Ints
    scores: Floats
    met: Floats
    common: bool = False

    def only(self, kept: NDArray[np.bool_]) -> Matches:
        """Give those of the entries that are `kept`."""
        return Matches(self.docs[kept], self.scores[kept], self.met[kept], self.common)


@dataclass(frozen=True, slots=True)
class TermHits:
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
    """The scoring of terms against one archive.

    What a term scores does not depend on the rest of a query, so it is kept for the next one that has it: up to
    `CACHED_SCORES_PER_ENTRY` scores an entry and `MIN_CACHED_SCORES` more.
    """

    def __init__(self, segments: Segments) -> None:
        """Start with nothing kept."""
        self._segments = segments
        self._kept: dict[tuple[Words, bool], TermHits] = {}
        self._room = _room(segments)
        self._own = threading.local()

    def found(self, terms: tuple[Term, ...]) -> Matches:
        """Give every entry that has something of `terms`, by number."""
        hits = [(term, self.hits(term)) for term in terms]
        counted = [
            (min(hit.weight, MAX_WORD_WEIGHT * len(term.words)), term, hit) for term, hit in hits if not term.optional
        ]
        possible = math.fsum(capped for capped, *_ in counted)
        docs = self._union([hit.docs for hit in _needed(hits, counted, possible)])
        scores, met = self._added(hits, possible, docs)
        for term, hit in hits:
            if term.required:
                lacking = np.ones(len(docs), np.bool_)
                lacking[_meeting(docs, hit.docs)[0]] = False
                scores[lacking], met[lacking] = 0, -1
        heaviest = max((hit.weight for _, _, hit in counted), default=0.0)
        part = np.maximum(met, 0)
        return Matches(docs, scores * met * np.sqrt(part), part, heaviest < COMMON_WORD_WEIGHT)

    def _added(self, hits: list[tuple[Term, TermHits]], possible: float, docs: Ints) -> tuple[Floats, Floats]:
        """Add up what each of `docs` scores, and how much of the query it meets, by all of `hits`.

        In arrays of all entries: a few calls for each term, where finding the places among `docs` took a dozen.
        """
        scores = np.zeros(len(self._segments), np.float32)
        met = np.zeros(len(self._segments), np.float32)
        for at, (term, hit) in enumerate(hits):
            strong = np.float32(OPTIONAL_FACTOR) * hit.scores if term.optional else hit.scores
            if at:
                scores[hit.docs] += strong
            else:
                scores[hit.docs] = strong
            if not term.optional:
                met[hit.docs] += np.float32(min(hit.weight, MAX_WORD_WEIGHT * len(term.words)) / possible) * hit.met
        return scores[docs], met[docs]

    def hits(self, term: Term) -> TermHits:
        """Give the entries that have `term`."""
        key = term.words, term.required
        found = self._kept.get(key)
        if found is None:
            found = self._term(term)
            self._room -= len(found.docs) + 64
            if self._room < 0:
                self._kept, self._room = {}, _room(self._segments)
            self._kept[key] = found
        return found

    def _term(self, term: Term) -> TermHits:
        """Score a term by the best of its alternatives, all brought to the weight of the query's own words."""
        alternatives = [self._alternative(alternative) for alternative in term.alternatives]
        known = [hit.weight for hit in alternatives if hit.known]
        if not known:
            return replace(alternatives[0], weight=idf(0, self._segments.living) * len(term.words))
        if len(alternatives) == 1:
            return alternatives[0]
        weight = alternatives[0].weight if alternatives[0].known else max(known)
        docs, places = self._together(alternatives)
        scores, met = _zeros(docs), _zeros(docs)
        for alternative, hit, at in zip(term.alternatives, alternatives, places, strict=True):
            if hit.known:
                scores[at] = np.maximum(scores[at], hit.scores * np.float32(alternative.weight * weight / hit.weight))
                met[at] = np.maximum(met[at], hit.met * np.float32(COVERAGE.get(alternative.rule, alternative.weight)))
        return TermHits(docs, scores, met, weight)

    def _alternative(self, alternative: Alternative) -> TermHits:
        """Score one alternative: its parts together."""
        parts = [self._leaf(part) if isinstance(part, Leaf) else self.hits(part) for part in alternative.parts]
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
        if not alternative.whole:
            return TermHits(docs, scores, met, weight, known)
        kept = np.flatnonzero(count == len(parts))
        if alternative.adjacent:
            run = [
                [variant.number for variant in part.variants] for part in alternative.parts if isinstance(part, Leaf)
            ]
            kept = kept[self._segments.adjacent(docs[kept], run)]
        return TermHits(docs[kept], scores[kept], met[kept], weight, known)

    def _leaf(self, leaf: Leaf) -> TermHits:
        """Score one word: the strength of each of its variants by what the variant counts; the best of them counts."""
        runs = [self._segments.postings(variant.number) for variant in leaf.variants]
        docs, places = self._together([docs for docs, _ in runs])
        scores, met = _zeros(docs), _zeros(docs)
        weight = idf(len(docs), self._segments.living)
        for variant, (_, strengths), at in zip(reversed(leaf.variants), reversed(runs), reversed(places), strict=True):
            strong = _STRENGTH[strengths] * np.float32(variant.weight * weight)
            scores[at] = np.maximum(scores[at], strong)
            met[at] = variant.weight
        return TermHits(docs, scores, met, weight, known=bool(runs))

    def _together(self, parts: Sequence[TermHits | Ints]) -> tuple[Ints, list[_Places]]:
        """Give the entries of all `parts`, and where those of each are among them."""
        runs = [part.docs if isinstance(part, TermHits) else part for part in parts]
        if len(runs) == 1:
            return runs[0], [slice(None)]
        docs = self._union(runs)
        if runs and len(docs) == len(runs[0]):
            return docs, [slice(None), *(docs.searchsorted(run) for run in runs[1:])]
        if len(docs) < SORT_MAX_ENTRIES:
            return docs, [docs.searchsorted(run) for run in runs]
        place = self._scratch()
        place[docs] = np.arange(len(docs), dtype=np.int32)
        return docs, [place[run] for run in runs]

    def _union(self, runs: Sequence[Ints]) -> Ints:
        """Give the entries of any of `runs`, ascending."""
        if sum(map(len, runs)) < SORT_MAX_ENTRIES:
            return union(runs)
        mark = np.zeros(len(self._segments), np.bool_)
        for run in runs:
            mark[run] = True
        return np.flatnonzero(mark).astype(np.int32)

    def _scratch(self) -> Ints:
        """Give an array with a place for every entry, this thread's own; what it holds is left from before."""
        found: Ints | None = getattr(self._own, "place", None)
        if found is None:
            found = self._own.place = np.empty(len(self._segments), np.int32)
        return found


def _needed(
    hits: list[tuple[Term, TermHits]], counted: list[tuple[float, Term, TermHits]], possible: float
) -> list[TermHits]:
    """Give the hits without any of which an entry cannot be an answer.

    The optional ones are not among them, nor the lightest of the others as long as they are, all together, less of the
    query than an answer must meet.
    """
    if not counted:
        return [hit for _, hit in hits]
    spare = possible * MIN_COVERAGE * MIN_SHARE_OF_COVERAGE * 0.99
    needed = []
    for capped, term, hit in sorted(counted, key=lambda one: one[0]):
        spare -= capped
        if spare < 0 or term.required:
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


def _room(segments: Segments) -> int:
    """Give how many scores may be kept."""
    return min(MAX_CACHED_SCORES, MIN_CACHED_SCORES + CACHED_SCORES_PER_ENTRY * len(segments))


def _zeros(docs: Ints) -> Floats:
    """Give a zero for each of `docs`."""
    return np.zeros(len(docs), np.float32)


def numbers(parts: Iterable[Leaf | Term]) -> Iterator[int]:
    """Give the number of every variant looked for."""
    for part in parts:
        if isinstance(part, Leaf):
            for variant in part.variants:
                yield variant.number
        else:
            for alternative in part.alternatives:
                yield from numbers(alternative.parts)
