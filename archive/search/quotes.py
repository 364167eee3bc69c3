"""The sentences of entries that answer a question, word for word as the archive has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from archive.search.result import Reason, Result
from archive.search.words import words

MAX_QUOTES = 3
"""A person reads one to three sentences; more is a page of answers."""
MAX_FROM_ENTRY = 2
QUOTED_RESULTS = 8
"""The best entries whose sentences are looked at."""
DEFINING_RESULTS = 30
"""The best entries that are looked through for a sentence that says what a thing is."""
DEFINES = 1.0
"""What it counts that a sentence says what a thing is: as much as all words of the question."""
PLACE_SHARE = 0.5
"""What an entry's place counts beside what its sentence meets of the question; .3 to .7 quote the same sentences."""
MAX_CHARS = 600

_END = re.compile(r"""(?<=[.!?…])["'”’)\]]*\s+(?=["'“‘(\[]*[^\sa-z])|(?<=\w\?)\s+(?=[a-z])|(?<=[。！？])""")
"""A sentence begins with a capital letter, but for a name after a question: "Ever wondered? dpxdt compares pages."."""
_SHORT_FORM = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nos|mr|mrs|ms|dr|prof|st|jr|sr|inc|ltd|co|vol|pp|fig|ed|al|dept|est)"
    r"|(?:^|[\s(])[A-Z](?:\.[A-Z])*)\.$",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"(?:It|Its|It's|This|That|They|Their|These|Those|He|She|Here|Also|But|And|So|Instead)\b")

