"""A second look at the best entries: words count more where they stand together, and near ties go to the newer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.search.postings import Ints, Longs
from archive.search.rank import Floats, Matches, numbers
from archive.search.segments import Segments
from archive.search.terms import Term

MAX_LEAVES = 30
"""A query of more words than half an integer has bits is ranked without."""
RERANKED_ENTRIES = 30
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

_Bits = NDArray[np.uint64]
_LAGS = np.arange(1, MAX_FOLLOWERS + 1)
_PADDING = np.zeros(MAX_FOLLOWERS, np.uint64)
_NEXT, _TELLING = np.uint64(1), np.uint64(32)
"""A word's bit is one above that of the word before it; telling ones are counted once more from another bit on."""


@dataclass(frozen=True, slots=True)
class QueryLeaves:
    """The words of a query in its order, as they may stand in an entry: which are `optional`.

    `numbers` are those of all their variants, and `bits` say of each which word it stands for: its bit, and that of a
    telling word once more above `_TELLING`.
    """

    optional: tuple[bool, ...]
    numbers: NDArray[np.intp]
    bits: _Bits

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.optional)


def leaves_of(terms: tuple[Term, ...]) -> QueryLeaves:
    """Return the words of `terms` in the query's order; none if there are too many to look for together."""
    leaves = [(leaf, term.optional) for term in terms for leaf in _leaves(term)]
    if len(leaves) > MAX_LEAVES:
        leaves = []
    found: list[int] = []
    bits: list[int] = []
    telling = int(_TELLING)
    for at, (leaf, optional) in enumerate(leaves):
        bit = 1 << at if optional else 1 << at | 1 << telling
        telling += not optional
        found += leaf
        bits += [bit] * len(leaf)
    optional_ones = tuple(optional for _, optional in leaves)
    return QueryLeaves(optional_ones, np.array(found, np.intp), np.array(bits, np.uint64))


def second_look(leaves: QueryLeaves, segments: Segments, found: Matches) -> Matches:
    """Return `found`, the scores of the best raised by how close together they have the words, and by how new they are.

    Tells which of them have all the telling words `close` together.
    """
    if not len(found.docs):
        return found
    top = _best(found.scores)
    docs = found.docs[top]
    gain, close = _proximity(leaves, segments, docs)
    scores = found.scores.copy()
    best = scores[top]
    if gain is not None:
        best += TYPICAL_TERM_WEIGHT * gain * found.met[top]
    days = segments.gather("day", docs)
    oldest, newest = int(days.min()), int(days.max())
    if newest > oldest:
        best += np.float32(RECENCY_BONUS * float(best.max()) / (newest - oldest)) * (days - np.int32(oldest))
    scores[top] = best
    near = frozenset((docs if close is None else docs[close]).tolist())
    return Matches(found.docs, scores, found.met, found.possible, found.common, found.pruned, near)


def _proximity(leaves: QueryLeaves, segments: Segments, docs: Ints) -> tuple[Floats | None, NDArray[np.bool_] | None]:
    """Return for each of `docs` what its words add by standing together, and whether all telling ones do.

    None for nothing to add, and where all do.
    """
    if len(leaves) < 2:
        return None, None
    telling = leaves.optional.count(False)
    tokens, bounds = segments.tokens(docs)
    marks = _marks(leaves, segments, tokens)
    gain = np.zeros(len(docs), np.float32)
    if telling < len(leaves):
        gain += np.float32(FILLER_BONUS) * np.bitwise_count(_phrases(leaves.optional, marks, bounds))
    if telling < 2:
        return gain, None
    following, near = _pairs(marks >> _TELLING, bounds)
    gain += np.float32(ADJACENT_BONUS) * np.bitwise_count(following)
    gain += np.float32(NEARBY_BONUS) * np.bitwise_count(near)
    every = np.uint64((1 << telling) - 2)
    return gain, near & every == every


def _phrases(optional: tuple[bool, ...], marks: _Bits, bounds: Longs) -> _Bits:
    """Return by entry, as bits, which neighbours in the query are neighbours in it, of those with an optional word."""
    pairs = sum(1 << at for at in range(1, len(optional)) if optional[at] or optional[at - 1])
    forward = (marks[:-1] << _NEXT) & marks[1:] & np.uint64(pairs)
    at = forward.nonzero()[0]
    found = np.zeros(len(bounds) - 1, np.uint64)
    if len(at):
        np.bitwise_or.at(found, bounds.searchsorted(at, side="right") - 1, forward[at])
    return found


def _pairs(marks: _Bits, bounds: Longs) -> tuple[_Bits, _Bits]:
    """Return by entry, as bits, which neighbours in the query stand next to each other in it, and which near."""
    at = marks.nonzero()[0]
    bits, entry = marks[at], bounds.searchsorted(at, side="right")
    following, near = np.zeros((2, len(bounds) - 1), np.uint64)
    later = np.arange(len(at)) + _LAGS[:, None]
    second = np.concatenate([bits, _PADDING])[later]
    forward = (bits << _NEXT) & second
    both = forward | ((second << _NEXT) & bits)
    lags, places = np.nonzero(both)
    if len(places):
        others = places + lags + 1
        gap = at[others] - at[places]
        inside = (gap <= WINDOW_WORDS) & (entry[others] == entry[places])
        owners = entry[places] - 1
        np.bitwise_or.at(near, owners, both[lags, places] * inside)
        np.bitwise_or.at(following, owners, forward[lags, places] * (inside & (gap <= ADJACENT_WORDS)))
    return following, near


def _marks(leaves: QueryLeaves, segments: Segments, tokens: Ints) -> _Bits:
    """Return for each of `tokens`, as bits, which of `leaves` it is a word of, and above them which telling one."""
    table = segments.word_marks()
    np.bitwise_or.at(table, leaves.numbers, leaves.bits)
    marks = table[tokens]
    table[leaves.numbers] = 0
    return marks


def _best(scores: Floats) -> NDArray[np.intp]:
    """Return where the `RERANKED_ENTRIES` best of `scores` are, and those as good as the last of them."""
    if len(scores) <= RERANKED_ENTRIES:
        return np.arange(len(scores))
    return np.flatnonzero(scores >= np.partition(scores, len(scores) - RERANKED_ENTRIES)[-RERANKED_ENTRIES])


def _leaves(term: Term) -> list[list[int]]:
    """Return the variants for each word of a term, in the query's order."""
    spoken = next((way for way in term.alternatives if isinstance(way.parts[0], Term)), None)
    if spoken is not None and spoken is term.alternatives[0] and spoken.rule != "either":
        return [leaf for part in spoken.parts if isinstance(part, Term) for leaf in _leaves(part)]
    return [numbers(term)]
