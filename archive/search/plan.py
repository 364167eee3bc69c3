"""From a query's words to what is looked for: each word's forms, other names and, where it is misspelt, its near words.

Near comes before far: 1 for the word itself, then its inflections, then words of the same root, other names, and last
what it may have been meant to be. What each counts is named here; `archive.search.rank` adds it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from archive.search.forms import inflections, kin
from archive.search.names import SYNONYM, Name, Names, Words
from archive.search.query import STOP, Word
from archive.search.shelf import Counts
from archive.search.typos import Near, corrections
from archive.search.vocabulary import Vocabulary

FORM, KIN, JOINED, SPLIT, LOOSE = 0.95, 0.47, 0.95, 0.95, 0.75
"""What a match counts by another inflection, by a word of the same root, by the words written together or apart, and by
the parts of a compound that stand apart in an entry."""
TYPO = "typo"
"""The rule by which a word is met that another may have been meant to be."""
REMEMBERED = 8_192
"""So many words' families are kept between queries."""
MIN_SPLIT, MAX_SPLIT = 6, 40
"""Letters of the shortest and of the longest word that is tried as two."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the archive to look for: its `number`, what it counts (0 to 1), and by which rule it is there."""

    number: int
    weight: float
    rule: str


@dataclass(frozen=True, slots=True)
class Node:
    """One `word` and the terms that stand for it, those that count most first."""

    word: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say a concept: in `parts`, next to each other if `adjacent`.

    A `whole` way needs every part; the query's own words may be met in part.
    """

    parts: tuple[Node | Concept, ...]
    weight: float
    rule: str
    adjacent: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing asked for, in the query's own words first and then in other ways.

    A `soft` one is welcome and not missed; an entry without a `required` one is no answer.
    """

    words: Words
    ways: tuple[Way, ...]
    soft: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """What planning needs to know of the archive.

    `frequency` gives the number of entries with a word (by number), `together` of those where two words are neighbours;
    `families`, `concepts`, `nearby` and `pairs` keep what was looked up.
    """

    vocabulary: Vocabulary
    names: Names
    frequency: Counts
    together: Callable[[tuple[int, ...], tuple[int, ...]], int]
    families: dict[str, list[Term]] = field(default_factory=dict)
    concepts: dict[tuple[Words, bool], Concept] = field(default_factory=dict)
    nearby: dict[tuple[str, int | None], list[Near]] = field(default_factory=dict)
    pairs: dict[Words, int] = field(default_factory=dict)

    def count(self, word: str) -> int:
        """Give the number of entries that have exactly `word`."""
        number = self.vocabulary.ids.get(word)
        return self.frequency(number) if number else 0

    def near(self, word: str, edits: int | None = None) -> list[Near]:
        """Give what `word` may be a misspelling of, as `typos.corrections` does."""
        found = self.nearby.get((word, edits))
        if found is None:
            if len(self.nearby) >= REMEMBERED:
                self.nearby.clear()
            found = self.nearby[word, edits] = corrections(word, self.vocabulary, self.frequency, edits=edits)
        return found


def phrase(texts: Words, lookup: Lookup) -> Concept:
    """Give the concept of an exact phrase: these very words, next to each other."""
    nodes = tuple(Node(text, tuple(_present((text,), 1.0, "phrase", lookup))) for text in texts)
    return Concept(texts, (Way(nodes, 1.0, "phrase", adjacent=True),), required=True)


def any_form(text: str, lookup: Lookup) -> Concept:
    """Give the concept of a word in any of its forms, and by no other name."""
    terms = tuple(term for term in _own(text, lookup) if term.weight >= FORM)
    return Concept((text,), (Way((Node(text, terms),), 1.0, "exact"),), required=True)


def plan(asked: tuple[Word, ...], lookup: Lookup) -> tuple[Concept, ...]:
    """Give the concepts of a query, in its order; the longest run of words with another name is one concept."""
    asked = tuple(Word(word.text, soft=word.soft or _filler(word.text, lookup)) for word in asked)
    concepts: list[Concept] = []
    at = 0
    while at < len(asked):
        span = _span(asked, at, lookup)
        concepts.append(_concept(asked[at : at + span], lookup))
        at += span
    return tuple(concepts)


