"""Counting the searches without a strong answer, off the answer's path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

import structlog

from archive.search.result import Grade
from bot.domain.clock import Clock
from bot.domain.errors import BotError
from bot.domain.missed_query import MISSES_DAYS, missed_words

MAX_WAITING_QUERIES = 1_000
"""Different queries that wait to be written; while the database is away, more are not counted."""
WRITE_SECONDS = 60.0
"""Seconds between two writes."""
_log = structlog.get_logger(__name__)


class MissTable(Protocol):
    """Where the counts are stored."""

    async def add(self, counts: Mapping[str, tuple[Grade, int]], day: date, oldest: date) -> None:
        """Add to each query's count of a `day`, with the grade it had; delete the days before the `oldest`."""
        ...


class MissCounter:
    """Counts missed queries in memory, and writes the sums once a minute.

    What is stored is words, a grade, a day and a count: neither who searched nor where. A count is lost when the
    process dies, and one may be added twice when the connection is lost while it is written: it is a hint for the
    operator, no record.
    """

    def __init__(self, table: MissTable, clock: Clock, *, counting: bool = True, days: int = MISSES_DAYS) -> None:
        """Write to `table`, and delete there what is older than `days`; without `counting` do only that."""
        self._table = table
        self._clock = clock
        self._counting = counting
        self._days = days
        self._noted: Counter[tuple[str, Grade]] = Counter()
        self._written: date | None = None

    def note(self, query: str, grade: Grade) -> None:
        """Count a query that had no strong answer. Never waits and never fails."""
        if self._counting and (len(self._noted) < MAX_WAITING_QUERIES or (query, grade) in self._noted):
            self._noted[query, grade] += 1

    async def write(self) -> bool:
        """Write what was counted; return whether that worked. If not, it waits for the next time."""
        noted, self._noted = self._noted, Counter()
        today = self._clock.now().date()
        try:
            await self._table.add(_by_words(noted), today, today - timedelta(days=self._days))
        except BotError as error:
            _log.warning("misses.postponed", error=str(error))
            self._noted.update(noted)
            return False
        return True

    async def keep(self) -> None:
        """Write what was counted; where nothing was, only once a day, for what is too old by then."""
        today = self._clock.now().date()
        if (self._noted or self._written != today) and await self.write():
            self._written = today


def _by_words(noted: Mapping[tuple[str, Grade], int]) -> dict[str, tuple[Grade, int]]:
    """Return the sums by the words that are stored, each with the grade noted last."""
    sums: dict[str, tuple[Grade, int]] = {}
    for (query, grade), count in noted.items():
        if said := missed_words(query):
            sums[said] = grade, count + sums.get(said, (grade, 0))[1]
    return sums
