"""The log of what fails again and again: a line at the start of a fault, one a minute while it lasts, one at its end.

Jobs run every second: without this an hour's outage of the database would be thousands of stack traces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

import structlog

from archive.errors import BackIssueError

_log = structlog.get_logger(__name__)
REMIND_SECONDS = 60.0
"""Seconds from one line about a fault that lasts to the next."""


@dataclass(slots=True)
class _Fault:
    """A fault that lasts: when it began and was last logged (seconds), how often it came, and which jobs it stops."""

    began: float
    told: float
    times: int = 0
    jobs: set[str] = field(default_factory=set)


class FaultLog:
    """Logs the faults of jobs. What several jobs fail for, such as a database that is away, is one fault.

    `now` gives the seconds of a clock that is never set.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        """Start without faults."""
        self._now = now
        self._faults: dict[str, _Fault] = {}

    def failed(self, job: str, error: Exception) -> None:
        """Log that a run of `job` failed, if that is new or a minute has passed; a stack trace only where it is ours.

        An error that was made for people says all that there is to know.
        """
        reason, now = reason_of(error), self._now()
        self._end(job, but=reason)
        fault = self._faults.get(reason)
        if fault is None:
            fault = self._faults[reason] = _Fault(now, now)
            known = isinstance(error, BackIssueError)
            _log.error("job.failed", job=job, error=str(error), exc_info=None if known else error)
        elif now - fault.told >= REMIND_SECONDS:
            fault.told = now
            lasting = {"times": fault.times + 1, "seconds": round(now - fault.began)}
            _log.error("job.failed", job=job, error=str(error), jobs=sorted(fault.jobs | {job}), **lasting)
        fault.times += 1
        fault.jobs.add(job)

    def worked(self, job: str) -> None:
        """Log the end of a fault, if `job` was the last that it stopped."""
        if self._faults:
            self._end(job)

    def _end(self, job: str, *, but: str = "") -> None:
        """End what `job` failed for, except the reason `but`."""
        for reason, fault in tuple(self._faults.items()):
            if reason == but or job not in fault.jobs:
                continue
            fault.jobs.remove(job)
            if not fault.jobs:
                del self._faults[reason]
                _log.info("job.recovered", job=job, times=fault.times, seconds=round(self._now() - fault.began))


def reason_of(error: Exception) -> str:
    """Return what tells one fault from another: the reason without the thing that was attempted, in one line."""
    text = str(getattr(error, "reason", "") or error) or type(error).__name__
    return f"{type(error).__name__}: {text.splitlines()[0][:200]}"


def raised_at(error: BaseException) -> TracebackType | None:
    """Return the last entry of an error's trace, which is where it was raised; None without a trace."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last