def corrected(concepts: Iterable[Concept]) -> bool:
    """Tell whether any of `concepts` may be met by what a word may have been meant to be."""
    return any(
        corrected((part,)) if isinstance(part, Concept) else any(term.rule == TYPO for term in part.terms)
        for concept in concepts
        for way in concept.ways
        for part in way.parts
    )


def _filler(text: str, lookup: Lookup) -> bool:
    """Tell whether `text` is a misspelling of a word that carries no meaning ("evrey")."""
    if len(text) < 5 or _own(text, lookup):
        return False
    near = lookup.near(text)
    return bool(near) and near[0].word in STOP


def _span(asked: tuple[Word, ...], at: int, lookup: Lookup) -> int:
    """Give how many words from `at` on make one concept."""
    heads = lookup.names.heads.get(asked[at].text, 1)
    for span in range(min(heads, len(asked) - at), 1, -1):
        if _other_names(tuple(word.text for word in asked[at : at + span]), lookup):
            return span
    if at + 1 < len(asked) and _joined(asked[at].text, asked[at + 1].text, lookup):
        return 2
    return 1


def _concept(asked: tuple[Word, ...], lookup: Lookup) -> Concept:
    """Give the concept of `asked`: one word, or a few that have another name together."""
    texts = tuple(word.text for word in asked)
    soft = all(word.soft for word in asked)
    found = lookup.concepts.get((texts, soft))
    if found is None:
        if len(lookup.concepts) >= REMEMBERED:
            lookup.concepts.clear()
        found = lookup.concepts[texts, soft] = _new_concept(asked, texts, lookup, soft=soft)
    return found


def _new_concept(asked: tuple[Word, ...], texts: Words, lookup: Lookup, *, soft: bool) -> Concept:
    """Put together the ways to say `texts`."""
    if len(asked) == 1:
        node = _node(texts[0], lookup)
        ways = [Way((node,), 1.0, "exact"), *_split(texts[0], node, lookup), *_renamed(texts, lookup)]
        return Concept(texts, tuple(ways), soft)
    parts = tuple(_concept((word,), lookup) for word in asked)
    ways = [Way(parts, 1.0, "exact", whole=False), *_renamed(texts, lookup)]
    if len(texts) == 2 and (joined := _joined(*texts, lookup)):
        node = Node("".join(texts), joined)
        apart = tuple(_node(text, lookup) for text in texts)
        if sum(lookup.frequency(term.number) for term in joined) > _neighbours(apart, lookup):
            ways[0] = Way(parts, LOOSE, "apart", whole=False)
            ways = [Way((node,), 1.0, "joined"), Way(apart, SPLIT, "exact", adjacent=True), *ways]
        else:
            ways.append(Way((node,), JOINED, "joined"))
    return Concept(texts, tuple(ways), soft)


def _node(word: str, lookup: Lookup) -> Node:
    """Give the terms for one word of a query."""
    terms = _own(word, lookup)
    known = bool(terms)
    for name in _other_names((word,), lookup):
        if len(name.words) == 1:
            terms += [
                Term(t.number, t.weight * name.weight, name.rule) for t in _own(name.words[0], lookup) if t.weight > KIN
            ]
    if not known or _rare(word, terms, lookup):
        terms += _misspelt(word, lookup, known=known)
    best: dict[int, Term] = {}
    for term in sorted(terms, key=lambda term: -term.weight):
        best.setdefault(term.number, term)
    return Node(word, tuple(best.values()))


def _own(word: str, lookup: Lookup) -> list[Term]:
    """Give `word` itself, its inflections and its kin, as far as the archive has them."""
    found = lookup.families.get(word)
    if found is None:
        found = _present((word,), 1.0, "exact", lookup) + _present(inflections(word), FORM, "form", lookup)
        if found:
            found += _present(kin(word), KIN, "kin", lookup)
        if len(lookup.families) >= REMEMBERED:
            lookup.families.clear()
        lookup.families[word] = found
    return list(found)


