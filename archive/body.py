"""The body of an issue, read into sections, entries and links.

The newsletter's own shape: headings underlined with = or - (or led by #), entries of a few paragraphs followed by
links on lines of their own, entries parted by two blank lines. What departs from it is read by the rules of
`_Reader`. Whatever the text, every link and word of it ends up in exactly one place (`archive.proof` checks that).
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TypeAlias

from archive import heading, sponsor
from archive.headline import headline
from archive.issue import Section, entry_of, section_of
from archive.kind import Kind
from archive.link import LinkSpan
from archive.markup import broken, is_plain, plain
from archive.shapes import addresses, blocks, is_apart, is_simple, lines, words

_ADDRESS = re.compile(r" {0,3}(?:<br ?/?> *)?\[(https?://[^\s\[\]<>\\]{1,2000}[\w/=&#%+-])\]\(\1\)[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})\s*")
_RULE = re.compile(r" {0,3}(?:([-*_=])(?:\s*\1){2,})\s*")
_HASHES = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]#+)?[ \t]*")
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·]|\d{1,3}[.)])\s+(?=\S)")
_BULLET = re.compile(r"\s*[-*+•‣◦·]\s+")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+(?=\S|$)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_UNDERLINES = frozenset("=- ")
_HEADING_MAX_CHARS = 160
_TITLE_MAX_CHARS = 100


class _Draft:
    """An entry being read.

    `width`: characters of its last line, 0 if the next is to stand on its own anyway. `ended`: its last line was an
    address on a line of its own. `doubtful`: it began right after such a line, so that without a link of its own it is
    the end of the entry before. `led`: it began with an address, which its text follows. `listed`: it began as an item
    of a list, not led by a paragraph right above. `label`: the words that its first link has in the issue.
    """

    width = 0
    ended = doubtful = led = listed = False
    label = ""

    def __init__(self, line: int) -> None:
        self.line = line
        self.pieces: list[str] = []
        self.urls: dict[str, None] = {}

    def add(self, words: str, *, apart: bool) -> None:
        """Add the words of one line, on a line of their own if `apart`."""
        if self.pieces:
            self.pieces.append("\n" if apart or self.ended else " ")
        self.pieces.append(words)
        self.ended = False

    @property
    def text(self) -> str:
        """Give the text so far."""
        return "".join(self.pieces)


_Done: TypeAlias = tuple[int, str, tuple[str, ...]]
"""An entry that is read for good: its line, text and addresses."""


@dataclass(slots=True)
class _Part:
    """A section being read."""

    heading: str
    kind: Kind | None
    line: int
    entries: list[_Draft | _Done] = field(default_factory=list)
    loose: bool = False


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
        self.headed = -1
        self.gap = 0
        self.levels: list[tuple[int, Kind | None]] = []

    def read(self, body: str) -> None:
        """Read all lines of `body`."""
        if "\r" in body:
            body = body.replace("\r\n", "\n").replace("\r", "\n")
        if ("`" in body or "~" in body) and (fenced := _fenced(whole := body.replace("\0", " ").split("\n"))):
            self._lines(whole, fenced)
            return
        if body[:1] == "\n":
            self.gap = len(body) - len(body := body.lstrip("\n"))
            self.number += self.gap
        for written, url, second, more, last, title, mark, other, blanks in blocks(body):
            if url and not (second or more) and "&amp;" not in url and is_simple(written):
                # Most entries: as `_entry` does, in short.
                self.parts[-1].entries.append((self.number + 1, written, (url,)))
                self.draft = None
                self.number += 2
                self.gap = 0
            elif written:
                if not self._entry(written, url, second, more, last):
                    self._lines(lines(written, url, second, more, last))
            elif title:
                self.number += 1
                self.head(title, 1 if mark == "=" else 2)
                self.number += 1
            else:
                self._lines(other.replace("\0", " ").split("\n"))  # no other block has any
            if blanks:
                self.gap += len(blanks) - 1
                self.number += len(blanks) - 1

    def _entry(self, written: str, url: str, second: str, more: str, last: str) -> bool:
        """Take an entry in the usual shape; tell whether its lines are as plain as they seem.

        Nothing can still join one with an address: two blank lines follow, or nothing.
        """
        text = words(written)
        if not text:
            return False
        if url:
            urls = addresses(url, second, more)
            if not urls:
                return False
            self.parts[-1].entries.append((self.number + 1, text, urls))
            self.draft = None
            self.number += 2 + bool(second) + more.count("\n")
        elif last:
            if "&amp;" in last:
                return False
            self.number += 1
            self.parts[-1].entries.append((self.number, f"{text} {last}", (last,)))
            self.draft = None
        else:
            self.number += 1
            self._begin().pieces += text.partition("\n") if "\n" in written else (text,)
        if "\n" in written:
            self.number += written.count("\n")
        self.gap = 0
        return True

    def _lines(self, lines: list[str], fenced: Container[int] = ()) -> None:
        """Read lines of any shape, those at the places `fenced` as text."""
        for at, line in enumerate(lines):
            self.number += 1
            if line:
                self._line(line, lines[at + 1] if at + 1 < len(lines) else "", fenced=at in fenced)
            else:
                self.gap += 1

    def _line(self, line: str, below: str, *, fenced: bool) -> None:
        """Read one line; `below` is the next."""
        if (address := _ADDRESS.fullmatch(line)) and "&amp;" not in address[1]:
            self.address(address[1])
        elif fenced:
            self.text(line)
        elif line[0].isalpha() and below[:1] not in _UNDERLINES and is_plain(line):
            self._sentence(line)
        else:
            self._other(line, below)

    def _sentence(self, line: str) -> None:
        """Read a line of plain words: most of the newsletter's lines."""
        draft = self.draft
        if draft is None or self.gap > 1 or draft.ended:
            draft = self._draft()
        if draft.pieces:
            draft.add(line.rstrip(), apart=self._is_apart(draft, line))
        else:
            draft.pieces.append(line.rstrip())
        draft.width, self.gap = len(line), 0

    def _other(self, line: str, below: str) -> None:
        """Read a line that is no plain sentence."""
        if line.isspace() or (self.headed == self.number - 1 and _UNDERLINE.fullmatch(line)):
            self.gap += 1
        elif self._heading(line, below):
            pass
        elif _RULE.fullmatch(line):
            self.gap += 2
        else:
            self.line(line)

    def _is_apart(self, draft: _Draft, line: str) -> bool:
        """Tell whether `line` stands on a line of its own: after a blank one, or one that was ended on purpose."""
        return self.gap > 0 or is_apart(draft.width, line)

    def _heading(self, line: str, below: str) -> bool:
        """Take a heading, underlined by the line `below` or led by #; tell whether it was one."""
        if below and below.lstrip()[:1] in ("=", "-") and _UNDERLINE.fullmatch(below):
            level, words = (1 if "=" in below else 2), line
            self.headed = self.number
        elif line.lstrip()[:1] == "#" and (hashes := _HASHES.fullmatch(line)):
            level, words = len(hashes[1]) + 2, hashes[2]
        else:
            return False
        words, found = plain(_unquoted(words))
        if found or not words or len(words) > _HEADING_MAX_CHARS or _RULE.fullmatch(line) or _ITEM.match(line):
            self.headed = -1
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
        if "<" in line and len(parts := broken(line)) > 1:
            for part in parts:
                if part and not part.isspace():
                    self.text(part, broken=True)
        else:
            self.text(line)

    def text(self, line: str, *, broken: bool = False) -> None:
        """Read a line that holds words, links or both."""
        item = _ITEM.match(line) is not None
        bullet = _BULLET.match(line)
        if bullet:
            line = line[bullet.end() :]
        words, found = plain(line)
        if len(found) == 1 and found[0].is_alone(words):
            self.address(found[0].urls[0])
            return
        if not words and not found:
            return
        titled = _is_titled(line, found)
        draft = self._draft(item=item, linked=bool(found), titled=titled)
        draft.add(f"• {words}" if bullet else words, apart=broken or item or self._is_apart(draft, line))
        if titled and not draft.urls:
            draft.label = found[0].label
        for link in found:
            draft.urls.update(dict.fromkeys(link.urls))
        draft.width = 0 if found else len(line)
        self.gap = 0

    def address(self, url: str) -> None:
        """Read a line that is nothing but an address."""
        draft = self.draft
        if draft is None or (draft.urls and (self.gap > 1 or (self.gap and draft.led and draft.pieces))):
            draft = self._begin()
        draft.led = draft.led or not (draft.pieces or draft.urls)
        draft.urls[url] = None
        draft.ended = True
        self.gap = 0

    def _draft(self, *, item: bool = False, linked: bool = False, titled: bool = False) -> _Draft:
        """Give the entry that the line being read belongs to, beginning a new one where it does not go on."""
        draft = self.draft
        if draft is None or self.gap > 1:
            draft = self._begin()
            draft.listed = item
        elif draft.ended and draft.pieces and not (item and not self.gap and not draft.listed):
            draft = self._begin(doubtful=True)
            draft.listed = item
        elif draft.urls and ((item and linked and draft.listed) or (titled and (self.gap or draft.listed))):
            draft = self._begin()
            draft.listed = item
        elif item and linked and self.gap and not draft.urls and not draft.listed:
            draft = self._begin()
            draft.listed = True
        return draft

    def _begin(self, *, doubtful: bool = False) -> _Draft:
        self.draft = draft = _Draft(self.number)
        if doubtful:
            draft.doubtful = True
        part = self.parts[-1]
        part.loose = True
        part.entries.append(draft)
        return draft


