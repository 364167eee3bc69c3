"""Why an entry matched: which words, and by which rule."""

from __future__ import annotations

from collections.abc import Container

from archive.search.result import Reason
from archive.search.terms import Alternative, Term, TermLookup
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

    def reasons(self, terms: tuple[Term, ...], tokens: Container[int]) -> tuple[Reason, ...]:
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

    def _best(self, term: Term, tokens: Container[int]) -> list[_Told]:
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

    def _met(self, term: Term, alternative: Alternative, tokens: Container[int]) -> list[_Told]:
        """Return the reasons by one alternative; none where it must be met whole and is not."""
        found: list[_Told] = []
        for part in alternative.parts:
            before = len(found)
            if isinstance(part, Term):
                found += self._best(part, tokens)
            else:
                for variant in part.variants:
                    if variant.number in tokens:
                        word = part.word if part.word in term.words else " ".join(term.words)
                        rule = variant.rule if alternative.rule == "exact" else alternative.rule
                        found.append((word, self._texts[variant.number], rule))
                        break
            if alternative.whole and len(found) == before:
                return []
        return found
