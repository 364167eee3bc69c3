"""The segments of an index seen as one run of entries."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.issue import Entry, Issue, Section
from archive.search.postings import Ints, PostingBlock, spread, union
from archive.search.segment import Dictionary, Segment, build

MAX_COMPARED_TERMS = 12
"""So many words are looked for one by one."""
SAMPLED_ENTRIES = 500
"""So many entries with two words are looked at to estimate how many have them next to each other."""


@dataclass(slots=True)
class Segments:
    """Segments one after another, their entries numbered through.

    `gone` marks the entries of each segment, and after them its issues, that are no longer in the archive (None: all
    are). `offsets` says where each segment's entries begin; `words_known` is above the number of any word of theirs;
    `living` and `issue_count` count what is not gone.
    """

    parts: tuple[Segment, ...]
    gone: tuple[NDArray[np.bool_] | None, ...]
    offsets: tuple[int, ...] = field(init=False)
    blocks: tuple[tuple[PostingBlock, int, NDArray[np.bool_] | None], ...] = field(init=False)
    block_starts: NDArray[np.int64] = field(init=False)
    words_known: int = field(init=False)
    living: int = field(init=False)
    issue_count: int = field(init=False)
    _own: threading.local = field(init=False, default_factory=threading.local)

    def __post_init__(self) -> None:
        """Lay the segments end to end; `living` and `issue_count` count what is not gone."""
        ends = np.cumsum([0, *map(len, self.parts)])
        self.offsets = tuple(int(end) for end in ends)
        self.blocks = tuple(self._laid())
        self.words_known = 1 + max((int(block.terms[-1]) for block, _, _ in self.blocks), default=0)
        self.block_starts = np.array([start for _, start, _ in self.blocks], np.int64)
        pairs = [(segment, gone) for segment, gone in zip(self.parts, self.gone, strict=True) if gone is not None]
        self.living = self.offsets[-1] - sum(int(gone[: len(segment)].sum()) for segment, gone in pairs)
        self.issue_count = sum(len(segment.issues) for segment in self.parts)
        self.issue_count -= sum(int(gone[len(segment) :].sum()) for segment, gone in pairs)

    def _laid(self) -> Iterator[tuple[PostingBlock, int, NDArray[np.bool_] | None]]:
        """Return each block with the number of its first entry and the marks of those gone."""
        for segment, gone, start in zip(self.parts, self.gone, self.offsets, strict=False):
            low = 0
            for block in segment.blocks:
                yield block, start + low, None if gone is None else gone[low : low + len(block)]
                low += len(block)

    def __len__(self) -> int:
        """Return the number of entries, gone ones included."""
        return self.offsets[-1]

    def places(self) -> Iterator[tuple[Segment, int, int]]:
        """Return each segment with the number of its first entry and of the one after its last."""
        return zip(self.parts, self.offsets, self.offsets[1:], strict=False)

    def postings(self, term: int) -> tuple[Ints, NDArray[np.uint8]]:
        """Return the entries that have the word numbered `term`, ascending, and how strongly each."""
        docs: list[Ints] = []
        strengths: list[NDArray[np.uint8]] = []
        for block, start, gone in self.blocks:
            run = block.run(term)
            if run.stop == run.start:
                continue
            found, strong = block.docs[run].astype(np.int32), block.strengths[run]
            if gone is not None:
                kept = ~gone[found]
                found, strong = found[kept], strong[kept]
            if start:
                found += np.int32(start)
            docs.append(found)
            strengths.append(strong)
        if len(docs) == 1:
            return docs[0], strengths[0]
        if not docs:
            return np.zeros(0, np.int32), np.zeros(0, np.uint8)
        return np.concatenate(docs), np.concatenate(strengths)

    def postings_of(self, terms: Sequence[int]) -> tuple[Ints, NDArray[np.uint8], NDArray[np.intp]]:
        """Return the entries that have any of the words numbered `terms`, how strongly each, and by which of them.

        The entries of a word ascend within a block of entries; those of the words follow each other.
        """
        wanted, which = np.array(terms, np.int64), np.arange(len(terms))
        found: list[tuple[Ints, NDArray[np.uint8], NDArray[np.intp]]] = []
        for block, start, gone in self.blocks:
            starts, lengths = block.runs(wanted)
            places = spread(starts, lengths)
            docs, strengths, by = block.docs[places].astype(np.int32), block.strengths[places], which.repeat(lengths)
            if gone is not None:
                kept = ~gone[docs]
                docs, strengths, by = docs[kept], strengths[kept], by[kept]
            found.append((docs + np.int32(start) if start else docs, strengths, by))
        if len(found) == 1:
            return found[0]
        docs, strengths, by = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return docs, strengths, by

    def issues(self) -> Iterator[Issue]:
        """Return every issue that is not gone."""
        for segment, gone in zip(self.parts, self.gone, strict=True):
            for at, issue in enumerate(segment.issues):
                if gone is None or not segment.is_gone(at, gone):
                    yield issue

    def find(self, slug: str) -> tuple[int, int] | None:
        """Return the segment that has the issue `slug` and its place there, None if no segment has it any more."""
        for number in range(len(self.parts) - 1, -1, -1):
            at, gone = self.parts[number].slugs.get(slug), self.gone[number]
            if at is not None and (gone is None or not self.parts[number].is_gone(at, gone)):
                return number, at
        return None

    def without(self, number: int, at: int) -> Segments:
        """Return the segments without the issue at `at` in the segment `number`."""
        segment, gone = self.parts[number], self.gone[number]
        marked = np.zeros(len(segment) + len(segment.issues), np.bool_) if gone is None else gone.copy()
        marked[segment.issue_bounds[at] : segment.issue_bounds[at + 1]] = True
        marked[len(segment) + at] = True
        return Segments(self.parts, (*self.gone[:number], marked, *self.gone[number + 1 :]))

    def with_segment(self, segment: Segment) -> Segments:
        """Return the segments with one more segment."""
        return Segments((*self.parts, segment), (*self.gone, None))

    def tidied(self, dictionary: Dictionary) -> Segments:
        """Return the segments with small segments joined and mostly gone ones rebuilt.

        A segment is joined to the one before it once it is at least half as long, so that there are few of them and an
        entry is indexed again only as often as the archive doubles.
        """
        segments, marks = list(self.parts), list(self.gone)
        for at in range(len(segments) - 1, -1, -1):
            gone = marks[at]
            if gone is not None and 2 * int(gone[: len(segments[at])].sum()) >= len(segments[at]):
                segments[at], marks[at] = build(Segments((segments[at],), (gone,)).issues(), dictionary), None
        while len(segments) > 1 and 2 * len(segments[-1]) >= len(segments[-2]):
            issues = Segments(tuple(segments[-2:]), tuple(marks[-2:])).issues()
            segments[-2:], marks[-2:] = [build(issues, dictionary)], [None]
        return Segments(tuple(segments), tuple(marks))

    def counts(self, words: int) -> NDArray[np.int64]:
        """Return the number of entries that have each word, by its number below `words`."""
        counts = np.zeros(words, np.int64)
        for block, _, gone in self.blocks:
            lengths = np.diff(block.starts)
            counts[block.terms] += lengths
            if gone is not None:
                np.subtract.at(counts, np.repeat(block.terms, lengths)[gone[block.docs]], 1)
        return counts

    def rank(self, doc: int) -> tuple[float, str, int]:
        """Return what orders entries of the same day: the newer issue first, then its slug, then reading order."""
        segment, local = self.place(doc)
        issue = segment.issues[segment.issue_of[local]]
        return -issue.published.timestamp(), issue.slug, int(segment.ordinal[local])

    def issues_with(self, link: int) -> Iterator[Issue]:
        """Return every issue that has `link` (a hash)."""
        for segment, gone in zip(self.parts, self.gone, strict=True):
            for local in segment.with_link(link).tolist():
                if gone is None or not gone[local]:
                    yield segment.issues[segment.issue_of[local]]

    def with_links(self, links: Iterable[int]) -> Ints:
        """Return the entries that have any of `links` (hashes), ascending."""
        found = [segment.with_link(link) + np.int32(start) for segment, start, _ in self.places() for link in links]
        return union(found)

    def alive(self, docs: Ints) -> NDArray[np.bool_]:
        """Tell which of `docs` are still in the archive."""
        kept = np.ones(len(docs), np.bool_)
        for gone, start, end in zip(self.gone, self.offsets, self.offsets[1:], strict=False):
            if gone is not None:
                here = (docs >= start) & (docs < end)
                kept[here] = ~gone[docs[here] - start]
        return kept

    def gather(self, name: str, docs: Ints) -> NDArray[Any]:
        """Return the array `name` of the segments (one value an entry) at `docs`."""
        if len(self.parts) == 1:
            return getattr(self.parts[0], name)[docs]  # type: ignore[no-any-return]  # an array, by its name
        arrays = [getattr(segment, name) for segment in self.parts]
        values = np.zeros(len(docs), arrays[0].dtype)
        for array, start, end in zip(arrays, self.offsets, self.offsets[1:], strict=False):
            here = (docs >= start) & (docs < end)
            values[here] = array[docs[here] - start]
        return values

    def word_marks(self) -> NDArray[np.uint64]:
        """Return an array of zeros with a place for every word, this thread's own; leave it as it was."""
        found: NDArray[np.uint64] | None = getattr(self._own, "marks", None)
        if found is None:
            found = self._own.marks = np.zeros(self.words_known, np.uint64)
        return found

    def tokens(self, docs: Ints) -> tuple[Ints, NDArray[np.int64]]:
        """Return the words of `docs` one after another, and where each entry's begin (one more than `docs`)."""
        if len(self.blocks) == 1:
            return self.blocks[0][0].words(docs)
        lengths = np.zeros(len(docs), np.int64)
        parts: list[tuple[NDArray[np.intp], Ints, NDArray[np.int64]]] = []
        owners = np.searchsorted(self.block_starts, docs, side="right") - 1
        for number in sorted(set(owners.tolist())):
            block, start, _ = self.blocks[number]
            here = np.flatnonzero(owners == number)
            found, bounds = block.words(docs[here] - np.int32(start))
            lengths[here] = np.diff(bounds)
            parts.append((here, found, bounds))
        ends = np.append(0, np.cumsum(lengths))
        tokens = np.zeros(int(ends[-1]), np.int32)
        for here, found, bounds in parts:
            tokens[spread(ends[:-1][here], np.diff(bounds))] = found
        return tokens, ends

    def words(self, docs: Ints) -> Iterator[frozenset[int]]:
        """Return the numbers of the words of each of `docs`."""
        tokens, ends = self.tokens(docs)
        found = tokens.tolist()
        for start, end in pairwise(ends.tolist()):
            yield frozenset(found[start:end])

    def place(self, doc: int) -> tuple[Segment, int]:
        """Return the segment that `doc` is in and its number there."""
        for at, segment in enumerate(self.parts):
            if doc < self.offsets[at + 1]:
                return segment, doc - self.offsets[at]
        raise IndexError(doc)

    def entry(self, doc: int) -> tuple[Issue, Section, Entry]:
        """Return the entry numbered `doc` with its section and issue."""
        segment, local = self.place(doc)
        return segment.entry(local)

    def adjacent(self, docs: Ints, run: list[list[int]]) -> NDArray[np.bool_]:
        """Tell which of `docs` have words of `run` (alternatives for each place) next to each other in that order."""
        if not len(docs):
            return np.zeros(0, np.bool_)
        tokens, bounds = self.tokens(docs)
        last = len(tokens) - len(run) + 1
        if last <= 0:
            return np.zeros(len(docs), np.bool_)
        match = np.ones(last, np.bool_)
        for place, terms in enumerate(run):
            here = tokens[place : place + last]
            match &= _is_one_of(here, terms)
        hits = match.nonzero()[0]
        owner = np.searchsorted(bounds, hits, side="right") - 1
        found = np.zeros(len(docs), np.bool_)
        found[owner] = True
        return found

    def together(self, left: tuple[int, ...], right: tuple[int, ...]) -> int:
        """Return the number of entries where a word of `right` follows one of `left`: about, where there are many.

        Of many, those of some days are looked at, so that the order of indexing makes no difference.
        """
        first, second = (union([self.postings(term)[0] for term in terms]) for terms in (left, right))
        docs = common(first, second)
        part = len(docs) // SAMPLED_ENTRIES + 1
        if part > 1:
            docs = docs[(self.gather("day", docs) * 7 + self.gather("ordinal", docs)) % part == 0]
        return part * int(np.count_nonzero(self.adjacent(docs, [list(left), list(right)])))


