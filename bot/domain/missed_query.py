"""Searches without a strong answer: what is counted of them, and what is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from archive.search.query import parse
from archive.search.result import Grade
from archive.search.words import words

MISSES_DAYS = 90
"""Days for which a missed query is stored."""
MISS_MAX_CHARS = 120
"""Characters of a missed query that are stored, cut between words."""
_MIN_ID_DIGITS = 7
"""A number of so many digits may be a telephone's or a customer's, and is no word to search for."""
_PERSONAL = re.compile(r"<[@#!][^>]*>|\S+@\S+|<?(?:https?:)?//\S+|(?<!\S)@\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MissedQuery:
    """A query without a strong answer: its `words`, the `grade` it had last, its `count`, and the `last` day of one."""

    words: str
    grade: Grade
    count: int
    last: date


def missed_words(query: str) -> str:
    """Return the words of `query` as they are stored, "" if it isn't counted.

    Mentions of people and channels, addresses (web and e-mail) and long numbers are left out. A query with a filter
    isn't counted: what it missed may be the filter's doing.

    >>> missed_words("K8s costs for <@U024BE7LH>?"), missed_words("helm in:tools")
    ('k8s costs for', '')
    """
    asked = parse(query)
    if asked.narrows or asked.without or asked.spoken_days:
        return ""
    kept: list[str] = []
    room = MISS_MAX_CHARS
    for word in words(_PERSONAL.sub(" ", query)):
        room -= len(word) + 1
        if room < -1:
            break
        if sum(map(str.isdigit, word)) < _MIN_ID_DIGITS:
            kept.append(word)
    return " ".join(kept)
