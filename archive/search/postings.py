"""Entries by word, and words by entry: the arrays at the heart of an index."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.search.vocabulary import GAP

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

WEIGHTS = np.array([1.3, 1.0, 0.9, 0.6, 0.25], dtype=np.float32)
"""What a word counts by its field: the start of the text, its rest, a link's path, its host, the heading and date."""
K1, B, TYPICAL_LENGTH_WORDS = 0.75, 0.7, 40.0
"""BM25's saturation and length normalisation; `TYPICAL_LENGTH_WORDS` stands for the average length, so that the
strength of a word in an entry depends on that entry alone and an index can grow without being recomputed."""
MAX_STRENGTH = 255
"""A strength is kept in one byte: in 255ths of the highest."""


BLOCK_MAX_ENTRIES = 65_536
"""So many entries at most are in one block, so that their numbers in it take two bytes."""


@dataclass(frozen=True, slots=True)
class PostingBlock:
    """A run of entries, numbered from 0, both ways: by word and by entry.

    terms: numbers of the words present, ascending, after the gap's; starts: where each one's run begins (one more than
    terms). docs: entries, ascending in each run; strengths: 1 to 255, how strongly each has the word. tokens: the words
    of every entry in order, as places in `terms`; bounds: where each entry's begin (one more than entries).
    """

    terms: Ints
    starts: Ints
    docs: NDArray[np.uint16]
    strengths: NDArray[np.uint8]
    tokens: NDArray[np.uint16] | NDArray[np.uint32]
    bounds: Ints

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.bounds) - 1

    def run(self, term: int) -> slice:
        """Return where the entries of `term` (a word's number) are; an empty slice if there are none."""
        at = bisect_left(self.terms.data, term)  # a numpy search for one number takes five times as long
        if at < len(self.terms) and self.terms[at] == term:
            return slice(int(self.starts[at]), int(self.starts[at + 1]))
        return slice(0, 0)

    def runs(self, terms: NDArray[np.int64]) -> tuple[Longs, Longs]:
        """Return where the entries of each of `terms` (numbers of words) begin, and how many there are."""
        at = self.terms.searchsorted(terms)
        at[at == len(self.terms)] = 0
        starts = self.starts[at].astype(np.int64)
        return starts, (self.starts[at + 1] - starts) * (self.terms[at] == terms)

    def words(self, docs: Ints) -> tuple[Ints, Longs]:
        """Return the numbers of the words of `docs` one after another, and where each entry's begin (one more)."""
        starts = self.bounds[docs]
        lengths = self.bounds[docs + 1] - starts
        ends = np.zeros(len(docs) + 1, np.int64)
        lengths.cumsum(out=ends[1:])
        places = np.arange(ends[-1]) + (starts - ends[:-1]).repeat(lengths)
        return self.terms[self.tokens[places]], ends


def block_of(tokens: Ints, lengths: Ints) -> PostingBlock:
    """Turn words by entry into a block.

    `tokens` are the words of its entries; `lengths` has a row an entry with the number of words in each of its fields,
    after which comes a gap. One sort of (word, entry, field) packed into a number does the work: 3 bits for the field,
    32 for the entry, the rest for the word.
    """
    count, fields = lengths.shape
    with_gap = np.concatenate([lengths, np.ones((count, 1), dtype=np.int32)], axis=1)
    where = np.repeat(np.arange(count * (fields + 1), dtype=np.int64), with_gap.ravel())
    doc, field = np.divmod(where, fields + 1)
    keys = (tokens.astype(np.int64) << 35) | (doc << 3) | field
    keys = np.sort(keys[tokens != GAP])
    fresh = _fresh(keys >> 3)
    weights = np.add.reduceat(WEIGHTS[keys & 7], fresh) if len(keys) else np.zeros(0, np.float32)
    keys = keys[fresh] >> 3
    docs, word = keys & 0xFFFFFFFF, keys >> 32
    norm = K1 * (1 - B + B * lengths[:, :2].sum(axis=1) / TYPICAL_LENGTH_WORDS)
    strengths = np.clip(np.rint(MAX_STRENGTH * weights / (weights + norm[docs])), 1, MAX_STRENGTH).astype(np.uint8)
    runs = _fresh(word)
    terms = np.append(GAP, word[runs]).astype(np.int32)
    return PostingBlock(
        terms=terms,
        starts=np.concatenate([[0], runs, [len(word)]]).astype(np.int32),
        docs=docs.astype(np.uint16),
        strengths=strengths,
        tokens=_narrowed(tokens, terms),
        bounds=np.append(0, np.cumsum(with_gap.sum(axis=1))).astype(np.int32),
    )


def _narrowed(tokens: Ints, terms: Ints) -> NDArray[np.uint16] | NDArray[np.uint32]:
    """Return `tokens` as places in `terms`, in two bytes each if they fit."""
    places = np.zeros(int(terms[-1]) + 1, np.uint32)
    places[terms] = np.arange(len(terms))
    return places[tokens].astype(np.uint16) if len(terms) <= BLOCK_MAX_ENTRIES else places[tokens]


def union(runs: Sequence[Ints]) -> Ints:
    """Return the entries of any of `runs`, ascending; as numpy's `unique` does, which takes 12 ms to load."""
    if len(runs) == 1:
        return runs[0]
    return distinct(np.concatenate(runs)) if runs else np.zeros(0, np.int32)


def distinct(docs: Ints) -> Ints:
    """Return each of `docs` once, ascending; sorts them where they are."""
    docs.sort()
    fresh = np.ones(len(docs), np.bool_)
    np.not_equal(docs[1:], docs[:-1], out=fresh[1:])
    return docs[fresh]


def _fresh(values: Longs) -> Longs:
    """Return where a value differs from the one before it."""
    if not len(values):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))


def spread(starts: Longs, lengths: Longs) -> Longs:
    """Return the places of runs: for each the numbers from its start on, as many as its length."""
    ends = lengths.cumsum()
    if not len(ends):
        return ends
    places: Longs = np.arange(ends[-1]) + (starts - ends + lengths).repeat(lengths)
    return places
