"""Figures of the database for monitoring: how much waits, and what came of it. Everything is only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, Float, and_, cast, func, select, type_coerce

from bot.domain.delivery import State
from bot.store.database import Database
from bot.store.tables import deliveries, parts, subscriptions

DAY = timedelta(days=1)
_D, _P, _S = deliveries.c, parts.c, subscriptions.c


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries by progress, messages by state, paused subscriptions, and those that are due with the oldest's age.

    `late_seconds` is by how much the latest digest of the last day came after its slot, 0 without one. Messages of
    digests that shrank are not counted.
    """

    deliveries: dict[str, int]
    messages: dict[str, int]
    paused: int
    due: int
    oldest_seconds: float
    late_seconds: float


async def figures(database: Database, now: datetime) -> Figures:
    """Return the figures as they are at the moment `now`. Raises StoreError."""
    return await database.read(lambda connection: _figures(connection, now))


def _figures(connection: Connection, now: datetime) -> Figures:
    by_progress = connection.execute(select(_D.progress, func.count()).group_by(_D.progress))
    by_state = connection.execute(select(_P.state, func.count()).group_by(_P.state))
    alive = _S.ended.is_(False)
    paused = select(func.count()).select_from(subscriptions).where(alive, _S.pause_by.is_not(None))
    due = select(func.count(), func.min(_S.wake_at)).where(alive, _S.pause_by.is_(None), _S.wake_at <= now)
    count, oldest = connection.execute(due).one()
    posted = cast(_P.ts, Float(53)) * 1_000_000 - type_coerce(_D.due, BigInteger)
    lately = and_(_D.decided >= now - DAY, _D.requested.is_(False), _P.at == 0, _P.state == State.SENT.value)
    late = connection.scalar(select(func.max(posted)).join(deliveries, _D.id == _P.delivery).where(lately)) or 0
    return Figures(
        {str(row[0]): int(row[1]) for row in by_progress},
        {str(row[0]): int(row[1]) for row in by_state},
        connection.scalar(paused) or 0,
        int(count),
        0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        max(0.0, float(late) / 1_000_000),
    )
