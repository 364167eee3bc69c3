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
from archive.search.address import address
from archive.search.postings import BLOCK_MAX_ENTRIES, WEIGHTS, Ints, PostingBlock, block_of
from archive.search.vocabulary import Vocabulary
from archive.search.wording import STOP_WORDS
from archive.search.words import umlauts, words

KINDS = tuple(Kind)
LEAD_WORDS = 14
"""So many words at an entry's start count as its title would: that is where an entry names its subject."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries 0 to n-1 in the order of `issues`; arrays by entry unless said otherwise.

    slugs: where each issue is in `issues`; issue_bounds: where each issue's entries begin (one more than issues).

    blocks: which entries have which words, so many entries each.
    first_link: what the entry's first link leads to, as a hash of its canonical form (0 for none: see `linked`);
    link_sites, link_bounds: the sites of all its links; links_sorted, docs_by_link: the entries by link; repeated:
    whether its first link is another entry's too.
    """

    issues: tuple[Issue, ...]
    slugs: dict[str, int]
    issue_bounds: Ints
    issue_of: Ints
    ordinal: Ints
    kind: NDArray[np.uint8]
    day: Ints
    blocks: tuple[PostingBlock, ...]
    first_link: NDArray[np.int64]
    linked: NDArray[np.bool_]
    link_sites: Ints
    link_bounds: Ints
    docs_by_link: Ints
    links_sorted: NDArray[np.int64]
    repeated: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.kind)

    def is_gone(self, at: int, gone: NDArray[np.bool_]) -> bool:
        """Return whether the issue at `at` is marked in `gone` (by entry, then by issue)."""
        return bool(gone[len(self) + at])

    def entry(self, doc: int) -> tuple[Issue, Section, Entry]:
        """Return the entry numbered `doc` with its section and issue."""
        issue, ordinal = self.issues[self.issue_of[doc]], int(self.ordinal[doc])
        for section in issue.sections:
            if ordinal < len(section.entries):
                return issue, section, section.entries[ordinal]
            ordinal -= len(section.entries)
        raise IndexError(doc)

    def with_link(self, link: int) -> Ints:
        """Return the entries that have `link` (a hash as in `first_link`)."""
        low = int(self.links_sorted.searchsorted(link))
        high = int(self.links_sorted.searchsorted(link, side="right"))
        return self.docs_by_link[low:high]


class Dictionary:
    """What the segments of an index number alike: words and sites. Only ever added to."""

    def __init__(self) -> None:
        """Start empty."""
        self.words = Vocabulary()
        self.sites: list[str] = []
        self._site_numbers: dict[str, int] = {}
        self.respelt: dict[str, str] = {}

    def site(self, name: str) -> int:
        """Return the number of the site `name`, a new one if it has none yet."""
        found = self._site_numbers.get(name)
        if found is None:
            found = self._site_numbers[name] = len(self.sites)
            self.sites.append(name)
        return found


