"""What would have given a query a strong answer: a correction, or a line for the table of synonyms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive.search.plan import likely
from archive.search.query import parse
from archive.search.terms import TermLookup
from archive.search.wording import STOP_WORDS
from archive.search.words import Words, words

MIN_INITIALS, MAX_INITIALS = 3, 6
"""Letters of an abbreviation that is looked for as the initials of words that follow each other."""
MIN_HEADLINES = 2
"""Different headlines that have the words of an abbreviation: what one alone has is an accident."""
MAX_TRIED = 3
"""So many corrections of a word, and so many names with the same initials, are tried."""

Answered = Callable[[str, str], bool]
Named = Mapping[str, tuple[Words, ...]]
"""The runs of words in headlines by their initials, the most frequent first."""


class RemedyKind(StrEnum):
    """What helps: nothing is needed any more, a correction, a synonym, or leaving a word out."""

    ANSWERED = "answered"
    CORRECTION = "correction"
    SYNONYM = "synonym"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What gives a missed query a strong answer: the `kind` of help, and the `query` that has one.

    `line` is for the table of synonyms, as `synonyms.txt` has them; "" where no line helps. `words` are those that were
    put right, named otherwise or left out.
    """

    kind: RemedyKind
    query: str
    line: str = ""
    words: str = ""


def initials_of(headlines: Iterable[str]) -> Named:
    """Return the runs of words in `headlines` by their initials; a run of filler at either end names nothing."""
    counts: dict[str, dict[Words, int]] = defaultdict(lambda: defaultdict(int))
    for found in dict.fromkeys(tuple(words(headline)) for headline in headlines):
        for size in range(MIN_INITIALS, MAX_INITIALS + 1):
            for at in range(len(found) - size + 1):
                run = found[at : at + size]
                if STOP_WORDS.isdisjoint((run[0], run[-1])):
                    counts["".join(word[0] for word in run)][run] += 1
    return {
        letters: tuple(sorted(often, key=lambda run: (-runs[run], run))[:MAX_TRIED])
        for letters, runs in counts.items()
        if (often := [run for run, count in runs.items() if count >= MIN_HEADLINES])
    }


def remedy(query: str, lookup: TermLookup, named: Named, answered: Answered) -> Remedy | None:
    """Return what would have helped a `query`, None if nothing is known.

    `answered` tells whether a query has a strong answer, with a line more in the table of synonyms. A correction comes
    before a synonym, and leaving out a word, which tells the operator what to name, comes last.
    """
    if answered(query, ""):
        return Remedy(RemedyKind.ANSWERED, query)
    telling = [word.text for word in parse(query).words if not word.optional]
    ways = (*_corrected(telling, lookup), *_renamed(telling, lookup, named), *_shortened(telling, lookup))
    return next((each for each in ways if answered(query if each.line else each.query, each.line)), None)


def _corrected(telling: list[str], lookup: TermLookup) -> Iterator[Remedy]:
    """Return the query with a word that the archive has not put right."""
    for word in telling:
        if lookup.count(word) == 0:
            for other in likely(word, lookup)[:MAX_TRIED]:
                yield Remedy(
                    RemedyKind.CORRECTION, _with(telling, (word,), (other,)), f"{word} > {other}", f"{word} → {other}"
                )


def _renamed(telling: list[str], lookup: TermLookup, named: Named) -> Iterator[Remedy]:
    """Return the query with an abbreviation written out, or with words abbreviated, as the archive writes it."""
    for word in telling:
        for run in named.get(word, ()) if word.isalpha() else ():
            yield Remedy(RemedyKind.SYNONYM, _with(telling, (word,), run), f"{word}, {' '.join(run)}", word)
    for size in range(len(telling), MIN_INITIALS - 1, -1):
        for at in range(len(telling) - size + 1):
            run = tuple(telling[at : at + size])
            short = "".join(word[0] for word in run)
            if lookup.count(short) and short not in STOP_WORDS:
                line = f"{' '.join(run)}, {short}"
                yield Remedy(RemedyKind.SYNONYM, _with(telling, run, (short,)), line, " ".join(run))


def _shortened(telling: list[str], lookup: TermLookup) -> Iterator[Remedy]:
    """Return the query without one of the words that the archive lacks: it may have another name of the same thing."""
    for word in telling if len(telling) > 1 else ():
        if lookup.count(word) == 0:
            rest = " ".join(other for other in telling if other != word)
            yield Remedy(RemedyKind.WITHOUT, rest, "", word)


def _with(telling: list[str], run: Words, other: Words) -> str:
    """Return the words `telling` with `other` in the place of `run`."""
    at = next(place for place in range(len(telling)) if tuple(telling[place : place + len(run)]) == run)
    return " ".join((*telling[:at], *other, *telling[at + len(run) :]))
