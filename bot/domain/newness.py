"""Whether an issue is new: decided once, when it comes out, and kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.offsets import EAST

WINDOW = timedelta(days=14)
"""An issue may be dated this long before the last good look at the archive and still be new: newsletters are written
on one day and published a few days later."""


FIRST_LOOK_QUIET = timedelta(minutes=2)
"""A first look at a folder that was empty lasts until no issue came for so long: a copy arrives file by file."""


_ROW = 10
_NEARLY_ALL = 0.9
"""Of so many issues or more this share, at least, says a date or a number where that is the rule."""
UNWATCHED = timedelta(days=1)
"""A running bot looks every few minutes: where it did not for so long, it was stopped or its clock was put forward."""

AHEAD = timedelta(days=1)
"""A moment that is written down and lies so much later than now is a wrong clock's. Two machines differ by less."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an issue came in.

    The moment it was first `seen`, the date it then had (None: no date), and the last good look at the archive before
    that moment (None: there was none). `is_bare`: it says neither a date nor a number, unlike nearly all issues beside
    it, and may be a page.
    """

    seen: datetime
    dated: datetime | None
    last_look: datetime | None
    is_bare: bool = False

    def is_new(self, window: timedelta) -> bool:
        """Return whether it was new within this window when it came in."""
        return not self.is_bare and is_new(self.dated, self.last_look, self.seen, window)

    @property
    def advice(self) -> str:
        """What makes it new, as a sentence; "" if nothing does."""
        return f"Give its file a date within {WINDOW.days} days, and it is posted by itself." if self.is_bare else ""

    def reason(self, window: timedelta = WINDOW) -> str:
        """Return why it is not posted by itself, as a clause that follows the issue's name."""
        if self.is_bare:
            return (
                f"is not posted by itself: it came in on {self.seen:%d %b %Y} and says neither a date nor a number, as "
                f"nearly all other issues do (with a date in its file within {WINDOW.days} days it is posted)"
            )
        if self.last_look is None or self.dated is None:
            return "was there at the first look at the archive, so it is not posted by itself"
        return (
            f"is not posted by itself: it came in on {self.seen:%d %b %Y} with the date {self.dated:%d %b %Y}, "
            f"more than {window.days} days before the last look at the archive ({self.last_look:%d %b %Y})"
        )


def is_out(dated: datetime | None, now: datetime, *, day_only: bool = False) -> bool:
    """Return whether an issue of this date has been published somewhere. One without any date is out at once.

    `day_only`: the date is a day's midnight in UTC, and the day begins earlier in the zones to the east.
    """
    return dated is None or dated - (EAST if day_only else timedelta(0)) <= now


def look_before(seen: datetime, sights: Iterable[datetime]) -> datetime | None:
    """Return the last look known to have been made before an issue was `seen`, None if none is known.

    It is for issues that a release registered which did not store its looks: each first sight of an issue is one.
    """
    return max((sight for sight in sights if sight < seen), default=None)


def first_look(newest: datetime, now: datetime) -> datetime | None:
    """Return when a first look that is not recorded yet ended, None if it goes on.

    `newest` is when the last issue came in. One later than now was a wrong clock's, and ended it.
    """
    return None if timedelta(0) <= now - newest < FIRST_LOOK_QUIET else newest


def was_unwatched(last_look: datetime, now: datetime) -> bool:
    """Return whether no look was made for so long that dates which were ahead may have come any time in between."""
    return now - last_look > UNWATCHED


def was_ahead(came: Arrival, now: datetime) -> bool:
    """Return whether an issue came in, and was looked for before, by a clock that was ahead and has been put back."""
    return came.last_look is not None and min(came.seen, came.last_look) > now + AHEAD


def is_soon_after(came: Arrival, now: datetime) -> bool:
    """Return whether a wrong date may still be mended now, so that the issue counts as if it had come in with it."""
    return timedelta(0) <= now - came.seen <= WINDOW


def is_row(say_which: Sequence[bool]) -> bool:
    """Return whether issues follow each other by date or number, so that a file without either may be a page.

    `say_which`: for each issue, whether it has one of its own.
    """
    return len(say_which) >= _ROW and sum(say_which) >= _NEARLY_ALL * len(say_which)


def dated_by_arrival(
    dated: datetime | None, last_look: datetime | None, *, alone: bool, window: timedelta = WINDOW
) -> datetime | None:
    """Return the date that counts for an issue whose date `dated` is a guess from its place among others.

    One that came `alone` has none, and so counts from now. Several at once are old files that were added: their date is
    before the `window`. `last_look` is not after now.
    """
    if alone:
        return None
    return dated if dated is None or last_look is None else min(dated, last_look - window)


def is_new(dated: datetime | None, last_look: datetime | None, now: datetime, window: timedelta = WINDOW) -> bool:
    """Return whether an issue that comes out `now` is new.

    `last_look` is the last good look at the archive before now, None if this is the first: then nothing is new. A look
    later than now was made by a clock that has since been put back, and counts as made now. An issue without a date
    counts from now, when it is first seen.
    """
    if last_look is None:
        return False
    return dated is None or dated > min(last_look, now) - window
