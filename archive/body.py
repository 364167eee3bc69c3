"""Reading the body of an issue into sections, entries and links.

The grammar (`archive.grammar`) finds headings, items, rows and links; this module decides what is an entry.
Some newsletters separate their entries by two empty lines, and the paragraphs of an entry by one; most separate
entries by one. An issue's own empty lines show which it does (`_is_wide`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archive import grammar, heading, rows, shapes
from archive.assembly import ROWS, TITLE_MAX_CHARS, SectionDraft, sections
from archive.draft import Draft, Ready, bullet, is_title_link, marker, named, signed
from archive.issue import Section
from archive.kind import Kind
from archive.lines import Line
from archive.lists import Lists, blocks
from archive.shapes import addresses, is_apart, is_simple, is_usual, is_wide, words

_HEADING_MAX_CHARS = 160
_RULE_GAP = 2
"""Empty lines that a rule (`---`) counts as."""
_BULLETED_AT_LEAST = 2
"""Lines of a paragraph that begin with a bullet and have a link, from which on each bullet begins an entry."""
_SIGNED = ("-- ", "— ", "—— ", "– ")
"""How a line begins that attributes a quotation."""
_DRAWN = re.compile(r"\s*([=_*~#+—–─━═-])(?:\s?\1){4,}\s*")
"""A rule that is drawn with signs which are none in Markdown."""
_CAPITALS_AT_LEAST = 2
"""Paragraphs of an issue that are a few words in capitals, from which on they are headings."""
_LEVEL_IN_WORDS = 4
"""The level of a heading that is one by its words alone."""
_INHERITS = 3
"""Headings with more than one # have the kind of the heading above them (see `archive.grammar`)."""


def parse(body: str, first_line: int = 1) -> tuple[Section, ...]:
    """Read the body of an issue; `first_line` is the number of its first line in its file.

    Sections come in reading order, first the intro (the text before the first heading) if it has any words. Entries
    are numbered from 0 through the whole issue. Never raises, whatever the text.
    """
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(first_line)
    reader.read(body, first_line)
    return sections(reader.parts)


class _Level(NamedTuple):
    """A heading that the text below it belongs to."""

    level: int
    kind: Kind | None
    heading: str
    line: int


