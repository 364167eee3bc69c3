"""Dates for issues that say none: guessed from the path, the issues beside them and the files themselves.

A guess never makes an old issue new: files that came all at once, as a checkout writes them, are dated back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

_STEP = timedelta(days=7)
_TOGETHER = timedelta(hours=1)
"""Files whose times lie closer than this were written by one command, and their times say nothing of the issues."""
_BACK = timedelta(days=30)
"""How far such a row of issues is put before its files' time: out of the two weeks in which an issue counts as new."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_FIGURES = re.compile(r"(\d+)")


def in_order(names: Iterable[str]) -> list[str]:
    """Return files' names by folder and name, figures by their value: `issue-9` before `issue-10`."""
    return sorted(names, key=lambda name: [(0, int(p[:18]), "") if p.isdecimal() else (1, 0, p) for p in _parts(name)])


def _parts(name: str) -> Iterator[str]:
    return filter(None, _FIGURES.split(name))


def guessed(undated: Mapping[str, datetime | None], dated: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return a date for each file of `undated`.

    `undated` maps files to the moment they were written (None: unknown), `dated` those with a date of their own to it.
    A file between dated neighbours is put between them, one beyond them a usual step further. Without any, the newest
    file's time is the end of a weekly row.
    """
    if not undated:
        return {}
    row = in_order([*undated, *dated])
    known = dict(dated)
    if not known:
        known[row[-1]] = _newest(row[-1], [undated[name] for name in row])
    step = _step([known[name] for name in row if name in known])
    found: dict[str, datetime] = {name: known[name] for name in undated if name in known}
    places = [at for at, name in enumerate(row) if name in known]
    for at, name in enumerate(row):
        if name in undated and name not in known:
            found[name] = _in_year(name, _between(row, at, places, known, step))
    return found


def _newest(name: str, times: Sequence[datetime | None]) -> datetime:
    """Return a date for the last of a row of files without any date, by the times they were written."""
    seen = sorted(time for time in times if time is not None)
    if not seen:
        return _in_year(name, datetime(2000, 1, 1, tzinfo=UTC))
    alone = len(seen) < 2 or seen[-1] - seen[-2] > _TOGETHER
    return _in_year(name, seen[-1] if alone and len(seen) > 1 else seen[-1] - _BACK)


def _in_year(name: str, moment: datetime) -> datetime:
    """Return `moment`, moved into the year that a file's path names."""
    years = _YEAR.findall(name)
    if not years or int(years[-1]) == moment.year:
        return moment
    return min(moment, datetime(int(years[-1]), 12, 31, tzinfo=UTC)) if int(years[-1]) < moment.year else moment


def _step(moments: Sequence[datetime]) -> timedelta:
    """Return the usual time from one issue to the next."""
    steps = [later - earlier for earlier, later in pairwise(moments) if later > earlier]
    return timedelta(seconds=median(step.total_seconds() for step in steps)) if steps else _STEP


def _between(
    row: Sequence[str], at: int, places: Sequence[int], known: Mapping[str, datetime], step: timedelta
) -> datetime:
    """Return the date of the file at place `at` of `row`, of which those at `places` are known."""
    before = max((place for place in places if place < at), default=None)
    after = min((place for place in places if place > at), default=None)
    if before is None and after is not None:
        return _shifted(known[row[after]], step * (at - after))
    if before is None:
        return datetime(2000, 1, 1, tzinfo=UTC)
    start = known[row[before]]
    if after is None:
        return _shifted(start, step * (at - before))
    return start + (known[row[after]] - start) * ((at - before) / (after - before))


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment
