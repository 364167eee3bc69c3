"""From what is looked for to the entries that answer it, best first."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archive.search.postings import MAX_STRENGTH, Ints, distinct, union
from archive.search.segments import Segments, common
from archive.search.terms import Alternative, Leaf, Term, Variant
from archive.search.words import Words

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
"""The cache holds 32 scores for each entry and 1,000,000 more, but at most 4,000,000; a score takes 12 bytes."""
COVERAGE = {"synonym": 1.0, "near name": 0.75}
"""How much of a term is met by another name of it: a name of the same thing is as good, for that."""
PRUNED = 0.2
"""An entry that has only words which together weigh less than this part of the heaviest is not looked at, as long as
others are left: it could only come last."""


@dataclass(slots=True)
class Matches:
    """Entries (`docs`, numbered over all segments) with how well they match.

    `scores`: the higher the better. `met`: how much of the query each meets, 0 to 1. `possible`: the weight of all that
    was asked for. The words are `common` when each is in so many entries that it tells little. `pruned`: entries that
    have little of the query were left out. `close`: those of the best that have the words of the query close together.
    """

    docs: Ints
    scores: Floats
    met: Floats
    possible: float = 1.0
    common: bool = False
    pruned: bool = False
    close: frozenset[int] = frozenset()

    def only(self, kept: NDArray[np.bool_]) -> Matches:
        """Return those of the entries that are `kept`."""
        docs, scores, met = self.docs[kept], self.scores[kept], self.met[kept]
        return Matches(docs, scores, met, self.possible, self.common, self.pruned, self.close)


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
    """Return the weight of a word that `count` of `total` entries have, as in BM25."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))


_NO_DOCS, _NO_SCORES = np.zeros(0, np.int32), np.zeros(0, np.float32)
_TermHits = tuple[Term, TermHits]
_Places = Ints | NDArray[np.intp] | slice


