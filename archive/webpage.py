"""HTML within Markdown, read as a browser shows it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Protocol

from archive.lines import LineBuilder, attribute
from archive.markup import TAG

_SEPARATOR = " · "
"""Stands between the cells of a row."""


class Lines(Protocol):
    """The builder of a page's lines."""

    builder: LineBuilder

    @property
    def begun(self) -> bool:
        """Return whether a line is begun."""
        ...

    def place(self, number: int) -> int:
        """Return where the line `number` begins."""
        ...

    def begin(self, at: int) -> None:
        """Begin a line at the place `at`, unless one is begun."""
        ...

    def finish(self) -> None:
        """End the current line, if one is begun."""
        ...

    def break_line(self, at: int, *, broken: bool) -> None:
        """End a line within its block; the next begins at the place `at`."""
        ...

    def begin_heading(self, level: int) -> None:
        """Begin a heading."""
        ...

    def end_heading(self) -> None:
        """End a heading."""
        ...

    def begin_list(self) -> None:
        """Begin a list."""
        ...

    def begin_item(self) -> None:
        """Begin an item of a list."""
        ...

    def end_list(self) -> None:
        """End the innermost list."""
        ...


def read_html(text: str, lines: Lines, first_line: int) -> None:
    """Read a block of HTML, which begins in the line `first_line`, into `lines`."""
    page = _Page(lines, first_line)
    page.feed(text)
    page.close()


class _Page(HTMLParser):
    """Reads HTML into lines."""

    def __init__(self, lines: Lines, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = lines
        self._first = first_line
        self._unseen = 0

    def _begin(self) -> None:
        self._lines.begin(self._place())

    def _place(self) -> int:
        return self._lines.place(self._first + self.getpos()[0] - 1)

    def _part(self) -> None:
        """End a line; within a link its block goes on, as in a card of title, description and site."""
        if self._lines.builder.open:
            self._lines.break_line(self._place(), broken=True)
        else:
            self._lines.finish()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as written, below
        """Take an opening tag."""
        written = self.get_starttag_text() or ""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _INLINE:
            self._begin()
            self._start_inline(tag, written)
        elif tag == "li":
            self._lines.begin_item()
        elif tag in _LISTS:
            self._lines.begin_list()
        elif tag in _HEADINGS and not self._lines.builder.open:
            self._lines.begin_heading(_HEADINGS[tag])
        elif tag in _BLOCKS:
            self._part()
        elif TAG.fullmatch(written) is None:
            self.handle_data(written)

    def _start_inline(self, tag: str, written: str) -> None:
        builder = self._lines.builder
        if tag == "a":
            if target := attribute(written, "href"):
                builder.link(target)
        elif tag in _BOLD:
            builder.strong(begins=True)
        elif tag in _CELLS:
            builder.text(_SEPARATOR if builder.length else "")
        elif builder.open:
            builder.alts = attribute(written, "alt") or " "

    def handle_endtag(self, tag: str) -> None:
        """Take a closing tag."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a":
            self._lines.builder.unlink()
        elif tag in _BOLD:
            self._lines.builder.strong(begins=False)
        elif tag in _LISTS:
            self._lines.end_list()
        elif tag == "li":
            self._lines.finish()
        elif tag in _HEADINGS and not self._lines.builder.open:
            self._lines.end_heading()
        elif tag in _BLOCKS:
            self._part()

    def handle_data(self, data: str) -> None:
        """Add text; a line break in it is a blank."""
        if self._unseen:
            return
        if data.strip():
            self._begin()
        if self._lines.begun:
            self._lines.builder.text(data.replace("\n", " "))


_UNSEEN = frozenset({"script", "style", "template", "head", "title", "iframe", "object", "svg", "video", "audio"})
_BOLD = frozenset({"b", "strong"})
_CELLS = frozenset({"td", "th"})
_INLINE = frozenset({"a", "img"}) | _BOLD | _CELLS
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol"})
_BLOCKS = frozenset(
    """p div br tr table thead tbody section article header footer main details summary center figure figcaption
    blockquote pre h1 h2 h3 h4 h5 h6 hr dl dt dd""".split()  # noqa: SIM905 - reads better
)
