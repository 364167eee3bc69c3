"""Numbers in a query that its answer has to have: a figure with a point, a version."""

from __future__ import annotations

import re

from archive.issue import Entry
from archive.search.wording import STOP_WORDS

SMALL_NUMBER_DIGITS = 2
"""A number of so many digits is welcome in an entry and weighs nothing: it is in many."""
_POINTED = re.compile(r"\s*v?(\d+(?:\.\d+)+)\s*%?\s*", re.IGNORECASE)
_AT_END = re.compile(
    rf"(?:^|.*\s)([^\s\d-][^\s:]*)\s+(\d{{1,{SMALL_NUMBER_DIGITS}}}(?:\.\d+)*)\s*[?!.]*\s*", re.IGNORECASE | re.DOTALL
)


def is_small(word: str) -> bool:
    """Return whether a word is a number of a digit or two: a count, or a part of a version ("TLS 1.3")."""
    return len(word) <= SMALL_NUMBER_DIGITS and word.isdecimal()


def telling(text: str) -> str:
    """Return the number that says which thing `text` is about, "" for none.

    That is one with a point that is all of the text, or one at its end, after the name that it belongs to: a count
    stands before what it counts.

    >>> telling("99.99%"), telling("what is new in Java 8?"), telling("top 10 tips")
    ('99.99', '8', '')
    """
    if alone := _POINTED.fullmatch(text):
        return alone[1]
    named = _AT_END.fullmatch(text) if any(map(str.isdecimal, text[-8:])) else None
    return named[2] if named and named[1].lower() not in STOP_WORDS else ""


def is_said(number: str, entry: Entry) -> bool:
    """Return whether `entry` says a `number`, also as the beginning of one: 8 is in "Java8" and 8.1, not in 1.8."""
    written = rf"(?<!\d)(?<!\d\.){re.escape(number)}(?!\d)"
    return re.search(written, f"{entry.headline} {entry.text}") is not None
