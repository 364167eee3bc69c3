"""From a query's words to what is looked for: each word's inflections, synonyms and, where it is misspelt, corrections.

Near comes before far: 1 for the word itself, then its inflections, then words of the same root, synonyms, and last
what it may have been meant to be. What each counts is named here; `archive.search.rank` adds it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archive.search.inflections import derivations
from archive.search.query import QueryWord
from archive.search.spelling import Correction
from archive.search.synonyms import SYNONYM, Synonym
from archive.search.terms import CACHED_WORDS, Alternative, Leaf, Term, TermLookup, Variant
from archive.search.wording import STOP_WORDS
from archive.search.words import Words

INFLECTION, DERIVATION, JOINED, SPLIT, LOOSE = 0.95, 0.47, 0.95, 0.95, 0.75
"""What a match counts by another inflection, by a word of the same root, by the words written together or apart, and by
the parts of a compound that stand apart in an entry."""
TYPO, GUESS = "typo", "guess"
CORRECTIONS = frozenset({TYPO, GUESS})
"""The rules by which a word is met that another may have been meant to be: likely, or so far off that it is a guess."""
RARE_ENTRIES, FREQUENT_ENTRIES = 2, 20
"""A word that so few entries have may be the newsletter's own misspelling of one that so many have."""
MAX_PAIRS = 64
"""So many pairs of letters that begin with the one typed are looked for."""
MIN_SPLIT_LETTERS, MAX_SPLIT_LETTERS = 6, 40
"""Letters of the shortest and of the longest word that is tried as two."""


def phrase(texts: Words, lookup: TermLookup) -> Term:
    """Return the term of an exact phrase: these very words, next to each other."""
    leaves = tuple(Leaf(text, tuple(_present((text,), 1.0, "phrase", lookup))) for text in texts)
    return Term(texts, (Alternative(leaves, 1.0, "phrase", adjacent=True),), required=True)


def any_form(text: str, lookup: TermLookup) -> Term:
    """Return the term of a word in any of its forms, and by no other name."""
    variants = tuple(variant for variant in _own(text, lookup) if variant.weight >= INFLECTION)
    return Term((text,), (Alternative((Leaf(text, variants),), 1.0, "exact"),), required=True)


def shared(texts: Words, lookup: TermLookup) -> Term:
    """Return the term of any of some words in any inflection, and by no other name: who has more of them has more."""
    leaves = (
        Leaf(
            text,
            (
                *_present((text,), 1.0, "exact", lookup),
                *_present(lookup.inflections(text), INFLECTION, "form", lookup),
            ),
        )
        for text in texts
    )
    return Term(texts, tuple(Alternative((leaf,), 1.0, "either") for leaf in leaves))


def plan(asked: tuple[QueryWord, ...], lookup: TermLookup) -> tuple[Term, ...]:
    """Return the terms of a query, in its order; the longest run of words with another name is one term.

    Filler does not come between the words of a name: "state of the art" is named as "state art".
    """
    places = [at for at, word in enumerate(asked) if not (word.filler or _misspelt_filler(word.text, lookup))]
    terms = {at: _filler(word.text, lookup) for at, word in enumerate(asked) if at not in places}
    telling = tuple(asked[place] for place in places)
    at = 0
    while at < len(telling):
        span = _span(telling, at, lookup)
        terms[places[at]] = _term(telling[at : at + span], lookup)
        at += span
    return tuple(terms[place] for place in sorted(terms))


def either(options: tuple[Words, ...], lookup: TermLookup) -> Term:
    """Return the term of alternatives, each of one word or a few, of which one is enough."""
    parts = [plan(tuple(map(QueryWord, option)), lookup) for option in options]
    ways = tuple(Alternative(terms, 1.0, "either", whole=len(terms) > 1) for terms in parts if terms)
    return Term(tuple(" ".join(option) for option in options), ways)


def _filler(text: str, lookup: TermLookup) -> Term:
    """Return the term of a word that only counts beside others."""
    leaf = Leaf(text, tuple(_present((text,), 1.0, "exact", lookup)))
    return Term((text,), (Alternative((leaf,), 1.0, "exact"),), optional=True, filler=True)


