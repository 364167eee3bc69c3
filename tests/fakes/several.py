"""Issues of three newsletters in one archive; all begin to count at their own numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.issue import Issue
from archive.joining import qualified
from archive.kind import Kind
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.source.library import Current
from tests.fakes.issues import entry, issue, section

FIRST = datetime(2024, 5, 6, 12, tzinfo=UTC)


def numbered(number: int, day: int) -> Issue:
    """Return an issue with one link, published so many days after the first."""
    link = entry(0, f"Link {number}.", f"https://example.com/{number}-{day}/")
    made = issue(section("News", Kind.NEWS, link), title=f"Issue {number}")
    return replace(made, slug=f"issue-{number}", number=number, published=FIRST + timedelta(days=day))


BREAD = [qualified("bread", numbered(1, 0), "Bread & Salt"), qualified("bread", numbered(2, 2), "Bread & Salt")]
TIDES = [qualified("tide-weekly", numbered(n, n), "Tide Weekly") for n in (1, 3)]
ROPES = [qualified("ropes", numbered(7, 1))]
"""A newsletter without a name."""


def current(issues: Iterable[Issue]) -> Current:
    """Return an archive of these issues, in use."""
    kept = tuple(sorted(issues, key=lambda each: each.published))
    return Current(Snapshot.beside([Snapshot(kept)]), Index.of(kept))
