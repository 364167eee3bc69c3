"""A second look at the best entries: what was asked for together counts more where it stands together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archive.search.plan import Concept
from archive.search.rank import Floats, Found, numbers
from archive.search.segment import Ints
from archive.search.shelf import Shelf

Bools = NDArray[np.bool_]
_Leaf = frozenset[int]

MOST = 30
"""A query of more words than an integer has bits is ranked without."""
TOP = 200
"""So many of the best are looked at again; no page shows more of them."""
NEXT, NEAR = 0.3, 0.1
"""What two neighbouring concepts of the query add, in parts of `USUAL`, where they are next to each other in
the entry in the same order, and where they are at most `WINDOW` words apart."""
USUAL = np.float32(4.0)
"""The weight of a usual concept, of which the above are parts."""
WINDOW = 6
APART = 0.8
"""What remains of an entry's part of the query where it lacks some of it and no two of its concepts stand together."""


def second_look(concepts: tuple[Concept, ...], shelf: Shelf, found: Found) -> Found:
    """Give `found` with the scores of the `TOP` best raised by how close together they have the query's concepts."""
    words = [part for concept in concepts if not concept.soft for part in _leaves(concept)]
    if not 2 <= len(words) <= MOST or not len(found.docs):
        return found
    top = _best(found.scores)
    marks, bounds = _marks(words, shelf, found.docs[top])
    scores, met = found.scores.copy(), found.met.copy()
    together = np.zeros(len(top), np.bool_)
    for pair in range(len(words) - 1):
        first, second = 1 << pair, 1 << (pair + 1)
        adjacent = _any(_follows(marks, first, second, 2), bounds)
        near = _any(_within(marks, first, second), bounds)
        together |= near
        scores[top] += USUAL * (NEXT * adjacent + NEAR * near).astype(np.float32) * met[top]
    lonely = ~together & (met[top] < 0.8)
    met[top[lonely]] *= np.float32(APART)
    return Found(found.docs, scores, met, found.common)


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


def _marks(words: list[_Leaf], shelf: Shelf, docs: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """Give for every word of `docs` the concepts it stands for, as bits, and where each entry's words begin."""
    tokens, bounds = shelf.tokens(docs)
    top = int(tokens.max()) + 1
    table = np.zeros(top, np.int32)
    for bit, terms in enumerate(words):
        for number in terms:
            if number < top:
                table[number] |= 1 << bit
    return table[tokens], bounds


def _follows(marks: Ints, first: int, second: int, reach: int) -> Bools:
    """Tell where `second` stands at most `reach` words after `first`."""
    hit = np.zeros(len(marks), np.bool_)
    is_first, is_second = (marks & first) != 0, (marks & second) != 0
    for step in range(1, reach + 1):
        hit[step:] |= is_first[:-step] & is_second[step:]
    return hit


def _within(marks: Ints, first: int, second: int) -> Bools:
    """Tell where the two stand at most `WINDOW` words apart."""
    return _follows(marks, first, second, WINDOW) | _follows(marks, second, first, WINDOW)


def _any(hit: Bools, bounds: NDArray[np.int64]) -> Bools:
    """Tell which entries have a hit."""
    return np.logical_or.reduceat(hit, bounds[:-1])
