"""What a query may become while it is typed: topics, tools and titles that the archive has, the likeliest first."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from archive.issue import Entry
from archive.kind import Kind
from archive.search.plan import likely
from archive.search.postings import Ints, union
from archive.search.query import parse
from archive.search.segments import Segments
from archive.search.suggest import entries_of, usual
from archive.search.terms import TermLookup
from archive.search.wording import STOP_WORDS
from archive.search.words import Words, words

TYPED_MAX_CHARS = 200
"""More than that is not read."""
MIN_SLIP_LETTERS = 4
"""A shorter beginning is not put right."""
PREFIX_WORDS = 200
"""So many words of the archive that begin as the last one typed does are looked at, the most frequent."""
RECENT_ENTRIES = 400
"""So many entries that have what is typed are looked at for titles and tools, the newest."""
TOPIC_WORDS = 3
"""No longer name is offered as a topic."""
TITLE_MAX_CHARS = 120
"""No longer headline is offered as a title."""
TOPIC_BONUS, TOOL_BONUS, START_BONUS = 2.0, 1.0, 3.0
"""What being a topic, being a tool, and beginning as typed adds to a completion's rank; a topic's rank grows by one
with each doubling of its entries, that of a title or a tool by one at most, for being new."""
_REPOSITORY = re.compile(r"https?://(?:www\.)?(?:github|gitlab|codeberg|bitbucket)\.(?:com|org)/[^/?#]+/([^/?#]+)")
_OWNED = re.compile(r"[\w.-]+/[\w.-]+")
Answered = Callable[[str], bool]
_HIDDEN = frozenset({Kind.SPONSOR, Kind.JOBS})


def complete(typed: str, lookup: TermLookup, segments: Segments, answered: Answered) -> list[str]:
    """Return the completions of `typed`, the likeliest first; misspelt words are put right if need be.

    `answered` tells whether a topic has a strong answer: only such are offered.
    """
    parts = words(typed[-TYPED_MAX_CHARS:])
    if not parts:
        return []
    before, last = (parts, "") if typed[-1:].isspace() else (parts[:-1], parts[-1])
    for start in _starts(before, last, lookup):
        ranked = _ranked(*start, lookup, segments, answered)
        if ranked:
            return ranked
    return []


def _starts(before: list[str], last: str, lookup: TermLookup) -> Iterator[tuple[list[str], str]]:
    """Return what was typed, and then with misspelt words put right, the likeliest first."""
    yield before, last
    righted = [_righted(word, lookup) for word in before]
    if righted != before:
        yield righted, last
    for word in likely(last, lookup):
        yield righted, word
    for word in _begun(last, lookup):
        yield righted, word


def _righted(word: str, lookup: TermLookup) -> str:
    """Return what an unknown word is likeliest to be a misspelling of, or the word."""
    return word if lookup.count(word) else next(iter(likely(word, lookup)), word)


def _begun(last: str, lookup: TermLookup) -> Iterator[str]:
    """Return the words of topics that begin as `last` does but for one slip: "obsrv" for "observ"."""
    if len(last) < MIN_SLIP_LETTERS:
        return
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - 35 ms that who types without slips need not pay

    for word in dict.fromkeys(word for name in lookup.synonyms.topics for word in name):
        starts = [word[: len(last) + more] for more in (0, 1, -1)]
        if word[0] == last[0] and any(OSA.distance(last, start) <= 1 for start in starts) and lookup.count(word):
            yield word


def _ranked(before: list[str], last: str, lookup: TermLookup, segments: Segments, answered: Answered) -> list[str]:
    """Return the completions of `before` and a word that begins with `last`, the likeliest first."""
    found = {topic: rank for topic, rank in _topics(before, last, lookup) if answered(topic)}
    for text, weight in _from_entries(before, last, lookup, segments):
        found[text] = max(weight, found.get(text, weight))
    return sorted(found, key=lambda text: (-found[text], text))


def _topics(before: list[str], last: str, lookup: TermLookup) -> Iterator[tuple[str, float]]:
    """Return the topics that go on from what is typed, each with its rank."""
    seen: set[Words] = set()
    for name in lookup.synonyms.topics:
        at = _place(name, before, last)
        if at is None or len(name) > TOPIC_WORDS or name in seen:
            continue
        forms: list[Words] = [(*name[:-1], form) for form in (name[-1], *lookup.inflections(name[-1]))]
        seen.update(forms)
        if count := entries_of(name, lookup):
            yield usual(forms, lookup), math.log2(count + 1) + TOPIC_BONUS + START_BONUS * (at == 0)


def _place(name: tuple[str, ...] | list[str], before: list[str], last: str) -> int | None:
    """Return where in `name` the words typed stand, one after another, None if they do not."""
    size = len(before) + bool(last)
    for at in range(len(name) - size + 1):
        if list(name[at : at + len(before)]) == before and (not last or name[at + size - 1].startswith(last)):
            return at
    return None


def _from_entries(before: list[str], last: str, lookup: TermLookup, segments: Segments) -> Iterator[tuple[str, float]]:
    """Return the tools and titles that go on from what is typed, each with its rank."""
    docs = _recent(before, last, lookup, segments).tolist()
    for age, doc in enumerate(docs):
        _, section, entry = segments.entry(doc)
        if section.kind in _HIDDEN or not entry.links:
            continue
        newer = 1 - age / len(docs)
        for text, bonus in ((_tool(entry), TOOL_BONUS), (_title(entry), 0.0)):
            if text and (at := _place(words(text), before, last)) is not None and _asks_for_itself(text, lookup):
                yield text, bonus + START_BONUS * (at == 0) + newer


def _asks_for_itself(text: str, lookup: TermLookup) -> bool:
    """Return whether a title is read as its words, all of which entries have: then its entry answers it strongly.

    Not so for one with days or a filter in it ("KubeCon is this week"), or of nothing but filler.
    """
    asked = parse(text)
    if asked.narrows or asked.without or asked.spoken_days or asked.problems:
        return False
    telling = [word.text for word in asked.words if not word.optional and word.text not in STOP_WORDS]
    return bool(telling or asked.phrases) and all(map(lookup.count, telling))


def _tool(entry: Entry) -> str:
    """Return the name of the repository that an entry is about, "" for none."""
    match = _REPOSITORY.match(entry.links[0].url)
    return match[1].lower().removesuffix(".git") if match else ""


def _title(entry: Entry) -> str:
    """Return the headline of an entry, "" if it is too long, was cut off, or is a repository's name."""
    title = " ".join(entry.headline.split())
    return "" if len(title) > TITLE_MAX_CHARS or title.endswith("…") or _OWNED.fullmatch(title) else title


def _recent(before: list[str], last: str, lookup: TermLookup, segments: Segments) -> Ints:
    """Return the entries that have all words `before` and one that begins with `last`, newest first, not too many."""
    runs = [segments.postings(lookup.vocabulary.ids.get(word, 0))[0] for word in before]
    if last:
        runs.append(union([segments.postings(number)[0] for number in _beginning(last, lookup)]))
    docs = runs[0]
    for run in runs[1:]:
        docs = np.intersect1d(docs, run, assume_unique=True)
    newest = np.lexsort((segments.gather("ordinal", docs), -segments.gather("day", docs)))
    return docs[newest[:RECENT_ENTRIES]]


def _beginning(last: str, lookup: TermLookup) -> list[int]:
    """Return the numbers of the most frequent words that begin with `last`."""
    numbers = lookup.vocabulary.starting(last)
    counts = lookup.frequency.of(numbers)
    if len(numbers) > PREFIX_WORDS:
        least = max(1, int(np.partition(counts, len(counts) - PREFIX_WORDS)[len(counts) - PREFIX_WORDS]))
        numbers = numbers[counts >= least]
    else:
        numbers = numbers[counts > 0]
    return [int(number) for number in numbers.tolist()]
