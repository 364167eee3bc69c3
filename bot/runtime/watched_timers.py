"""Timers that remember when each of their jobs last ended well."""

from __future__ import annotations

from collections import defaultdict
from time import monotonic

from bot.domain.health import Attempts
from bot.domain.timers import Job, Timers


class WatchedTimers:
    """Runs jobs by other timers, and notes in `jobs`, by name, what came of each; see `bot.domain.timers.Timers`."""

    def __init__(self, timers: Timers) -> None:
        """Run by `timers`."""
        self._timers = timers
        self.jobs: defaultdict[str, Attempts] = defaultdict(Attempts)

    def every(self, seconds: float, name: str, job: Job, *, at_once: bool = True) -> None:
        """See `Timers.every`."""

        async def noted() -> None:
            try:
                await job()
            except Exception as error:
                self.jobs[name].failed(str(error) or type(error).__name__)
                raise
            self.jobs[name].worked(monotonic())

        self._timers.every(seconds, name, noted, at_once=at_once)

    async def stop(self, *names: str, within: float) -> None:
        """See `Timers.stop`."""
        await self._timers.stop(*names, within=within)