def common(first: Ints, second: Ints) -> Ints:
    """Return the entries of both, ascending as they are; in a third of the time that numpy's `intersect1d` takes."""
    if len(second) < len(first):
        first, second = second, first
    if not len(first):
        return first
    at = second.searchsorted(first)
    at[at == len(second)] = 0
    both: Ints = first[second[at] == first]
    return both


def _is_one_of(tokens: Ints, terms: list[int]) -> NDArray[np.bool_]:
    """Tell which of `tokens` are among `terms`; for the few forms of a word much faster than numpy's `isin`."""
    if len(terms) > MAX_COMPARED_TERMS:
        return np.isin(tokens, terms)
    match: NDArray[np.bool_] = tokens == terms[0]
    for term in terms[1:]:
        match |= tokens == term
    return match


class EntryCounts:
    """How many entries have each word; counted over the whole segments when first asked for."""

    def __init__(self, segments: Segments, vocabulary: Sized) -> None:
        """Count on `segments` the words of `vocabulary`; those that are added to it later have no entries here."""
        self._segments = segments
        self._vocabulary = vocabulary
        self._all: Ints | None = None
        self._one: memoryview | None = None

    def __call__(self, number: int) -> int:
        """Return the number of entries that have the word numbered `number`."""
        one = self.table()
        return int(one[number]) if number < len(one) else 0

    def table(self) -> memoryview:
        """Return the number of entries by a word's number; faster to read one by one than an array."""
        if self._one is None:
            self._one = self._counted().data
        return self._one

    def of(self, numbers: Ints) -> Ints:
        """Return the number of entries that have each of the words numbered so."""
        counts = self._counted()
        found = np.zeros(len(numbers), np.int32)
        known = numbers < len(counts)
        found[known] = counts[numbers[known]]
        return found

    def _counted(self) -> Ints:
        if self._all is None:
            self._all = self._segments.counts(len(self._vocabulary)).astype(np.int32)
        return self._all