def _present(words: Words, weight: float, rule: str, lookup: Lookup) -> list[Term]:
    """Give the terms for those of `words` that some entry has."""
    ids, frequency = lookup.vocabulary.ids, lookup.frequency
    numbers = [ids[word] for word in words if word in ids]
    return [Term(number, weight, rule) for number in numbers if number and frequency(number)]


def _rare(word: str, terms: list[Term], lookup: Lookup) -> bool:
    """Tell whether `word` is so rare that it may be the newsletter's own misspelling."""
    return len(word) > 4 and sum(lookup.frequency(term.number) for term in terms if term.weight >= FORM) <= 2


def _misspelt(word: str, lookup: Lookup, *, known: bool) -> list[Term]:
    """Give the terms that `word` may be a misspelling of; a `known` word only of a much more frequent one."""
    found: list[Term] = []
    for near in lookup.near(word):
        if known and (near.edits > 1 or lookup.count(near.word) < 20):
            continue
        weight = near.closeness * (0.7 if known else 1.0)
        found += [Term(term.number, term.weight * weight, TYPO) for term in _own(near.word, lookup)]
        for name in _other_names((near.word,), lookup):
            if len(name.words) == 1:
                found += [
                    Term(term.number, term.weight * name.weight * weight, TYPO)
                    for term in _own(name.words[0], lookup)
                    if term.weight > KIN
                ]
    return found


def _other_names(texts: Words, lookup: Lookup) -> tuple[Name, ...]:
    """Give the other names of a run of words, also when its last word is in another number or tense."""
    if found := lookup.names.of(texts):
        return found
    for form in inflections(texts[-1]):
        if found := lookup.names.of((*texts[:-1], form)):
            return found
    return ()


def _renamed(texts: Words, lookup: Lookup) -> Iterator[Way]:
    """Give the ways to say `texts` by other names of several words; of one word too when `texts` are several."""
    for name in _other_names(texts, lookup):
        if len(name.words) == 1 and len(texts) == 1:
            continue
        nodes = tuple(Node(word, tuple(_own(word, lookup))) for word in name.words)
        if all(node.terms for node in nodes):
            close = name.rule == SYNONYM or not STOP.isdisjoint(name.words)
            yield Way(nodes, name.weight, name.rule, adjacent=close and len(nodes) > 1)


def _joined(left: str, right: str, lookup: Lookup) -> tuple[Term, ...]:
    """Give the terms for two words written as one."""
    joined = left + right
    if len(joined) < 5 or not any(form in lookup.vocabulary.ids for form in (joined, joined + "s", joined[:-1])):
        return ()
    return tuple(Term(term.number, term.weight, "joined") for term in _own(joined, lookup) if term.weight >= FORM)


def _neighbours(nodes: tuple[Node, ...], lookup: Lookup) -> int:
    """Give the number of entries where the first two nodes' words stand next to each other."""
    left, right = (tuple(term.number for term in node.terms if term.weight >= FORM) for node in nodes[:2])
    return lookup.together(left, right) if left and right else 0


def _split(word: str, node: Node, lookup: Lookup) -> Iterator[Way]:
    """Give `word` as two words, if the archive writes it so more often than as one."""
    if not MIN_SPLIT <= len(word) <= MAX_SPLIT:
        return
    own = sum(lookup.frequency(term.number) for term in node.terms if term.weight >= FORM)
    best, most = 0, own
    for cut in range(2, len(word) - 1):
        if lookup.count(word[:cut]) > most and (right := _own(word[cut:], lookup)):
            count = lookup.together((lookup.vocabulary.ids.get(word[:cut], 0),), (right[0].number,))
            if count > most:
                best, most = cut, count
    if best:
        halves = word[:best], word[best:]
        nodes = tuple(Node(half, tuple(_own(half, lookup))) for half in halves)
        yield Way(nodes, SPLIT, "split", adjacent=True)