class Ranker:
    """The scoring of terms against one archive.

    What a term scores does not depend on the rest of a query, so it is kept for the next one that has it: up to
    `CACHED_SCORES_PER_ENTRY` scores an entry and `MIN_CACHED_SCORES` more.
    """

    def __init__(self, segments: Segments) -> None:
        """Start with nothing kept."""
        self._segments = segments
        self._kept: dict[tuple[Words, str, bool], TermHits] = {}
        self._leaves: dict[tuple[Variant, ...], TermHits] = {}
        self._room = _room(segments)
        self._own = threading.local()

    def found(self, terms: tuple[Term, ...], *, whole: bool = False) -> Matches:
        """Return every entry that has something of `terms`, by number; `whole`: also those that have very little."""
        hits = [(term, self.hits(term)) for term in terms if not term.filler]
        if not any(hit.known for _, hit in hits):
            hits += [(term, self.hits(term)) for term in terms if term.filler]
        counted = _counted(hits)
        weights = _weights(counted)
        needed = [hit for _, hit in hits] if whole or not counted else _needed(counted, weights)
        docs = self._union([hit.docs for hit in needed])
        possible = math.fsum(weights)
        scores, met = self._added(
            hits, dict(zip([id(term) for term, _ in counted], weights, strict=True)), possible, docs
        )
        for term, hit in hits:
            if term.required:
                lacking = np.ones(len(docs), np.bool_)
                lacking[_meeting(docs, hit.docs)[0]] = False
                scores[lacking], met[lacking] = 0, -1
        heaviest = max((hit.weight for _, hit in counted), default=0.0)
        part = np.maximum(met, 0)
        pruned = len(needed) < len(hits)
        return Matches(docs, scores * met * np.sqrt(part), part, possible, heaviest < COMMON_WORD_WEIGHT, pruned)

    def _added(
        self, hits: Sequence[_TermHits], weights: Mapping[int, float], possible: float, docs: Ints
    ) -> tuple[Floats, Floats]:
        """Add up what each of `docs` scores by all of `hits`, and how much of the query it meets by those of `weights`.

        In arrays of all entries: a few calls for each term, where finding the places among `docs` took a dozen.
        """
        scores = np.zeros(len(self._segments), np.float32)
        met = np.zeros(len(self._segments), np.float32)
        for at, (term, hit) in enumerate(hits):
            weight = weights.get(id(term), 0.0)
            strong = hit.scores if weight else np.float32(OPTIONAL_FACTOR) * hit.scores
            if at:
                scores[hit.docs] += strong
            else:
                scores[hit.docs] = strong
            if weight:
                met[hit.docs] += np.float32(weight / possible) * hit.met
        return scores[docs], met[docs]

    def hits(self, term: Term) -> TermHits:
        """Return the entries that have `term`."""
        key = term.words, term.spelled, term.required
        found = self._kept.get(key)
        if found is None:
            found = self._term(term)
            self._room -= len(found.docs) + 64
            if self._room < 0:
                self._forget()
            self._kept[key] = found
        return found

    @property
    def is_half_full(self) -> bool:
        """Return whether half the room for scores that are kept is taken."""
        return self._room < _room(self._segments) / 2

    def _term(self, term: Term) -> TermHits:
        """Score a term by the best of its alternatives, all brought to the weight of the query's own words."""
        alternatives = [self._alternative(alternative) for alternative in term.alternatives]
        known = [hit.weight for hit in alternatives if hit.known]
        if not known:
            return replace(alternatives[0], weight=idf(0, self._segments.living) * len(term.words))
        if len(alternatives) == 1:
            return alternatives[0]
        if term.alternatives[0].rule == "either":
            return self._either(alternatives)
        weight = alternatives[0].weight if alternatives[0].known else max(known)
        some = [(way, hit) for way, hit in zip(term.alternatives, alternatives, strict=True) if len(hit.docs)]
        docs, places = self._together([hit for _, hit in some])
        scores, met = _zeros(docs), _zeros(docs)
        for (alternative, hit), at in zip(some, places, strict=True):
            if hit.known:
                scores[at] = np.maximum(scores[at], hit.scores * np.float32(alternative.weight * weight / hit.weight))
                met[at] = np.maximum(met[at], hit.met * np.float32(COVERAGE.get(alternative.rule, alternative.weight)))
        return TermHits(docs, scores, met, weight)

    def _either(self, options: list[TermHits]) -> TermHits:
        """Score alternatives of which one is enough: who has more of them has a higher score, not more of the query."""
        docs, places = self._together(options)
        scores, met = _zeros(docs), _zeros(docs)
        for hit, at in zip(options, places, strict=True):
            scores[at] += hit.scores
            met[at] = np.maximum(met[at], hit.met)
        return TermHits(docs, scores, met, max(hit.weight for hit in options if hit.known))

    def _alternative(self, alternative: Alternative) -> TermHits:
        """Score one alternative: its parts together."""
        if len(alternative.parts) == 1:
            return self._part(alternative.parts[0])
        if alternative.whole:
            return self._whole(alternative)
        parts = [self._part(part) for part in alternative.parts]
        docs, places = self._together(parts)
        return _summed(docs, parts, places, [slice(None)] * len(parts))

    def _part(self, part: Leaf | Term) -> TermHits:
        return self._leaf_hits(part) if isinstance(part, Leaf) else self.hits(part)

    def _whole(self, alternative: Alternative) -> TermHits:
        """Score an alternative that entries have to hold whole; most names are held by none, and not scored then."""
        runs = [self._entries(part) for part in alternative.parts]
        docs = self._holding(alternative, runs)
        if not len(docs):
            weight = math.fsum(map(self._weight, alternative.parts, runs))
            return TermHits(_NO_DOCS, _NO_SCORES, _NO_SCORES, weight, known=any(map(len, runs)))
        parts = [self._part(part) for part in alternative.parts]
        shares: list[_Places] = [part.docs.searchsorted(docs) for part in parts]
        return _summed(docs, parts, [slice(None)] * len(parts), shares)

    def _entries(self, part: Leaf | Term) -> Ints:
        """Return the entries that have a part, ascending, without scoring a word for that."""
        if isinstance(part, Term):
            return self.hits(part).docs
        found = self._leaves.get(part.variants)
        if found is not None:
            return found.docs
        if len(part.variants) == 1:
            return self._segments.postings(part.variants[0].number)[0]
        return distinct(self._segments.postings_of([variant.number for variant in part.variants])[0])

    def _weight(self, part: Leaf | Term, run: Ints) -> float:
        """Return the weight of a part that the entries of `run` have."""
        return self.hits(part).weight if isinstance(part, Term) else idf(len(run), self._segments.living)

    def _holding(self, alternative: Alternative, runs: list[Ints]) -> Ints:
        """Return the entries that are in all `runs`, those of the parts, next to each other if they must be."""
        docs = runs[0]
        for run in runs[1:]:
            docs = common(docs, run)
        if not alternative.adjacent:
            return docs
        terms = [[variant.number for variant in part.variants] for part in alternative.parts if isinstance(part, Leaf)]
        return docs[self._segments.adjacent(docs, terms)]

    def _leaf_hits(self, leaf: Leaf) -> TermHits:
        """Return the entries that have a word; kept, for the names of one thing share their words."""
        found = self._leaves.get(leaf.variants)
        if found is None:
            found = self._leaf(leaf)
            self._room -= len(found.docs) + 64
            if self._room < 0:
                self._forget()
            self._leaves[leaf.variants] = found
        return found

    def _forget(self) -> None:
        self._kept, self._leaves, self._room = {}, {}, _room(self._segments)

    def _leaf(self, leaf: Leaf) -> TermHits:
        """Score one word: the strength of each of its variants by what the variant counts; the best of them counts."""
        if not leaf.variants:
            return TermHits(_NO_DOCS, _NO_SCORES, _NO_SCORES, idf(0, self._segments.living), known=False)
        if len(leaf.variants) == 1:
            docs, strengths = self._segments.postings(leaf.variants[0].number)
            met = np.full(len(docs), leaf.variants[0].weight, np.float32)
            scores = _STRENGTH[strengths]
            scores *= met
        else:
            docs, scores, met = self._best_variants(leaf)
        weight = idf(len(docs), self._segments.living)
        scores *= np.float32(weight)
        return TermHits(docs, scores, met, weight)

    def _best_variants(self, leaf: Leaf) -> tuple[Ints, Floats, Floats]:
        """Return the entries with any variant of a word, the score by the best one, and the most that is met."""
        docs, strengths, by = self._segments.postings_of([variant.number for variant in leaf.variants])
        met = np.array([variant.weight for variant in leaf.variants], np.float32)[by]
        scores = _STRENGTH[strengths]
        scores *= met
        order = docs.argsort(kind="stable")
        docs = docs[order]
        fresh = np.ones(len(docs), np.bool_)
        np.not_equal(docs[1:], docs[:-1], out=fresh[1:])
        starts = fresh.nonzero()[0]
        if len(starts) == len(docs):
            return docs, scores[order], met[order]
        return docs[starts], np.maximum.reduceat(scores[order], starts), np.maximum.reduceat(met[order], starts)

    def _together(self, parts: Sequence[TermHits | Ints]) -> tuple[Ints, list[_Places]]:
        """Return the entries of all `parts`, and where those of each are among them."""
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
        """Return the entries of any of `runs`, ascending."""
        if sum(map(len, runs)) < SORT_MAX_ENTRIES:
            return union(runs)
        mark = np.zeros(len(self._segments), np.bool_)
        for run in runs:
            mark[run] = True
        return mark.nonzero()[0].astype(np.int32)

    def _scratch(self) -> Ints:
        """Return an array with a place for every entry, this thread's own; what it holds is left from before."""
        found: Ints | None = getattr(self._own, "place", None)
        if found is None:
            found = self._own.place = np.empty(len(self._segments), np.int32)
        return found


