"""The plain text of a marked-up line: its words without Markdown, HTML tags and escapes."""

from __future__ import annotations

import html
import re

from archive import link
from archive.link import LinkSpan

MARKS = r"\[\]<\\&*_`>\x00-\x1f\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""Characters that plain words do not have, as a regular expression's set: marks, unseen characters, unusual blanks."""

_MARKED = re.compile(f"[{MARKS}]")
_TAGS = (
    "a abbr article aside b big blockquote body center cite code dd del details div dl dt em figcaption figure font "
    "footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins kbd li main mark nav ol p pre q s samp section "
    "small span strike strong style sub summary sup table tbody td tfoot th thead tr tt u ul var video wbr br"
).replace(" ", "|")
TAG = re.compile(rf"</?(?:{_TAGS})(?:\s(?:{link.QUOTED}|[^<>\x00])*+)?/?>", re.IGNORECASE)
_STARS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*]*[^\s*\\])\1(?![\w*])")
_UNDERSCORES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]*[^\s_\\])\1(?!\w)")
_TICKS = re.compile(r"(?<![`\w])(`{1,3})(?!`)([^`]+)\1(?![`\w])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = re.compile(
    # A joiner within a word or a picture belongs to it: Persian and Hindi are written with them, and emoji of persons.
    r"[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|(?<![^\x00-\x7f\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\s])"
)
_PLACEHOLDER = "\x00"


def unseen_as_blank(text: str) -> str:
    """Return `text` with a blank in place of each invisible character."""
    return text if text.isprintable() else _UNSEEN.sub(" ", text)


def is_plain(line: str) -> bool:
    """Return quickly whether `line` is its own plain text: words separated by single blanks, no marks, no addresses.

    A line of one word is not: it may be an address without a scheme.
    """
    return " " in line and not _MARKED.search(line) and "  " not in line and "://" not in line and not may_be_www(line)


def may_be_www(text: str) -> bool:
    """Tell quickly that `text` may hold an address that begins with `www.`, in any case."""
    return "ww." in text or "WW." in text or "wW." in text or "Ww." in text


def plain(line: str) -> tuple[str, list[LinkSpan]]:
    """Return the plain text of one line, and the links found in it.

    White space is made one blank; addresses inside a sentence stay in it, as the reader sees them.

    >>> plain("A *fine* [tool](http://example.org/tool) &amp; more")[0]
    'A fine tool & more'
    """
    if is_plain(line):
        return line.strip(), []
    line = line.replace(_PLACEHOLDER, " ")
    if not ("[" in line or "<" in line or "://" in line or " " not in line or may_be_www(line)):
        return " ".join(_words(line).split()), []
    found = link.find(line)
    shown = [f.label for f in found if f.address]
    text = _words(_pieces(line, found))
    if shown:
        parts = text.split(_PLACEHOLDER)
        text = parts[0] + "".join(f"{address}{part}" for address, part in zip(shown, parts[1:], strict=False))
    return " ".join(text.split()), found


def _second(match: re.Match[str]) -> str:
    """Return an escaped mark; a function is called in half the time that a template takes."""
    return match[1]


def _pieces(line: str, found: list[LinkSpan]) -> str:
    """Put what the reader sees in the place of each link; addresses become marks, for they are not to be altered."""
    parts, at = [], 0
    for each in found:
        parts += [line[at : each.start], _PLACEHOLDER + each.tail if each.address else each.label]
        at = each.end
    return "".join([*parts, line[at:]])


def _words(text: str) -> str:
    """Take tags, emphasis, code marks, escapes, entities and unseen characters away."""
    if "<" in text:
        text = TAG.sub(" ", text)
    if "`" in text:
        text = _TICKS.sub(r"\2", text)
    if "*" in text:
        text = _STARS.sub(r"\2", text)
    if "_" in text:
        text = _UNDERSCORES.sub(r"\2", text)
    if "\\" in text:
        text = _ESCAPE.sub(_second, text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m[0]).replace(_PLACEHOLDER, " "), text)
    return _UNSEEN.sub(lambda m: m[0] if m[0] == _PLACEHOLDER else " ", text)


_FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)$", re.MULTILINE)


def open_fence_escaped(text: str) -> str:
    """Return `text` with a backslash before a fence that is never closed, which would make code of all that follows."""
    if not ("```" in text or "~~~" in text):
        return text
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence["mark"].startswith(opened["mark"]) and not fence["info"].strip():
            opened = None
    if opened is None:
        return text
    return f"{text[: opened.start('mark')]}\\{text[opened.start('mark') :]}"
