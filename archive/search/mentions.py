"""Which entries say something: for first, last and how often, which are counted and not ranked.

An entry says a topic if its text or headline has it by its name: in any inflection, by a synonym, joined or apart, and
as the archive itself misspells it. A word of the same root, a related name, an address or an issue's heading is not it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rapidfuzz.distance import OSA

from archive.issue import Entry, Issue, Section
from archive.kind import Kind
from archive.link import canonical
from archive.search.plan import CORRECTIONS, FREQUENT_ENTRIES, RARE_ENTRIES
from archive.search.terms import Alternative, Leaf, Term
from archive.search.words import words

MIN_NAME_WEIGHT = 0.8
"""What counts at least so much is the thing by another name (0.85), what counts less is near it."""
SLIP_MIN_CHARS = 9
"""Letters that a word has at least whose misspellings are told from other words."""
_RELATED = "near name"
_NOT_COUNTED = frozenset({Kind.SPONSOR, Kind.JOBS})

Mention = tuple[Issue, Section, Entry]


def mentioning(terms: Sequence[Term], vocabulary: Sequence[str], entries: Iterable[Mention]) -> Iterator[Mention]:
    """Return those of `entries` that say every one of `terms`, in their order; sponsors' notes and jobs never count.

    `vocabulary` are the archive's words by number.
    """
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
    # An address has no apostrophes: "thats-an-ops-thing" is read as "That's an ops thing".
    spelt = words(entry.headline.replace("'", "").replace("’", ""))
    addresses = {word for each in entry.links for word in words(canonical(each.url))}
    if not addresses.issuperset(spelt):
        yield said


def _has(term: Term, vocabulary: Sequence[str], text: Sequence[str]) -> bool:
    return any(
        _runs(alternative, vocabulary, text) for alternative in term.alternatives if alternative.rule != _RELATED
    )


def _runs(alternative: Alternative, vocabulary: Sequence[str], text: Sequence[str]) -> bool:
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


def _names(part: Leaf | Term, vocabulary: Sequence[str]) -> frozenset[str]:
    """Return the words of the archive that stand for a part by name."""
    if isinstance(part, Term):
        single = (each.parts[0] for each in part.alternatives if len(each.parts) == 1 and each.rule != _RELATED)
        return frozenset(name for each in single for name in _names(each, vocabulary))
    return frozenset(
        vocabulary[each.number]
        for each in part.variants
        if each.weight >= MIN_NAME_WEIGHT and each.rule not in CORRECTIONS
    )


def slips(word: str, like: Iterable[str], count: Callable[[str], int]) -> tuple[str, ...]:
    """Return those of `like`, words of the archive, that are its own misspellings of a `word` which it writes often.

    A slip adds, drops or swaps letters once, and is in one or two entries only. Shorter words are one letter away from
    too many others ("docker" and "rocker").
    """
    if len(word) < SLIP_MIN_CHARS or count(word) < FREQUENT_ENTRIES:
        return ()
    near = (other for other in like if other.isalpha() and OSA.distance(word, other, score_cutoff=1) == 1)
    swapped = (other for other in near if len(other) != len(word) or sorted(other) == sorted(word))
    return tuple(other for other in swapped if 0 < count(other) <= RARE_ENTRIES)
