"""Headlines as people half remember them: two words missing and one misspelt."""

from __future__ import annotations

import random
from collections.abc import Iterator

from archive.issue import Entry
from archive.kind import Kind
from archive.link import canonical
from archive.search.index import Index
from archive.search.result import Answer

MIN_WORDS = 5
"""A headline has so many words at least: of fewer, too little would be left."""
MIN_LETTERS = 4
"""A word that is misspelt has so many letters at least."""
SHOWN = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def headlines(entries: Iterator[tuple[Kind, Entry]]) -> Iterator[tuple[str, Entry]]:
    """Return each entry's headline as it is half remembered, of entries that people look for."""
    for kind, entry in entries:
        if kind in {Kind.SPONSOR, Kind.JOBS} or not entry.links:
            continue
        if typed := _half(entry.headline.split(), random.Random(entry.headline)):
            yield typed, entry


def is_found(answer: Answer, entry: Entry) -> bool:
    """Return whether the entry, or another with its link or its headline, is among the first three."""
    link = canonical(entry.links[0].url)
    return any(
        result.entry.headline == entry.headline or canonical(result.entry.links[0].url) == link
        for result in answer.results[:SHOWN]
        if result.entry.links
    )


def share_found(index: Index, asked: list[tuple[str, Entry]]) -> float:
    """Return the share of entries that are found by their half-remembered headlines."""
    return sum(is_found(index.search(typed), entry) for typed, entry in asked) / len(asked)


def _half(texts: list[str], chance: random.Random) -> str:
    """Return the words of a headline without two of them and with a slip in one; "" where that leaves too little."""
    if len(texts) < MIN_WORDS:
        return ""
    for _ in range(2):
        texts.pop(chance.randrange(len(texts)))
    long = [at for at, text in enumerate(texts) if len(text) >= MIN_LETTERS and text.isalpha()]
    if not long:
        return ""
    at = chance.choice(long)
    return " ".join([*texts[:at], _slip(texts[at], chance), *texts[at + 1 :]])


def _slip(word: str, chance: random.Random) -> str:
    """Return `word` with two letters swapped, one left out, one too many, or one for another."""
    at, other = chance.randrange(len(word) - 1), chance.choice(_LETTERS)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + other + word[at:],
        word[:at] + other + word[at + 1 :],
    )
    return chance.choice(slips)
