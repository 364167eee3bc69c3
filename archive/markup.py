"""The plain text of a marked-up line: its words without Markdown, HTML tags and escapes."""

from __future__ import annotations

import html
import re

from archive import link
from archive.link import Found

_MARKED = re.compile(
    r"[\[\]<\\&*_`>\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|://|www\.", re.IGNORECASE
)
_TAGS = (
    "a abbr article aside b big blockquote body center cite code dd del details div dl dt em figcaption figure font "
    "footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins kbd li main mark nav ol p pre q s samp section small "
    "span strike strong style sub summary sup table tbody td tfoot th thead tr tt u ul var video wbr br"
).replace(" ", "|")
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_STARS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*]*[^\s*\\])\1(?![\w*])")
_UNDERSCORES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]*[^\s_\\])\1(?!\w)")
_TICKS = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_KEPT = "\x00"


def plain(line: str) -> tuple[str, list[Found]]:
    """Give the plain text of one line, and the links found in it.

    White space is made one blank; addresses inside a sentence stay in it, as the reader sees them.

    >>> plain("A *fine* [tool](http://example.org/tool) &amp; more")[0]
    'A fine tool & more'
    """
    if not _MARKED.search(line):
        words = line.split()
        if len(words) > 1 or "." not in line:
            return " ".join(words), []
    line = line.replace(_KEPT, " ")
    found = link.find(line)
    shown = [f.label for f in found if f.address]
    text = _words(_pieces(line, found))
    if shown:
        parts = text.split(_KEPT)
        text = parts[0] + "".join(f"{address}{part}" for address, part in zip(shown, parts[1:], strict=False))
    return " ".join(text.split()), found


def _pieces(line: str, found: list[Found]) -> str:
    """Put what the reader sees in the place of each link; addresses become marks, for they are not to be altered."""
    parts, at = [], 0
    for each in found:
        parts += [line[at : each.start], _KEPT + each.tail if each.address else each.label]
        at = each.end
    return "".join([*parts, line[at:]])


def _words(text: str) -> str:
    """Take tags, emphasis, code marks, escapes, entities and unseen characters away."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "`" in text:
        text = _TICKS.sub(r"\2", text)
    if "*" in text:
        text = _STARS.sub(r"\2", text)
    if "_" in text:
        text = _UNDERSCORES.sub(r"\2", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m[0]).replace(_KEPT, " "), text)
    return _UNSEEN.sub(lambda m: m[0] if m[0] == _KEPT else " ", text)
