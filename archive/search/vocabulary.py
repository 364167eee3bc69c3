"""Every word of the archive with a number of its own, and the words near one that is misspelt.

Shared by an index and those made from it: words are only ever added, so an older index goes on as it was.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
GAP = 0
"""The number that no word has: it stands between the fields of an entry."""


def signature(word: str) -> int:
    """Return the set of letters in `word` as bits: an edit changes one of them, or two and not the length."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) % 61)
    return bits


@dataclass(frozen=True, slots=True)
class _Row:
    """Some words, those numbered `low` to `high`, ordered for looking up: by length with their letters, by alphabet."""

    low: int
    high: int
    ids: NDArray[np.int32]
    lengths: NDArray[np.int32]
    signatures: NDArray[np.uint64]
    initials: NDArray[np.uint32]
    by_alphabet: list[str]
    alphabet_ids: NDArray[np.int32]


class _Numbers(dict[str, int]):
    """Numbers by word; looking a new word up with [] gives it the next number."""

    def __init__(self) -> None:
        """Start with the gap's number taken."""
        super().__init__({"": GAP})
        self.words = [""]

    def __missing__(self, word: str) -> int:
        """Return `word` a number."""
        number = self[word] = len(self.words)
        self.words.append(word)
        return number


class Vocabulary:
    """Words and their numbers."""

    def __init__(self) -> None:
        """Start empty, with the gap's number taken."""
        self._numbers = _Numbers()
        self.ids: Mapping[str, int] = self._numbers
        self.words = self._numbers.words
        self._rows: tuple[_Row, ...] = ()

    def __len__(self) -> int:
        """Return how many numbers are taken, the gap's among them."""
        return len(self.words)

    def number(self, words: Iterable[str]) -> Iterator[int]:
        """Return the number of each of `words`, a new one if it has none yet."""
        return map(self._numbers.__getitem__, words)

    def near(self, word: str, edits: int, *, same_start: bool = False) -> Ints:
        """Return the numbers of words that may be within `edits` of `word`: a superset, to be measured.

        `same_start`: only those that begin with the same letter.
        """
        found = [np.zeros(0, np.int32)]
        letters = np.uint64(signature(word))
        for row in self._ordered():
            low = int(row.lengths.searchsorted(len(word) - edits))
            high = int(row.lengths.searchsorted(len(word) + edits, side="right"))
            differ = np.bitwise_count(row.signatures[low:high] ^ letters)
            near = differ + np.abs(row.lengths[low:high] - len(word)) <= 2 * edits
            if same_start:
                near &= row.initials[low:high] == ord(word[0])
            found.append(row.ids[low:high][near])
        return np.concatenate(found)

    def starting(self, prefix: str) -> NDArray[np.int32]:
        """Return the numbers of the words that start with `prefix`, in no order."""
        found = [np.zeros(0, np.int32)]
        for row in self._ordered():
            words = row.by_alphabet
            low = bisect_left(words, prefix)
            found.append(row.alphabet_ids[low : bisect_left(words, prefix + "\U0010ffff", lo=low)])
        return np.concatenate(found)

    def words_starting(self, prefix: str) -> list[str]:
        """Return the words that start with `prefix`, in alphabetical order."""
        rows = self._ordered()
        found: list[str] = []
        for row in rows:
            low = bisect_left(row.by_alphabet, prefix)
            found += row.by_alphabet[low : bisect_left(row.by_alphabet, prefix + "\U0010ffff", lo=low)]
        return sorted(found) if len(rows) > 1 else found

    def _ordered(self) -> tuple[_Row, ...]:
        """Order the words that are new since the last time; a row is joined to one that is not much longer."""
        rows, count = self._rows, len(self.words)
        known = rows[-1].high if rows else 1
        if known < count:
            low = known
            while rows and rows[-1].high - rows[-1].low <= 2 * (count - low):
                low, rows = rows[-1].low, rows[:-1]
            rows = self._rows = (*rows, self._row(low, count))
        return rows

    def _row(self, low: int, high: int) -> _Row:
        """Order the words numbered `low` to `high`."""
        words = self.words[low:high]
        lengths = np.fromiter(map(len, words), dtype=np.int32, count=len(words))
        order = np.argsort(lengths, kind="stable").astype(np.int32)
        signatures = np.fromiter(map(signature, words), dtype=np.uint64, count=len(words))
        alphabet = sorted(range(high - low), key=words.__getitem__)
        return _Row(
            low,
            high,
            order + np.int32(low),
            lengths[order],
            signatures[order],
            np.fromiter((ord(word[0]) for word in words), dtype=np.uint32, count=len(words))[order],
            [words[at] for at in alphabet],
            np.array(alphabet, np.int32) + np.int32(low),
        )
