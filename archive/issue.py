"""The archive's values: an issue has sections, a section has entries, an entry has links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.kind import Kind


class _OpenLink:
    """A link built by `entry_of`: a frozen dataclass takes four times as long, with a call per field."""

    __slots__ = ("url",)


@dataclass(frozen=True, slots=True)
class Link(_OpenLink):
    """One link of an entry.

    `url` is the address as the issue writes it, which is shown and opened: without the punctuation of the sentence
    around it, and with `http://` before it if it was written without a scheme.
    """

    url: str


class _OpenEntry:
    """An entry built by `entry_of`, for the same reason."""

    __slots__ = ("headline", "line", "links", "position", "text")


@dataclass(frozen=True, slots=True)
class Entry(_OpenEntry):
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


def entry_of(position: int, text: str, headline: str, urls: Sequence[str], line: int) -> Entry:
    """Return `Entry(position, text, headline, links, line)` with a link to each of `urls`.

    Reading an archive makes thousands of them.
    """
    links: list[Any] = []
    for url in urls:
        link: Any = _OpenLink()
        link.url = url
        link.__class__ = Link
        links.append(link)
    made: Any = _OpenEntry()
    made.position = position
    made.text = text
    made.headline = headline
    made.links = tuple(links)
    made.line = line
    made.__class__ = Entry
    return made  # type: ignore[no-any-return]  # its class was set a line above


class _OpenSection:
    """A section built by `section_of`."""

    __slots__ = ("entries", "heading", "kind", "line")


@dataclass(frozen=True, slots=True)
class Section(_OpenSection):
    """A run of entries under one `heading`: its words as written, without mail quoting.

    It is "" for the intro, and for a sponsor's note that stands under another section's heading; what follows such a
    note is a further section with that heading and its `line`. `line` is the heading's in its file, from 1.
    """

    heading: str
    kind: Kind
    entries: tuple[Entry, ...]
    line: int


def section_of(heading: str, kind: Kind, entries: tuple[Entry, ...], line: int) -> Section:
    """Return `Section(heading, kind, entries, line)`, for the same reason."""
    made: Any = _OpenSection()
    made.heading = heading
    made.kind = kind
    made.entries = entries
    made.line = line
    made.__class__ = Section
    return made  # type: ignore[no-any-return]  # as above


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the newsletter. Its identity is `slug`, its file's name without the suffix.

    `number` is a label: it may be missing, wrong or shared by two issues. `published` always carries an offset: the
    moment at which it comes out, which may be ahead. `day_only` says that a day is written and no time: `published` is
    then its midnight in UTC, by which issues are put in order, and from when it is out is for the reader to decide
    (`bot.domain.publication.out_from`). `draft` is the mark that makes it a draft as its file writes it
    (`draft: true`), "" for an issue that is finished. From `expires` on it is no longer shown.
    `date_guessed` says that no date is written anywhere and `published` is a guess.
    `placed` says that the guess is its place among dated issues, which tells nothing of when it came out.
    `source` is a hash of the file's text, however this version reads it; "" for an issue that was read from no file.
    `newsletter` is the slug of the newsletter it belongs to, "" where the archive is the only one; where there are
    several, `slug` begins with it (`sre-weekly/388`), so that it stays unique. `number` is its newsletter's own.
    `newsletter_name` is what people call that newsletter, "" where it has no name or is the only one.
    """

    slug: str
    title: str
    number: int | None
    published: datetime
    sections: tuple[Section, ...]
    draft: str = ""
    expires: datetime | None = None
    source: str = ""
    date_guessed: bool = False
    placed: bool = False
    day_only: bool = False
    newsletter: str = ""
    newsletter_name: str = ""

    def entries(self) -> Iterator[tuple[Section, Entry]]:
        """Return every entry with its section, in reading order."""
        for section in self.sections:
            for entry in section.entries:
                yield section, entry

    def entry_at(self, position: int) -> tuple[Section, Entry] | None:
        """Return the entry at a position (from 0) with its section, None if there is none."""
        return next((each for each in self.entries() if each[1].position == position), None)