class _Builder:
    """Gathers entries into flat arrays."""

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary
        self.issue_of, self.ordinal, self.kind, self.day = array("i"), array("i"), array("B"), array("i")
        self.issue_ends = array("i", [0])
        self.tokens = array("i")
        self.lengths = array("i")
        self.blocks: list[PostingBlock] = []
        self.links, self.link_ends, self.link_sites = array("q"), array("i", [0]), array("i")

    def add(self, at: int, issue: Issue) -> None:
        """Add the entries of `issue`, the `at`th of the segment."""
        number = self.dictionary.words.number
        dated = [str(issue.published.year), f"{issue.published:%B}".lower()]
        ordinal = 0
        for section in issue.sections:
            heading = [*words(section.heading), *dated]
            tail = array("i", list(number((*heading, ""))))
            for entry in section.entries:
                text = words(entry.text)
                if not entry.text.isascii():
                    self.dictionary.respelt.update((plain, word) for word, plain in umlauts(entry.text).items())
                path, host = self.addresses(entry)
                self.tokens.fromlist(list(number((*text, *path, *host))))
                self.tokens.extend(tail)
                fields = min(len(text), LEAD_WORDS), max(len(text) - LEAD_WORDS, 0), len(path), len(host), len(heading)
                self.lengths.fromlist(list(fields))
                self.ordinal.append(ordinal)
                self.link_ends.append(len(self.links))
                ordinal += 1
                if len(self.ordinal) % BLOCK_MAX_ENTRIES == 0:
                    self.flush()
            self.kind.extend([KINDS.index(section.kind)] * len(section.entries))
        self.issue_of.extend([at] * ordinal)
        self.day.extend([issue.published.date().toordinal()] * ordinal)
        self.issue_ends.append(len(self.ordinal))

    def addresses(self, entry: Entry) -> tuple[list[str], list[str]]:
        """Add the links of `entry`; give the words of their paths and of their hosts, each run begun by a gap."""
        path, host = [""], [""]
        for link in entry.links:
            found = address(link.url)
            host += found.host
            path += found.path
            path.append("")
            self.links.append(hash(found.key))
            self.link_sites.append(self.dictionary.site(found.site))
        return path, host

    def flush(self) -> None:
        """Make a block of the words gathered since the last one."""
        tokens = np.array(self.tokens, dtype=np.int32)
        self.blocks.append(block_of(tokens, np.array(self.lengths, dtype=np.int32).reshape(-1, len(WEIGHTS))))
        self.tokens, self.lengths = array("i"), array("i")

    def done(self, issues: tuple[Issue, ...]) -> Segment:
        """Turn what was gathered into a segment."""
        if self.lengths or not self.blocks:
            self.flush()
        links, link_bounds = np.array(self.links, dtype=np.int64), np.array(self.link_ends, dtype=np.int32)
        order = np.argsort(links, kind="stable")
        linked = link_bounds[1:] > link_bounds[:-1]
        first_link = np.zeros(len(self.kind), dtype=np.int64)
        first_link[linked] = links[link_bounds[:-1][linked]]
        owners = np.repeat(np.arange(len(self.kind), dtype=np.int32), np.diff(link_bounds))
        ordered = links[order]
        same = np.zeros(len(links), np.bool_)
        if len(links):
            same[1:] = ordered[1:] == ordered[:-1]
            same[:-1] |= same[1:]
        twice = np.zeros(len(links), np.bool_)
        twice[order] = same
        repeated = np.zeros(len(self.kind), np.bool_)
        repeated[linked] = twice[link_bounds[:-1][linked]]
        return Segment(
            issues=issues,
            slugs={issue.slug: at for at, issue in enumerate(issues)},
            issue_bounds=np.array(self.issue_ends, dtype=np.int32),
            issue_of=np.array(self.issue_of, dtype=np.int32),
            ordinal=np.array(self.ordinal, dtype=np.int32),
            kind=np.array(self.kind, dtype=np.uint8),
            day=np.array(self.day, dtype=np.int32),
            blocks=tuple(self.blocks),
            first_link=first_link,
            linked=linked,
            link_sites=np.array(self.link_sites, dtype=np.int32),
            link_bounds=link_bounds,
            docs_by_link=owners[order],
            links_sorted=ordered,
            repeated=repeated,
        )


def build(issues: Iterable[Issue], dictionary: Dictionary) -> Segment:
    """Index `issues`, adding their words and links to `dictionary`."""
    kept = tuple(sorted(issues, key=lambda issue: (issue.published, issue.slug)))
    builder = _Builder(dictionary)
    for at, issue in enumerate(kept):
        builder.add(at, issue)
    return builder.done(kept)


def title_words(issue: Issue) -> set[str]:
    """Return the words of an issue's title that may be the newsletter's name."""
    return {word for word in words(issue.title) if word.isalpha() and word not in STOP_WORDS and word != "issue"}
