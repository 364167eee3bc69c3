"""Markdown's grammar: a text as lines of words and links, by a conformant parser (CommonMark and GitHub's additions).

What the parser cannot know is corrected before it sees the text: mail's `>From`, and stars in addresses. Every line
stays in its place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from pyromark import Markdown, Options

from archive.lines import Line, LineBuilder, tagged
from archive.markup import open_fence_escaped, unseen_as_blank
from archive.webpage import read_html

_PARSER = Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_DEFINITION_LIST
)
_MAILED = re.compile(r"^ {0,3}>[ ]?(?=From |\S[^\n]*\n {0,3}(?:={2,}|-{2,})[ \t]*$)", re.MULTILINE)
_NUMBERED_HEADING = re.compile(
    r"(?<![^\n])(?<!\S\n)(\d{1,2})([.)] {1,3}(?=[^\W\d_])[^\n]{2,80}\n)(?=(={4,}|-{4,})[ \t]*(?:\n|\Z))"
)
"""A numbered line that is underlined: a heading to a reader, and an item and a rule to CommonMark."""
_UNDERLINED_CHARS = 4
"""Characters by which an underline may be longer or shorter than its line."""
_PARAGRAPH_CHARS = 2_000
"""Characters before a line in which code may have begun that continues to it."""
_TWIN = re.compile(r"\[(https?://[^\s\[\]<>()]*[()][^\s\[\]<>]*)\]\(\1\)")
"""An address as its own label, with brackets that a target may not contain unescaped."""
_STARRED = re.compile(r"://(?<=[ps]://)[^\s<>`*_~]{0,300}+[*_~][^\s<>`]{0,2000}")
_STARS = re.compile(r"(?<!\\)([*_~])")
_HEADING_LEVELS = {f"H{level}": level for level in range(1, 7)}
_SEPARATOR = " · "
_GLUED = re.compile(rb":[^ \t\r\n]")


def mended(text: str) -> str:
    """Return `text` corrected where a parser would read it otherwise than a person does; its lines stay."""
    if "\0" in text:
        text = text.replace("\0", " ")
    if ">" in text:
        text = _MAILED.sub(_unquoted, text)
    text = open_fence_escaped(text)
    if "\n----" in text or "\n====" in text:
        text = _NUMBERED_HEADING.sub(_counted, text)
    if "://" not in text:
        return text
    return _STARRED.sub(_spared, _TWIN.sub(r"[\1](<\1>)", text))


def _unquoted(match: re.Match[str]) -> str:
    """Return the replacement for a mailer's quotation mark: "", except where open code would then continue."""
    text, at = match.string, match.start()
    paragraph = max(text.rfind("\n\n", max(0, at - _PARAGRAPH_CHARS), at), at - _PARAGRAPH_CHARS, 0)
    return match[0] if "`" in text[paragraph:at] else ""


def _counted(match: re.Match[str]) -> str:
    """Return a numbered line that begins no item if the line below it is its underline, and no rule."""
    long = len(match[1]) + len(match[2]) - 1
    return f"{match[1]}\\{match[2]}" if abs(long - len(match[3])) <= _UNDERLINED_CHARS else match[0]


def _spared(match: re.Match[str]) -> str:
    """Return an address with its stars escaped, except those at its end that close earlier markup."""
    text, at = match.string, match.start()
    while at and text[at - 1].isalpha():
        at -= 1
    address = match[0]
    before = _STARS_BEFORE.search(text, max(0, at - 4), at)
    if text[at - 1 : at] in _HELD or (before and text[before.start() - 1 : before.start()] in _HELD):
        return address
    end = len(address)
    if before and (closing := address.rfind(before[0])) > 0:
        end = closing
    return _STARS.sub(r"\\\1", address[:end]) + address[end:]


_HELD = frozenset("<([\"'=/")
"""What precedes an address that is already part of Markdown or HTML."""
_STARS_BEFORE = re.compile(r"[*_~]{1,3}\Z")


def lines(text: str, first_line: int = 1) -> list[Line]:
    """Return the lines of `text`, whose first has the number `first_line`, in reading order."""
    text = mended(text)
    reader = _Events(text, first_line)
    reader.read(_PARSER.events_with_range(text, merge_text=True))
    return reader.lines


