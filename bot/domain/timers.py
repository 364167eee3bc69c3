"""The timers' port: what runs again and again without being asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

Job: TypeAlias = Callable[[], Awaitable[object]]
"""What a timer calls. An error that it raises is logged, and the job runs again in its time."""


class Timers(Protocol):
    """Runs jobs by name, each at a fixed interval and never twice at a time; one that hangs delays no other.

    Intervals are counted in the event loop's seconds: setting the wall clock neither hurries nor stops a job.
    """

    def every(self, seconds: float, name: str, job: Job, *, at_once: bool = True) -> None:
        """Run `job` every `seconds`, first now or, unless `at_once`, after so many seconds.

        Call this inside the event loop. `name` is a name that no running job has.
        """
        ...

    async def stop(self, *names: str, within: float) -> None:
        """Remove these jobs (without names: all) and cancel those that are running, within so many seconds."""
        ...
