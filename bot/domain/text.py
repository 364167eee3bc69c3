"""Plain text: what no message and no row should hold, taken out."""

from __future__ import annotations

import re

# Control characters, lone surrogates, and the marks that turn the direction of what follows.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """Drop what no message should hold: control characters, broken surrogates, marks that turn the writing around."""
    # Printable characters are none of those; most texts need no more than this look (measured: a third of the time).
    if text.replace("\n", "").isprintable():
        return text
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def one_line(text: str) -> str:
    """Join the words of `text` with single spaces."""
    return " ".join(clean(text).split())
