"""Which events were seen: Slack sends each at least once, over hours (Slack: apis/events-api)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from bot.store.database import Database
from bot.store.tables import events, insert

KEPT = timedelta(days=3)
"""Slack's delayed events come for up to a day; three leave room."""


class Events:
    """The ids of the events of the last days."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def first(self, event: str, now: datetime) -> bool:
        """Say whether this is the first time that the event is seen, and remember it."""

        def unit(connection: Connection) -> bool:
            row = insert(connection, events).values(event=event, at=now).on_conflict_do_nothing()
            return bool(connection.execute(row).rowcount)

        return await self._database.write(unit)

    async def forget(self, event: str) -> None:
        """Forget the event: what it asked for failed, and its repetition should be heard."""
        gone = delete(events).where(events.c.event == event)
        await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def prune(self, now: datetime) -> int:
        """Forget those that Slack can no longer repeat; give how many."""
        old = delete(events).where(events.c.at < now - KEPT)
        return await self._database.write(lambda connection: int(connection.execute(old).rowcount))
