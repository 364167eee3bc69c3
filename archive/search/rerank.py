"""A second look at the best entries: what was asked for together counts more where it stands together."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Concept
from archive.search.postings import Ints
from archive.search.rank import Floats, Found, numbers
from archive.search.shelf import Shelf

_Leaf = frozenset[int]

MOST = 30
"""A query of more words than an integer has bits is ranked without."""
TOP = 60
"""So many of the best are looked at again; no page shows more of them."""
NEXT, NEAR = 0.25, 0.1
"""What two neighbouring concepts of the query add, in parts of `USUAL`, where they are next to each other in
the entry in the same order, and where they are at most `WINDOW` words apart."""
USUAL = np.float32(4.0)
"""The weight of a usual concept, of which the above are parts."""
LAGS = 4
"""A word of the query is compared with so many that follow it in an entry."""
WHOLE = 0.8
"""An entry that meets so much of a query is not asked for more."""
WINDOW = 6
APART = 0.8
"""What remains of an entry's part of the query where it lacks some of it and no two of its concepts stand together."""


def second_look(concepts: tuple[Concept, ...], shelf: Shelf, found: Found) -> Found:
    """Give `found` with the scores of the `TOP` best raised by how close together they have the query's concepts."""
    leaves = [leaf for concept in concepts if not concept.soft for leaf in _leaves(concept)]
    if not 2 <= len(leaves) <= MOST or not len(found.docs):
        return found
    top = _best(found.scores)
    following, near = _pairs(leaves, shelf, found.docs[top])
    scores, met = found.scores.copy(), found.met.copy()
    gain, apart = np.zeros(len(top)), np.ones(len(top), np.bool_)
    for at, bits in near.items():
        gain[at] = NEXT * following.get(at, 0).bit_count() + NEAR * bits.bit_count()
        apart[at] = False
    scores[top] += USUAL * gain.astype(np.float32) * met[top]
    met[top[apart & (met[top] < WHOLE)]] *= np.float32(APART)
    return Found(found.docs, scores, met, found.common)


def _pairs(leaves: list[_Leaf], shelf: Shelf, docs: Ints) -> tuple[dict[int, int], dict[int, int]]:
    """Give by place in `docs` which neighbouring leaves stand next to each other in it, and which near, as bits."""
    tokens, bounds = shelf.tokens(docs)
    table = np.zeros(shelf.words_known, np.uint32)
    for bit, leaf in enumerate(leaves):
        table[list(leaf)] |= np.uint32(1 << bit)
    marks = table[tokens]
    at = np.flatnonzero(marks)
    places, bits, ends = at.tolist(), marks[at].tolist(), bounds.tolist()
    following: dict[int, int] = {}
    near: dict[int, int] = {}
    # Few of the words are looked for: going over them costs less than as many calls as all at once would take.
    for first, place in enumerate(places):
        for second in range(first + 1, min(first + LAGS + 1, len(places))):
            gap = places[second] - place
            if gap > WINDOW:
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
    """Give where the `TOP` best of `scores` are, and those as good as the last of them."""
    if len(scores) <= TOP:
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, len(scores) - TOP)[len(scores) - TOP])


def _leaves(concept: Concept) -> list[_Leaf]:
    """Give the terms for each word of a concept, in the query's order."""
    spoken = next((way for way in concept.ways if isinstance(way.parts[0], Concept)), None)
    if spoken is not None and spoken is concept.ways[0]:
        return [leaf for part in spoken.parts if isinstance(part, Concept) for leaf in _leaves(part)]
    return [frozenset(numbers([concept]))]
