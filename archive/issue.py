"""The archive's values: an issue has sections, a section has entries, an entry has links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archive.kind import Kind


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an entry.

    `url` is the address as the issue gives it, what is shown and opened: without punctuation of the sentence around it,
    and with `http://` before it if it was written without a scheme.
    """

    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section: a few sentences and the links they are about.

    `position` counts entries in reading order within the issue from 0, the intro's included. `text` is plain text
    (paragraphs separated by a newline, list items led by •, no markup, without the addresses that stand on lines of
    their own; "" for an entry that is a link alone). `links` are all different, in reading order. `line` is the
    entry's first line in its file, from 1.
    """

    position: int
    text: str
    headline: str
    links: tuple[Link, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A run of entries under one `heading`: its words as written, without mail quoting.

    It is "" for the intro, and for a sponsor's note that stands under another section's heading; what follows such a
    note is a further section with that heading and its `line`. `line` is the heading's in its file, from 1.
    """

    heading: str
    kind: Kind
    entries: tuple[Entry, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the newsletter. Its identity is `slug`, its file's name without the suffix.

    `number` is a label: it may be missing, wrong or shared by two issues. `published` always carries an offset.
    """

    slug: str
    title: str
    number: int | None
    published: datetime
    sections: tuple[Section, ...]

    def entries(self) -> Iterator[tuple[Section, Entry]]:
        """Give every entry with its section, in reading order."""
        for section in self.sections:
            for entry in section.entries:
                yield section, entry
