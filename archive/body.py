"""The body of an issue, read into sections, entries and links.

The newsletter's own shape: headings underlined with = or - (or led by #), entries of a few paragraphs followed by
links on lines of their own, entries parted by two blank lines. What departs from it is read by the rules of
`_Reader`. Whatever the text, every link and word of it ends up in exactly one place (`archive.proof` checks that).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive import heading, sponsor
from archive.headline import headline
from archive.issue import Entry, Link, Section
from archive.kind import Kind
from archive.link import Found
from archive.markup import plain

_ADDRESS = re.compile(
    r"\s{0,3}(?:<br\s*/?>\s*)?\[(https?://[^\s\[\]<>\\]{1,2000}[\w/=&%#+-])\]\(\1\)\s*", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})\s*")
_RULE = re.compile(r" {0,3}(?:([-*_=])(?:\s*\1){2,})\s*")
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]#+)?[ \t]*")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·]|\d{1,3}[.)])\s+(?=\S)")
_BULLET = re.compile(r"\s*[-*+•‣◦·]\s+")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+(?=\S|$)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_LONGEST_HEADING = 160
_LONGEST_TITLE = 100
_WRAP = 60
"""A line shorter than this, had it taken the next line's first word, was ended on purpose; longer ones were wrapped."""


@dataclass(slots=True)
class _Draft:
    """An entry being read."""

    line: int
    text: str = ""
    urls: list[str] = field(default_factory=list)
    label: str = ""
    width: int = 0
    ended: bool = False
    """Its last line was an address on a line of its own."""
    doubtful: bool = False
    """It began right after such a line: without a link of its own, it is the end of the entry before."""
    led: bool = False
    """It began with an address, which its text follows."""
    listed: bool = False
    """Its last line was an item of a list, not led by a paragraph right above."""


@dataclass(slots=True)
class _Part:
    """A section being read."""

    heading: str
    kind: Kind | None
    line: int
    drafts: list[_Draft] = field(default_factory=list)


def parse(body: str, first_line: int = 1) -> tuple[Section, ...]:
    """Read the body of an issue, whose first line has the number `first_line` in its file.

    Sections come in reading order, the intro (what stands before the first heading) first if it has any words. Entries
    are numbered from 0 through the whole issue. Never raises, whatever the text.
    """
    reader = _Reader(first_line)
    reader.read(body)
    return _finished(reader.parts)


class _Reader:
    """Reads lines one by one into parts and drafts."""

    def __init__(self, first_line: int) -> None:
        self.parts = [_Part("", Kind.INTRO, first_line)]
        self.draft: _Draft | None = None
        self.number = first_line - 1
        self.gap = 0
        self.levels: list[tuple[int, Kind | None]] = []

    def read(self, body: str) -> None:
        """Read all lines of `body`."""
        lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        fenced = _fenced(lines) if "```" in body or "~~~" in body else ()
        skip = False
        for index, line in enumerate(lines):
            self.number += 1
            if skip:
                skip = False
            elif not line or line.isspace():
                self.gap += 1
            elif address := _ADDRESS.fullmatch(line):
                self.address(address[1])
            elif index in fenced:
                self.text(line)
            elif self._heading(line, lines[index + 1] if index + 1 < len(lines) else ""):
                skip = line[:1] != "#" or not _HASHES.fullmatch(line)
            elif _RULE.fullmatch(line):
                self.gap += 2
            else:
                self.line(line)

    def _heading(self, line: str, below: str) -> bool:
        """Take a heading, underlined by the line `below` or led by #; tell whether it was one."""
        if below and below.lstrip()[:1] in ("=", "-") and _UNDERLINE.fullmatch(below):
            level, words = (1 if "=" in below else 2), line
        elif line.lstrip()[:1] == "#" and (hashes := _HASHES.fullmatch(line)):
            level, words = len(hashes[1]) + 2, hashes[2]
        else:
            return False
        words, found = plain(_unquoted(words))
        if found or not words or len(words) > _LONGEST_HEADING or _RULE.fullmatch(line) or _ITEM.match(line):
            return False
        self.head(words, level)
        return True

    def head(self, words: str, level: int) -> None:
        """Begin a section; one below another (### under ##) is of its kind unless its own words say otherwise."""
        while self.levels and self.levels[-1][0] >= level:
            self.levels.pop()
        kind = heading.kind(words)
        if kind is None and level > 3 and self.levels:
            kind = self.levels[-1][1]
        self.levels.append((level, kind))
        self.parts.append(_Part(words, kind, self.number))
        self.draft = None
        self.gap = 0

    def line(self, line: str) -> None:
        """Read a line of text, broken at every `<br>`."""
        line = _unquoted(line)
        if "<" in line and _BREAK.search(line):
            for part in _BREAK.split(line):
                if part and not part.isspace():
                    self.text(part, broken=True)
        else:
            self.text(line)

    def text(self, line: str, *, broken: bool = False) -> None:
        """Read a line that holds words, links or both."""
        words, found = plain(line)
        if len(found) == 1 and found[0].address and words == found[0].label + found[0].tail:
            for url in found[0].urls:
                self.address(url)
            return
        if not words and not found:
            return
        item = _ITEM.match(line) is not None
        titled = _is_titled(line, found)
        draft = self._draft(item=item, linked=bool(found), titled=titled)
        if _BULLET.match(line):
            words = "• " + words[2:]
        broken = broken or item or draft.width + len(words.partition(" ")[0]) < _WRAP
        if draft.text:
            draft.text += ("\n" if self.gap or broken or draft.ended else " ") + words
        else:
            draft.text = words
        if titled and not draft.urls:
            draft.label = found[0].label
        for link in found:
            draft.urls += [url for url in link.urls if url not in draft.urls]
        draft.width = 0 if found else len(line)
        draft.ended = False
        self.gap = 0

    def address(self, url: str) -> None:
        """Read a line that is nothing but an address."""
        draft = self.draft
        if draft is None or (draft.urls and (self.gap > 1 or (self.gap and draft.led and draft.text))):
            draft = self._begin()
        draft.led = draft.led or not (draft.text or draft.urls)
        if url not in draft.urls:
            draft.urls.append(url)
        draft.ended = True
        self.gap = 0

    def _draft(self, *, item: bool, linked: bool, titled: bool) -> _Draft:
        """Give the entry that the line being read belongs to, beginning a new one where it does not go on."""
        draft = self.draft
        if draft is None or self.gap > 1:
            draft = self._begin()
            draft.listed = item
        elif draft.ended and draft.text:
            draft = self._begin(doubtful=True)
        elif draft.urls and ((item and linked and draft.listed) or (titled and (self.gap or draft.listed))):
            draft = self._begin()
            draft.listed = item
        elif item and self.gap and linked and not draft.urls and not draft.listed:
            draft = self._begin()
            draft.listed = True
        return draft

    def _begin(self, *, doubtful: bool = False) -> _Draft:
        self.draft = _Draft(self.number, doubtful=doubtful)
        self.parts[-1].drafts.append(self.draft)
        return self.draft


