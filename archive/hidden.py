"""Text that no reader of the rendered page sees: comments, scripts, hidden elements.

Code is shown as it is: between fences, in backticks and indented by four, a comment is text. Where Markdown would
show a comment because it is not closed in its paragraph, the comment is hidden all the same, as its author meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from archive import indented, veil
from archive.issue import Section


@dataclass(frozen=True, slots=True)
class Hidden:
    """A hidden piece of a text: from `start` to `end` in it, on the line number `line` (from 1) and below.

    `raw` is its text. `closed` is False for one that is begun and never ended.
    """

    start: int
    end: int
    line: int
    raw: str
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Visible:
    """The visible rest of a text: `text`, the original place (from 0) of each of its lines, and what is `hidden`."""

    text: str
    places: tuple[int, ...] = ()
    hidden: tuple[Hidden, ...] = ()

    def line(self, number: int, first_line: int) -> int:
        """Return the number that line `number` of `text` has in the file, both counted from `first_line`."""
        if not self.places:
            return number
        return first_line + self.places[min(max(number - first_line, 0), len(self.places) - 1)]

    def placed(self, sections: tuple[Section, ...], first_line: int) -> tuple[Section, ...]:
        """Return values read from `text` with the lines of the file."""
        if not self.places:
            return sections
        return tuple(
            replace(
                section,
                line=self.line(section.line, first_line),
                entries=tuple(replace(entry, line=self.line(entry.line, first_line)) for entry in section.entries),
            )
            for section in sections
        )


def visible(text: str, first_line: int = 1) -> Visible:
    """Return the visible rest of `text`, whose lines end with a line feed alone, in linear time."""
    spans = tuple(_Scan(text).spans()) if _may_hide(text) else ()
    if not spans:
        return Visible(text)
    hidden, at, line = [], 0, first_line
    for start, end, closed in spans:
        line += text.count("\n", at, start)
        at = start
        hidden.append(Hidden(start, end, line, text[start:end], closed))
    lines, places = _without(text, hidden)
    return Visible("\n".join(lines), tuple(places), tuple(hidden))


_MARKS = ("<!", "<?", "<s", "<t", "<noscript", "%%", "{", "]:")
_STYLES = {"hidden": re.compile(r"\bhidden\b"), "display": re.compile(r"display\s*+:")}


def _may_hide(text: str) -> bool:
    """Return whether `text` has any of the pieces one of which every hidden text contains; fast."""
    if text.count("<") == text.count("<br>"):  # most issues: no other tag, and no need of a copy in lower case
        return "%%" in text or "{" in text or "]:" in text
    lower = text.lower()
    if any(mark in lower for mark in _MARKS):
        return True
    return any(word in lower and pattern.search(lower) for word, pattern in _STYLES.items())


_BEGIN = r"[ \t]*+(?:>[ \t]*+|(?:[-*+]|\d{1,9}[.)])[ \t]++){0,9}+"
"""What may precede a line's first words: blanks, marks of quotes and of items."""

