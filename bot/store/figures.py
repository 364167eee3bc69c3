"""Figures of the database for monitoring: how much waits, and what came of it. Everything is only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.store.database import Database
from bot.store.tables import deliveries, parts, subscriptions

_D, _P, _S = deliveries.c, parts.c, subscriptions.c


@dataclass(frozen=True, slots=True)
class Figures:
    """Deliveries by progress, messages by state, paused subscriptions, and those that are due with the oldest's age.

    Messages of digests that shrank are not counted.
    """

    deliveries: dict[str, int]
    messages: dict[str, int]
    paused: int
    due: int
    oldest_seconds: float


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
    return Figures(
        {str(row[0]): int(row[1]) for row in by_progress},
        {str(row[0]): int(row[1]) for row in by_state},
        connection.scalar(paused) or 0,
        int(count),
        0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
    )
