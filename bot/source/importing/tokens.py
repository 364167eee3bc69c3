"""HTML as a row of tags and texts, in time that grows with its size alone.

The standard library's parser takes 27 s for 240 kB of `<!--` (Python 3.11); mails come from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal, TypeAlias

VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"})
"""Tags without an end tag."""

_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "noembed", "noframes"})
"""Elements in which nothing but their own end tag is one."""
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)([^<>]*)>")
_QUOTED_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)((?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>")
_TAG_MAX_CHARS = 2_000
"""Characters of the longest tag with a `<` or `>` in a value."""
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


@dataclass(slots=True)
class Token:
    """A tag or a text: `name` is the tag's in lower case, or the text, without references such as `&amp;`.

    `end` of a start tag is its end tag's place among the tokens, -1 without one.
    """

    kind: Literal["start", "end", "text"]
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    end: int = -1


Tokens: TypeAlias = list[Token]


def tokens_of(html: str) -> Tokens:
    """Return the tags and texts of `html`, each start tag with its end tag; comments and declarations are left out."""
    tokens: Tokens = []
    opened: dict[str, list[int]] = {}
    for token in _Scanner(html).tokens():
        if token.kind == "start" and token.name not in VOID:
            opened.setdefault(token.name, []).append(len(tokens))
        elif token.kind == "end":
            if not opened.get(token.name):
                continue
            tokens[opened[token.name].pop()].end = len(tokens)
        tokens.append(token)
    return tokens


class _Scanner:
    """Reads a page once, from its beginning to its end."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._missing: set[str] = set()
        """What was looked for and does not come any more."""

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens in order."""
        html, place = self._html, 0
        while (start := html.find("<", place)) >= 0:
            if start > place:
                yield Token("text", unescape(html[place:start]))
            token, place = self._tag(start)
            if token is not None:
                yield token
            if token is not None and token.kind == "start" and token.name in _RAW:
                end = self._find(f"</{token.name}", place, any_case=True)
                yield Token("text", html[place:end] if end >= 0 else "")
                place = end if end >= 0 else place
        if place < len(html):
            yield Token("text", unescape(html[place:]))

    def _tag(self, start: int) -> tuple[Token | None, int]:
        """Return what begins with the `<` at `start`, None for what is not shown, and where it ends."""
        for opening, closing in _UNSHOWN if self._html[start + 1 : start + 2] in {"!", "?"} else ():
            if self._html.startswith(opening, start):
                end = self._find(closing, start + len(opening))
                return (None, end + len(closing)) if end >= 0 else (Token("text", "<"), start + 1)
        match = _TAG.match(self._html, start)
        if match is None or match[3].count('"') % 2 or match[3].count("'") % 2:
            match = _QUOTED_TAG.match(self._html, start, start + _TAG_MAX_CHARS) or match
        if match is None:
            return Token("text", "<"), start + 1
        if match[1]:
            return Token("end", match[2].lower()), match.end()
        return Token("start", match[2].lower(), _attributes(match[3])), match.end()

    def _find(self, text: str, start: int, *, any_case: bool = False) -> int:
        """Return where `text` is next, -1 if it does not come; what does not come is not looked for again."""
        if text in self._missing:
            return -1
        if any_case:
            match = re.compile(re.escape(text), re.IGNORECASE).search(self._html, start)
            found = match.start() if match else -1
        else:
            found = self._html.find(text, start)
        if found < 0:
            self._missing.add(text)
        return found


_UNSHOWN = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">"))


def _attributes(text: str) -> dict[str, str]:
    """Return a tag's attributes; of two with one name the first counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text) if text else ():
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found
