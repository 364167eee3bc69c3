"""What a page shows, line by line, by the grammar's own events: what `archive.proof` holds a reading against.

Nothing of the reader's rules is used here, and none of its mends but that for a fence that is never
closed: words are the parser's words, links its links.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pyromark import Markdown, Options

from archive.markup import TAG, open_fence_escaped, unseen_as_blank

_PARSER = Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_DEFINITION_LIST
)
_WEB = re.compile(r"(?:https?|ftp)://[^\s/?#]", re.IGNORECASE)
_HREF = re.compile(r"""<a\s[^<>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_MARKS = frozenset({"Emphasis", "Strong", "Strikethrough"})
"""Marks that separate an address from the words beside it."""
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?t[dr])\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(title|iframe|object|svg|video|audio|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class ShownLine:
    """One line of a page.

    `words`: its text; `unlinked`: those of them that are no link's. `code`: text of code. `links`: where its links
    lead, those of the web. `within`: words of links within the page, which a table of contents has. `heads`: what
    stands at the head of the columns of a row.
    """

    words: str = ""
    unlinked: str = ""
    heads: str = ""
    code: str = ""
    links: list[str] = field(default_factory=list)
    within: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a text holds that its reader does not see: how many `pictures`, and `definitions` that nothing uses."""

    pictures: int = 0
    definitions: int = 0


def parsed(text: str) -> tuple[dict[int, ShownLine], Unseen]:
    """Return what each line of `text` (from 0) shows, without lines that show nothing, and what no reader sees."""
    text = open_fence_escaped(text)
    page = _Page(text)
    definitions = _PARSER.reference_definitions(text) if "]:" in text else ()
    unused = sum(name.lower() not in page.used for name in definitions if name[:1] != "^")
    return page.lines, Unseen(page.pictures, unused)


class _Page:
    """One pass over the events of a text."""

    def __init__(self, text: str) -> None:
        self.lines: dict[int, ShownLine] = defaultdict(ShownLine)
        self.pictures = 0
        self.used: set[str] = set()
        self._starts = [0, *(at.end() for at in re.finditer(rb"\n", text.encode("utf-8", "surrogatepass")))]
        self._code = self._image = 0
        self._mail = False
        self._links: list[bool] = []
        self._html: list[str] = []
        self._html_at = 0
        self._head = ""
        self._row = ""
        self._indented = False
        for event, place in _PARSER.events_with_range(text, merge_text=True):
            if isinstance(event, str):
                continue
            ((kind, value),) = event.items()
            self._take(kind, value, place["start"])

    def _take(self, kind: str, value: Any, at: int) -> None:
        if kind in ("Start", "End"):
            name = value if isinstance(value, str) else next(iter(value))
            (self._start if kind == "Start" else self._end)(name, value, at)
        elif kind == "Text" and self._indented:
            self._tags(value, at)
        elif kind == "Text" and not self._image:
            self._words(value, at, code=self._code > 0)
        elif kind == "Code" and not self._image:
            self._words(value, at, code=True)
        elif kind == "InlineHtml" and not self._image:
            self._tags(value, at)
            self.lines[self._line(at)].words += " " if _BREAK.match(value) else ""
            self.lines[self._line(at)].unlinked += " " if _BREAK.match(value) else "\x02"
        elif kind == "Html":
            self._html.append(value)

    def _start(self, name: str, value: Any, at: int) -> None:
        if name == "Link":
            link = value["Link"]
            self.used.add(link["id"].lower())
            target = link["dest_url"].strip()
            self._links.append(target.startswith("#"))
            if _WEB.match(target):
                self.lines[self._line(at)].links.append(target)
            elif target.lower().startswith("mailto:"):  # shown with its address, which parts the words around it
                self.lines[self._line(at)].code += " "
                self._mail = True
        elif name == "Image":
            self.used.add(value["Image"]["id"].lower())
            self._image += 1
            self.lines[self._line(at)].words += " "
            self.lines[self._line(at)].unlinked += " "
            self.pictures += 1
        elif name == "CodeBlock":
            self._indented = value["CodeBlock"] == "Indented"
            self._code += not self._indented
        elif name == "HtmlBlock":
            self._html, self._html_at = [], at
        elif name in _MARKS:
            self.lines[self._line(at)].unlinked += "\x01"
        elif name in ("TableHead", "TableRow"):
            self._row = name

    def _end(self, name: str, _: Any, at: int) -> None:
        if name == "Link":
            self._links.pop()
            if self._mail:
                self.lines[self._line(at)].words += " "
                self._mail = False
        elif name == "Image":
            self._image -= 1
        elif name == "CodeBlock":
            self._code, self._indented = 0, False
        elif name == "HtmlBlock":
            self._tags("".join(self._html), self._html_at)
        elif name in _MARKS:
            self.lines[self._line(at)].unlinked += "\x01"
        elif name.startswith("Table"):
            self._end_table(name, self.lines[self._line(at)])

    def _end_table(self, name: str, line: ShownLine) -> None:
        """End a table or a part of one: the words at its columns' heads belong to every row."""
        if name == "TableCell" and self._row == "TableRow":
            line.words += " "
            line.unlinked += " "
        elif name == "TableRow":
            line.heads += self._head
        elif name == "Table":
            self._head = ""
        if name in ("TableHead", "TableRow"):
            self._row = ""

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _words(self, words: str, at: int, *, code: bool = False) -> None:
        """Add words that begin at the byte `at`; only code has lines, elsewhere a line feed is an entity (`&#10;`)."""
        for piece in words.split("\n") if code else [words.replace("\n", " ")]:
            line = self.lines[self._line(at)]
            if self._row == "TableHead":
                self._head += f" {piece}"
            elif code:
                line.code += f" {piece}"
                line.words += " "
                line.unlinked += " "
            elif self._links and self._links[-1]:
                line.within += f" {piece}"
            else:
                line.words += unseen_as_blank(piece)
                line.unlinked += "\n" if self._links else unseen_as_blank(piece)
            at += len(piece.encode("utf-8", "surrogatepass")) + 1

    def _tags(self, written: str, at: int) -> None:
        """Add what HTML shows."""
        seen = _UNSEEN.sub(lambda match: "\n" * match[0].count("\n"), written)
        for link in _HREF.finditer(seen):
            target = html.unescape(next(filter(None, link.groups()), "")).strip()
            if _WEB.match(target):
                line = self._line(at) + seen.count("\n", 0, link.start())
                self.lines[line].links.append(target)
        first = self._line(at)
        without = TAG.sub(_parted, seen)
        for number, piece in enumerate(without.split("\n"), first):
            if piece.strip():
                self.lines[number].words += f" {html.unescape(piece)} "
                self.lines[number].unlinked += "\n"


def _parted(tag: re.Match[str]) -> str:
    """Return what stands in the place of a tag: nothing within words, a parting sign where a line or cell ends."""
    inline = _WITHIN_WORDS.match(tag[0]) is not None
    return ("" if inline else f" {PARTING} ") + "\n" * tag[0].count("\n")


PARTING = "\x02"
"""Stands in words where HTML ends a paragraph, an item, a cell or a line: what is beyond may be another entry's."""
_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u|wbr)\b",
    re.IGNORECASE,
)
