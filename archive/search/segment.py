"""A run of entries indexed together: which entries have a word, how strongly, and each entry's words in order.

A segment never changes. An index is a few of them; a changed issue becomes a small segment of its own, and its entries
in older segments are marked gone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.link import canonical, domain
from archive.search.vocabulary import GAP, Vocabulary
from archive.search.words import address_words, words

Ints = NDArray[np.int32]

KINDS = tuple(Kind)
# What a word counts by where it stands. The order of the fields is that of an entry's words in `Segment.tokens`.
_LEAD, _TEXT, _PATH, _HOST, _HEADING = range(5)
WEIGHTS = np.array([1.3, 1.0, 1.1, 0.8, 0.25], dtype=np.float32)
LEAD = 14
"""So many words at an entry's start count as its title would: that is where an entry names its subject."""
K1, B, USUAL = 0.75, 0.7, 40.0
"""BM25's saturation and length normalisation; `USUAL` stands for the average length, so that the strength of a word in
an entry depends on that entry alone and an index can grow without being recomputed."""
STEPS = 255
"""A strength is kept in one byte: in 255ths of the highest."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries 0 to n-1 in the order of `issues`; arrays by entry unless said otherwise.

    slugs: where each issue is in `issues`; issue_bounds: where each issue's entries begin (one more than issues).

    terms: numbers of the words present, ascending; starts: where each one's run begins in `docs` and `strengths`.
    docs: entries that have the word, ascending in each run; strengths: 1 to 255, how strongly.
    tokens: the words of every entry in order, fields apart by gaps; bounds: where each entry's begin (n+1).
    first_link: number of the entry's first link, -1 for none; link_ids, link_bounds: all its links' numbers.
    """

    issues: tuple[Issue, ...]
    slugs: dict[str, int]
    issue_bounds: Ints
    issue_of: Ints
    ordinal: Ints
    kind: NDArray[np.uint8]
    day: Ints
    terms: Ints
    starts: NDArray[np.int64]
    docs: Ints
    strengths: NDArray[np.uint8]
    tokens: Ints
    bounds: NDArray[np.int64]
    first_link: Ints
    link_ids: Ints
    link_bounds: NDArray[np.int64]
    docs_by_link: Ints
    links_sorted: Ints

    def __len__(self) -> int:
        """Give the number of entries."""
        return len(self.kind)

    def is_gone(self, at: int, gone: NDArray[np.bool_]) -> bool:
        """Tell whether the issue at `at` is marked in `gone` (by entry, then by issue)."""
        return bool(gone[len(self) + at])

    def run(self, term: int) -> slice:
        """Give where the entries of `term` (a word's number) are in `docs`; an empty slice if there are none."""
        at = int(self.terms.searchsorted(term))
        if at < len(self.terms) and self.terms[at] == term:
            return slice(int(self.starts[at]), int(self.starts[at + 1]))
        return slice(0, 0)

    def entry(self, doc: int) -> tuple[Issue, Section, Entry]:
        """Give the entry numbered `doc` with its section and issue."""
        issue, ordinal = self.issues[self.issue_of[doc]], int(self.ordinal[doc])
        for section in issue.sections:
            if ordinal < len(section.entries):
                return issue, section, section.entries[ordinal]
            ordinal -= len(section.entries)
        raise IndexError(doc)

    def with_link(self, link: int) -> Ints:
        """Give the entries that have the link numbered `link`."""
        low = int(self.links_sorted.searchsorted(link))
        high = low + 1
        while high < len(self.links_sorted) and self.links_sorted[high] == link:
            high += 1
        return (
            self.docs_by_link[low:high]
            if low < len(self.links_sorted) and self.links_sorted[low] == link
            else self.docs_by_link[:0]
        )


class Catalogue:
    """What the segments of an index number alike: words, links, sites. Only ever added to."""

    def __init__(self) -> None:
        """Start empty."""
        self.words = Vocabulary()
        self.links: dict[str, int] = {}
        self.urls: list[str] = []
        self.sites: list[str] = []

    def link(self, url: str) -> int:
        """Give the number of the link `url` leads to: the same for its other spellings."""
        key = canonical(url)
        found = self.links.get(key)
        if found is None:
            found = self.links[key] = len(self.links)
            self.urls.append(key)
            self.sites.append(domain(url))
        return found


