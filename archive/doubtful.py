"""Written dates that no issue can be meant to have: a slip, or what a program writes for a date that it lacks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from archive.issue import Issue

_FIRST_YEAR = 1800
"""Back-filled archives begin with the first printed bulletins; an earlier year is a slip (0226 for 2026)."""
_LAST_YEAR = 2100
"""Nobody writes an issue that comes out later than that: 2206 is a slip for 2026."""
_ZERO = date(1970, 1, 1)
"""Where computers begin to count: what a program writes for a date that it does not know."""
DATE_ADVICE = "write the day it came out, like `date: 2014-09-21`"


def doubt(published: datetime, *names: str) -> str:
    """Return what is wrong with a written date, as a clause; "" for one that may be meant.

    `names` are the issue's title and file name: one that says 1970 means it.
    """
    if not _FIRST_YEAR <= published.year <= _LAST_YEAR:
        return f"its date is in the year {published.year:04}"
    if published.astimezone(UTC).date() == _ZERO and not any("1970" in name for name in names):
        return "its date is 1 January 1970, which programs write when they know none"
    return ""


def doubt_of(issue: Issue) -> str:
    """Return what is wrong with the date that an issue says, "" for nothing and for one that says none."""
    return "" if issue.date_guessed else doubt(issue.published, issue.slug, issue.title)