def _unquoted(line: str) -> str:
    """Take away the > of mail quoting ("the `>From` of old mailboxes" included) and of Markdown's quotes."""
    match = _QUOTE.match(line) if ">" in line[:4] else None
    return line[match.end() :] if match else line


def _is_titled(line: str, found: list[LinkSpan]) -> bool:
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
        for read in _settled(part.entries) if part.loose else part.entries:
            if isinstance(read, tuple):
                line, text, urls = read
                title = headline(urls[0], text)
            else:
                line, text, urls = read.line, read.text, tuple(read.urls)
                title = headline(urls[0] if urls else None, text, read.label)
            entries.append(entry_of(position, text, title, urls, line))
            position += 1
        if entries or part.heading:
            kind = part.kind or sponsor.kind_of(entries)
            if len(parts) == 1 and sum(bool(entry.links) for entry in entries) > 1:
                kind = Kind.NEWS  # several links and no heading at all: this is no intro
            sections.append(section_of(part.heading, kind, tuple(entries), part.line))
    return sponsor.told_apart(sections)


def _settled(entries: list[_Draft | _Done]) -> list[_Draft | _Done]:
    """Give entries what was parted from them.

    Text that followed an entry's links and has none of its own is its end. A short line that ends without a full stop
    and has no link is the title of the entry below.
    """
    settled: list[_Draft | _Done] = []
    last: _Draft | None = None
    for entry in entries:
        if isinstance(entry, tuple):
            if last and not last.urls and _is_title(last):
                last.pieces += ["\n", entry[1]]
                last.urls = dict.fromkeys(entry[2])
            else:
                settled.append(entry)
            last = None
        elif last and entry.doubtful and not entry.urls:
            last.pieces += ["\n", *entry.pieces]
        elif last and not last.urls and entry.pieces and _is_title(last):
            last.pieces += ["\n", *entry.pieces]
            last.urls, last.label = entry.urls, entry.label
        else:
            settled.append(entry)
            last = entry
    return settled


def _is_title(draft: _Draft) -> bool:
    text = draft.pieces[0]
    return len(draft.pieces) == 1 and len(text) <= _TITLE_MAX_CHARS and text[-1].isalnum()
