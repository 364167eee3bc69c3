"""The port that tells the time, and moments as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
AHEAD = timedelta(days=1)
"""How far another's clock may be ahead of ours. What is later is no moment: nothing that happens could undo it."""


class Clock(Protocol):
    """Tells the time. Fakes set it."""

    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...


def microseconds(moment: datetime) -> int:
    """Give an aware moment in whole microseconds since 1970 UTC, exactly: as moments are kept, and Slack's compared."""
    return (moment - _EPOCH) // _MICROSECOND


def at_or_now(at: int | None, now: datetime, after: int = 0) -> int:
    """Give `at`, a moment in microseconds by Slack's clock, or `now` where it does not say one, but later than `after`.

    The bot's clock may be behind Slack's, but not by more than `AHEAD`: what is later counts as `now`.
    """
    found = max(microseconds(now), after + 1) if at is None else at
    return found if found <= microseconds(now + AHEAD) else microseconds(now)


def moment_of(number: int) -> datetime:
    """Give the moment, aware and in UTC, of a `number` of microseconds since 1970 UTC; the nearest there is."""
    return _EPOCH + min(max(number, _FIRST), _LAST) * _MICROSECOND
