"""Which of the entries that match are answers: enough of them, and none that happens to share a word.

Two bars. Below the first (`rank.MIN_COVERAGE`) the best entry is no answer, so there is none. Below the second
(`MIN_SHARE_OF_BEST`) an entry meets only some of what the best one meets: "security" alone for "kubernetes security".
Such entries come only as far as there is nothing better to fill a first page with, so that a total counts what was
meant and the last page is as true as the first. Measured on the public archive: without the second bar `kubernetes
security` had 938 answers where 43 entries hold both words; with it 41 (a link counts once), and no judged figure
differs in the third place.
"""

from __future__ import annotations

import numpy as np

from archive.search.filters import Bools
from archive.search.rank import MIN_COVERAGE, MIN_SHARE_OF_COVERAGE, Floats, Matches

MIN_SHARE_OF_BEST = 0.65
"""The part of what the best entry meets from which on another meets as good as all: a rare word of three with another
form of the second, but not one word of two. Anything from 0.5 to 0.7 gives the same judged figures."""
FIRST_PAGE_RESULTS = 10
"""Entries that meet less come until there are so many. With 5, judged topics lose 0.01 nDCG."""


def meant(found: Matches, met: Floats, *, several: bool) -> Matches:
    """Give those of `found` that are answers to a query of one word or of `several`.

    `met` is what each entry meets of the query by its words alone; `found.met` may be less, where they stand apart.
    """
    best = float(found.met.max(initial=0))
    if best < MIN_COVERAGE:
        return found.only(np.zeros(len(found.docs), np.bool_))
    near = found.met >= best * MIN_SHARE_OF_COVERAGE
    if not several:
        return found.only(near)
    whole = met >= float(met.max()) * MIN_SHARE_OF_BEST
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
