"""Why an entry matched: which words, and by which rule."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from archive.search.result import Reason
from archive.search.terms import Alternative, Leaf, Term, TermLookup, Variant
from archive.search.words import Words

CACHED_REASONS = 4_096
"""So many terms, and so many reasons, are kept as they are told."""

_Told = tuple[str, str, str]
"""A reason's word, variant and rule."""


class Explainer:
    """The reasons for what an index finds; keeps what it told, for few things are found for many reasons."""

    def __init__(self, lookup: TermLookup) -> None:
        """Start with nothing kept."""
        self._texts = lookup.vocabulary.words
        self._alternatives: dict[tuple[Words, bool], tuple[Alternative, ...]] = {}
        self._kept: dict[_Told, Reason] = {}
        self._places: dict[int, tuple[Leaf, dict[int, int]]] = {}

    def reasons(self, terms: tuple[Term, ...], tokens: AbstractSet[int]) -> tuple[Reason, ...]:
        """Return how an entry with these `tokens` (numbers of words) meets each of `terms`, in the query's order."""
        found: dict[_Told, None] = {}
        for term in terms:
            found.update(dict.fromkeys(self._best(term, tokens)))
        return tuple([self._kept.get(told) or self._new(told) for told in found])

    def _new(self, told: _Told) -> Reason:
        if len(self._kept) >= CACHED_REASONS:
            self._kept.clear()
        reason = self._kept[told] = Reason(*told)
        return reason

    def _best(self, term: Term, tokens: AbstractSet[int]) -> list[_Told]:
        """Return the reasons of the best alternative that is met."""
        if len(term.alternatives) == 1:
            return self._met(term, term.alternatives[0], tokens)
        key = term.words, term.required
        alternatives = self._alternatives.get(key)
        if alternatives is None:
            if len(self._alternatives) >= CACHED_REASONS:
                self._alternatives.clear()
            alternatives = self._alternatives[key] = tuple(
                sorted(term.alternatives, key=lambda alternative: -alternative.weight)
            )
        for alternative in alternatives:
            if found := self._met(term, alternative, tokens):
                return found
        return []

    def _met(self, term: Term, alternative: Alternative, tokens: AbstractSet[int]) -> list[_Told]:
        """Return the reasons by one alternative; none where it must be met whole and is not."""
        found: list[_Told] = []
        for part in alternative.parts:
            before = len(found)
            if isinstance(part, Term):
                found += self._best(part, tokens)
            else:
                variant = self._first(part, tokens)
                if variant is not None:
                    word = part.word if part.word in term.words else " ".join(term.words)
                    rule = variant.rule if alternative.rule == "exact" else alternative.rule
                    found.append((word, self._texts[variant.number], rule))
            if alternative.whole and len(found) == before:
                return []
        return found

    def _first(self, leaf: Leaf, tokens: AbstractSet[int]) -> Variant | None:
        """Return the variant of a word that counts most of those an entry has, None if it has none."""
        kept = self._places.get(id(leaf))
        if kept is None:
            if len(self._places) >= CACHED_REASONS:
                self._places.clear()
            places = {variant.number: at for at, variant in reversed(list(enumerate(leaf.variants)))}
            kept = self._places[id(leaf)] = leaf, places  # the leaf is kept, so that no other gets its id
        met = kept[1].keys() & tokens
        return leaf.variants[min(map(kept[1].__getitem__, met))] if met else None
