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
_VERSION = re.compile(rf"\d+(?:\.\d+)+|\d{{1,{SMALL_NUMBER_DIGITS}}}")
_PLURAL = re.compile(r"[^\W\d]\w*[^\W\dsui]s", re.IGNORECASE)  # "checks", not "access", "status" or "redis"
_LISTING = frozenset({"and", "or"})
_LAST = re.compile(r"([^\W\d]\w*)[^\w\s]?[\s-]$")  # the word before, whatever sign ends it: "C# 8", "PHP: 7", "log4j-2"
_COUNTING = frozenset({"top", "first", "last", "next", "past"})
"""What stands before a count rather than before a version."""


def is_small(word: str) -> bool:
    """Return whether a word is a number of a digit or two: a count, or a part of a version ("TLS 1.3")."""
    return len(word) <= SMALL_NUMBER_DIGITS and word.isdecimal()


def telling(text: str) -> str:
    """Return the number that says which thing `text` is about, "" for none.

    That is one with a point that is all of the text, or one after the name that it belongs to. A count stands before
    what it counts, mostly a plural.

    >>> telling("99.99%"), telling("what is new in Java 8?"), telling("java 8 migration")
    ('99.99', '8', '8')
    >>> telling("top 10 tips"), telling("top 10 docker images"), telling("nagios 8 checks")
    ('', '', '')
    """
    if not any(map(str.isdecimal, text)):
        return ""
    if alone := _POINTED.fullmatch(text):
        return alone[1]
    if (named := _AT_END.fullmatch(text)) and named[1].lower() not in STOP_WORDS:
        return named[2]
    pieces = [piece.strip(",.?!") for piece in text.lower().split()]
    triples = zip(pieces, pieces[1:], pieces[2:], strict=False)
    return next((number for name, number, then in triples if _is_version(name, number, then)), "")


def _is_version(name: str, number: str, then: str) -> bool:
    """Return whether a `number` belongs to the `name` before it, rather than to the word after it as its count."""
    if not _VERSION.fullmatch(number) or not name[:1].isalpha() or name in STOP_WORDS | _COUNTING:
        return False
    return "." in number or not (_PLURAL.fullmatch(then) or then.isdecimal())


def is_said(number: str, entry: Entry) -> bool:
    """Return whether `entry` says a `number`, also as the beginning of one: 8 is in "Java8" and 8.1, not in 1.8.

    One without a point has to follow a name as a version does: "in 5 minutes" says nothing of Rails 5.
    """
    text = f"{entry.headline} {entry.text}"
    written = rf"(?<!\d)(?<!\d\.){re.escape(number)}(?!\d)"
    return any("." in number or _names(text, *match.span()) for match in re.finditer(written, text))


def _names(text: str, start: int, end: int) -> bool:
    """Return whether the number at `start` to `end` in `text` belongs to a name, or to one listed with others."""
    if re.match(r"\.\d", text[end : end + 2]) or text[start - 1 : start].isalpha():
        return True
    before = _LAST.search(text[max(0, start - 40) : start])
    return before is not None and before[1].lower() not in (STOP_WORDS | _COUNTING) - _LISTING
