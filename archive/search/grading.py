"""Which of the entries that match are answers, and how sure the best of them is.

Every query gets its best entries; one number of the best says whether they are what was asked for. `confidence` is the
geometric mean of how much was found, against what one word that a single entry has would give (the logarithm of the
archive's size), and of how much was found of what was asked for. It is the same for a small archive and a large one.

Which entries come: those that have about as much of the query as the best (`MIN_SHARE_OF_BEST`), and others only as far
as there is nothing better to fill a first page with, so that a total counts what was meant and the last page is as true
as the first. Without that, `kubernetes security` has 938 answers on the public archive, where 43 entries hold both
words; with it 41 (a link counts once), and no judged figure differs in the third place.
"""

from __future__ import annotations

import math

import numpy as np

from archive.search.filters import Bools
from archive.search.rank import Floats, Matches
from archive.search.result import Grade

STRONG_CONFIDENCE = 0.35
"""From this confidence on the best entry is what was asked for."""
SQUARE_COVERAGE = 0.9
"""An entry that has so much of a query, close together, is what was asked for even if every entry has those words."""
MIN_SHARE_OF_BEST = 0.65
"""The part of what the best entry meets from which on another meets as good as all: a rare word of three with another
form of the second, but not one word of two. Anything from 0.5 to 0.7 gives the same judged figures."""
FIRST_PAGE_RESULTS = 10
"""Entries that meet less come until there are so many. With 5, judged topics lose 0.01 nDCG."""
MIN_SHARE_OF_COVERAGE = 0.25
"""The least part, against the best entry's, that another must meet to come at all."""


def confidence(found: Matches, entries: int) -> float:
    """Return how sure the best of `found` is what was asked for, in an archive of so many `entries`; 0 for nothing."""
    if not len(found.docs):
        return 0.0
    unit = max(1.0, math.log(max(entries, 1)))
    return float(found.scores.max()) / math.sqrt(max(found.possible, 0.01) * unit)


def grade(found: Matches, sure: float) -> Grade:
    """Return the grade of what was `found`, whose best entry has the confidence `sure`."""
    if not len(found.docs):
        return Grade.NONE
    best = int(found.scores.argmax())
    square = found.met[best] >= SQUARE_COVERAGE and int(found.docs[best]) in found.close
    return Grade.STRONG if square or sure >= STRONG_CONFIDENCE else Grade.NEAREST


def meant(found: Matches, *, several: bool) -> Matches:
    """Return those of `found` that are answers to a query of one word or of `several`."""
    met = found.met
    near = met >= float(met.max(initial=0)) * MIN_SHARE_OF_COVERAGE
    if not several:
        return found.only(near)
    whole = met >= float(met.max(initial=0)) * MIN_SHARE_OF_BEST
    room = FIRST_PAGE_RESULTS - int(np.count_nonzero(whole))
    if room <= 0:
        return found.only(whole)
    return found.only(whole | _best(found.scores, near & ~whole, room))


def _best(scores: Floats, some: Bools, count: int) -> Bools:
    """Mark the `count` of `some` with the best `scores`, and those as good as the last of them."""
    among = scores[some]
    if len(among) <= count:
        return some
    marked: Bools = some & (scores >= np.partition(among, len(among) - count)[len(among) - count])
    return marked
