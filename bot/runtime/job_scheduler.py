"""What makes the bot do things by itself: one APScheduler, and a guard over its jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.job import Job as APSchedulerJob
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.domain.timers import Job
from bot.runtime.fault_log import FaultLog

_log = structlog.get_logger(__name__)
LATE_SECONDS = 2.0
"""Seconds by which a job may be late before the guard starts it."""
_EARLY = 0.1
"""The part of its interval by which a job may run early: the wall clock and the loop's clock never agree exactly."""


class FromNow(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """A trigger that fires so many seconds from now, whatever time it is.

    APScheduler's own interval trigger counts from the last time on, and lists every time that was missed: after a clock
    was put forward by 90 days, 7.8 million of a job that runs each second.
    """

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        """Fire after as many seconds as `seconds_left` returns: more than 0, or the scheduler would never end."""
        self._seconds_left = seconds_left

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next time to fire; it depends on `now`, and never on `previous_fire_time`."""
        del previous_fire_time
        return now + timedelta(seconds=self._seconds_left())


@dataclass(eq=False, slots=True)
class _TimedJob:
    """A job, the event loop's time at which it is `due`, its `plan` in APScheduler, and its task while it runs."""

    name: str
    seconds: float
    job: Job
    due: float
    plan: APSchedulerJob = None
    task: asyncio.Task[None] | None = None

    def seconds_left(self) -> float:
        """Return the seconds until it is due, or its whole interval if that is now."""
        left = self.due - _loop_time()
        return left if left > _EARLY * self.seconds else self.seconds

    def is_due(self) -> bool:
        """Return whether its interval has passed by the event loop's clock."""
        return self.due - _loop_time() <= _EARLY * self.seconds

    def is_late(self, by: float) -> bool:
        """Return whether it should have been started more than `by` seconds ago, and does not run."""
        return self.task is None and _loop_time() - self.due > by


class JobScheduler:
    """Runs jobs by name; see `bot.domain.timers.Timers`.

    APScheduler plans by the wall clock, and every job has its time by the event loop's clock too. A wall clock that is
    put forward makes a job's plan come early: the job waits for its own time. After one that is put back APScheduler
    would wait until the old time comes again: the guard starts what is late, and plans it from now.
    """

    def __init__(self, *, late_seconds: float = LATE_SECONDS) -> None:
        """Prepare; the first job starts the scheduler. The guard starts what is `late_seconds` late."""
        self._late_seconds = late_seconds
        self._faults = FaultLog(_loop_time)
        self._jobs: dict[str, _TimedJob] = {}
        self._scheduler: AsyncIOScheduler | None = None
        self._guard: asyncio.Task[None] | None = None

    def every(self, seconds: float, name: str, job: Job, *, at_once: bool = True) -> None:
        """See `Timers.every`."""
        if self._scheduler is None:
            self._scheduler = AsyncIOScheduler(timezone="UTC", logger=None)
            self._scheduler.start()
            self._guard = asyncio.create_task(self._watch(), name="job-guard")
        timed = _TimedJob(name, seconds, job, _loop_time() + seconds)
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        timed.plan = self._scheduler.add_job(self._planned, FromNow(timed.seconds_left), (timed,), id=name, **options)
        self._jobs[name] = timed
        if at_once:
            self._begin(timed)

    async def stop(self, *names: str, within: float) -> None:
        """See `Timers.stop`. A job that takes longer to end is left to itself."""
        ending = set()
        for name in names or tuple(self._jobs):
            if (timed := self._jobs.pop(name, None)) is not None:
                timed.plan.remove()
                ending.add(timed.task)
        if not self._jobs and self._scheduler is not None:
            ending.add(self._guard)
            self._scheduler.shutdown(wait=False)
            self._scheduler = self._guard = None
        tasks = {task for task in ending if task is not None}
        for task in tasks:
            task.cancel()
        if tasks and (left := (await asyncio.wait(tasks, timeout=within))[1]):
            _log.warning("jobs.left", seconds=within, jobs=sorted(task.get_name() for task in left))

    async def _planned(self, timed: _TimedJob) -> None:
        """Start a job if it is due; it is no part of APScheduler's job, to which a cancelled one would be an error."""
        if self._jobs.get(timed.name) is timed and timed.is_due():
            self._begin(timed)

    def _begin(self, timed: _TimedJob) -> None:
        timed.due = _loop_time() + timed.seconds
        if timed.task is None:
            timed.task = asyncio.create_task(self._run(timed), name=timed.name)

    async def _run(self, timed: _TimedJob) -> None:
        try:
            await timed.job()
        except Exception as error:  # noqa: BLE001 - one bad run must not end all others
            self._faults.failed(timed.name, error)
        else:
            self._faults.worked(timed.name)
        finally:
            timed.task = None

    async def _watch(self) -> None:
        """Start what the scheduler should have started."""
        while True:
            await asyncio.sleep(self._late_seconds / 2)
            late = [timed for timed in self._jobs.values() if timed.is_late(self._late_seconds)]
            for timed in late:
                self._begin(timed)
                timed.plan.reschedule(FromNow(timed.seconds_left))
            if late:
                _log.warning("jobs.restarted", jobs=[timed.name for timed in late])


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