_WHAT, _IS = re.compile(r"What ", re.IGNORECASE), re.compile(r" (?:is|are)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"An? |The ", re.IGNORECASE)
_GAP = re.compile(r"[\W_]+")
_WRITING = (
    "articles?|books?|case|comparison|discussion|guides?|history|interview|intro|introduction|list|looks?|overview|paper"
    "|podcast|post|presentation|primer|report|retrospective|review|series|slides|story|survey|tale|talk|tour|tutorial|video"
)
_SAYS_WHAT = re.compile(
    r"(?:e?s)?[^\w\s-]?(?: \([^)]*\))? "
    r"(?:(?:is|are) (?:an?|the|one|another)|(?:describes?|calls?) (?:itself|themselves)"
    r"|provides?|lets?|allows?|makes?|offers?|aims?)\b"
    rf"|(?: \([^)]*\))?(?::| [–—-]) an? (?!(?:[\w-]+ ){{0,3}}(?:{_WRITING})\b)",
    re.IGNORECASE,
)
"""What goes on from the name of a thing in a sentence that says what it is or does."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One or two sentences of an entry: `text` stands in `result.entry.text` as it is.

    `score` is higher for a better answer; `met` are the words of the question that the text has in any form.
    """

    text: str
    result: Result
    score: float
    met: frozenset[str]


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of an entry's text in order, each as it stands there.

    A line's end is a sentence's end. Short forms ("e.g.", an initial) end none.

    >>> sentences("Sops edits files, e.g. YAML. It encrypts them.")
    ('Sops edits files, e.g. YAML.', 'It encrypts them.')
    """
    return tuple(found for line in text.splitlines() for found in _of_line(line.strip().removeprefix("•").strip()))


def _of_line(line: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(line):
        if _SHORT_FORM.search(line[start : match.start()].rstrip("\"'”’)]")):
            continue
        if found := line[start : match.end()].strip():
            yield found
        start = match.end()
    if found := line[start:].strip():
        yield found


def quotes_in_order(results: Sequence[Result], weigh: Callable[[str], float]) -> tuple[Quote, ...]:
    """Return of each result the sentence that answers best, at most `MAX_QUOTES`, in the order of the results."""
    best = (next(iter(quotes((result,), weigh)), None) for result in results[:QUOTED_RESULTS])
    return tuple(_different([quote for quote in best if quote]))


def quotes(results: Sequence[Result], weigh: Callable[[str], float], defining: str = "") -> tuple[Quote, ...]:
    """Return the sentences of `results` that answer best, at most `MAX_QUOTES`, the best first.

    `weigh` returns what a word of the question counts: more for a rare one. The results have their reasons. A
    sentence that asks is not quoted. `defining` is the
    thing whose definition is asked for, "" for another question.
    """
    if not results:
        return ()
    best = max(result.score for result in results) or 1.0
    asked = {reason.word for result in results for reason in result.reasons}
    whole = sum(map(weigh, asked)) or 1.0
    found: list[Quote] = []
    thing = words(defining)
    for at, result in enumerate(results[: DEFINING_RESULTS if thing else QUOTED_RESULTS]):
        place = result.score / best
        defining_alone = thing if at >= QUOTED_RESULTS else ()
        of_entry = sorted(_of(result, place, weigh, whole, defining_alone), key=lambda quote: -quote.score)
        if thing:
            of_entry = [replace(quote, score=quote.score + DEFINES * _defines(quote.text, thing)) for quote in of_entry]
        found += of_entry[:MAX_FROM_ENTRY]
    return tuple(_different(sorted(found, key=lambda quote: -quote.score)))


def _of(
    result: Result, place: float, weigh: Callable[[str], float], whole: float, defining: Sequence[str]
) -> Iterator[Quote]:
    """Return each sentence of an entry as a quote, or those alone that define the thing with these words, if any."""
    said = sentences(result.entry.text)
    for at, text in enumerate(said):
        if text.endswith("?") and len(said) > 1:
            continue
        quoted = _with_antecedent(result.entry.text, said, at)
        if defining and not _defines(quoted, defining):
            continue
        met = _met(text, result.reasons)
        share = sum(map(weigh, met)) / whole
        yield Quote(quoted, result, PLACE_SHARE * place + share * place, met)


def _defines(text: str, thing: Sequence[str]) -> bool:
    """Return whether a text begins with the words of a `thing`, perhaps after an article, and says what that is.

    "What gitops is" says so too, and "Hubble: a tool that …", but not "Hubble: a talk".
    """
    article = _ARTICLE.match(text)
    ends = (_after(text, thing, begin) for begin in ((article.end(), 0) if article else (0,)))
    what = _WHAT.match(text)
    explained = _after(text, thing, what.end()) if what else 0
    return any(end and _SAYS_WHAT.match(text, end) for end in ends) or bool(explained and _IS.match(text, explained))


def says_what(found: Sequence[Quote], thing: str) -> bool:
    """Return whether one of the quotes says what a `thing` is: it begins with its name and then what it is or does."""
    named = words(thing)
    return bool(named) and any(_defines(quote.text, named) for quote in found)


def _after(text: str, thing: Sequence[str], at: int) -> int:
    """Return where the words of a `thing`, which `text` has from `at` on, end; 0 if it has other ones there."""
    for place, word in enumerate(thing):
        if place:
            if (gap := _GAP.match(text, at)) is None:
                return 0
            at = gap.end()
        if text[at : at + len(word)].lower() != word:
            return 0
        at += len(word)
    return at


def _with_antecedent(text: str, said: Sequence[str], at: int) -> str:
    """Return the sentence, with the one before where it points back to that: "It encrypts them"."""
    if at and _POINTS_BACK.match(said[at]):
        start, end = text.find(said[at - 1]), text.find(said[at])
        both = text[start : end + len(said[at])]
        if 0 <= start < end and "\n" not in both and len(both) <= MAX_CHARS:
            return both
    return said[at]


def _met(text: str, reasons: Sequence[Reason]) -> frozenset[str]:
    """Return the words of the question that a sentence of an entry, found for `reasons`, has."""
    there = set(words(text))
    return frozenset(reason.word for reason in reasons if reason.term in there or reason.word in there)


def _different(found: Sequence[Quote]) -> Iterator[Quote]:
    """Return the first quotes whose texts are different; one that holds another stands for both."""
    kept: list[Quote] = []
    for quote in found:
        if any(quote.text in other.text or other.text in quote.text for other in kept):
            continue
        kept.append(quote)
        yield quote
        if len(kept) == MAX_QUOTES:
            return
