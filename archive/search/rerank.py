"""A second look at the best entries: words count more where they stand together, and near ties go to the newer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Term
from archive.search.postings import Ints, Longs
from archive.search.rank import Floats, Matches, numbers
from archive.search.segments import Segments

MAX_LEAVES = 30
"""A query of more words than an integer has bits is ranked without."""
RERANKED_ENTRIES = 60
"""So many of the best are looked at again; no page shows more of them."""
ADJACENT_BONUS, NEARBY_BONUS = 0.25, 0.1
"""What two neighbouring words of the query add, in parts of `TYPICAL_TERM_WEIGHT`, where they are next to each other in
the entry in the same order, and where they are near."""
FILLER_BONUS = 0.1
"""What they add where one of them is filler and they are next to each other in the same order."""
RECENCY_BONUS = 0.01
"""Of entries as good as each other to this part of the best score, the newer comes first."""
TYPICAL_TERM_WEIGHT = np.float32(4.0)
"""The weight of a usual term, of which the above are parts."""
MAX_FOLLOWERS = 4
"""A word of the query is compared with so many of its words that follow in an entry."""
ADJACENT_WORDS, WINDOW_WORDS = 2, 6
"""Words at most so far apart are next to each other (a word may stand between them), or near."""

_Numbers = frozenset[int]
_Bits = NDArray[np.uint32]


def second_look(terms: tuple[Term, ...], segments: Segments, found: Matches) -> Matches:
    """Return `found`, the scores of the best raised by how close together they have the words, and by how new they are.

    Tells which of them have all the telling words `close` together.
    """
    if not len(found.docs):
        return found
    top = _best(found.scores)
    docs = found.docs[top]
    gain, close = _proximity(terms, segments, docs)
    scores = found.scores.copy()
    scores[top] += TYPICAL_TERM_WEIGHT * gain * found.met[top]
    days = segments.gather("day", docs).astype(np.float32)
    oldest, newest = float(days.min()), float(days.max())
    if newest > oldest:
        scores[top] += RECENCY_BONUS * float(scores[top].max()) * (days - oldest) / (newest - oldest)
    return replace(found, scores=scores, close=frozenset(docs[close].tolist()))


def _proximity(terms: tuple[Term, ...], segments: Segments, docs: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Return for each of `docs` what its words add by standing together, and whether all telling ones do."""
    leaves = [(leaf, term.optional) for term in terms for leaf in _leaves(term)]
    telling = [leaf for leaf, optional in leaves if not optional]
    if not 2 <= len(leaves) <= MAX_LEAVES:
        return np.zeros(len(docs), np.float32), np.ones(len(docs), np.bool_)
    tokens, bounds = segments.tokens(docs)
    gain = np.zeros(len(docs), np.float32)
    if len(telling) < len(leaves):
        gain += np.float32(FILLER_BONUS) * np.bitwise_count(_phrases(leaves, segments, tokens, bounds))
    if len(telling) < 2:
        return gain, np.ones(len(docs), np.bool_)
    following, near = _pairs(telling, segments, tokens, bounds)
    gain += np.float32(ADJACENT_BONUS) * np.bitwise_count(following)
    gain += np.float32(NEARBY_BONUS) * np.bitwise_count(near)
    every = np.uint32((1 << len(telling)) - 2)
    return gain, near & every == every


def _phrases(leaves: list[tuple[_Numbers, bool]], segments: Segments, tokens: Ints, bounds: Longs) -> _Bits:
    """Return by entry, as bits, which neighbours in the query are neighbours in it, of those with an optional word."""
    marks = _marks([leaf for leaf, _ in leaves], segments, tokens)
    pairs = sum(1 << at for at in range(1, len(leaves)) if leaves[at][1] or leaves[at - 1][1])
    forward = (marks[:-1] << 1) & marks[1:] & np.uint32(pairs)
    at = np.flatnonzero(forward)
    found = np.zeros(len(bounds) - 1, np.uint32)
    np.bitwise_or.at(found, bounds.searchsorted(at, side="right") - 1, forward[at])
    return found


def _pairs(leaves: list[_Numbers], segments: Segments, tokens: Ints, bounds: Longs) -> tuple[_Bits, _Bits]:
    """Return by entry, as bits, which neighbouring leaves stand next to each other in it, and which near."""
    marks = _marks(leaves, segments, tokens)
    at = np.flatnonzero(marks)
    bits, entry = marks[at], bounds.searchsorted(at, side="right")
    following, near = np.zeros((2, len(bounds) - 1), np.uint32)
    for lag in range(1, MAX_FOLLOWERS + 1):
        gap = at[lag:] - at[:-lag]
        inside = (gap <= WINDOW_WORDS) & (entry[lag:] == entry[:-lag])
        forward = (bits[:-lag] << 1) & bits[lag:]
        both = (forward | ((bits[lag:] << 1) & bits[:-lag])) * inside
        found = np.flatnonzero(both)
        if len(found):
            owners = entry[found] - 1
            np.bitwise_or.at(near, owners, both[found])
            np.bitwise_or.at(following, owners, forward[found] * (gap[found] <= ADJACENT_WORDS))
    return following, near


def _marks(leaves: list[_Numbers], segments: Segments, tokens: Ints) -> _Bits:
    """Return for each of `tokens`, as bits, which of `leaves` it is a word of."""
    table = np.zeros(segments.words_known, np.uint32)
    for bit, leaf in enumerate(leaves):
        table[list(leaf)] |= np.uint32(1 << bit)
    return table[tokens]


def _best(scores: Floats) -> NDArray[np.intp]:
    """Return where the `RERANKED_ENTRIES` best of `scores` are, and those as good as the last of them."""
    if len(scores) <= RERANKED_ENTRIES:
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, len(scores) - RERANKED_ENTRIES)[-RERANKED_ENTRIES])


def _leaves(term: Term) -> list[_Numbers]:
    """Return the variants for each word of a term, in the query's order."""
    spoken = next((way for way in term.alternatives if isinstance(way.parts[0], Term)), None)
    if spoken is not None and spoken is term.alternatives[0] and spoken.rule != "either":
        return [leaf for part in spoken.parts if isinstance(part, Term) for leaf in _leaves(part)]
    return [frozenset(numbers([term]))]
