"""A second look at the best entries: what was asked for together counts more where it stands together."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Term
from archive.search.postings import Ints
from archive.search.rank import Floats, Matches, numbers
from archive.search.segments import Segments

_Numbers = frozenset[int]

MAX_LEAVES = 30
"""A query of more words than an integer has bits is ranked without."""
RERANKED_ENTRIES = 60
"""So many of the best are looked at again; no page shows more of them."""
ADJACENT_BONUS, NEARBY_BONUS = 0.25, 0.1
"""What two neighbouring terms of the query add, in parts of `TYPICAL_TERM_WEIGHT`, where they are next to each other in
the entry in the same order, and where they are at most `WINDOW_WORDS` words apart."""
TYPICAL_TERM_WEIGHT = np.float32(4.0)
"""The weight of a usual term, of which the above are parts."""
MAX_FOLLOWERS = 4
"""A word of the query is compared with so many that follow it in an entry."""
COMPLETE_COVERAGE = 0.8
"""An entry that meets so much of a query is not asked for more."""
WINDOW_WORDS = 6
SCATTERED_FACTOR = 0.8
"""What remains of an entry's part of the query where it lacks some of it and no two of its terms stand together."""


def second_look(terms: tuple[Term, ...], segments: Segments, found: Matches) -> Matches:
    """Give `found`, the scores of the best raised by how close together they have the query's terms."""
    leaves = [leaf for term in terms if not term.optional for leaf in _leaves(term)]
    if not 2 <= len(leaves) <= MAX_LEAVES or not len(found.docs):
        return found
    top = _best(found.scores)
    following, near = _pairs(leaves, segments, found.docs[top])
    scores, met = found.scores.copy(), found.met.copy()
    gain, apart = np.zeros(len(top)), np.ones(len(top), np.bool_)
    for at, bits in near.items():
        gain[at] = ADJACENT_BONUS * following.get(at, 0).bit_count() + NEARBY_BONUS * bits.bit_count()
        apart[at] = False
    scores[top] += TYPICAL_TERM_WEIGHT * gain.astype(np.float32) * met[top]
    met[top[apart & (met[top] < COMPLETE_COVERAGE)]] *= np.float32(SCATTERED_FACTOR)
    return Matches(found.docs, scores, met, found.common)


def _pairs(leaves: list[_Numbers], segments: Segments, docs: Ints) -> tuple[dict[int, int], dict[int, int]]:
    """Give by place in `docs` which neighbouring leaves stand next to each other in it, and which near, as bits."""
    tokens, bounds = segments.tokens(docs)
    table = np.zeros(segments.words_known, np.uint32)
    for bit, leaf in enumerate(leaves):
        table[list(leaf)] |= np.uint32(1 << bit)
    marks = table[tokens]
    at = np.flatnonzero(marks)
    places, bits, ends = at.tolist(), marks[at].tolist(), bounds.tolist()
    following: dict[int, int] = {}
    near: dict[int, int] = {}
    # Few of the words are looked for: going over them costs less than as many calls as all at once would take.
    for first, place in enumerate(places):
        for second in range(first + 1, min(first + MAX_FOLLOWERS + 1, len(places))):
            gap = places[second] - place
            if gap > WINDOW_WORDS:
                break
            forward = (bits[first] << 1) & bits[second]
            both = forward | ((bits[second] << 1) & bits[first])
            if both:
                doc = bisect_right(ends, place) - 1
                if places[second] < ends[doc + 1]:
                    near[doc] = near.get(doc, 0) | both
                    if gap <= 2:
                        following[doc] = following.get(doc, 0) | forward
    return following, near


def _best(scores: Floats) -> NDArray[np.intp]:
    """Give where the `RERANKED_ENTRIES` best of `scores` are, and those as good as the last of them."""
    if len(scores) <= RERANKED_ENTRIES:
        return np.arange(len(scores))
    return np.flatnonzero(
        scores >= np.partition(scores, len(scores) - RERANKED_ENTRIES)[len(scores) - RERANKED_ENTRIES]
    )


def _leaves(term: Term) -> list[_Numbers]:
    """Give the variants for each word of a term, in the query's order."""
    spoken = next((alternative for alternative in term.alternatives if isinstance(alternative.parts[0], Term)), None)
    if spoken is not None and spoken is term.alternatives[0]:
        return [leaf for part in spoken.parts if isinstance(part, Term) for leaf in _leaves(part)]
    return [frozenset(numbers([term]))]
