"""What says which of several things is meant, a version or a month, and which entries don't say it."""

from __future__ import annotations

from collections.abc import Sequence

from archive.issue import Entry
from archive.search.dates import says_month
from archive.search.numbers import is_said
from archive.search.query import Query


def unsaid(asked: Query, entry: Entry) -> tuple[str, ...]:
    """Return the number and the month of `asked` that an `entry` doesn't say."""
    number = () if not asked.number or is_said(asked.number, entry) else (asked.number,)
    text = f"{entry.headline} {entry.text}"
    return number if not asked.month or says_month(asked.month, text) else (*number, asked.month)


def is_missed(asked: Query, entries: Sequence[Entry]) -> bool:
    """Return whether the number or the month of `asked` is said by none of `entries`: £99 is not 99.99."""
    missing = [set(unsaid(asked, entry)) for entry in entries]
    return bool(missing and set.intersection(*missing))
