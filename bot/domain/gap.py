"""A gap in the database's heartbeat: a time of which it does not know what was posted.

No worker ran then, or the database is an older copy that was put back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

ALLOWED = timedelta(minutes=10)
"""Workers write the heartbeat every minute; ten missing beats are no slow disk."""
_EARLIEST_ZONE = timedelta(hours=14)
"""A day begins so long before its midnight in UTC, in the zone furthest east (IANA: Pacific/Kiritimati)."""
_CLOCKS = timedelta(hours=1)
"""How far Slack's clock and ours may differ."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When a worker was last known to run, and whether it `stopped` by itself after that."""

    at: datetime
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap from `since` to `until`; `stopped` if the last worker before it stopped by itself."""

    since: datetime
    until: datetime
    stopped: bool = False

    def may_have_seen(self, published: datetime) -> bool:
        """Return whether an issue of that date can have been posted within the gap."""
        return published <= self.until + _EARLIEST_ZONE

    @property
    def oldest(self) -> str:
        """Return a ts before which nothing of the gap was posted."""
        return f"{(self.since - _CLOCKS).timestamp():.6f}"


def gap_after(last: Heartbeat | None, now: datetime, mine: datetime | None) -> Gap | None:
    """Return the gap that a heartbeat `now` ends, None if there is none.

    `last` is the one before, None in a new database. `mine` is the last that this worker wrote: as long as the database
    has it, or a later one, it is no older copy, however far the wall clock was put forward meanwhile. A beat later than
    now was a wrong clock's.
    """
    if last is None or now - last.at <= ALLOWED or (mine is not None and last.at >= mine):
        return None
    return Gap(last.at, now, last.stopped)
