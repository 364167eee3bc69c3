"""Why an entry matched: which words, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator

from archive.search.plan import Concept, Lookup, Node, Way
from archive.search.result import Reason


def reasons(concepts: tuple[Concept, ...], tokens: frozenset[int], lookup: Lookup) -> tuple[Reason, ...]:
    """Give how an entry with these `tokens` (numbers of words) meets each of `concepts`, in the query's order."""
    found = [reason for concept in concepts for reason in _concept(concept, tokens, lookup)]
    return tuple(dict.fromkeys(found))


def _concept(concept: Concept, tokens: frozenset[int], lookup: Lookup) -> list[Reason]:
    """Give the reasons of the best way that the entry meets."""
    ways = concept.ways if len(concept.ways) == 1 else sorted(concept.ways, key=lambda way: -way.weight)
    for way in ways:
        if _whole(way, tokens) and (found := list(_way(concept, way, tokens, lookup))):
            return found
    return []


def _whole(way: Way, tokens: frozenset[int]) -> bool:
    """Tell whether every part of `way` is met, if it must be."""
    return not way.whole or all(_met(part, tokens) for part in way.parts)


def _met(part: Node | Concept, tokens: frozenset[int]) -> bool:
    if isinstance(part, Node):
        return any(term.number in tokens for term in part.terms)
    return any(_whole(way, tokens) and any(_met(inner, tokens) for inner in way.parts) for way in part.ways)


def _way(concept: Concept, way: Way, tokens: frozenset[int], lookup: Lookup) -> Iterator[Reason]:
    """Give the reasons by one way."""
    spoken = " ".join(concept.words)
    for part in way.parts:
        if isinstance(part, Concept):
            yield from _concept(part, tokens, lookup)
            continue
        term = next((term for term in part.terms if term.number in tokens), None)
        if term is not None:
            word = part.word if part.word in concept.words else spoken
            rule = term.rule if way.rule == "exact" else way.rule
            yield Reason(word, lookup.vocabulary.words[term.number], rule)
