"""What the archive has on a message of anybody's: the same links, and the words that are rare in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import log

from archive.search.index import Index
from archive.search.result import Answer, Grade, Result
from archive.search.words import words

MAX_RELATED = 5
MAX_WORDS = 6
"""More words find entries that share a chance word only."""
RARE_WEIGHT = 3.0
"""What a word weighs that one entry in twenty has (the logarithm of twenty): a more frequent one tells little."""
MESSAGE_MAX_CHARS = 4_000
_LINKS = 3
_ONE_ENTRY = log(3) + 1e-9
"""So much less than an unknown word weighs one of a single entry, which is rare in an archive of any size."""


def related(index: Index, text: str, urls: Sequence[str], today: date) -> Answer:
    """Return the entries that have the links of a message, then those that share its rarest words.

    No word is corrected or read as another. The grade is NONE where nothing is shared.
    """
    found: dict[tuple[str, int], Result] = {}
    query = _query(index, text)
    for asked in (*urls[:_LINKS], *([query] if query else [])):
        answer = index.search(asked, limit=MAX_RELATED, today=today)
        if answer.grade is Grade.STRONG or asked == query:
            found |= {(each.issue.slug, each.entry.position): each for each in answer.results}
    results = tuple(found.values())[:MAX_RELATED]
    grade = Grade.STRONG if results else Grade.NONE
    return Answer(query, results, len(results), grade=grade)


def _query(index: Index, text: str) -> str:
    """Return a query for the rarest words that both a text and the archive have, "" for none."""
    unknown = index.weight("")
    least = min(RARE_WEIGHT, unknown - _ONE_ENTRY)
    weights = {word: index.weight(word) for word in words(text[:MESSAGE_MAX_CHARS])}
    rare = [word for word, weight in weights.items() if least <= weight < unknown and not word.isdigit()]
    rare.sort(key=lambda word: -weights[word])
    return " OR ".join(f'"{word}"' for word in rare[:MAX_WORDS])
