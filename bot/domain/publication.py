"""Whether an issue is out at a given moment, and what is held back and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import chain

from archive.document import Reading
from archive.doubtful import doubt_of
from archive.errors import UnknownIssueError
from archive.issue import Issue
from archive.label import slug
from archive.snapshot import NEWEST_WORDS, Snapshot
from bot.domain.offsets import EAST
from bot.domain.schedule import moment

_A_DAY = timedelta(days=1)
"""More than midnight anywhere on Earth is from midnight in UTC."""
_EXPIRED = "it expired"


@dataclass(frozen=True, slots=True, order=True)
class HeldBack:
    """A file whose issue is not out.

    Its `title`, `why` as a clause, and `until` when: None until its mark goes or, if it is `over`, for good.
    """

    file: str
    title: str
    why: str
    until: datetime | None = None
    over: bool = False


def out_from(issue: Issue, zone: tzinfo = UTC) -> datetime:
    """Return the moment from which an issue is out: that of its date, or for a day alone midnight in the `zone`.

    It may be ahead, and says nothing of drafts and of what has expired.
    """
    return moment(issue.published.date(), time(), zone) if issue.day_only else issue.published


def first_out(issue: Issue) -> datetime:
    """Return the moment from which an issue is out in the first zone of the Earth."""
    return out_from(issue, timezone(EAST))


def is_out(issue: Issue, now: datetime, zone: tzinfo = UTC) -> bool:
    """Return whether an issue is out: finished, its moment has come in the `zone`, and it has not expired."""
    # The cheap comparison first: all issues of an archive are asked about.
    come = issue.published <= now - _A_DAY or out_from(issue, zone) <= now
    return not issue.draft and come and not _is_over(issue, now)


def is_announced(issue: Issue, now: datetime) -> bool:
    """Return whether an issue is out or will be by itself: delivery has to know it before its moment."""
    return not issue.draft and not _is_over(issue, now) and not doubt_of(issue)


def released(snapshot: Snapshot, now: datetime, zone: tzinfo = UTC) -> Snapshot:
    """Return the archive with the issues that are out alone; `snapshot` itself if these are the ones it shows.

    `zone` is the newsletter's, here and below: a date without a time begins at midnight there.
    """
    return snapshot.holding(name for name, reading in snapshot.readings.items() if _why(reading, now, zone))


def announced(snapshot: Snapshot, now: datetime) -> tuple[Issue, ...]:
    """Return the issues that are out or will be by themselves, oldest first.

    One whose date cannot be meant is not among them: it would count as old for good, even when its date is mended.
    """
    shown = dict.fromkeys(issue.slug for issue in snapshot.issues)
    ahead = {
        issue.slug: issue
        for name in sorted(snapshot.held)
        if (issue := snapshot.readings[name].issue) is not None and is_announced(issue, now) and issue.slug not in shown
    }
    doubtful = any(map(doubt_of, snapshot.issues))
    if not ahead and not doubtful:
        return snapshot.issues
    shown_now = (issue for issue in snapshot.issues if not doubt_of(issue))
    return tuple(sorted(chain(shown_now, ahead.values()), key=lambda issue: (issue.published, issue.slug)))


def held_back(snapshot: Snapshot, now: datetime, zone: tzinfo = UTC) -> tuple[HeldBack, ...]:
    """Return what is held back at the moment `now`: drafts, then what comes out by itself, then what has expired."""
    found = (_held(reading, why, zone) for reading in snapshot.readings.values() if (why := _why(reading, now, zone)))
    return tuple(sorted(found, key=lambda held: (held.over, held.until is not None, held.file)))


def find_held(snapshot: Snapshot, asked: str, now: datetime, zone: tzinfo = UTC) -> HeldBack | None:
    """Return what is held back under the number or slug `asked`, None without one."""
    if asked.strip().lower() in NEWEST_WORDS:
        return None
    by_file = {held.file: held for held in held_back(snapshot, now, zone)}
    by_name = {slug(name): held for name, held in by_file.items()}
    try:
        found = Snapshot.of(snapshot.readings[name] for name in by_file).find(asked).slug
    except UnknownIssueError:
        found = asked.strip()
    return by_name.get(found)


def next_change(readings: Iterable[Reading], now: datetime, zone: tzinfo = UTC) -> datetime | None:
    """Return the next moment after `now` at which an issue comes out or expires."""
    moments = chain.from_iterable(_moments(reading.issue, now, zone) for reading in readings if reading.issue)
    return min((moment for moment in moments if moment > now), default=None)


def _moments(issue: Issue, now: datetime, zone: tzinfo) -> Iterator[datetime]:
    if not issue.draft:
        if issue.published > now - _A_DAY:
            yield out_from(issue, zone)
        if issue.expires is not None:
            yield issue.expires


def _is_over(issue: Issue, now: datetime) -> bool:
    return issue.expires is not None and issue.expires <= now


def _why(reading: Reading, now: datetime, zone: tzinfo) -> str:
    """Return why a file's issue is not out, "" if it is (or if it has none)."""
    issue = reading.issue
    if reading.draft:
        return f"draft ({reading.draft})"
    if issue is None:
        return ""
    if issue.draft:
        return f"draft ({issue.draft})"
    if _is_over(issue, now):
        return f"{_EXPIRED} on {issue.expires:%d %b %Y}"
    return "" if is_out(issue, now, zone) else f"its date is {moment_said(issue.published)}"


def _held(reading: Reading, why: str, zone: tzinfo) -> HeldBack:
    issue = reading.issue
    if issue is None or reading.draft:
        return HeldBack(reading.file, issue.title if issue is not None else slug(reading.file), why)
    over = why.startswith(_EXPIRED)
    return HeldBack(reading.file, issue.title, why, None if over else out_from(issue, zone), over)


def moment_said(moment: datetime) -> str:
    """Return a moment in words, with its time only where it has one."""
    if not (moment.hour or moment.minute or moment.second):
        return f"{moment:%d %b %Y}"
    return f"{moment.astimezone(UTC):%d %b %Y %H:%M} UTC"
