"""Virtual time: an event loop whose clock jumps to the next timer, and a wall clock over it that can be stepped."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """A selector that never waits: the time it would have waited is added to the loop's."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen again: a deadlock in virtual time")
        self.elapsed += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which sleeping takes no time. Nothing in it may wait for threads or the network."""

    def __init__(self) -> None:
        """Start at second 0."""
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        # After months, a float cannot hold the loop's resolution of a nanosecond: timers would never be due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Return the virtual seconds."""
        return self._jumping.elapsed


class VirtualClock:
    """A wall clock that follows the running loop's virtual time, and can be stepped."""

    def __init__(self, start: datetime) -> None:
        """Show `start` at the loop's second 0."""
        self._zero = start

    def now(self) -> datetime:
        """Return the time it shows."""
        return self.true() + self._skew

    _skew = timedelta(0)

    def true(self) -> datetime:
        """Return the time it would show if it had never been stepped."""
        return self._zero + timedelta(seconds=asyncio.get_running_loop().time())

    def steps(self, by: timedelta) -> None:
        """Step it forward or back."""
        self._skew += by


async def until(clock: VirtualClock, moment: datetime) -> None:
    """Let virtual time pass until `moment`, by true time."""
    await asyncio.sleep(max(0.0, (moment - clock.true()).total_seconds()))


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` in a virtual loop."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


START = datetime(2026, 1, 1, tzinfo=UTC)
