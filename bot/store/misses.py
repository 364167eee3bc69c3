"""Searches without a strong answer, counted by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, delete, func, select

from archive.search.result import Grade
from bot.domain.missed_query import MissedQuery
from bot.domain.newsletter import Newsletter
from bot.store.database import Database
from bot.store.inserts import insert
from bot.store.tables import misses

_M = misses.c


class Misses:
    """The table of missed queries of one newsletter. Every method is one transaction."""

    def __init__(self, database: Database, newsletter: Newsletter) -> None:
        """Use `database` for what was missed in the archive of `newsletter`."""
        self._database = database
        self._newsletter = newsletter.slug

    async def add(self, counts: Mapping[str, tuple[Grade, int]], day: date, oldest: date) -> None:
        """Add to each query's count of a `day`, with the grade it had; delete the days before the `oldest`."""
        rows = [
            {
                "newsletter": self._newsletter,
                "day": day.isoformat(),
                "query": query,
                "grade": str(grade),
                "count": count,
            }
            for query, (grade, count) in sorted(counts.items())  # two processes take their rows in one order
        ]

        def unit(connection: Connection) -> None:
            connection.execute(delete(misses).where(_M.day < oldest.isoformat()))
            if rows:
                fresh = insert(connection, misses)
                both = {"count": _M.count + fresh.excluded.count, "grade": fresh.excluded.grade}
                keys = ["newsletter", "day", "query"]
                connection.execute(fresh.on_conflict_do_update(index_elements=keys, set_=both), rows)

        await self._database.write(unit)

    async def list(self, since: date, limit: int) -> tuple[MissedQuery, ...]:
        """Return at most `limit` queries missed from the day `since` on, the most frequent first."""
        total, last = func.sum(_M.count).label("total"), func.max(_M.day).label("last")
        lately = (_M.newsletter == self._newsletter, _M.day >= since.isoformat())
        sums = select(_M.query, total, last).where(*lately).group_by(_M.query).subquery()
        chosen = (
            select(sums.c.query, sums.c.total, sums.c.last, _M.grade)
            .join(misses, (_M.query == sums.c.query) & (_M.day == sums.c.last))
            .where(_M.newsletter == self._newsletter)
            .order_by(sums.c.total.desc(), sums.c.last.desc(), sums.c.query)
            .limit(limit)
        )

        def unit(connection: Connection) -> tuple[MissedQuery, ...]:
            return tuple(
                MissedQuery(row.query, Grade(row.grade), int(row.total), date.fromisoformat(row.last))
                for row in connection.execute(chosen)
            )

        return await self._database.read(unit)
