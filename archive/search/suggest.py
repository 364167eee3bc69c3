"""What one could ask instead: corrections, parts of the query, and the topics that the archive has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from archive.kind import Kind
from archive.search.filters import ASKED_FOR
from archive.search.inflections import inflections
from archive.search.notes import subject
from archive.search.query import KIND_NAMES, Query
from archive.search.result import Answer
from archive.search.synonyms import SYNONYM
from archive.search.terms import CACHED_WORDS, TermLookup
from archive.search.wording import OPTIONAL_WORDS, STOP_WORDS
from archive.search.words import Words, bag, words

MAX_NEAR_TOPICS = 5
"""So many topics are named when there is nothing."""
MAX_CORRECTED = 3
"""So many queries with a word put right are offered."""
MIN_TOPIC_ENTRIES = 3
"""A topic has so many entries at least."""
_MONTHS = bag("january february march april may june july august september october november december")
_UNTOLD = STOP_WORDS | _MONTHS


def once(texts: Iterable[str]) -> Iterator[str]:
    """Return each of `texts` once, as far as they are asked for."""
    seen: set[str] = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


def topics(limit: int, lookup: TermLookup) -> tuple[str, ...]:
    """Return the `limit` things of the table of names that the archive says most about, by its own name for each."""
    ranked = sorted(((count, name) for name, count in _counted(lookup, limit)), key=lambda pair: (-pair[0], pair[1]))
    told: list[str] = []
    seen: set[Words] = set()
    for _, name in ranked:
        forms: list[Words] = [(*name[:-1], form) for form in (name[-1], *inflections(name[-1]))]
        if seen.isdisjoint(forms):
            told.append(usual(forms, lookup))
            seen.update((*forms, *(other.words for other in lookup.synonyms.of(name) if other.rule == SYNONYM)))
    if len(told) < min(limit, MAX_NEAR_TOPICS):
        told += [word for word in _frequent(lookup) if word not in told][: MAX_NEAR_TOPICS - len(told)]
    return tuple(told[:limit])


def usual(forms: list[Words], lookup: TermLookup) -> str:
    """Return the form of a topic that most entries have."""
    counts = [lookup.count(form[0]) if len(form) == 1 else _pair(form[-2:], lookup) for form in forms]
    return " ".join(forms[counts.index(max(counts))])


def _counted(lookup: TermLookup, limit: int) -> Iterator[tuple[Words, int]]:
    """Count the entries with each topic that can be among the first `limit`, by the most it can have."""
    bounds = sorted(
        ((min(_count(word, lookup) for word in name), name) for name in lookup.synonyms.topics if len(name) < 3),
        reverse=True,
    )
    best: list[int] = []
    for bound, name in bounds:
        if bound < MIN_TOPIC_ENTRIES or (len(best) >= 3 * limit and bound < sorted(best)[-3 * limit]):
            return
        count = bound if len(name) == 1 else _pair(name, lookup)
        if count >= MIN_TOPIC_ENTRIES:
            best.append(count)
            yield name, count


def _count(word: str, lookup: TermLookup) -> int:
    return sum(lookup.count(form) for form in (word, *inflections(word)))


def _pair(name: Words, lookup: TermLookup) -> int:
    count = lookup.pairs.get(name)
    if count is None:
        left, right = (lookup.vocabulary.ids.get(word, 0) for word in name)
        count = lookup.together((left,), (right,)) if left and right else 0
        if len(lookup.pairs) >= CACHED_WORDS:
            lookup.pairs.clear()
        lookup.pairs[name] = count
    return count


def _frequent(lookup: TermLookup) -> list[str]:
    """Return the archive's most frequent long words, for an archive of other things than the table's."""
    words_ = lookup.vocabulary.words
    counted = sorted(
        ((lookup.frequency(number), word) for number, word in enumerate(words_) if len(word) > 4), reverse=True
    )
    return [word for count, word in counted[:400] if count and word.isalpha() and word not in _UNTOLD | OPTIONAL_WORDS]


def meant(query: str, asked: Query, lookup: TermLookup) -> Iterator[str]:
    """Return `query` with a word that the archive does not have put right, the nearest first, at most three.

    Also by more letters than are put right unasked: this is for queries that found nothing.
    """
    told = 0
    for word in asked.words:
        if lookup.count(word.text) or len(word.text) < 4 or told >= MAX_CORRECTED:
            continue
        edits = 1 if len(word.text) < 5 else 2 if len(word.text) < 9 else 3
        for near in lookup.near(word.text, edits=edits)[:2]:
            told += 1
            yield " ".join(near.word if other == word.text else other for other in words(query))


def parts(asked: Query, lookup: TermLookup) -> tuple[Words, ...]:
    """Return the parts of a query of several words that name something, the longest and then the rarest first.

    Only names of the table are parts: that the archive has "patterns" tells nothing of knitting. A misspelt name counts
    as what it is nearest to.
    """
    runs = [tuple(word.text for word in asked.words if not word.optional), *asked.phrases]
    known = lookup.synonyms.known
    found = {name: None for run in runs for name in _spans(run, lookup) if name in known and name not in runs}
    return tuple(sorted(found, key=lambda name: (-len(name), min(_count(word, lookup) for word in name), name)))


def left_out(answer: Answer) -> Iterator[tuple[Kind, str]]:
    """Yield the kinds of section that are searched only if named, each with the query that names it.

    First that which the query begins with, in the place of its word ("jobs in berlin"); then each of them beside it,
    unless an entry shown has all of it.
    """
    pieces = answer.query.split()
    first = next((at for at, piece in enumerate(pieces) if piece.lower() not in STOP_WORDS), len(pieces))
    kind = KIND_NAMES.get("".join(pieces[first : first + 1]).lower())
    if kind in ASKED_FOR and (topic := subject(" ".join(pieces[first + 1 :]))):
        yield kind, f"in:{kind} {topic}"
    for other in sorted(ASKED_FOR) if all(result.lacks for result in answer.results) else ():
        yield other, f"in:{other} {answer.query.strip()}"


def is_typed(name: Words, asked: Query) -> bool:
    """Return whether all words of `name` were typed, in the singular or the plural."""
    typed = {word.text for word in asked.words}.union(*asked.phrases)
    return {word.removesuffix("s") for word in name} <= {word.removesuffix("s") for word in typed}


def _spans(run: Words, lookup: TermLookup) -> Iterator[Words]:
    """Return every few neighbours of `run` that may have a name, as they are and with a misspelt word put right."""
    right = tuple(_righted(word, lookup) for word in run if word not in STOP_WORDS)
    longest = max((lookup.synonyms.heads.get(word, 1) for word in right), default=1)
    for size in range(1, longest + 1):
        for at in range(len(right) - size + 1):
            before, last = right[at : at + size - 1], right[at + size - 1]
            yield (*before, last)
            for form in inflections(last):
                yield (*before, form)


def _righted(word: str, lookup: TermLookup) -> str:
    """Return what `word` is a misspelling of, or `word` if it is known or too short to tell."""
    found = lookup.righted.get(word)
    if found is None:
        found = word
        if not (len(word) < 5 or _count(word, lookup) or (word,) in lookup.synonyms.table):
            found = next((near.word for near in lookup.near(word)), word)
        if len(lookup.righted) >= CACHED_WORDS:
            lookup.righted.clear()
        lookup.righted[word] = found
    return found


def near_topics(asked: Query, lookup: TermLookup, main: Iterable[str]) -> tuple[str, ...]:
    """Return topics of the query's words, narrower and broader ones, then `main` ones; one name for each thing."""
    named = list(_spans(tuple(word.text for word in asked.words if not word.optional), lookup))
    known = lookup.synonyms.known
    own = [name for name in named if name in known]
    others = [other.words for name in own for other in lookup.synonyms.of(name) if other.words in known]
    near: list[str] = []
    seen: set[Words] = set()
    for name in (*sorted(own, key=len, reverse=True), *others):
        forms: list[Words] = [(*name[:-1], form) for form in (name[-1], *inflections(name[-1]))]
        if len(name) < 3 and seen.isdisjoint(forms) and entries_of(name, lookup) >= MIN_TOPIC_ENTRIES:
            near.append(usual(forms, lookup))
            same = (other.words for other in lookup.synonyms.of(name) if other.rule == SYNONYM)
            seen.update((*forms, *same))
    return (*near, *(topic for topic in main if tuple(words(topic)) not in seen))


def entries_of(name: Words, lookup: TermLookup) -> int:
    """Return about how many entries have `name`; of more than two words the rarer two neighbours count."""
    return _count(name[0], lookup) if len(name) == 1 else min(_pair(pair, lookup) for pair in pairwise(name))
