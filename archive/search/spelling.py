"""What a misspelt word may have been meant to be.

A word may differ from what was meant by one edit, one of six letters or more by two; the shorter it is, the less of it
may differ, down to nothing for three letters: "cup" is not "Cadbury". rapidfuzz measures the distance (optimal string
alignment: a letter too many, too few, another, or two swapped) to the few words of the vocabulary that have nearly the
same letters. Where nothing is that near, words that have most of their letters in the same order are the last resort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.search.vocabulary import Ints, Vocabulary

MAX_WORD_LETTERS = 40
"""No longer word is taken for a misspelling of another."""
MAX_CORRECTIONS = 3
"""So many words are taken for a misspelt one."""
CLOSENESS = {1: 0.9, 2: 0.75}
"""What a match by a correction counts, by edits."""
FAR_CLOSENESS = 0.5
"""What a match by a far guess counts."""
NEAR_LETTERS = {1: 5, 2: 8}
"""So long is a word at least that differs by so many edits, if the correction is not to be a far guess."""
GUESS_LETTERS, GUESS_START, GUESS_EDITS, GUESS_LIKENESS = 6, 2, 4, 0.75
"""The last resort is for words of so many letters; a guess begins with the same ones, is at most so much longer or
shorter, and has this share of letters in common order (`kubrnts` and `kubernetes` have 0.82)."""
BEGINNING_LETTERS = 4
"""A word of so many letters may be the beginning of a longer one."""
Counts = Callable[[Ints], Ints]
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Correction:
    """A `word` of the archive, `edits` away from what was typed; `closeness` is what a match by it counts, 0 to 1.

    A `far` one is a guess: so much of the word differs that it may well be another.
    """

    word: str
    edits: int
    closeness: float
    far: bool = False


def allowed(word: str) -> int:
    """Return the most edits by which a word as long as `word` may differ from what was meant."""
    if not 4 <= len(word) <= MAX_WORD_LETTERS or word.isdigit():
        return 0
    return 1 if len(word) < 6 else 2


def corrections(
    word: str, vocabulary: Vocabulary, counts: Counts, *, edits: int | None = None, most: int = 2
) -> list[Correction]:
    """Return the words that `word` may be a misspelling of, nearest and most frequent first, at most `MAX_CORRECTIONS`.

    Two edits are looked at only when no word is one edit away, and at most `most`; if so many `edits` are asked for,
    all within them come. `counts` gives the number of entries of words by their numbers.
    """
    if edits is not None:
        return _best(word, list(_within(word, edits, vocabulary, counts))) if edits else []
    for distance in range(1, min(allowed(word), most) + 1):
        near = _within(word, distance, vocabulary, counts, same_start=distance > 1)
        if found := [one for one in near if _plausible(word, one[2], one[0])]:
            return _best(word, found)
    return []


def _within(
    word: str, edits: int, vocabulary: Vocabulary, counts: Counts, *, same_start: bool = False
) -> Iterator[tuple[int, int, str]]:
    """Return the words at most so many `edits` away that some entry has: edits, entries and word of each."""
    from rapidfuzz import process  # noqa: PLC0415 - 35 ms that a well-spelt query need not pay
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

    texts, numbers = _known(vocabulary.near(word, edits, same_start=same_start), vocabulary, counts)
    for candidate, distance, at in process.extract(word, texts, scorer=OSA.distance, score_cutoff=edits, limit=None):
        if candidate != word:
            yield distance, numbers[at], candidate


def _known(numbers: Ints, vocabulary: Vocabulary, counts: Counts) -> tuple[list[str], list[int]]:
    """Return those words that some entry has, and in how many each is."""
    frequency = counts(numbers)
    some = frequency > 0
    return [vocabulary.words[number] for number in numbers[some].tolist()], frequency[some].tolist()


def guesses(word: str, vocabulary: Vocabulary, counts: Counts) -> list[Correction]:
    """Return the word that has most of the letters of `word` in the same order, or begins so: the last resort."""
    if not BEGINNING_LETTERS <= len(word) <= MAX_WORD_LETTERS or not word.isalpha():
        return []
    return _likest(word, vocabulary, counts) or _longer(word, vocabulary, counts)


def _longer(word: str, vocabulary: Vocabulary, counts: Counts) -> list[Correction]:
    """Return the most frequent word that begins with `word`: it may have been cut short ("kuber")."""
    texts, frequency = _known(vocabulary.starting(word), vocabulary, counts)
    found = sorted(zip(frequency, texts, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [Correction(text, len(text) - len(word), FAR_CLOSENESS, far=True) for _, text in found[:1]]


def _likest(word: str, vocabulary: Vocabulary, counts: Counts) -> list[Correction]:
    """Return the word that has most of the letters of `word` in the same order, if there is one."""
    if len(word) < GUESS_LETTERS:
        return []
    from rapidfuzz import process  # noqa: PLC0415 - as above
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - as above

    texts, frequency = _known(vocabulary.starting(word[:GUESS_START]), vocabulary, counts)
    found = [
        (likeness, frequency[at], candidate)
        for candidate, likeness, at in process.extract(
            word, texts, scorer=Indel.normalized_similarity, score_cutoff=GUESS_LIKENESS, limit=None
        )
        if abs(len(candidate) - len(word)) <= GUESS_EDITS
    ]
    found.sort(key=lambda guess: (-guess[0] * min(guess[1], 20) ** 0.05, guess[2]))
    return [Correction(candidate, GUESS_EDITS, FAR_CLOSENESS, far=True) for _, _, candidate in found[:1]]


def _best(word: str, found: list[tuple[int, int, str]]) -> list[Correction]:
    """Return the nearest of `found` (edits, entries, word), the frequent before the rare."""
    nearest = min((distance for distance, *_ in found), default=0)
    found = sorted((f for f in found if f[0] == nearest), key=lambda f: (-f[1] * _likeness(word, f[2]), f[2]))
    if not found:
        return []
    top = found[0][1] * _likeness(word, found[0][2])
    return [
        Correction(
            candidate,
            distance,
            CLOSENESS.get(distance, FAR_CLOSENESS) * (1.0 if rank == 0 else 0.8),
            far=_is_far(word, candidate, distance),
        )
        for rank, (distance, count, candidate) in enumerate(found[:MAX_CORRECTIONS])
        if count * _likeness(word, candidate) >= 0.15 * top
    ]


def _is_far(word: str, candidate: str, distance: int) -> bool:
    """Return whether so much of `word` differs from `candidate` that it may well be another word.

    The same letters in another order are one slip: "fatuige" is "fatigue".
    """
    slips = 1 if sorted(word) == sorted(candidate) else distance
    return max(len(word), len(candidate)) < NEAR_LETTERS.get(slips, MAX_WORD_LETTERS)


def _likeness(word: str, candidate: str) -> float:
    """Return how much more likely `candidate` is meant than others as far: same letters, same first letter."""
    same = 3.0 if sorted(word) == sorted(candidate) or set(word) == set(candidate) else 1.0
    return same * (3.0 if word[0] == candidate[0] else 1.0)


def _plausible(word: str, candidate: str, distance: int) -> bool:
    """Return whether `candidate` may have been meant, beyond the count of edits.

    People rarely miss the first letter, least of all in a short word, and in a short word what else they miss is a
    swap, a doubled letter or a vowel.
    """
    swapped, same_start = sorted(word) == sorted(candidate), word[0] == candidate[0]
    if len(candidate) < 4:
        return False
    if distance == 2:
        return same_start and set(word[:3]) & set(candidate[1:4]) != set()
    if len(word) >= 6 or swapped or set(word) == set(candidate):
        return True
    if len(word) == 5:
        return same_start
    return same_start and len(candidate) in {4, 5} and set(word) ^ set(candidate) <= _VOWELS
