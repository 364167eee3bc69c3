"""Every word of the archive with a number of its own, and the words near one that is misspelt.

Shared by an index and those made from it: words are only ever added, so an older index goes on as it was.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GAP = 0
"""The number that no word has: it stands between the fields of an entry."""


def signature(word: str) -> int:
    """Give the set of letters and digits in `word` as bits: one edit changes at most two of them."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) % 61)
    return bits


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The first `count` words, ordered for looking up: by length with their signatures, and by alphabet."""

    count: int
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    signatures: NDArray[np.uint64]
    by_alphabet: list[str]


class Vocabulary:
    """Words and their numbers."""

    def __init__(self) -> None:
        """Start empty, with the gap's number taken."""
        self.ids: dict[str, int] = {"": GAP}
        self.words: list[str] = [""]
        self._shelf: _Shelf | None = None

    def __len__(self) -> int:
        """Give how many numbers are taken, the gap's among them."""
        return len(self.words)

    def number(self, word: str) -> int:
        """Give the number of `word`, a new one if it has none yet."""
        found = self.ids.get(word)
        if found is None:
            found = self.ids[word] = len(self.words)
            self.words.append(word)
        return found

    def near(self, word: str, edits: int) -> list[int]:
        """Give the numbers of words that may be within `edits` of `word`: a superset, to be measured."""
        shelf = self._shelved()
        low = int(np.searchsorted(shelf.lengths, len(word) - edits))
        high = int(np.searchsorted(shelf.lengths, len(word) + edits, side="right"))
        differ = np.bitwise_count(shelf.signatures[low:high] ^ np.uint64(signature(word)))
        return [int(found) for found in shelf.ids[low:high][differ <= 2 * edits]]

    def starting(self, prefix: str) -> list[str]:
        """Give the words that start with `prefix`, by alphabet."""
        words = self._shelved().by_alphabet
        low = bisect_left(words, prefix)
        high = bisect_left(words, prefix + "\U0010ffff", lo=low)
        return words[low:high]

    def _shelved(self) -> _Shelf:
        """Order the words, again if there are new ones."""
        shelf = self._shelf
        count = len(self.words)
        if shelf is None or shelf.count != count:
            words = self.words[:count]
            lengths = np.fromiter(map(len, words), dtype=np.int32, count=count)
            order = np.argsort(lengths, kind="stable").astype(np.int32)
            signatures = np.fromiter(map(signature, words), dtype=np.uint64, count=count)
            shelf = self._shelf = _Shelf(count, order, lengths[order], signatures[order], sorted(words))
        return shelf