class _Events:
    """Turns the parser's events into lines."""

    def __init__(self, text: str, first_line: int) -> None:
        self.lines: list[Line] = []
        self.builder = LineBuilder()
        self._first = first_line
        self._data = data = text.encode("utf-8", "surrogatepass")
        self._starts = [0, *(at.end() for at in re.finditer(rb"\n", data))]
        self._blank = [_is_blank(line) for line in data.split(b"\n")]
        self._line: Line | None = None
        self._lists: list[int] = []
        self._listed = 0
        self._item = False
        self._quotes = 0
        self._term = False
        self._colon = False
        """Whether the next line begins with a colon that no space follows: a reader sees it."""
        self._code = ""
        self._level = 0
        self._row = 0
        self._cells = 0
        self._heads: list[str] = []
        self._head: Line | None = None
        self._html: list[str] = []
        self._html_at = -1

    def read(self, events: Iterable[Any]) -> None:
        """Read all events."""
        for event, place in events:
            if isinstance(event, str):
                self._single(event, place)
                continue
            ((kind, value),) = event.items()
            if kind == "Text":
                self._text(value, place)
            elif kind == "Start":
                self._start(value if isinstance(value, str) else next(iter(value)), value, place)
            elif kind == "End":
                self._end(value if isinstance(value, str) else next(iter(value)))
            elif kind == "Code":
                self.begin(place["start"])
                self.builder.text(value, code=True)
            elif kind == "InlineHtml":
                self.begin(place["start"])
                for _ in tagged(value, self.builder):
                    self.break_line(place["end"], broken=True)
            elif kind == "Html":
                self._html.append(value)
        self.finish()

    def _single(self, event: str, place: dict[str, int]) -> None:
        if event == "SoftBreak":
            if self.builder.open or self.builder.alt is not None or self._level > _SETEXT:
                self.builder.text(" ")
            else:
                self.break_line(place["end"], broken=False)
        elif event == "HardBreak":
            self.break_line(place["end"], broken=True)
        elif event == "Rule":
            self.finish()
            self.lines.append(Line(self.number(place["start"]), gap=-1))

    def _text(self, words: str, place: dict[str, int]) -> None:
        if self._code:
            at = place["start"]
            for line in words.split("\n"):
                if line.strip():
                    self.begin(at)
                    self.builder.text(line, code=self._code == "Fenced")
                    self.finish()
                at += len(line.encode("utf-8", "surrogatepass")) + 1
            return
        if self._line is None:
            self.begin(place["start"])
        self.builder.text(words)

    def _start(self, kind: str, value: Any, place: dict[str, int]) -> None:
        if kind in _INLINE:
            self.begin(place["start"])
            self._start_inline(kind, value)
        elif kind == "TableCell":
            self._cell()
        elif kind in _ROWS:
            self.finish()
            self._row, self._cells = _ROWS[kind], 0
            self.begin(place["start"])
        elif kind == "List":
            self.begin_list()
        elif kind == "Item":
            self.begin_item()
        elif kind in _UNMARKED:
            self.builder.cut()
        else:
            self.finish()
            self._start_block(kind, value, place)

    def _start_inline(self, kind: str, value: Any) -> None:
        if kind == "Link":
            self.builder.link(value["Link"]["dest_url"])
        elif kind == "Strong":
            self.builder.strong(begins=True)
        else:
            self.builder.picture(begins=True)

    def _start_block(self, kind: str, value: Any, place: dict[str, int]) -> None:
        if kind == "Heading":
            level = value["Heading"]["level"]
            self._level = _HEADING_LEVELS.get(level, level if isinstance(level, int) else 6)
            if self._data[place["start"] : place["start"] + 4].lstrip().startswith(b"#"):
                self._level += _SETEXT
            self.begin(place["start"])
        elif kind == "BlockQuote":
            self._quotes += 1
        elif kind == "CodeBlock":
            self._code = "Indented" if value["CodeBlock"] == "Indented" else "Fenced"
        elif kind == "HtmlBlock":
            self._html, self._html_at = [], place["start"]
        elif kind in ("DefinitionListTitle", "FootnoteDefinition"):
            self._term = True
        elif kind == "DefinitionListDefinition" and _GLUED.match(self._data, place["start"]):
            self._colon = True

    def begin_list(self) -> None:
        """Begin a list."""
        self.finish()
        if self._item and self._lists:  # `- 1. …` is one item, even if the grammar has two
            self._lists.append(self._lists[-1])
            return
        self._listed += 1
        self._lists.append(self._listed)

    def begin_item(self) -> None:
        """Begin an item of a list."""
        self.finish()
        self._item = True

    def end_list(self) -> None:
        """End the innermost list."""
        self.finish()
        if self._lists:
            self._lists.pop()

    def _end(self, kind: str) -> None:
        if kind == "Link":
            self.builder.unlink()
        elif kind == "Strong":
            self.builder.strong(begins=False)
        elif kind == "Image":
            self.builder.picture(begins=False)
        elif kind == "List":
            self.end_list()
        elif kind == "HtmlBlock":
            self._html_block()
        elif kind == "CodeBlock":
            self._code = ""
        elif kind in _UNMARKED:
            self.builder.cut()
            if self._row > 1:
                self.builder.unpart()
        else:
            self.finish()
            self._end_block(kind)

    def _end_block(self, kind: str) -> None:
        self._row = 0
        if kind == "Heading":
            self._level = 0
        elif kind == "BlockQuote":
            self._quotes -= 1
        elif kind == "Table":
            if self._head:  # no row follows
                self.lines.append(self._head)
            self._heads, self._head = [], None
        elif kind == "Item":
            self._item = False

    @property
    def begun(self) -> bool:
        """Return whether a line is begun."""
        return self._line is not None

    def place(self, number: int) -> int:
        """Return the byte offset at which the line `number` begins."""
        return self._starts[min(number - self._first, len(self._starts) - 1)]

    def _cell(self) -> None:
        """Begin a table's cell: from the second row on, each is preceded by its column's heading."""
        if self._cells:
            head = self._heads[self._cells] if self._row > 1 and self._cells < len(self._heads) else ""
            self.builder.part(f"{_SEPARATOR}{head}: " if head else _SEPARATOR)
        self._cells += 1

    def number(self, at: int) -> int:
        """Return the number of the line that contains the byte offset `at`."""
        return bisect_right(self._starts, at) - 1 + self._first

    def begin(self, at: int) -> None:
        """Begin a line at the byte offset `at`, unless one is begun."""
        if self._line is not None:
            return
        number = self.number(at)
        place, gap = number - self._first - 1, 0
        while place >= 0 and self._blank[place]:
            gap += 1
            place -= 1
        self._line = Line(
            number,
            gap=gap,
            level=self._level,
            depth=len(set(self._lists)),
            item=self._item,
            list_id=self._lists[-1] if self._lists else 0,
            row=self._row,
            term=self._term,
            quoted=self._quotes > 0,
            first=True,
        )
        self._item = self._term = False
        if self._colon:
            self.builder.text(":")
            self._colon = False

    def begin_heading(self, level: int) -> None:
        """Begin a heading of HTML."""
        self.finish()
        self._level = level + _SETEXT

    def end_heading(self) -> None:
        """End a heading of HTML."""
        self.finish()
        self._level = 0

    def break_line(self, at: int, *, broken: bool) -> None:
        """End a line within its block; the next begins at the byte offset `at`."""
        line = self._line
        self.finish()
        if line is None:
            return
        self._line = Line(
            self.number(at),
            level=self._level,
            depth=line.depth,
            list_id=line.list_id,
            row=self._row,
            broken=broken,
            quoted=line.quoted,
        )
        if line.first and not (line.words or line.mentions):  # nothing was read yet: the block begins here
            self._line.first, self._line.gap, self._line.item = True, line.gap, line.item

    def finish(self) -> None:
        """End the current line, if one is begun."""
        if self._line is None:
            return
        line, self._line = self.builder.finish(self._line), None
        if line.row == 1 and self._row == 1 and not line.mentions:
            self._heads, self._head = [head.strip() for head in line.raw.split(_SEPARATOR)], line
        elif line.words.strip(_SEPARATOR) or line.mentions:
            if line.row > 1:
                self._head = None
            self.lines.append(line)

    def _html_block(self) -> None:
        """Add a block of HTML as its reader sees it."""
        self.finish()
        read_html("".join(self._html), self, self.number(self._html_at))
        self.finish()
        self._html = []


def _is_blank(line: bytes) -> bool:
    """Return whether a line shows nothing: blanks alone, or characters that nobody sees."""
    if not line or line.isspace():
        return True
    return (
        len(line) <= _UNSEEN_MAX_BYTES
        and not line.isascii()
        and unseen_as_blank(line.decode("utf-8", "replace")).isspace()
    )


_UNSEEN_MAX_BYTES = 30
"""Bytes of a line that is looked at for unseen characters: editors leave one or two."""
_SETEXT = 2
_INLINE = frozenset({"Link", "Strong", "Image"})
_UNMARKED = frozenset({"Emphasis", "Strikethrough", "TableCell"})
_ROWS = {"TableHead": 1, "TableRow": 2}
