"""A clock that can be put forward, so that a week of the demo passes in one click."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.runtime.clock import SystemClock


class ShiftedClock:
    """Runs like the machine's clock, but ahead of it. It only moves forward.

    The app and the stand-in share one, so that both see the same time. Signatures and durations use the machine's
    own clock: Bolt refuses requests that are more than five minutes off it.
    """

    def __init__(self, base: Clock | None = None) -> None:
        """Begin with the time of `base` (None: the machine's)."""
        self.base = base or SystemClock()
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the present moment of the demo, in UTC."""
        return self.base.now() + self.ahead

    def forward(self, by: timedelta) -> None:
        """Put the clock forward. Raises ValueError for a step back: a slot must not come twice."""
        if by < timedelta():
            raise ValueError("time goes forward only")
        self.ahead += by