class _Reader:
    """Reads lines one by one into parts and drafts."""

    def __init__(self, first_line: int) -> None:
        self.parts = [SectionDraft("", Kind.INTRO, first_line)]
        self.below: list[Line] = []
        self.draft: Draft | None = None
        self.levels: list[_Level] = []
        self.wide = False
        self.extra = self.titles = 0

    def read(self, body: str, first_line: int) -> None:
        """Read all of `body`."""
        self.wide = is_wide(body)
        if self.wide and is_usual(body):
            self._read_blocks(body, first_line)
        else:
            self.read_lines(grammar.lines(body, first_line))

    def _read_blocks(self, body: str, number: int) -> None:
        """Read a body block by block: blocks in the usual shapes at once, the others by their lines."""
        start = len(body) - len(body := body.lstrip("\n"))
        number += start
        self.extra = start
        for written, url, second, more, title, mark, other, blanks in shapes.blocks(body):
            if written and self._entry(number, written, url, second, more):
                number += written.count("\n") + bool(url) + bool(second) + more.count("\n")
                self.extra = 0
            elif title:
                self._head(" ".join(title.split()), 1 if mark == "=" else 2, number)
                number += 1
                self.extra = 0
            else:
                text = other or written + _below(url, second, more)
                self.read_lines(grammar.lines(text, number))
                number += text.count("\n")
            if blanks:
                self.extra += len(blanks) - 1
                number += len(blanks)

    def _entry(self, number: int, written: str, url: str, second: str, more: str) -> bool:
        """Add an entry in the usual shape; return whether its lines are as plain as they seem."""
        if self.draft is not None and self.draft.explicit and self.extra < _RULE_GAP:
            return False
        if url and not (second or more) and "&amp;" not in url and is_simple(written):
            self.parts[-1].drafts.append(Ready(number, written, (url,)))
            self.draft = None
            return True
        text = words(written)
        urls = addresses(url, second, more) if url else ()
        if not text or bool(url) != bool(urls):
            return False
        if urls:
            self.parts[-1].drafts.append(Ready(number, text, urls))
            self.draft = None
        else:
            self._begin(number).pieces += text.partition("\n") if "\n" in written else (text,)
        return True

    def read_lines(self, lines: list[Line]) -> None:
        """Read lines from the grammar's events."""
        self.lists = Lists(lines)
        self.titles = 0 if self.wide else sum(map(is_title_link, lines))
        read = list(blocks(lines))
        self.capitals = not self.wide and sum(map(rows.is_in_capitals, read)) >= _CAPITALS_AT_LEAST
        for block, self.below in zip(read, [*read[1:], []], strict=False):
            if block[0].gap < 0 or (len(block) == 1 and _DRAWN.fullmatch(block[0].raw)):
                self.extra = _RULE_GAP
            elif (self.capitals and rows.is_in_capitals(block)) or (
                not self.wide and rows.has_heading(self.below, block)
            ):
                self._head(block[0].words, _LEVEL_IN_WORDS, block[0].number)
                self.extra = 0
            elif block[0].level:
                self._text_block(block[:-1])
                self._heading(block[-1])
            else:
                self._text_block(block)

    def _heading(self, line: Line) -> None:
        """Add a heading; one that is a link, or has one, is the title of an entry."""
        if line.alone or len(line.words) > _HEADING_MAX_CHARS:
            line.level = 0
            self._text_block([line])
        elif line.mentions:
            self._linked_heading(line)
        elif line.words:
            self._head(line.words, line.level, line.number)
        self.extra = 0

    def _linked_heading(self, line: Line) -> None:
        above = [known for known in self.levels if known.level < line.level]
        part = self.parts[-1]
        if part.level >= line.level or part.kind is Kind.INTRO:
            last = above[-1] if above else _Level(0, Kind.NEWS, "", line.number)
            self.parts.append(SectionDraft(last.heading, last.kind, last.line, last.level))
        self.levels = above
        draft = self._begin(line.number)
        draft.explicit = True
        draft.title = line.words
        draft.add(line, apart=True)

    def _head(self, words: str, level: int, number: int) -> None:
        """Begin a section; one below another (### under ##) has its kind unless its own words name another."""
        while self.levels and self.levels[-1].level >= level:
            self.levels.pop()
        kind = heading.kind(words)
        if kind is None and level > _INHERITS and self.levels:
            kind = self.levels[-1].kind
        self.levels.append(_Level(level, kind, words, number))
        self.parts.append(SectionDraft(words, kind, number, level))
        self.draft = None

    def _text_block(self, block: list[Line]) -> None:
        """Read the lines of one paragraph, item or row."""
        if not block or self.lists.is_contents(block[0]):
            return
        gap = block[0].gap + self.extra
        self.extra = 0
        if not self.wide and (introducing := rows.introducing(block)) >= 0:
            self._rows(block, introducing, gap)
            return
        bulleted = sum(bool(line.mentions and bullet(line)) for line in block) >= _BULLETED_AT_LEAST
        for at, line in enumerate(block):
            above = gap if at == 0 else 0
            if line.item and at == 0:
                self._item(line, above)
            elif bulleted and not line.depth and (marked := bullet(line)):
                line.cut(marked)
                self._begin(line.number).add(line, apart=True)
            elif (marked := marker(line)) and (not line.depth or self.draft is None):
                self._numbered(line, marked)
            elif at == 0 and (marked := signed(line)) and any(each.mentions for each in block):
                line.cut(marked)
                self._begin(line.number).add(line, apart=True)
            elif line.row:
                self._begin(line.number).add(line, apart=True)
            elif url := line.alone:
                self._address(line, url, above)
            else:
                self._text(line, block, at, above)

    def _rows(self, block: list[Line], introducing: int, gap: int) -> None:
        """Add the lines of a paragraph as an entry each, but for the first few that introduce them."""
        for line in block[:introducing]:
            self._text(line, [line], 0, gap)
        for line in block[introducing:]:
            draft = self._begin(line.number)
            draft.listed = ROWS
            draft.add(line, apart=True)

    def _item(self, line: Line, gap: int) -> None:
        """Add the first line of a list's item."""
        if self.lists.is_split(line.list_id):
            draft = self._begin(line.number)
            draft.listed, draft.depth = line.list_id, line.depth
            if url := line.alone:
                draft.address(url)
            else:
                draft.add(line, apart=True)
        elif url := line.alone:
            self._address(line, url, 0)
        else:
            above = self.draft
            apart = above is not None and ((gap > 1 and line.depth == 1) or line.depth < above.depth)
            apart = apart or (above is not None and above.ended and bool(above.pieces) and not above.explicit)
            draft = self._begin(line.number) if above is None or apart else above
            draft.add(line, apart=True, bullet=True)

    def _numbered(self, line: Line, marked: int) -> None:
        """Add a line that begins with a number of its own, as `1、`: an entry up to the next one."""
        line.cut(marked)
        draft = self._begin(line.number)
        draft.explicit = True
        draft.add(line, apart=True)

    def _address(self, line: Line, url: str, gap: int) -> None:
        """Add a line that is only an address."""
        draft = self.draft
        if draft is None or line.term or self._is_over(draft, gap) or self._is_apart(draft, line, gap):
            draft = self._begin(line.number)
        draft.address(url)

    def _is_apart(self, draft: Draft, line: Line, gap: int) -> bool:
        """Return whether an address on a line of its own does not belong to the entry above it."""
        if not draft.urls or draft.explicit or (draft.listed and line.depth):
            return False
        return gap > 1 or bool(gap and draft.led and draft.pieces) or draft.listed > 0

    def _text(self, line: Line, block: list[Line], at: int, gap: int) -> None:
        """Add a line of words, the `at`-th of its block."""
        draft = self.draft
        begins = draft is None or (line.first and (line.term or self._is_over(draft, gap)))
        if draft is not None and not (begins or draft.explicit):
            begins = self._begins(draft, line, block[at:], gap) if line.first else self._parts(draft, block, at)
            begins = begins and not self._is_quotation(draft, line)
        if draft is None or begins:
            doubtful = draft is not None and draft.ended and gap < 2
            draft = self._begin(line.number)
            draft.doubtful = doubtful
        draft.titled = draft.titled or (begins and not self.wide and self.titles > 1 and is_title_link(line))
        wrapped = not draft.width and draft.open and line.words[:1].islower()
        draft.add(
            line, apart=gap > 0 or line.broken or line.first or (not wrapped and is_apart(draft.width, line.words))
        )

    def _is_over(self, draft: Draft, gap: int) -> bool:
        """Return whether two empty lines end an entry that a heading began, in an issue that separates entries so."""
        return draft.explicit and self.wide and gap > 1

    def _is_quotation(self, draft: Draft, line: Line) -> bool:
        """Return whether a line is quoted by the entry above it, and so belongs to it whatever it links to."""
        return line.quoted and not (self.wide or draft.listed or draft.first is None or draft.first.quoted)

    def _parts(self, draft: Draft, block: list[Line], at: int) -> bool:
        """Return whether a line within a block begins an entry: after an address, with an address of its own."""
        if not (draft.ended and draft.pieces):
            return False
        rest = block[at:]
        if draft.first is not None and draft.first.lead and not rest[0].lead:  # below a title in bold: a description
            return any(line.alone for line in rest)
        return any(line.mentions for line in rest)

    def _begins(self, draft: Draft, line: Line, block: list[Line], gap: int) -> bool:
        """Return whether a block's first line begins an entry."""
        if gap > 1 or (draft.listed and not line.depth):
            return not (line.depth and line.list_id == draft.listed)
        if (draft.listed and line.depth) or (draft.pieces and line.raw.lstrip().startswith(_SIGNED)):
            return False
        if draft.titled:
            return bool(line.lead) or (line.opens and named(line.mentions[0]))
        if self.wide:
            return (draft.ended and bool(draft.pieces)) or bool(draft.urls and line.opens and gap)
        if (draft.led and not draft.pieces) or self._repeats(draft, block):
            return False
        return self._begins_narrow(draft, line, block)

    def _repeats(self, draft: Draft, block: list[Line]) -> bool:
        """Return whether a paragraph links only to what the entry above it links to: `Read more` below a title."""
        urls = {mention.url for line in block for mention in line.mentions}
        if not (urls and urls <= draft.urls.keys() and draft.pieces):
            return False
        return not (block[0].lead or (block[0].opens and named(block[0].mentions[0])))

    def _begins_narrow(self, draft: Draft, line: Line, block: list[Line]) -> bool:
        """Return whether a paragraph begins an entry where one empty line separates entries."""
        linked = any(each.mentions and not each.alone for each in block)
        if draft.urls:
            if linked or any(each.alone for each in block) or line.lead or self._is_title(line, block):
                return True
            return not draft.ended and self._has_address_below(block)
        return (linked and not draft.is_title(TITLE_MAX_CHARS)) or (bool(line.lead) and bool(draft.pieces))

    def _has_address_below(self, block: list[Line]) -> bool:
        """Return whether a paragraph is one short line with its address in the paragraph below."""
        return len(block) == 1 and len(block[0].words) <= TITLE_MAX_CHARS and bool(self.below and self.below[0].alone)

    def _is_title(self, line: Line, block: list[Line]) -> bool:
        """Return whether a paragraph without a link looks like the title of what is below it."""
        return len(block) == 1 and not line.quoted and len(line.words) <= TITLE_MAX_CHARS and line.words[-1:].isalnum()

    def _begin(self, number: int) -> Draft:
        self.draft = draft = Draft(number)
        self.parts[-1].drafts.append(draft)
        return draft


def _below(url: str, second: str, more: str) -> str:
    """Return the lines of an entry's addresses as they are written."""
    return "".join([f"\n<br>[{each}]({each})" for each in (url, second) if each]) + more
