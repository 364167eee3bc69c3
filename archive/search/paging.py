"""The order of what was found, a link once, and one page of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from archive.issue import Issue
from archive.search.rank import Matches
from archive.search.segments import Segments

SORTED_PER_RESULT, SORTED_MORE = 2, 10
"""So many of the best are sorted for each result wanted, and so many more: some are of the same link."""


def first(found: Matches, segments: Segments, count: int) -> tuple[Matches, list[int]]:
    """Return the first `count` places in order, a link once, in the part of `found` that it was enough to sort."""
    enough = SORTED_PER_RESULT * count + SORTED_MORE
    if len(found.docs) > enough:
        least = np.partition(found.scores, len(found.docs) - enough)[len(found.docs) - enough]
        best = found.only(found.scores >= least)
        places = list(islice(_once(best, segments), count))
        if len(places) == count:
            return best, places
    return found, list(islice(_once(found, segments), count))


def distinct(found: Matches, segments: Segments) -> int:
    """Return the number of entries found, those with the same first link as one."""
    linked = segments.gather("linked", found.docs)
    links = segments.gather("first_link", found.docs)[linked]
    links.sort()
    return int(np.count_nonzero(links[1:] != links[:-1])) + bool(len(links)) + int(np.count_nonzero(~linked))


def also_in(segments: Segments, doc: int, issue: Issue) -> tuple[Issue, ...]:
    """Return the other issues that have the first link of `doc`, an entry of `issue`, newest first."""
    segment, local = segments.place(doc)
    if not segment.linked[local] or (len(segments.parts) == 1 and not segment.repeated[local]):
        return ()
    link = int(segment.first_link[local])
    others = {other.slug: other for other in segments.issues_with(link) if other.slug != issue.slug}
    if not others:
        return ()
    return tuple(sorted(others.values(), key=lambda other: (other.published, other.slug), reverse=True))


def _order(found: Matches, segments: Segments) -> NDArray[np.intp]:
    """Return the places in `found` best first, then newest first, then in reading order."""
    days = segments.gather("day", found.docs)
    return np.lexsort((segments.gather("ordinal", found.docs), -days, -found.scores))


def _once(found: Matches, segments: Segments) -> Iterator[int]:
    """Return the places in `found` in order, the first only of those with the same first link.

    Entries as good and as old as each other come by their issue's moment and slug, whatever order they were indexed in.
    """
    order = _order(found, segments)
    docs = found.docs[order]
    links = segments.gather("first_link", docs).tolist()
    linked = segments.gather("linked", docs).tolist()
    ranks = zip(found.scores[order].tolist(), segments.gather("day", docs).tolist(), strict=True)
    seen: set[int] = set()
    at = 0
    for _, equals in groupby(ranks):
        run = list(range(at, at := at + sum(1 for _ in equals)))
        if len(run) > 1:
            run.sort(key=lambda place: segments.rank(int(docs[place])))
        for place in run:
            if links[place] not in seen or not linked[place]:
                seen.add(links[place])
                yield int(order[place])