def guessed(terms: Iterable[Term]) -> bool:
    """Return whether any of `terms` can only be met by a far guess at what was meant."""
    return any(
        not term.optional and len(term.alternatives) == 1 and _only_guessed(term.alternatives[0]) for term in terms
    )


def named(terms: Iterable[Term], lookup: TermLookup) -> Iterator[Term]:
    """Return those of `terms` that the table of names has, as they were typed or put right."""
    for term in terms:
        near = () if term.optional or len(term.words) > 1 or lookup.count(term.words[0]) else lookup.near(term.words[0])
        names = (term.words, *((one.word,) for one in near[:1]))
        if not term.optional and not lookup.synonyms.known.isdisjoint(names):
            yield term


def _only_guessed(alternative: Alternative) -> bool:
    rules = {variant.rule for part in alternative.parts if isinstance(part, Leaf) for variant in part.variants}
    return rules == {GUESS}


def corrected(terms: Iterable[Term]) -> bool:
    """Return whether any of `terms` may be met by what a word may have been meant to be."""
    return any(
        corrected((part,)) if isinstance(part, Term) else any(variant.rule in CORRECTIONS for variant in part.variants)
        for term in terms
        for alternative in term.alternatives
        for part in alternative.parts
    )


def _misspelt_filler(text: str, lookup: TermLookup) -> bool:
    """Return whether `text` is a misspelling of a word that carries no meaning ("evrey")."""
    if len(text) < 5 or _own(text, lookup):
        return False
    near = lookup.near(text)
    return bool(near) and near[0].word in STOP_WORDS


def _span(asked: tuple[QueryWord, ...], at: int, lookup: TermLookup) -> int:
    """Return how many words from `at` on make one term."""
    heads = lookup.synonyms.heads.get(asked[at].text, 1)
    for span in range(min(heads, len(asked) - at), 1, -1):
        if _other_names(tuple(word.text for word in asked[at : at + span]), lookup):
            return span
    if at + 1 < len(asked) and _joined(asked[at].text, asked[at + 1].text, lookup):
        return 2
    return 1


def _term(asked: tuple[QueryWord, ...], lookup: TermLookup) -> Term:
    """Return the term of `asked`: one word, or a few that have another name together."""
    texts = tuple(word.text for word in asked)
    optional = all(word.optional for word in asked)
    if len(asked) == 1 and asked[0].spelled:
        return _respelt(asked[0], lookup)
    found = lookup.terms.get((texts, optional))
    if found is None:
        if len(lookup.terms) >= CACHED_WORDS:
            lookup.terms.clear()
        found = lookup.terms[texts, optional] = _new_term(asked, texts, lookup, optional=optional)
    return found


def _new_term(asked: tuple[QueryWord, ...], texts: Words, lookup: TermLookup, *, optional: bool) -> Term:
    """Put together the alternatives to say `texts`."""
    if len(asked) == 1:
        leaf = _leaf(texts[0], lookup)
        alternatives = [Alternative((leaf,), 1.0, "exact"), *_split(texts[0], leaf, lookup), *_renamed(texts, lookup)]
        return Term(texts, tuple(alternatives), optional)
    parts = tuple(_term((word,), lookup) for word in asked)
    alternatives = [Alternative(parts, 1.0, "exact", whole=False), *_renamed(texts, lookup)]
    if len(texts) == 2 and (joined := _joined(*texts, lookup)):
        leaf = Leaf("".join(texts), joined)
        apart = tuple(_leaf(text, lookup) for text in texts)
        if sum(lookup.frequency(variant.number) for variant in joined) > _neighbours(apart, lookup):
            alternatives[0] = Alternative(parts, LOOSE, "apart", whole=False)
            alternatives = [
                Alternative((leaf,), 1.0, "joined"),
                Alternative(apart, SPLIT, "exact", adjacent=True),
                *alternatives,
            ]
        else:
            alternatives.append(Alternative((leaf,), JOINED, "joined"))
    return Term(texts, tuple(alternatives), optional)


