"""How alike two versions of an issue are: by their links, most of their text, or number, title and date."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from archive.issue import Issue

Numbers: TypeAlias = npt.NDArray[np.uint64]
_SKETCH = 64
"""Hashes kept of a text: the smallest of all its phrases', a sample by which the share of common phrases is estimated
(Broder 1997, min-wise hashing); with 64 the standard error is at most 0.06."""
_PHRASE = 3
_CHARACTERS = 5
MIN_PHRASES = 12
"""A text of fewer phrases tells nothing: a greeting is in every issue."""
_NOTHING = 0.1
"""Texts, or links, with less in common have nothing in common."""
MIN_COMMON_LINKS = 0.5
"""The share of links, or of text (common ones of all) from which two files are one issue. Two issues of a newsletter
share a sponsor or two of a few dozen links."""
_COMMON = 50
"""A link or phrase that so many known issues have tells nothing about which of them a file is."""
_EDGES = re.compile(r"^\W+|\W+$")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Marks:
    """What an issue is recognised by beside its links: `number`, `title` (its words), `day`, a sketch of its `words`.

    Each is empty where the issue has none; of an issue that an earlier release saw all are.
    """

    number: int | None = None
    title: str = ""
    day: str = ""
    words: frozenset[int] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return them as the database keeps them."""
        return {"number": self.number, "title": self.title, "day": self.day, "words": sorted(self.words)}

    @classmethod
    def of_json(cls, kept: Any) -> Self:
        """Return the marks that `as_json` wrote; none of anything else."""
        if not isinstance(kept, Mapping):
            return cls()
        number, title, day, words = (kept.get(name) for name in ("number", "title", "day", "words"))
        return cls(
            number if isinstance(number, int) else None,
            title if isinstance(title, str) else "",
            day if isinstance(day, str) else "",
            frozenset(word for word in words if isinstance(word, int)) if isinstance(words, list) else frozenset(),
        )


def marks(issue: Issue) -> Marks:
    """Return the marks of an issue. A guessed date is none."""
    day = "" if issue.date_guessed else f"{issue.published:%Y-%m-%d}"
    text = "\n".join(entry.text for _, entry in issue.entries())
    title = " ".join(filter(None, map(_bare, issue.title.split())))
    return Marks(issue.number, title, day, sketch(text))


def sketch(text: str) -> frozenset[int]:
    """Return the sketch of a text: hashes of a sample of its phrases, without addresses.

    Words with other than ASCII letters are left out, since a file in the wrong encoding garbles those alone; a text
    that is mostly of such words (Chinese, Russian) is taken by its characters.
    """
    words = text.split()
    tokens = np.fromiter(map(_token_hash, words), np.uint64, len(words))
    tokens = tokens[tokens != _NONE]
    plain = tokens[tokens != _FOREIGN]
    if 2 * len(plain) >= len(tokens):
        hashes = _phrases(plain, _PHRASE)
    else:
        characters = "".join(map(_token, words))
        known = {each: _hash(each) for each in set(characters)}
        hashes = _phrases(np.array([known[each] for each in characters], np.uint64), _CHARACTERS)
    return frozenset(hashes[:_SKETCH].tolist()) if len(hashes) >= MIN_PHRASES else frozenset()


@dataclass(frozen=True, slots=True)
class Traits:
    """All that an issue is recognised by."""

    links: frozenset[str]
    marks: Marks = Marks()


