"""Which entries say something: for first, last and how often, which are counted and not ranked.

An entry says a topic if its text or headline has it by its name: in any inflection, by a synonym, joined or apart, and
as the archive itself misspells it. A word of the same root, a related name, an address or an issue's heading is not it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.link import canonical
from archive.search.plan import CORRECTIONS, FREQUENT_ENTRIES, RARE_ENTRIES
from archive.search.terms import Alternative, Leaf, Term
from archive.search.words import words

MIN_NAME_WEIGHT = 0.8
"""What counts at least so much is the thing by another name (0.85), what counts less is near it."""
_RELATED = "near name"
_NOT_COUNTED = frozenset({Kind.SPONSOR, Kind.JOBS})

Mention = tuple[Issue, Section, Entry]


@dataclass(frozen=True, slots=True)
class CountedWords:
    """The archive's `words` by number, and in how many entries each word is."""

    words: Sequence[str]
    count: Callable[[str], int]


def mentioning(terms: Sequence[Term], vocabulary: CountedWords, entries: Iterable[Mention]) -> Iterator[Mention]:
    """Return those of `entries` that say every one of `terms`, in their order; sponsors' notes and jobs never count."""
    telling = [term for term in terms if not term.optional and not term.filler]
    if not telling:
        return
    for issue, section, entry in entries:
        if section.kind in _NOT_COUNTED:
            continue
        said = [*_headline(entry), *(words(line) for line in entry.text.splitlines())]
        if all(any(_has(term, vocabulary, text) for text in said) for term in telling):
            yield issue, section, entry


def _headline(entry: Entry) -> Iterator[list[str]]:
    """Return an entry's headline, unless it is made of the words of an address."""
    said = words(entry.headline)
    addresses = {word for each in entry.links for word in words(canonical(each.url))}
    if not addresses.issuperset(said):
        yield said


def _has(term: Term, vocabulary: CountedWords, text: Sequence[str]) -> bool:
    return any(
        _runs(alternative, vocabulary, text) for alternative in term.alternatives if alternative.rule != _RELATED
    )


def _runs(alternative: Alternative, vocabulary: CountedWords, text: Sequence[str]) -> bool:
    """Return whether the parts of an alternative stand next to each other in a text, in order."""
    parts = [_names(part, vocabulary) for part in alternative.parts]
    if not all(parts) or alternative.weight < MIN_NAME_WEIGHT:
        return False
    last = len(text) - len(parts)
    return any(
        all(text[at + place] in names for place, names in enumerate(parts))
        for at in range(last + 1)
        if text[at] in parts[0]
    )


def _names(part: Leaf | Term, vocabulary: CountedWords) -> frozenset[str]:
    """Return the words of the archive that stand for a part by name."""
    if isinstance(part, Term):
        single = (each.parts[0] for each in part.alternatives if len(each.parts) == 1 and each.rule != _RELATED)
        return frozenset(name for each in single for name in _names(each, vocabulary))
    named = ((vocabulary.words[each.number], each) for each in part.variants)
    return frozenset(
        word
        for word, each in named
        if (each.weight >= MIN_NAME_WEIGHT and each.rule not in CORRECTIONS)
        or _is_misspelt(part.word, word, vocabulary)
    )


def _is_misspelt(word: str, other: str, vocabulary: CountedWords) -> bool:
    """Return whether `other` is the archive's own slip of a `word` that it writes often: one or two entries of many."""
    return vocabulary.count(word) >= FREQUENT_ENTRIES and vocabulary.count(other) <= RARE_ENTRIES
