"""The clock's port, and times as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
AHEAD = timedelta(days=1)
"""How far Slack's clock may be ahead of ours. Later timestamps are rejected: nothing could supersede them."""


class Clock(Protocol):
    """Tells the time; a fake's is set by its test."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


def microseconds(moment: datetime) -> int:
    """Return an aware time in whole microseconds since 1970 UTC, exactly, as the database stores it."""
    return (moment - _EPOCH) // _MICROSECOND


def at_or_now(at: int | None, now: datetime, after: int = 0) -> int:
    """Return `at` (microseconds by Slack's clock) or, if that is None, `now`, which is then made later than `after`.

    Our clock may be behind Slack's, but not by more than `AHEAD`: a later time counts as `now`.
    """
    found = max(microseconds(now), after + 1) if at is None else at
    return found if found <= microseconds(now + AHEAD) else microseconds(now)


def moment_of(number: int) -> datetime:
    """Return the time (aware, in UTC) of a number of microseconds since 1970 UTC, or the nearest there is."""
    return _EPOCH + min(max(number, _FIRST), _LAST) * _MICROSECOND
