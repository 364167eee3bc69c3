"""Dates for issues without one, guessed from the path, the issues beside them and the files' times.

A guess never makes an old issue new: files that were written all at once, as by a checkout, get earlier dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

_STEP = timedelta(days=7)
_TOGETHER = timedelta(hours=1)
"""Files whose times are closer than this were written by one command, and their times say nothing about the issues."""
_BACK = timedelta(days=30)
"""How far before its files' time such a row of issues is dated: outside of the two weeks in which an issue is new."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_FIGURES = re.compile(r"(\d+)")


def in_order(names: Iterable[str]) -> list[str]:
    """Return files' names sorted by folder and name, numbers by their value: `issue-9` before `issue-10`."""
    return sorted(names, key=lambda name: [(0, int(p[:18]), "") if p.isdecimal() else (1, 0, p) for p in _parts(name)])


def _parts(name: str) -> Iterator[str]:
    return filter(None, _FIGURES.split(name))


def guessed(
    undated: Mapping[str, datetime | None], dated: Mapping[str, datetime], titles: Mapping[str, str] | None = None
) -> dict[str, datetime]:
    """Return a date for each file of `undated`.

    `undated` maps files to the moment they were written (None: unknown), `dated` the others to their dates.
    A file between dated neighbours is put between them, one before all of them a usual step earlier. No guess is later
    than the newest written date that is not after all the files' times. Without any dates, the newest file's time is
    the end of a weekly row. A year named by a file's path or by its title in `titles` is the year of its guess.
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
            found[name] = _between(row, at, places, known, step)
    limit = _limit(undated, dated) if dated else max(found.values())
    _end_at(limit, found)
    return {name: _bounded(moment, year(name, (titles or {}).get(name, "")), limit) for name, moment in found.items()}


def newest(undated: Mapping[str, datetime | None], dated: Mapping[str, datetime]) -> datetime | None:
    """Return the moment that no guess for `undated` is later than, None if no file is `dated`."""
    return _limit(undated, dated) if dated else None


def _limit(undated: Mapping[str, datetime | None], dated: Mapping[str, datetime]) -> datetime:
    written = max((time for time in undated.values() if time is not None), default=None)
    past = [moment for moment in dated.values() if written is None or moment <= written]
    return max(past or dated.values())


def _end_at(limit: datetime, found: dict[str, datetime]) -> None:
    """Move dates after `limit` to it: one file to that moment, several in their order to the minutes before."""
    late = [name for name, moment in found.items() if moment > limit]
    for before, name in enumerate(reversed(late)):
        found[name] = _shifted(limit, -timedelta(minutes=before + (len(late) > 1)))


def year(*texts: str) -> int | None:
    """Return the last year named by the first of `texts` that names one."""
    return next((int(years[-1]) for text in texts if (years := _YEAR.findall(text))), None)


def _bounded(moment: datetime, within: int | None, limit: datetime) -> datetime:
    """Return the moment in the year `within` (None: any) that is nearest to `moment`, if it is not after `limit`."""
    if within is None or within == moment.year:
        return moment
    if within < moment.year:
        return datetime(within, 12, 31, tzinfo=UTC)
    return min(datetime(within, 1, 1, tzinfo=UTC), max(limit, moment))


def _newest(name: str, times: Sequence[datetime | None]) -> datetime:
    """Return a date for the last of a row of files without any date, from the times they were written."""
    seen = sorted(time for time in times if time is not None)
    if not seen:
        return _bounded(_LONG_AGO, year(name), datetime.max.replace(tzinfo=UTC))
    alone = len(seen) < 2 or seen[-1] - seen[-2] > _TOGETHER
    return _bounded(seen[-1] if alone and len(seen) > 1 else seen[-1] - _BACK, year(name), seen[-1])


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def _step(moments: Sequence[datetime]) -> timedelta:
    """Return the usual time from one issue to the next."""
    steps = [later - earlier for earlier, later in pairwise(moments) if later > earlier]
    return timedelta(seconds=median(step.total_seconds() for step in steps)) if steps else _STEP


def _between(
    row: Sequence[str], at: int, places: Sequence[int], known: Mapping[str, datetime], step: timedelta
) -> datetime:
    """Return the date of the file at index `at` of `row`; the dates of those at `places` are known."""
    before = max((place for place in places if place < at), default=None)
    after = min((place for place in places if place > at), default=None)
    if before is None and after is not None:
        return _shifted(known[row[after]], step * (at - after))
    if before is None:
        return _LONG_AGO
    start = known[row[before]]
    if after is None:
        return _shifted(start, step * (at - before))
    return start + (known[row[after]] - start) * ((at - before) / (after - before))


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment
