"""What is looked for: terms, the ways to say each, and the words of the archive that stand for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archive.search.inflections import inflections
from archive.search.segments import EntryCounts
from archive.search.spelling import Correction, corrections, guesses
from archive.search.synonyms import Synonyms
from archive.search.vocabulary import Vocabulary
from archive.search.wording import ENGLISH, OTHERWISE
from archive.search.words import Words

CACHED_WORDS = 8_192
"""So many words' families are kept between queries."""


class Variant(NamedTuple):
    """A word of the archive to look for: its `number`, what it counts (0 to 1), and by which rule it is there."""

    number: int
    weight: float
    rule: str


class Leaf(NamedTuple):
    """One `word` and the variants that stand for it, those that count most first."""

    word: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to say a term: in `parts`, next to each other if `adjacent`.

    A `whole` alternative needs every part; the query's own words may be met in part.
    """

    parts: tuple[Leaf | Term, ...]
    weight: float
    rule: str
    adjacent: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for, in the query's own words first and then in other ways.

    An `optional` one is welcome and not missed, a `filler` only counts beside others; an entry without a `required` one
    is no answer. `spelled` is another way to write its one word, "" for none.
    """

    words: Words
    alternatives: tuple[Alternative, ...]
    optional: bool = False
    required: bool = False
    filler: bool = False
    spelled: str = ""


@dataclass(frozen=True, slots=True)
class TermLookup:
    """What planning needs to know of the archive.

    `frequency` gives the number of entries with a word (by number), `together` of those where two words are neighbours;
    `respelt` tells how the archive writes, with an umlaut, what is typed without one. `stemmed` says whether its
    language is the one that inflections are made for. `families`, `terms`, `nearby`, `pairs` and `righted` keep what
    was looked up.
    """

    vocabulary: Vocabulary
    synonyms: Synonyms
    frequency: EntryCounts
    together: Callable[[tuple[int, ...], tuple[int, ...]], int]
    respelt: Mapping[str, str] = field(default_factory=dict)
    stemmed: bool = True
    families: dict[str, list[Variant]] = field(default_factory=dict)
    terms: dict[tuple[Words, bool], Term] = field(default_factory=dict)
    nearby: dict[tuple[str, int | None, int, bool], tuple[Correction, ...]] = field(default_factory=dict)
    pairs: dict[Words, int] = field(default_factory=dict)
    righted: dict[str, str] = field(default_factory=dict)

    def count(self, word: str) -> int:
        """Return the number of entries that have exactly `word`."""
        number = self.vocabulary.ids.get(word)
        return self.frequency(number) if number else 0

    def present(self, words: Iterable[str]) -> list[int]:
        """Return the numbers of those of `words` that some entry has."""
        number_of, counts = self.vocabulary.ids.get, self.frequency.table()
        known = len(counts)
        return [number for word in words if (number := number_of(word, 0)) and number < known and counts[number]]

    def near(
        self, word: str, *, edits: int | None = None, most: int = 2, guess: bool = False
    ) -> tuple[Correction, ...]:
        """Return what `word` may be a misspelling of, as `spelling.corrections` does, or else, at a `guess`, may be."""
        key = word, edits, most, guess
        found = self.nearby.get(key)
        if found is None:
            near: Iterable[Correction]
            if guess:
                near = self.near(word, edits=edits, most=most) or guesses(word, self.vocabulary, self.frequency.of)
            else:
                near = corrections(word, self.vocabulary, self.frequency.of, edits=edits, most=most)
            if len(self.nearby) >= CACHED_WORDS:
                self.nearby.clear()
            found = self.nearby[key] = tuple(near)
        return found

    def beginning(self, root: str) -> list[str]:
        """Return the words of the archive that begin with `root`, in alphabetical order."""
        return self.vocabulary.words_starting(root)

    def inflections(self, word: str) -> Words:
        """Return the inflections of `word`, none of a word in a language that they are not made for."""
        return inflections(word) if self.stemmed and word.isascii() else ()


def is_english(lookup: TermLookup) -> bool:
    """Return whether the archive has English function words in more entries than those of other languages."""
    english, other = (max(map(lookup.count, some)) for some in (ENGLISH, OTHERWISE))
    return english >= other
