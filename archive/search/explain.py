"""Why an entry matched: which words, and by which rule."""

from __future__ import annotations

from collections.abc import Container

from archive.search.names import Words
from archive.search.plan import Concept, Lookup, Way
from archive.search.result import Reason

REMEMBERED = 4_096
"""So many concepts, and so many reasons, are kept as they are told."""

_Told = tuple[str, str, str]
"""A reason's word, term and rule."""


class Explainer:
    """The reasons for what an index finds; keeps what it told, for few things are found for many reasons."""

    def __init__(self, lookup: Lookup) -> None:
        """Start with nothing kept."""
        self._texts = lookup.vocabulary.words
        self._ways: dict[tuple[Words, bool], tuple[Way, ...]] = {}
        self._kept: dict[_Told, Reason] = {}

    def reasons(self, concepts: tuple[Concept, ...], tokens: Container[int]) -> tuple[Reason, ...]:
        """Give how an entry with these `tokens` (numbers of words) meets each of `concepts`, in the query's order."""
        found: dict[_Told, None] = {}
        for concept in concepts:
            found.update(dict.fromkeys(self._best(concept, tokens)))
        return tuple([self._kept.get(told) or self._new(told) for told in found])

    def _new(self, told: _Told) -> Reason:
        if len(self._kept) >= REMEMBERED:
            self._kept.clear()
        reason = self._kept[told] = Reason(*told)
        return reason

    def _best(self, concept: Concept, tokens: Container[int]) -> list[_Told]:
        """Give the reasons of the best way that is met."""
        if len(concept.ways) == 1:
            return self._met(concept, concept.ways[0], tokens)
        key = concept.words, concept.required
        ways = self._ways.get(key)
        if ways is None:
            if len(self._ways) >= REMEMBERED:
                self._ways.clear()
            ways = self._ways[key] = tuple(sorted(concept.ways, key=lambda way: -way.weight))
        for way in ways:
            if found := self._met(concept, way, tokens):
                return found
        return []

    def _met(self, concept: Concept, way: Way, tokens: Container[int]) -> list[_Told]:
        """Give the reasons by one way; none where it must be met whole and is not."""
        found: list[_Told] = []
        for part in way.parts:
            before = len(found)
            if isinstance(part, Concept):
                found += self._best(part, tokens)
            else:
                for term in part.terms:
                    if term.number in tokens:
                        word = part.word if part.word in concept.words else " ".join(concept.words)
                        rule = term.rule if way.rule == "exact" else way.rule
                        found.append((word, self._texts[term.number], rule))
                        break
            if way.whole and len(found) == before:
                return []
        return found
