"""What the archive has on a message of anybody's: the same links, and the words that are rare in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log

from archive.issue import Entry
from archive.search.index import Index
from archive.search.result import Answer, Grade, Result
from archive.search.words import Words, words

MAX_RELATED = 5
MAX_WORDS = 6
"""More words find entries that share a chance word only."""
RARE_WEIGHT = 3.0
"""What a word weighs that one entry in twenty has (the logarithm of twenty): a more frequent one tells little."""
MESSAGE_MAX_CHARS = 4_000
_LINKS = 3
_ROUNDING = 1e-9


def related(
    index: Index,
    text: str,
    urls: Sequence[str],
    today: date,
    itself: Entry | None = None,
    limit: int = MAX_RELATED,
) -> Answer:
    """Return the entries that have the links of a message, then those that share its rarest words, at most `limit`.

    No word is corrected or read as another. The grade is NONE where nothing is shared. `itself` is an entry that the
    text and the links are of, which is not like itself.
    """
    found: dict[tuple[str, int], Result] = {}
    rare = _rare(index, text, itself is not None)
    for url in urls[:_LINKS]:
        answer = index.search(url, limit=limit + 1, today=today)
        if answer.grade is Grade.STRONG:
            found |= {(each.issue.slug, each.entry.position): each for each in answer.results}
    found |= {(each.issue.slug, each.entry.position): each for each in index.sharing(rare, limit + 1)}
    results = tuple(each for each in found.values() if each.entry is not itself)[:limit]
    grade = Grade.STRONG if results else Grade.NONE
    return Answer(" OR ".join(rare), results, len(results), grade=grade)


def _rare(index: Index, text: str, own: int) -> Words:
    """Return the rarest words that both a text and the archive have, the rarest first.

    A text that is `own` (one or none) of the archive's entries is left out of the count. A word of one other entry is
    rare in an archive of any size: of two that `n` and `m` entries have, the one weighs log(2m + 1) - log(2n + 1) more.
    """
    alone = index.weight("") - log(2 * own + 1) - _ROUNDING
    least = min(RARE_WEIGHT, index.weight("") - log(2 * own + 3) - _ROUNDING)
    weights = {word: index.weight(word) for word in dict.fromkeys(words(text[:MESSAGE_MAX_CHARS]))}
    rare = [word for word, weight in weights.items() if least <= weight < alone and not word.isdigit()]
    rare.sort(key=lambda word: -weights[word])
    return tuple(rare[:MAX_WORDS])