def _respelt(word: QueryWord, lookup: TermLookup) -> Term:
    """Return the term of a word with umlauts, which is as good without them ("Größe", "Groesse")."""
    variants = dict.fromkeys((*_leaf(word.text, lookup).variants, *_own(word.spelled, lookup)))
    leaf = Leaf(word.text, tuple(variants))
    return Term((word.text,), (Alternative((leaf,), 1.0, "exact"),), word.optional, spelled=word.spelled)


def _leaf(word: str, lookup: TermLookup) -> Leaf:
    """Return the variants for one word of a query."""
    variants = _own(word, lookup)
    known = any(variant.weight >= INFLECTION for variant in variants)
    for synonym in _other_names((word,), lookup):
        if len(synonym.words) == 1:
            variants += [
                Variant(t.number, t.weight * synonym.weight, synonym.rule)
                for t in _own(synonym.words[0], lookup)
                if t.weight > DERIVATION
            ]
    if not known or _rare(word, variants, lookup):
        variants += _misspelt(word, lookup, known=known)
    best: dict[int, Variant] = {}
    for variant in sorted(variants, key=lambda variant: -variant.weight):
        best.setdefault(variant.number, variant)
    return Leaf(word, tuple(best.values()))


def _own(word: str, lookup: TermLookup) -> list[Variant]:
    """Return `word` itself, its inflections and its derivations, as far as the archive has them."""
    found = lookup.families.get(word)
    if found is None:
        found = _present((word,), 1.0, "exact", lookup)
        if umlaut := lookup.respelt.get(word):
            found += _present((umlaut,), 1.0, "exact", lookup)
        if len(word) == 1 and not word.isascii():
            found += _beginning(word, lookup)
        found += _present(lookup.inflections(word), INFLECTION, "form", lookup)
        if lookup.stemmed:
            found += _present(derivations(word, lookup.beginning), DERIVATION, "derivation", lookup)
        if len(lookup.families) >= CACHED_WORDS:
            lookup.families.clear()
        lookup.families[word] = found
    return list(found)


def _beginning(letter: str, lookup: TermLookup) -> list[Variant]:
    """Return the pairs of letters that begin with one, typed alone, in a script that is cut into pairs."""
    numbers = [number for number in lookup.vocabulary.starting(letter).tolist() if lookup.frequency(number)]
    numbers.sort(key=lambda number: (-lookup.frequency(number), lookup.vocabulary.words[number]))
    return [Variant(number, INFLECTION, "form") for number in numbers[:MAX_PAIRS]]


def _present(words: Words, weight: float, rule: str, lookup: TermLookup) -> list[Variant]:
    """Return the variants for those of `words` that some entry has."""
    return [Variant(number, weight, rule) for number in lookup.present(words)]


def _rare(word: str, variants: list[Variant], lookup: TermLookup) -> bool:
    """Return whether `word` is so rare that it may be the newsletter's own misspelling."""
    return (
        len(word) > 4
        and sum(lookup.frequency(variant.number) for variant in variants if variant.weight >= INFLECTION)
        <= RARE_ENTRIES
    )


def _misspelt(word: str, lookup: TermLookup, *, known: bool) -> list[Variant]:
    """Return the variants that `word` may be a misspelling of; a `known` word only of a much more frequent one."""
    found: list[Variant] = []
    if known:
        nearby = [near for near in lookup.near(word, most=1) if lookup.count(near.word) >= FREQUENT_ENTRIES]
    else:
        near_words = lookup.near(word, guess=True)
        nearby = [*near_words, *_beyond(near_words, lookup)]
    for near in nearby:
        weight = near.closeness * (0.7 if known else 1.0)
        rule = GUESS if near.far else TYPO
        found += [Variant(variant.number, variant.weight * weight, rule) for variant in _own(near.word, lookup)]
        for synonym in _other_names((near.word,), lookup):
            if len(synonym.words) == 1:
                found += [
                    Variant(variant.number, variant.weight * synonym.weight * weight, rule)
                    for variant in _own(synonym.words[0], lookup)
                    if variant.weight > DERIVATION
                ]
    return found