def share_of_links(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of all links that both have."""
    return 1.0 if one == other else len(one & other) / len(one | other)


def likeness(one: Traits, other: Traits, standing: frozenset[int] = frozenset()) -> float:
    """Return how alike two issues are, 0 to 1: the share of links or of text that both have, whichever is more.

    Issues of two numbers are alike by their links alone. The same number, title and day make two issues half alike,
    unless their texts have nothing in common. `standing`: see `contradicts`.
    """
    links = share_of_links(one.links, other.links)
    mine, theirs = one.marks, other.marks
    if _is_renumbered(mine, theirs):
        return links
    text = _share_of_text(mine.words - standing, theirs.words - standing)
    if text is None or text >= _NOTHING:
        links = max(links, 0.5) if _named_alike(mine, theirs) else links
    return max(links, text or 0.0)


def contradicts(one: Traits, other: Traits, standing: frozenset[int] = frozenset()) -> bool:
    """Return whether two issues are certainly different, so that one file's name does not make them one.

    They are if they say so, by their day and by their number (of issues without numbers, by their title), unless half
    of their links or texts are the same; and if their numbers or their days differ and nothing of links and text is the
    same. `standing` are the phrases that other issues have as well, such as a greeting: they tell nothing.
    """
    mine, theirs = one.marks, other.marks
    links, text = share_of_links(one.links, other.links), _share_of_text(mine.words - standing, theirs.words - standing)
    if says_another(mine, theirs):
        return max(links, text or 0.0) < MIN_COMMON_LINKS
    apart = _is_renumbered(mine, theirs) or _is_redated(mine, theirs)
    return apart and links < _NOTHING and text is not None and text < _NOTHING


def says_another(one: Marks, other: Marks) -> bool:
    """Return whether two issues have another day, and another number or, where neither has one, another title."""
    untitled = one.number is None and other.number is None and "" not in {one.title, other.title}
    return (_is_renumbered(one, other) or (untitled and one.title != other.title)) and _is_redated(one, other)


def _is_redated(one: Marks, other: Marks) -> bool:
    return "" not in {one.day, other.day} and one.day != other.day


def _is_renumbered(one: Marks, other: Marks) -> bool:
    return None not in {one.number, other.number} and one.number != other.number


def is_copy(one: Traits, other: Traits) -> bool:
    """Return whether two files that are there at the same time hold one issue.

    They do if they have nearly all of the text in common, and the number; or if they have number, title and day in
    common, and half of what either of them has: a backup, a conflict copy, a file that was not written to its end.
    More is asked than of a file that is gone, because two issues may be alike.
    """
    mine, theirs = one.marks, other.marks
    if mine.number != theirs.number or says_another(mine, theirs):
        return False
    if _says_the_same(mine, theirs) and _share_of_less(one.links, other.links) >= MIN_COMMON_LINKS:
        return True
    text = _share_of_text(mine.words, theirs.words)
    return text is not None and text >= _COPY


_COPY = 0.8


@dataclass(slots=True)
class Known:
    """The traits of known issues by identity, found by what they have in common with a file."""

    traits: dict[str, Traits] = field(default_factory=dict)
    _found: dict[Any, list[str]] = field(default_factory=lambda: defaultdict(list))
    _waiting: list[str] = field(default_factory=list)

    def add(self, identity: str, traits: Traits) -> None:
        """Keep the traits of an identity, unless it has some."""
        if identity not in self.traits:
            self.traits[identity] = traits
            self._waiting.append(identity)

    def _having(self, traits: Iterable[Any]) -> Iterator[list[str]]:
        """Yield the identities that have each of these traits, for those that any has.

        They are indexed here and not as they are added: most starts of the bot find every issue by its name.
        """
        waiting, self._waiting = self._waiting, []
        for identity in waiting:
            for trait in _keys(self.traits[identity]):
                self._found[trait].append(identity)
        found = self._found
        return (found[trait] for trait in traits if trait in found)

    def standing(self, identity: str) -> frozenset[int]:
        """Return those of a known issue's phrases that another issue has too."""
        words = [*self.traits[identity].marks.words]
        return frozenset(
            word
            for word, having in zip(words, self._having(words), strict=True)
            if any(each != identity for each in having)
        )

    def near(self, traits: Traits) -> list[str]:
        """Return the identities that may be like these traits, in the order in which they were added.

        What more than `_COMMON` issues have leads to none of them.
        """
        lists = self._having(_keys(traits))
        found = {identity for identities in lists if len(identities) <= _COMMON for identity in identities}
        return [identity for identity in self.traits if identity in found] if found else []


def _keys(traits: Traits) -> Iterator[Any]:
    yield from traits.links
    yield from traits.marks.words
    if traits.marks.title and traits.marks.day:
        yield traits.marks.title, traits.marks.day


def _named_alike(one: Marks, other: Marks) -> bool:
    """Return whether number, title and day are the same, and tell something."""
    return one.number is not None and _says_the_same(one, other)


def _says_the_same(one: Marks, other: Marks) -> bool:
    """Return whether the day, the title and the number (or that there is none) are the same, and tell something."""
    same = (one.number, one.title, one.day) == (other.number, other.title, other.day)
    return same and bool(one.day) and _LETTERS.search(one.title) is not None


def _share_of_less(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share that both have of the links of the one that has fewer, 0 if it has none."""
    return len(one & other) / max(min(len(one), len(other)), 1)


def _share_of_text(one: frozenset[int], other: frozenset[int]) -> float | None:
    """Return an estimate of the share of all phrases that both texts have, None if one of them tells nothing."""
    if not (one and other):
        return None
    sample = sorted(one | other)[:_SKETCH]
    return sum(each in one and each in other for each in sample) / len(sample)


def _token(word: str) -> str:
    """Return a word as it is compared, "" for an address."""
    return "" if "://" in word or "www." in word else _bare(word)


def _bare(word: str) -> str:
    """Return a word in one case, without the signs around it."""
    word = word.casefold()
    return word if word[:1].isalnum() and word[-1].isalnum() else _EDGES.sub("", word)


_NONE, _FOREIGN = np.uint64(0), np.uint64(1)
"""Stand for a word of which nothing is compared, and for one with other than ASCII letters, among the words' hashes."""


@lru_cache(maxsize=65_536)
def _token_hash(word: str) -> int:
    """Return the hash of a word as it is compared. Most words come again and again: this is done once for each."""
    token = _token(word)
    return _hash(token) if token and token.isascii() else int(_FOREIGN if token else _NONE)


def _phrases(hashes: Numbers, length: int) -> Numbers:
    """Return the hashes of all phrases of so many pieces (words or characters), each once, the smallest first.

    A phrase's hash is made of the `hashes` of its pieces.
    """
    if len(hashes) < length:
        return np.empty(0, np.uint64)
    count = len(hashes) - length + 1
    found = np.zeros(count, np.uint64)
    for at in range(length):
        found = found * _ODD + hashes[at : at + count]
    found = _mixed(found) >> _SPARE_BITS
    found.sort()  # half the time of np.unique
    first = np.ones(count, np.bool_)
    np.not_equal(found[1:], found[:-1], out=first[1:])
    return found[first]


_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_SPARE_BITS = np.uint64(16)
"""A hash keeps 48 bits, which JSON holds exactly everywhere."""


def _mixed(numbers: Numbers) -> Numbers:
    """Return numbers in which each bit depends on all bits of those given (SplitMix64's finalizer; Steele et al. 2014).

    Of the sums of a phrase's hashes the smallest would be those of the phrases whose last word has a small one.
    """
    mixed = (numbers ^ (numbers >> _SHIFTS[0])) * _MIXERS[0]
    mixed = (mixed ^ (mixed >> _SHIFTS[1])) * _MIXERS[1]
    return mixed ^ (mixed >> _SHIFTS[2])


def _hash(piece: str) -> int:
    return int.from_bytes(hashlib.blake2b(piece.encode(errors="surrogatepass"), digest_size=8).digest(), "big")
