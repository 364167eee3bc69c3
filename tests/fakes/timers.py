"""Timers whose jobs run when a test says so: all that are due by the loop's clock, or one by its name."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.timers import Job

_log = structlog.get_logger(__name__)


@dataclass(eq=False)
class FakeJob:
    """A job, the loop's time at which it is `due`, and its last task."""

    seconds: float
    job: Job
    due: float
    task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether its last run has not ended."""
        return self.task is not None and not self.task.done()


class FakeTimers:
    """See `bot.domain.timers.Timers`; nothing runs by itself."""

    def __init__(self) -> None:
        """Begin without jobs."""
        self.jobs: dict[str, FakeJob] = {}
        self._added = asyncio.Event()

    def every(self, seconds: float, name: str, job: Job, *, at_once: bool = True) -> None:
        """See `Timers.every`."""
        assert name not in self.jobs, f"{name} is running already"
        now = asyncio.get_running_loop().time()
        self.jobs[name] = FakeJob(seconds, job, now if at_once else now + seconds)
        self._added.set()

    async def stop(self, *names: str, within: float) -> None:
        """See `Timers.stop`."""
        tasks = [task for name in names or tuple(self.jobs) if (task := self._removed(name)) is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    def _removed(self, name: str) -> asyncio.Task[None] | None:
        job = self.jobs.pop(name, None)
        return job.task if job else None

    async def has(self, name: str) -> None:
        """Wait until a job of this name was added."""
        while name not in self.jobs:
            self._added.clear()
            await self._added.wait()

    async def fires(self, name: str) -> None:
        """Run this job now, and raise what it raises."""
        await self.jobs[name].job()

    def comes_due(self) -> None:
        """Start every job that is due and does not run, in the order in which they were added."""
        now = asyncio.get_running_loop().time()
        for name, job in self.jobs.items():
            if job.due <= now and not job.is_running:
                job.due = now + job.seconds
                job.task = asyncio.create_task(_logged(name, job.job), name=name)

    async def ends(self, name: str) -> None:
        """Wait until the job does not run."""
        job = self.jobs.get(name)
        if job is not None and job.is_running and job.task is not None:
            await asyncio.wait({job.task})

    def running(self, *besides: str) -> bool:
        """Return whether any job but those named `besides` is running."""
        return any(job.is_running for name, job in self.jobs.items() if name not in besides)

    def dies(self) -> None:
        """End every job where it is, as the end of its process would."""
        for name in tuple(self.jobs):
            if (task := self._removed(name)) is not None:
                task.cancel()


async def _logged(name: str, job: Job) -> None:
    try:
        await job()
    except Exception:  # noqa: BLE001 - as in use: one bad run is not the end of all others
        _log.exception("job.failed", job=name)
