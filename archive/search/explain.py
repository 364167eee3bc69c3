"""Why an entry matched: which words, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archive.search.names import Words
from archive.search.plan import Concept, Lookup, Node, Way
from archive.search.result import Reason

REMEMBERED = 1_024
"""So many concepts are kept as they are told."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A way as it is told: for each part the reasons by the number of the term met, or the ways of a concept."""

    parts: tuple[dict[int, Reason] | tuple[_Told, ...], ...]
    whole: bool


class Explainer:
    """The reasons for what an index finds; keeps how each concept is told."""

    def __init__(self, lookup: Lookup) -> None:
        """Start with nothing kept."""
        self._lookup = lookup
        self._kept: dict[tuple[Words, bool], tuple[_Told, ...]] = {}

    def reasons(self, concepts: tuple[Concept, ...], tokens: frozenset[int]) -> tuple[Reason, ...]:
        """Give how an entry with these `tokens` (numbers of words) meets each of `concepts`, in the query's order."""
        found = [reason for concept in concepts for reason in _best(self._told(concept), tokens)]
        return tuple(dict.fromkeys(found))

    def _told(self, concept: Concept) -> tuple[_Told, ...]:
        """Give the ways of `concept`, those that count most first."""
        key = concept.words, concept.required
        told = self._kept.get(key)
        if told is None:
            if len(self._kept) >= REMEMBERED:
                self._kept.clear()
            ways = sorted(concept.ways, key=lambda way: -way.weight)
            told = self._kept[key] = tuple(self._way(concept, way) for way in ways)
        return told

    def _way(self, concept: Concept, way: Way) -> _Told:
        parts = (
            self._told(part) if isinstance(part, Concept) else self._node(concept, way, part) for part in way.parts
        )
        return _Told(tuple(parts), way.whole)

    def _node(self, concept: Concept, way: Way, node: Node) -> dict[int, Reason]:
        """Give the reason by each term of `node`, in its order."""
        word = node.word if node.word in concept.words else " ".join(concept.words)
        texts = self._lookup.vocabulary.words
        return {
            term.number: Reason(word, texts[term.number], term.rule if way.rule == "exact" else way.rule)
            for term in node.terms
        }


def _best(ways: tuple[_Told, ...], tokens: frozenset[int]) -> list[Reason]:
    """Give the reasons of the best way that is met."""
    for way in ways:
        if found := _met(way, tokens):
            return found
    return []


def _met(way: _Told, tokens: frozenset[int]) -> list[Reason]:
    """Give the reasons by one way; none where it must be met whole and is not."""
    found: list[Reason] = []
    for part in way.parts:
        met = list(_first(part, tokens)) if isinstance(part, dict) else _best(part, tokens)
        if way.whole and not met:
            return []
        found += met
    return found


def _first(node: dict[int, Reason], tokens: frozenset[int]) -> Iterator[Reason]:
    """Give the reason by the first term of `node` that is among `tokens`, if one is."""
    for number, reason in node.items():
        if number in tokens:
            yield reason
            return
