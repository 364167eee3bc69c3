"""The database's own heartbeat, by which an older copy that was put back is noticed, and the gaps in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.domain.gap import Gap, Heartbeat, gap_after
from bot.domain.newsletter import Newsletter
from bot.store.database import Database
from bot.store.inserts import insert as upsert
from bot.store.tables import heartbeats, posting_gaps

KEPT = timedelta(days=90)
"""How long a gap is stored: an issue that is older is no news to any channel."""
MIN_INTERVAL = timedelta(seconds=30)
"""Several workers write one row: it is not written again within this time."""
_AT_WORK = timedelta(minutes=3)
"""A worker that works has written the heartbeat since then: it does every minute."""
_H = heartbeats.c
_G = posting_gaps.c


class Heartbeats:
    """The heartbeat of all workers. Every method is one transaction."""

    def __init__(self, database: Database, newsletter: Newsletter) -> None:
        """Use `database`, for the workers of `newsletter`."""
        self._database = database
        self._newsletter = newsletter.slug

    async def beat(self, now: datetime, mine: datetime | None = None) -> Gap | None:
        """Record that a worker runs now; return, and record, the gap that this ends.

        `mine`: see `bot.domain.gap.gap_after`.
        """
        last = await self._database.read(self._last)
        if last is not None and not last.stopped and timedelta(0) <= now - last.at < MIN_INTERVAL:
            return None
        return await self._database.write(lambda connection: self._beat(connection, now, mine))

    async def stop(self) -> None:
        """Record that a worker stops by itself. Another that still runs takes it back with its next beat."""
        change = update(heartbeats).where(_H.newsletter == self._newsletter).values(stopped=True)
        await self._database.change(change)

    async def last(self) -> Heartbeat | None:
        """Return the last heartbeat, None if no worker ever ran."""
        return await self._database.read(self._last)

    async def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps that are stored, oldest first."""
        chosen = select(posting_gaps).where(_G.newsletter == self._newsletter).order_by(_G.id)

        def unit(connection: Connection) -> tuple[Gap, ...]:
            return tuple(Gap(row.since, row.until, bool(row.stopped)) for row in connection.execute(chosen))

        return await self._database.read(unit)

    def _last(self, connection: Connection) -> Heartbeat | None:
        row = connection.execute(select(heartbeats).where(_H.newsletter == self._newsletter)).first()
        return None if row is None else Heartbeat(row.at, bool(row.stopped))

    def _beat(self, connection: Connection, now: datetime, mine: datetime | None) -> Gap | None:
        gap = gap_after(self._last(connection), now, mine)
        row = upsert(connection, heartbeats)
        latest = {"at": row.excluded.at, "stopped": row.excluded.stopped}
        connection.execute(
            row.on_conflict_do_update(index_elements=["newsletter"], set_=latest),
            {"newsletter": self._newsletter, "at": now, "stopped": False},
        )
        if gap is not None:
            values = {"since": gap.since, "until": gap.until, "stopped": gap.stopped}
            connection.execute(insert(posting_gaps).values(newsletter=self._newsletter, **values))
            connection.execute(delete(posting_gaps).where(_G.until < now - KEPT))
        return gap


def is_in_use(connection: Connection, newsletter: str, now: datetime) -> bool:
    """Return whether a worker wrote a heartbeat a moment ago. One that stopped meanwhile may be back in a moment."""
    # One worker may be at work for several newsletters: its heartbeat is then that of none of them.
    last = connection.scalar(select(func.max(_H.at, type_=_H.at.type)).where(_H.newsletter.in_(("", newsletter))))
    return last is not None and abs(now - last) < _AT_WORK