class _Builder:
    """Gathers entries into flat arrays."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.issue_of, self.ordinal, self.kind, self.day = array("i"), array("i"), array("B"), array("i")
        self.issue_ends = array("i", [0])
        self.tokens, self.ends = array("i"), array("q", [0])
        # One run a field: how many tokens it has (with its gap).
        self.lengths = array("i")
        self.link_ids, self.link_ends, self.first_link = array("i"), array("q", [0]), array("i")

    def add(self, at: int, issue: Issue) -> None:
        """Add the entries of `issue`, the `at`th of the segment."""
        day = issue.published.date().toordinal()
        dated = [str(issue.published.year), f"{issue.published:%B}".lower()]
        number = self.catalogue.words.ids
        add = self.catalogue.words.number
        for ordinal, (section, entry) in enumerate(issue.entries()):
            text = words(entry.text)
            path = [""]
            host = [""]
            for link in entry.links:
                of_host, of_path = address_words(link.url)
                host += of_host
                path += of_path
                path.append("")
                self.link_ids.append(self.catalogue.link(link.url))
            for field in (text[:LEAD], text[LEAD:], path, host, [*words(section.heading), *dated]):
                ids = [number.get(word) or add(word) for word in field]
                self.tokens.extend(ids)
                self.lengths.append(len(ids))
            self.tokens.append(GAP)
            self.ends.append(len(self.tokens))
            self.issue_of.append(at)
            self.ordinal.append(ordinal)
            self.kind.append(KINDS.index(section.kind))
            self.day.append(day)
            self.first_link.append(self.link_ids[self.link_ends[-1]] if entry.links else -1)
            self.link_ends.append(len(self.link_ids))
        self.issue_ends.append(len(self.kind))

    def done(self, issues: tuple[Issue, ...]) -> Segment:
        """Turn what was gathered into a segment."""
        tokens = np.array(self.tokens, dtype=np.int32)
        bounds = np.array(self.ends, dtype=np.int64)
        lengths = np.array(self.lengths, dtype=np.int32).reshape(-1, len(WEIGHTS))
        terms, starts, docs, strengths = _postings(tokens, lengths)
        link_ids, link_bounds = np.array(self.link_ids, dtype=np.int32), np.array(self.link_ends, dtype=np.int64)
        order = np.argsort(link_ids, kind="stable")
        owners = np.repeat(np.arange(len(self.kind), dtype=np.int32), np.diff(link_bounds))
        return Segment(
            issues=issues,
            slugs={issue.slug: at for at, issue in enumerate(issues)},
            issue_bounds=np.array(self.issue_ends, dtype=np.int32),
            issue_of=np.array(self.issue_of, dtype=np.int32),
            ordinal=np.array(self.ordinal, dtype=np.int32),
            kind=np.array(self.kind, dtype=np.uint8),
            day=np.array(self.day, dtype=np.int32),
            terms=terms,
            starts=starts,
            docs=docs,
            strengths=strengths,
            tokens=tokens,
            bounds=bounds,
            first_link=np.array(self.first_link, dtype=np.int32),
            link_ids=link_ids,
            link_bounds=link_bounds,
            docs_by_link=owners[order],
            links_sorted=link_ids[order],
        )


def _postings(tokens: Ints, lengths: Ints) -> tuple[Ints, NDArray[np.int64], Ints, NDArray[np.uint8]]:
    """Turn words by entry into entries by word.

    `lengths` has a row an entry: the words in each of its fields. One sort of (word, entry, field) packed into a number
    does the work: 20 bits and more for the word, 32 for the entry, 3 for the field.
    """
    count, fields = lengths.shape
    with_gap = np.concatenate([lengths, np.ones((count, 1), dtype=np.int32)], axis=1)
    where = np.repeat(np.arange(count * (fields + 1), dtype=np.int64), with_gap.ravel())
    doc, field = np.divmod(where, fields + 1)
    keys = (tokens.astype(np.int64) << 35) | (doc << 3) | field
    keys = np.sort(keys[tokens != GAP])
    pairs = keys >> 3
    first = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]])) if len(keys) else np.zeros(0, np.int64)
    weights = np.add.reduceat(WEIGHTS[keys & 7], first) if len(keys) else np.zeros(0, np.float32)
    docs = ((keys[first] >> 3) & 0xFFFFFFFF).astype(np.int32)
    norm = K1 * (1 - B + B * lengths[:, :2].sum(axis=1) / USUAL)
    strengths = np.clip(np.rint(STEPS * weights / (weights + norm[docs])), 1, STEPS).astype(np.uint8)
    word = (keys[first] >> 35).astype(np.int32)
    fresh = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]])) if len(word) else np.zeros(0, np.int64)
    return word[fresh], np.append(fresh, len(word)).astype(np.int64), docs, strengths


def build(issues: Iterable[Issue], catalogue: Catalogue) -> Segment:
    """Index `issues`, adding their words and links to `catalogue`."""
    kept = tuple(sorted(issues, key=lambda issue: (issue.published, issue.slug)))
    builder = _Builder(catalogue)
    for at, issue in enumerate(kept):
        builder.add(at, issue)
    return builder.done(kept)
