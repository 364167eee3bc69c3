"""What becomes of requests that are refused: each is counted, and told in the log without filling it.

Anybody on the internet can send what is refused, so the log's size may not be in their hands.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

import structlog

from bot.runtime.fault_log import REMIND_SECONDS

_log = structlog.get_logger(__name__)

EACH = 60
"""Refusals of one minute that have a line each; further ones are counted, in one line at its end."""
_REASONS = 3
"""Reasons that the line about many names, the most frequent first."""
LEFT = "left"
"""The outcome of a request whose sender hung up before its end: counted, and in no line."""


class Refusals:
    """The requests that one server refused."""

    def __init__(
        self,
        on_refused: Sequence[Callable[[str], None]] = (),
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """Call each of `on_refused` with every outcome: an HTTP status, or `LEFT`.

        What ends a minute is called by `later` (seconds, call): by default the running loop's.
        """
        self._on_refused = on_refused
        self._later = later or _on_the_loop
        self._lines = 0
        self._beyond: Counter[str] = Counter()
        self._begun = False

    def left(self) -> None:
        """Count a request whose sender hung up, or was too slow."""
        self._count(LEFT)

    def refused(self, status: int, reason: str) -> None:
        """Count and tell a refused request; `reason` holds nothing of it."""
        self._count(str(status))
        if not self._begun:
            self._begun = True
            self._later(REMIND_SECONDS, self._end_minute)
        self._lines += 1
        if self._lines <= EACH:
            _log.warning("request.refused", status=status, reason=reason)
        else:
            self._beyond[reason] += 1

    def _count(self, outcome: str) -> None:
        for called in self._on_refused:
            called(outcome)

    def _end_minute(self) -> None:
        """Tell how many more there were; the minute after a flood tells nothing but the flood's end."""
        beyond, self._beyond, self._lines = self._beyond, Counter(), 0
        self._begun = bool(beyond)
        if not beyond:
            return
        reasons = "; ".join(reason for reason, _ in beyond.most_common(_REASONS))
        _log.warning("request.refused", times=beyond.total(), seconds=round(REMIND_SECONDS), reason=reasons)
        self._later(REMIND_SECONDS, self._end_minute)


def _on_the_loop(seconds: float, call: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(seconds, call)
