"""The log of requests that fail for one reason: a line at the start and one a minute, as for jobs (`fault_log`).

While a database is away every request that needs it fails, by the hundred. They share one line and its reference, which
is what a person is shown and an operator looks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from archive.errors import BackIssueError
from bot.runtime.fault_log import REMIND_SECONDS, raised_at, reason_of

MAX_REASONS = 100
"""Reasons that are remembered; older ones are logged again when they come again."""


@dataclass(slots=True)
class _Shared:
    """A line of the log that requests share: its reference, when it was logged (seconds), and how many failed since."""

    reference: str
    logged: float
    since: int = 0


@dataclass(slots=True)
class RequestFaults:
    """Decides which of the failing requests are logged. `now` gives the seconds of a clock that is never set."""

    now: Callable[[], float] = monotonic
    _faults: dict[str, _Shared] = field(default_factory=dict)

    def line(self, error: Exception, reference: Callable[[], str]) -> tuple[str, dict[str, Any] | None]:
        """Return the reference under which the log has `error`, and its line's fields; None if it is logged already.

        An error that was made for people needs no stack trace. One that was not made for them is ours to mend: each
        place that raises one has a line of its own.
        """
        known, now = isinstance(error, BackIssueError), self.now()
        reason = reason_of(error) + ("" if known else _place(error))
        fault = self._faults.get(reason)
        if fault is not None and now - fault.logged < REMIND_SECONDS:
            fault.since += 1
            return fault.reference, None
        self._keep(reason, new := _Shared(reference(), now))
        fields: dict[str, Any] = {"error": str(error)} if known else {"exc_info": error}
        times = {"times": fault.since} if fault is not None and fault.since else {}
        return new.reference, {"reference": new.reference, **fields, **times}

    def _keep(self, reason: str, fault: _Shared) -> None:
        self._faults.pop(reason, None)
        self._faults[reason] = fault
        if len(self._faults) > MAX_REASONS:
            del self._faults[next(iter(self._faults))]


def _place(error: Exception) -> str:
    """Return the file and line that raised an error, "" without a trace."""
    last = raised_at(error)
    return f" {last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last is not None else ""