_TOKEN = re.compile(
    rf"""(?P<escape>\\[\\`<\[{{%])
    |(?P<fence>^{_BEGIN}(?P<mark>`{{3,}}+(?=[^`\n]*$)|~{{3,}}+))
    |(?P<ticks>`++)
    |(?P<comment><!--)
    |(?P<declared><!\[CDATA\[|<![A-Za-z]|<\?)
    |<(?P<tag>script|style|template)(?=[\s/>])
    |{veil.OPENING}
    |(?P<percent>(?<![\d%])%%(?!%))
    |(?P<definition>^[ ]{{0,3}}(?:>[ ]?){{0,9}}\[(?P<label>[^\]\n]{{0,99}})\]:[ \t]*(?P<target>\#|<\#?>)?(?=[\s(]|$))
    |\{{%-?[ ]*comment(?:[ ][^%{{}}\n]*+|-)?%\}}
    |\{{/\*|\{{\#(?![^{{}}\#\n]*+\}})|\{{>>|\{{::comment[ ]*\}}|\{{\{{-?[ ]*/\*|\{{\{{[<%][ ]*comment[ ]*[>%]\}}\}}
    |(?P<template>\{{%(?!-?[ ]*comment(?:[ ][^%{{}}\n]*+|-)?%\}})(?:[^%{{\n]|%(?!\}}))*+%\}}
    |\{{\{{[<%](?![ ]*comment[ ]*[>%]\}}\}})[^<>\n]*+(?:>|(?<=%))\}}\}}
    |^[ ]{{0,3}}(?:[*+-]|1\.)[ ]++[^\n]{{1,60}}\n[ ]*+\{{:[ ]?toc\b[^{{}}\n]*+\}}|^\*\[[^\]\n]{{1,99}}\]:[^\n]*+
    |\{{:[^{{}}\n]*+\}}|\{{\{{(?!\{{|-?[ ]*/\*)[^{{}}\n]*+\}}\}})""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_ENDS = {
    "comment": re.compile(r"--!?>"),
    "<![cdata[": re.compile(r"\]\]>"),
    "<?": re.compile(r"\?>"),
    "<!": re.compile(r">"),
    "script": re.compile(r"</script\s{0,99}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,99}>", re.IGNORECASE),
    "template": re.compile(r"</template\s{0,99}>", re.IGNORECASE),
    "{%": re.compile(r"\{%-?[ ]*endcomment[ ]*-?%\}"),
    "{/*": re.compile(r"\*/\s{0,99}\}"),
    "{#": re.compile(r"#\}"),
    "{>>": re.compile(r"<<\}"),
    "%%": re.compile(r"%%"),
    "{:": re.compile(r"\{:/(?:comment)?\}"),
    "{{/": re.compile(r"\*/[ ]*-?\}\}"),
    "{{<": re.compile(r"\{\{<[ ]*/comment[ ]*>\}\}"),
    "{{%": re.compile(r"\{\{%[ ]*/comment[ ]*%\}\}"),
}
_DEFINITION = re.compile(r"[ ]{0,3}\[[^\]\n]{0,99}\]:")
_ENDING = re.compile(r"[,.;:!?](?:\s|\Z)")
"""Punctuation that no blank precedes; what stood between was hidden."""
_BLANK = re.compile(r"\n[ \t]*(?=\n)")
_ADDRESS_SO_FAR = re.compile(r"(?:://|\]\()\S*\Z")
_LAST_PERCENT = re.compile(r"(?<![\d%])%%(?=[ \t]*$)", re.MULTILINE)
_TICKS = re.compile(r"`+")
_BEFORE = re.compile(_BEGIN)
_ONLY_MARKS = re.compile(rf"{_BEGIN}(?:[-*+]|\d{{1,9}}[.)])?[ \t]*")
_PAIRS = {"(": ")", '"': '"', "'": "'"}
_NOTES = frozenset({"//", "comment", "comments", "#", "_", "", "hidden"})
"""Labels of unused definitions: the known ways to write a comment in plain Markdown."""


class _Places:
    """The places in a text at which a pattern matches, found once, when first needed."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._found = [(match.start(), match.end()) for match in pattern.finditer(text)]

    def after(self, at: int) -> tuple[int, int] | None:
        """Return start and end of the first match that begins at `at` or later."""
        place = bisect_left(self._found, (at, 0))
        return self._found[place] if place < len(self._found) else None


class _Scan:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._places: dict[str, _Places] = {}
        self._runs: dict[int, list[int]] | None = None
        self._code: set[int] | None = None
        self._ends: dict[int, int] | None = None
        self._line = (0, 0)

    def spans(self) -> Iterator[tuple[int, int, bool]]:
        """Return the hidden spans in order: start, end, and whether the span is closed."""
        at = 0
        while token := _TOKEN.search(self._text, at):
            span = self._hidden(token)
            if span is None:
                at = self._passed(token)
            else:
                yield span
                at = max(span[1], token.end())

    def _passed(self, token: re.Match[str]) -> int:
        """Return where the visible part of a token ends: for code, the end of the code."""
        if token["mark"]:
            mark = token["mark"]
            end = re.compile(rf"^[ \t>]*{mark[0]}{{{len(mark)},}}[ \t]*$", re.MULTILINE).search(self._text, token.end())
            return end.end() if end else len(self._text)
        if token["ticks"]:
            return self._closing(token.start("ticks"), token.end())
        return token.end()

    def _closing(self, start: int, end: int) -> int:
        """Return the end of the code that begins with backticks from `start` to `end`, or `end` if they begin none."""
        if self._runs is None:
            self._runs = {}
            for run in _TICKS.finditer(self._text):
                self._runs.setdefault(run.end() - run.start(), []).append(run.start())
        runs = self._runs.get(end - start, [])
        place = bisect_left(runs, end)
        if place < len(runs) and runs[place] < self._paragraph(end):
            return runs[place] + end - start
        return end

    def _hidden(self, token: re.Match[str]) -> tuple[int, int, bool] | None:
        """Return the span that a token begins to hide, None if it hides nothing."""
        if token["escape"] or token["fence"] or token["ticks"] or self._is_code(token.start()):
            return None
        if token["template"]:
            return token.start(), token.end(), True
        if token["element"]:
            return self._veiled(token)
        if token["percent"]:
            return self._percent(token)
        return self._definition(token) if token["definition"] is not None else self._element(token)

    def _veiled(self, token: re.Match[str]) -> tuple[int, int, bool] | None:
        """Return the span of an element that a browser does not show."""
        name, start = token["element"].lower(), token.start()
        if not veil.hides(name, token["attributes"]):
            return None
        if veil.is_alone(name, token["attributes"]):
            return start, token.end(), True
        paragraph = self._paragraph(token.end())
        to_end = self._is_first(start) and name not in veil.BRIEF
        if to_end or name not in veil.NAMED:  # this span is hidden, so no text is read twice
            limit = len(self._text) if to_end else paragraph
            if end := veil.end(self._text, start, limit):
                return start, end, True
            if to_end:
                return start, limit, False
        if self._ends is None:
            self._ends = veil.ends(self._text)
        if start in self._ends:
            return start, self._ends[start], True
        return None if name in veil.NAMED else (start, paragraph, False)

    def _percent(self, token: re.Match[str]) -> tuple[int, int, bool] | None:
        """Return the span between two `%%` of a paragraph, or from one that begins a line to one that ends another."""
        start = token.start()
        before = self._text[max(start - 300, 0) : start]
        if ("://" in before or "](" in before) and _ADDRESS_SO_FAR.search(before):
            return None
        end = self._end(token)
        if end is not None and end[1] <= self._paragraph(token.end()):
            return start, end[1], True
        if end is None or not self._is_first(start):
            return None
        if "block" not in self._places:
            self._places["block"] = _Places(self._text, _LAST_PERCENT)
        last = self._places["block"].after(token.end())
        return (start, last[1], True) if last else None

    def _is_first(self, at: int) -> bool:
        """Return whether only marks of quotes and items precede `at` in its line."""
        return _BEFORE.fullmatch(self._text, self._line_start(at), at) is not None

    def _element(self, token: re.Match[str]) -> tuple[int, int, bool] | None:
        """Return the span that a comment, a script or the like hides."""
        start = token.start()
        if token["comment"] and (empty := re.compile(r"<!---?>").match(self._text, start)):
            return start, empty.end(), True
        end = self._end(token)
        if end is None and not token["comment"] and not token["tag"]:
            return None
        own_line = self._is_first(start)
        paragraph = self._paragraph(token.end())
        if end is not None and (
            (own_line and not token["declared"]) or end[1] <= paragraph or self._is_pair(token[0], token.end(), end[0])
        ):
            return start, end[1], True
        if own_line and (token["comment"] or token["tag"]):
            return start, end[1] if end else len(self._text), end is not None
        return (start, paragraph, False) if token["comment"] else None

    def _is_pair(self, opening: str, after: int, end: int) -> bool:
        """Return whether nothing is begun again before the `end`."""
        return self._text.find(opening, after, end) < 0

    def _end(self, token: re.Match[str]) -> tuple[int, int] | None:
        """Return the next place, if any, at which the token's span may end."""
        begun = (
            (token["tag"] or token[0]).lower().replace(" ", "").replace("-", "") if not token["comment"] else "comment"
        )
        name = next(name for name in _ENDS if begun.startswith(name))
        if name not in self._places:
            self._places[name] = _Places(self._text, _ENDS[name])
        return self._places[name].after(token.end())

    def _paragraph(self, at: int) -> int:
        """Return where the paragraph around `at` ends."""
        if "blank" not in self._places:
            self._places["blank"] = _Places(self._text, _BLANK)
        found = self._places["blank"].after(at)
        return found[0] if found else len(self._text)

    def _definition(self, token: re.Match[str]) -> tuple[int, int, bool] | None:
        """Return a definition without a target, which is a comment, with its title, which may continue below."""
        if not token["target"] and token["label"].strip().lower() not in _NOTES - {""}:
            return None
        text, start = self._text, token.start()
        end = _line_end(text, token.end())
        title = text[token.end() : end].strip()
        if title[:1] in _PAIRS and (len(title) == 1 or not title.endswith(_PAIRS[title[0]])):
            close, last = _PAIRS[title[0]], self._paragraph(end)
            below = end
            while below < last and not _DEFINITION.match(text, below + 1):
                above, below = below, _line_end(text, below + 1)
                if text[above:below].rstrip().endswith(close):
                    return start, below, True
        elif not title and end < len(text):
            below = _line_end(text, end + 1)
            line = text[end + 1 : below].strip()
            if len(line) > 1 and _PAIRS.get(line[0]) == line[-1]:
                return start, below, True
        return start, end, True

    def _line_start(self, at: int) -> int:
        """Return where the line of `at` begins; for a series of places, a long line is scanned once."""
        found = self._text.rfind("\n", self._line[1], at) + 1
        self._line = (found or self._line[0], at)
        return self._line[0]

    def _is_code(self, at: int) -> bool:
        """Return whether the line at `at` is code because it is indented."""
        start = self._line_start(at)
        if self._text[start : start + 1] not in (" ", "\t") or not indented.is_indented(self._text[start : start + 4]):
            return False
        if self._code is None:
            self._code = set(indented.starts(self._text))
        return start in self._code


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _without(text: str, hidden: Iterable[Hidden]) -> tuple[list[str], list[int]]:
    """Return the lines of `text` without the `hidden` spans, and the place of each.

    Lines that become empty are dropped. Of the blank lines around them those on the larger side count: one before and
    one after a comment are one, as for a reader of the page.
    """
    spans = list(hidden)
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    kept = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    rest = _Rest()
    for at, piece in enumerate(kept):
        first, *more = piece.split("\n")
        rest.add(first)
        for line in more:
            rest.end()
            rest.add(line)
        if at < len(spans):
            rest.hide(spans[at].raw.count("\n"))
    rest.end()
    return rest.lines, rest.places


class _Rest:
    """The visible rest of a text, line by line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[int] = []
        self._pieces: list[str] = []
        self._cuts: list[int] = []
        self._place = self._next = 0
        self._blanks = self._skip = 0

    def add(self, piece: str) -> None:
        """Add text to the current line."""
        self._pieces.append(piece)

    def hide(self, breaks: int) -> None:
        """Leave out a span here that contains so many line breaks."""
        self._cuts.append(len(self._pieces))
        self._next += breaks

    def end(self) -> None:
        """End the current line."""
        for cut in self._cuts:
            if 0 < cut < len(self._pieces) and _ENDING.match(self._pieces[cut]) and self._pieces[cut - 1][-1:] == " ":
                self._pieces[cut - 1] = self._pieces[cut - 1][:-1]
        line = "".join(self._pieces)
        if self._cuts:
            if not "".join(self._pieces[: self._cuts[0]]).strip() and line[:1] == " " and line[:2] != "  ":
                line = line[1:]
            if not "".join(self._pieces[self._cuts[-1] :]).strip() and line[-1:] == " ":
                line = line[:-1]
        if self._cuts and _ONLY_MARKS.fullmatch(line):
            self._skip = self._blanks
        elif line and not line.isspace():
            self._blanks = self._skip = 0
            self._keep(line)
        elif self._skip:
            self._skip -= 1
        else:
            self._blanks += 1
            self._keep(line)
        self._pieces, self._cuts = [], []
        self._next += 1
        self._place = self._next

    def _keep(self, line: str) -> None:
        self.lines.append(line)
        self.places.append(self._place)
