"""Markdown from what mails and feeds hold: HTML, and plain text that was written for a mail program."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.source.importing.addresses import untracked
from bot.source.importing.cleaning import TRACKED, Cleaned, cleaned
from bot.source.importing.item import MissingExtraError

TEXT_MAX_CHARS = 5_000_000
"""Characters of the largest text that is converted; an issue's file may have as many bytes (`archive.document`)."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A text in Markdown, the words of the page's title ("" without one), and how much was left out of each kind."""

    markdown: str
    title: str
    left_out: Counter[str]


def from_html(html: str, base: str = "") -> Converted:
    """Return a page or a mail's HTML part as Markdown, with links relative to `base` ("" for none).

    Raises MissingExtraError without the library.
    """
    return from_cleaned(cleaned(html, base))


def from_cleaned(page: Cleaned) -> Converted:
    """Return a page that is cleaned already as Markdown. Raises MissingExtraError without the library."""
    convert, options = _library()
    # Inside an element, for the library refuses a text that begins as a zip or a picture does.
    html = f"<div>{_CONTROL.sub('', page.html)}</div>"
    return Converted(_tidy(str(convert(html, options).content)), page.title, page.left_out)


@cache
def _library() -> tuple[Any, Any]:
    """Return the library's function and options; imported here, for only importing needs it."""
    try:
        import html_to_markdown as library  # noqa: PLC0415 - as said
    except ImportError as error:
        raise MissingExtraError("HTML", "html-to-markdown") from error
    options = library.ConversionOptions(extract_metadata=False, escape_asterisks=True, escape_underscores=True)
    return library.convert, options


_TAG = re.compile(r"<(?!https?://|mailto:)(?=[A-Za-z/!?])")
_REFERENCE = re.compile(r"&(?=#?\w{1,31};)")
_INDENT = re.compile(r"^(?:[ ]{4,}|[ ]{0,3}\t[ \t]*)(?=\S)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_QUOTED_FROM = re.compile(r"^>(?=>*From )", re.MULTILINE)


def from_text(text: str, *, flowed: bool = False) -> Converted:
    """Return a plain-text mail as Markdown: it mostly is some already. What would be read as HTML is made words.

    `flowed`: a blank at a line's end means that the next line belongs to it (RFC 3676). A mail program's `>From` is
    `From` again (RFC 4155).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    if flowed:
        text = _FLOWED.sub(" ", _STUFFED.sub("", text))
    text = _QUOTED_FROM.sub("", text)
    text = _TAG.sub("&lt;", _REFERENCE.sub("&amp;", text))
    left_out: Counter[str] = Counter()

    def followed(match: re.Match[str]) -> str:
        target = untracked(match[0])
        left_out[TRACKED] += target != match[0]
        return target

    return Converted(_tidy(_INDENT.sub("   ", _ADDRESS.sub(followed, text))), "", left_out)


_FLOWED = re.compile(r"(?<!^--)(?<=\S) \n(?=\S)", re.MULTILINE)
_STUFFED = re.compile(r"^ (?=[ >]|From )", re.MULTILINE)

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u061c\u180e]+(?=\\s|$)")
"""Marks without width at a word's end: mail programs fill the preview line with them."""
_BLANK = re.compile(r"\n(?:[ \t\xa0]*\n){3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _tidy(markdown: str) -> str:
    """Return it without control characters, invisible marks and more than two empty lines together.

    Two are kept: where one stands inside an entry, two stand between entries.
    """
    return _BLANK.sub("\n\n\n", _INVISIBLE.sub("", _CONTROL.sub("", markdown))).strip()