def _unquoted(line: str) -> str:
    """Take away the > of mail quoting ("the `>From` of old mailboxes" included) and of Markdown's quotes."""
    return _QUOTE.sub("", line) if line.lstrip()[:1] == ">" else line


def _is_titled(line: str, found: list[Found]) -> bool:
    """Tell whether a line opens with a link that has words: the way many newsletters title their entries."""
    if not found or found[0].address or not found[0].urls or not found[0].label:
        return False
    before = _ITEM.sub("", line[: found[0].start] + "x", count=1)[:-1] if found[0].start else ""
    return not before.strip("*_#![ \t>•")


def _fenced(lines: list[str]) -> set[int]:
    """Give the indices of the lines within closed code fences."""
    inside: set[int] = set()
    start, mark = -1, ""
    for index, line in enumerate(lines):
        fence = _FENCE.match(line)
        if not fence:
            continue
        if start < 0:
            start, mark = index, fence[1]
        elif fence[1].startswith(mark):
            inside.update(range(start, index + 1))
            start = -1
    return inside


def _finished(parts: list[_Part]) -> tuple[Section, ...]:
    """Make values of what was read."""
    sections = []
    position = 0
    for part in parts:
        entries = []
        for draft in _settled(part.drafts):
            title = headline(draft.urls[0] if draft.urls else None, draft.text, draft.label)
            links = tuple(Link(url) for url in draft.urls)
            entries.append(Entry(position, draft.text, title, links, draft.line))
            position += 1
        if entries or part.heading:
            kind = part.kind or sponsor.kind_of(entries)
            sections.append(Section(part.heading, kind, tuple(entries), part.line))
    return sponsor.told_apart(sections)


def _settled(drafts: list[_Draft]) -> list[_Draft]:
    """Give entries what was parted from them.

    Text that followed an entry's links and has none of its own is its end. A short line that ends without a full stop
    and has no link is the title of the entry below.
    """
    settled: list[_Draft] = []
    for draft in drafts:
        if draft.doubtful and not draft.urls and settled:
            settled[-1].text += f"\n{draft.text}"
        elif settled and _is_title(settled[-1]) and draft.text:
            settled[-1].text += f"\n{draft.text}"
            settled[-1].urls = draft.urls
            settled[-1].label = draft.label
        else:
            settled.append(draft)
    return settled


def _is_title(draft: _Draft) -> bool:
    text = draft.text
    return not draft.urls and len(text) <= _LONGEST_TITLE and "\n" not in text and text[-1].isalnum()