def _summed(docs: Ints, parts: Sequence[TermHits], places: Sequence[_Places], shares: Sequence[_Places]) -> TermHits:
    """Return the hits `docs` of some parts together: `shares` of each part's entries go to `places` among them."""
    weight = math.fsum(part.weight for part in parts)
    scores, met = _zeros(docs), _zeros(docs)
    for part, at, share in zip(parts, places, shares, strict=True):
        scores[at] += part.scores[share]
        met[at] += part.met[share] * np.float32(part.weight / weight)
    return TermHits(docs, scores, met, weight, known=any(part.known for part in parts))


def _counted(hits: Sequence[_TermHits]) -> list[_TermHits]:
    """Return the terms that an entry is marked down for lacking: not optional ones, unless no other is known."""
    telling = [(term, hit) for term, hit in hits if not term.optional]
    if any(hit.known for _, hit in telling):
        return telling
    return list(hits)


def _weights(counted: Sequence[_TermHits]) -> list[float]:
    """Return what each of `counted` weighs. All unknown ones together weigh no more than the heaviest of them."""
    weights = [min(hit.weight, MAX_WORD_WEIGHT * len(term.words)) for term, hit in counted]
    unknown = [weight for weight, (_, hit) in zip(weights, counted, strict=True) if not hit.known]
    part = max(unknown) / math.fsum(unknown) if unknown else 1.0
    return [weight if hit.known else weight * part for weight, (_, hit) in zip(weights, counted, strict=True)]


def _needed(counted: Sequence[_TermHits], weights: Sequence[float]) -> list[TermHits]:
    """Return the hits worth looking up: all but the lightest, as long as those together weigh less than `PRUNED`."""
    known = [(weight, term, hit) for weight, (term, hit) in zip(weights, counted, strict=True) if hit.known]
    spare = PRUNED * max((weight for weight, *_ in known), default=0.0)
    needed = []
    for weight, term, hit in sorted(known, key=lambda one: one[0]):
        spare -= weight
        if spare < 0 or term.required:
            needed.append(hit)
    return needed


def _meeting(docs: Ints, others: Ints) -> tuple[_Places, _Places]:
    """Return where the entries that both have are in each; both ascend."""
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
    """Return how many scores may be kept."""
    return min(MAX_CACHED_SCORES, MIN_CACHED_SCORES + CACHED_SCORES_PER_ENTRY * len(segments))


def _zeros(docs: Ints) -> Floats:
    """Return a zero for each of `docs`."""
    return np.zeros(len(docs), np.float32)


def numbers(term: Term) -> list[int]:
    """Return the number of every variant looked for, some more than once."""
    found: list[int] = []
    for alternative in term.alternatives:
        for part in alternative.parts:
            found += [variant.number for variant in part.variants] if isinstance(part, Leaf) else numbers(part)
    return found