def likely(word: str, lookup: TermLookup) -> list[str]:
    """Return what `word` may be a misspelling of, also by a far guess, the likeliest first."""
    nearby = lookup.near(word, guess=True)
    found = [*nearby, *_beyond(nearby, lookup)]
    return list(
        dict.fromkeys(near.word for near in sorted(found, key=lambda near: lookup.count(near.word) <= RARE_ENTRIES))
    )


def _beyond(nearby: Iterable[Correction], lookup: TermLookup) -> Iterator[Correction]:
    """Return what the rare ones of `nearby` are misspellings of: `kubrnts` is nearest to a slip of the newsletter's."""
    for near in nearby:
        if lookup.count(near.word) <= RARE_ENTRIES:
            for other in lookup.near(near.word, most=1):
                if lookup.count(other.word) >= FREQUENT_ENTRIES:
                    yield replace(other, closeness=near.closeness * other.closeness, far=True)


def _other_names(texts: Words, lookup: TermLookup) -> tuple[Synonym, ...]:
    """Return the synonyms of a run of words, also when its last word is in another number or tense."""
    if found := lookup.synonyms.of(texts):
        return found
    for form in lookup.inflections(texts[-1]):
        if found := lookup.synonyms.of((*texts[:-1], form)):
            return found
    return ()


def _renamed(texts: Words, lookup: TermLookup) -> Iterator[Alternative]:
    """Return the alternatives to say `texts` by synonyms of several words; of one word too when `texts` are several."""
    for synonym in _other_names(texts, lookup):
        if len(synonym.words) == 1 and len(texts) == 1:
            continue
        leaves = tuple(Leaf(word, tuple(_own(word, lookup))) for word in synonym.words)
        if all(leaf.variants for leaf in leaves):
            close = synonym.rule == SYNONYM or not STOP_WORDS.isdisjoint(synonym.words)
            yield Alternative(leaves, synonym.weight, synonym.rule, adjacent=close and len(leaves) > 1)


def _joined(left: str, right: str, lookup: TermLookup) -> tuple[Variant, ...]:
    """Return the variants for two words written as one."""
    joined = left + right
    if len(joined) < 5 or not any(form in lookup.vocabulary.ids for form in (joined, joined + "s", joined[:-1])):
        return ()
    return tuple(
        Variant(variant.number, variant.weight, "joined")
        for variant in _own(joined, lookup)
        if variant.weight >= INFLECTION
    )


def _neighbours(leaves: tuple[Leaf, ...], lookup: TermLookup) -> int:
    """Return the number of entries where the first two leaves' words stand next to each other."""
    left, right = (
        tuple(variant.number for variant in leaf.variants if variant.weight >= INFLECTION) for leaf in leaves[:2]
    )
    return lookup.together(left, right) if left and right else 0


def _split(word: str, leaf: Leaf, lookup: TermLookup) -> Iterator[Alternative]:
    """Return `word` as two words, if the archive writes it so more often than as one."""
    if not MIN_SPLIT_LETTERS <= len(word) <= MAX_SPLIT_LETTERS:
        return
    own = sum(lookup.frequency(variant.number) for variant in leaf.variants if variant.weight >= INFLECTION)
    best, most = 0, own
    for cut in range(2, len(word) - 1):
        if lookup.count(word[:cut]) > most and (right := _own(word[cut:], lookup)):
            if lookup.frequency(right[0].number) <= most:  # so many entries at most have both
                continue
            count = lookup.together((lookup.vocabulary.ids.get(word[:cut], 0),), (right[0].number,))
            if count > most:
                best, most = cut, count
    if best:
        halves = word[:best], word[best:]
        leaves = tuple(Leaf(half, tuple(_own(half, lookup))) for half in halves)
        yield Alternative(leaves, SPLIT, "split", adjacent=True)
