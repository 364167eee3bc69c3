"""What makes the bot do things by itself: APScheduler's asyncio scheduler, and a guard over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

_log = structlog.get_logger(__name__)
MAX_MISSED_TICKS = 5
"""Ticks that may be missed before the guard steps in."""


class FromNow(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """A trigger that fires so many seconds from now, whatever time it is.

    APScheduler's own interval trigger counts from the last time on, and lists every time that was missed: after a clock
    was put forward by 90 days, 7.8 million of a job that runs each second.
    """

    def __init__(self, seconds: float) -> None:
        """Fire every `seconds`."""
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time to fire; it depends on `now` alone."""
        del previous_fire_time
        return now + self._interval


class Ticker:
    """Calls `tick` every `seconds`, never twice at a time, until stopped. What it raises is logged, and it goes on.

    APScheduler plans by the wall clock: after the clock is put back it would wait until the old time comes again. The
    guard, which counts in the event loop's own seconds, notices and has it run now.
    """

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Prepare; nothing runs yet."""
        self._tick = tick
        self._seconds = seconds
        self._scheduler = AsyncIOScheduler(timezone="UTC", logger=None)
        self._guard: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._last = 0.0

    def start(self) -> None:
        """Begin, with a first tick at once. Call this inside the event loop."""
        self._last = asyncio.get_running_loop().time()
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler.add_job(self._planned, FromNow(self._seconds), id="tick", **options)
        self._scheduler.start()
        self._guard = asyncio.create_task(self._watch(), name="ticker-guard")

    async def stop(self, within: float = 5.0) -> None:
        """End within so many seconds: a running tick is broken off, and left to itself if that takes longer."""
        if self._guard is None:
            return
        self._scheduler.pause()
        ending = {task for task in (self._guard, self._running) if task is not None}
        self._guard = None
        for task in ending:
            task.cancel()
        _, left = await asyncio.wait(ending, timeout=within)
        if left:
            _log.warning("ticker.left", seconds=within)
        self._scheduler.shutdown(wait=False)

    async def _planned(self) -> None:
        """Begin a tick. It is no part of the job: to the scheduler a job that is broken off is an error to report."""
        self._begin()

    def _begin(self) -> None:
        if self._guard is not None and self._running is None:
            self._running = asyncio.create_task(self._once(), name="tick")

    async def _once(self) -> None:
        try:
            await self._tick()
        except Exception:  # noqa: BLE001 - one bad tick must not end all ticks
            _log.exception("ticker.failed")
        finally:
            self._running = None
            self._last = asyncio.get_running_loop().time()

    async def _watch(self) -> None:
        """Run what the scheduler should have run."""
        self._begin()
        while True:
            await asyncio.sleep(self._seconds)
            silent = asyncio.get_running_loop().time() - self._last
            if silent > MAX_MISSED_TICKS * self._seconds and self._running is None:
                _log.warning("ticker.woken", silent=round(silent, 1))
                self._scheduler.get_job("tick").reschedule(FromNow(self._seconds))
                self._begin()
