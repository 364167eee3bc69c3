"""Looking at a source again and again while the bot runs: every quarter of an hour, and later after a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import structlog

from bot.domain.clock import Clock
from bot.source.importing.destination import BusyError, Destination, opened
from bot.source.importing.importer import Report, run
from bot.source.importing.item import Remote, SourceError, UnreachableError

_log = structlog.get_logger(__name__)

STATE = ".backissue-source.json"
"""The file of the last look, in the archive's folder; the archive does not read names with a leading dot."""
MAX_WAIT_SECONDS = 6 * 60 * 60
"""Seconds after which a source that fails again and again is looked at all the same."""
BUSY_SECONDS = 30
"""Seconds to wait while another process or an import by hand is at the folder."""
_JITTER = 0.1
"""The part of an interval by which it is longer or shorter, so that many bots do not ask one server together."""
_MAX_LINES = 5

Chance: TypeAlias = Callable[[int], int]
"""Returns a random integer in [0, n)."""


@dataclass(frozen=True, slots=True)
class LastLook:
    """What the last look at a source gave, kept for the processes that share the folder and for the next start.

    `source` is its name, `state` is `Remote.state`, and `at` the time in ISO 8601. `failures` counts looks in a row
    that failed; `fault` says what is wrong, "" for nothing.
    """

    source: str = ""
    state: str = ""
    at: str = ""
    failures: int = 0
    fault: str = ""

    @classmethod
    def read(cls, destination: Destination, source: str) -> LastLook:
        """Return the last look at `source`; an empty one before the first, or if the file cannot be read."""
        try:
            row = json.loads(destination.text(STATE) or "{}")
            said = {name: str(row[name]) for name in ("source", "state", "at", "fault")}
            found = cls(**said, failures=int(row["failures"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            return cls()
        return found if found.source == source else cls()

    def seconds_ago(self, now: datetime) -> float:
        """Return the seconds since then; a clock that was put back counts as long ago."""
        try:
            ago = (now - datetime.fromisoformat(self.at)).total_seconds()
        except (ValueError, TypeError):
            return MAX_WAIT_SECONDS
        return ago if ago >= 0 else MAX_WAIT_SECONDS


class Polling:
    """Brings what is new at a source into the archive's folder, where the bot finds it as any other file.

    See `bot.source.incoming.Incoming`.
    """

    def __init__(self, remote: Remote, folder: Path, clock: Clock, chance: Chance, *, minutes: float) -> None:
        """Look at `remote` every so many `minutes`, and write into `folder`; `chance` spreads the looks."""
        self._remote = remote
        self._folder = folder
        self._clock = clock
        self._chance = chance
        self._seconds = minutes * 60
        self._next = 0.0
        self.fault = ""

    async def look(self) -> None:
        """See `Incoming.look`."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._next:
            return
        try:
            wait = await asyncio.to_thread(self._looked)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look follows
            _log.exception("source.failed", source=self._remote.name)
            self.fault, wait = (
                f"{self._remote.name}: looking failed ({type(error).__name__}); see the log",
                self._seconds,
            )
        self._next = loop.time() + self._spread(wait)

    def _spread(self, seconds: float) -> float:
        return seconds * (1 + _JITTER * (self._chance(2_001) - 1_000) / 1_000)

    def _looked(self) -> float:
        """Look, unless another process did lately; return the seconds to the next look."""
        try:
            with opened(self._folder) as destination:
                last, now = LastLook.read(destination, self._remote.name), self._clock.now()
                wait = self._wait(last.failures)
                if (left := wait * (1 - _JITTER) - last.seconds_ago(now)) > 0:
                    self.fault = last.fault
                    return left
                return self._asked(destination, last, now)
        except BusyError:
            return BUSY_SECONDS
        except SourceError as error:  # the folder, not the source
            return self._failed(error, 0)

    def _asked(self, destination: Destination, last: LastLook, now: datetime) -> float:
        """Ask the source, write what is new, and keep what came of it."""
        name, self._remote.state = self._remote.name, last.state
        try:
            report = run(self._remote, destination)
        except SourceError as error:
            wait = self._failed(error, last.failures)
            # What the source said of its state counts only once everything was written.
            self._keep(destination, LastLook(name, last.state, now.isoformat(), last.failures + 1, self.fault))
            return max(wait, error.after if isinstance(error, UnreachableError) else 0)
        self.fault = _lost(name, report) or (
            last.fault if self._remote.state == last.state and not last.failures else ""
        )
        self._keep(destination, LastLook(name, self._remote.state, now.isoformat(), 0, self.fault))
        _tell(name, report)
        return self._seconds

    def _failed(self, error: SourceError, failures: int) -> float:
        """Note a failure after so many before; return the seconds to the next look."""
        wait = self._wait(failures + 1)
        self.fault = str(error)
        _log.warning("source.failed", source=self._remote.name, reason=error.reason, again_in=round(wait))
        return wait

    def _wait(self, failures: int) -> float:
        """Return the seconds between looks after so many failures in a row: twice as long after each."""
        return max(self._seconds, min(self._seconds * 2.0 ** min(failures, 20), MAX_WAIT_SECONDS))

    def _keep(self, destination: Destination, look: LastLook) -> None:
        destination.write(STATE, json.dumps(asdict(look), indent=1))


def _lost(name: str, report: Report) -> str:
    """Return what could not be imported, in one line; "" for nothing."""
    lines = [str(fault) for fault in report.faults if not fault.skipped]
    more = f"; and {len(lines) - _MAX_LINES} more" if len(lines) > _MAX_LINES else ""
    return f"{name}: not imported: {'; '.join(lines[:_MAX_LINES])}{more}" if lines else ""


def _tell(name: str, report: Report) -> None:
    """Log what a look did: nothing while nothing is new."""
    for fault in report.faults:
        (_log.info if fault.skipped else _log.warning)("source_item.noted", item=fault.origin, reason=fault.reason)
    if report.new or report.updated or report.edited:
        counts = {"new": len(report.new), "updated": len(report.updated), "kept_as_edited": len(report.edited)}
        _log.info("source.imported", source=name, **counts)
