"""What was seen of second bots: the last sighting in each workspace."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from bot.domain.second_bot import SUSPECTED_FOR, Sighting
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.inserts import insert
from bot.store.tables import second_bots

_S = second_bots.c


class SecondBots:
    """The table of second bots. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def register(self, sighting: Sighting) -> None:
        """Record a sighting. One that comes long after the last is told again; see `take`."""
        values = {name: getattr(sighting, name) for name in ("workspace", "channel", "issue", "ts", "seen")}
        known = select(_S.seen).where(_S.workspace == sighting.workspace)

        def unit(connection: Connection) -> None:
            last = connection.scalar(known)
            row = insert(connection, second_bots)
            latest = {name: row.excluded[name] for name in ("channel", "issue", "ts", "seen")}
            if last is not None and sighting.seen - last >= SUSPECTED_FOR:
                latest["told"] = row.excluded.told
            connection.execute(
                row.on_conflict_do_update(index_elements=["workspace"], set_=latest), {**values, "told": None}
            )

        await self._database.write(unit)

    async def list(self, now: datetime) -> tuple[Sighting, ...]:
        """Return the sightings that still count, by workspace."""
        chosen = select(second_bots).where(_S.seen > now - SUSPECTED_FOR).order_by(_S.workspace)

        def unit(connection: Connection) -> tuple[Sighting, ...]:
            return tuple(_sighting(row) for row in connection.execute(chosen))

        return await self._database.read(unit)

    async def last(self, workspace: WorkspaceId, now: datetime) -> Sighting | None:
        """Return the workspace's sighting if it still counts, None without one."""
        return next((each for each in await self.list(now) if each.workspace == workspace), None)

    async def take(self, now: datetime) -> tuple[Sighting, ...]:
        """Return the sightings of which nobody was told, and count them as told: each is returned once."""
        due = and_(_S.told.is_(None), _S.seen > now - SUSPECTED_FOR)
        taken = update(second_bots).where(due).values(told=now).returning(*_S)

        def unit(connection: Connection) -> tuple[Sighting, ...]:
            return tuple(_sighting(row) for row in connection.execute(taken))

        waits = select(_S.workspace).where(due).limit(1)
        if not await self._database.read(lambda connection: connection.execute(waits).first()):
            return ()  # the usual case, without a write transaction
        return await self._database.write(unit)


def _sighting(row: object) -> Sighting:
    names = ("workspace", "channel", "issue", "ts", "seen")
    return Sighting(*(getattr(row, name) for name in names))
