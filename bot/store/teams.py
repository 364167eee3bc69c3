"""What a whole organisation or workspace wants."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.store.database import Database
from bot.store.inserts import insert
from bot.store.tables import teams


class Teams:
    """Whether what people keep may be counted together: yes, unless somebody switched it off."""

    def __init__(self, database: Database) -> None:
        """Keep it in `database`."""
        self._database = database

    async def counted(self, home: str) -> bool:
        """Return whether the `home` (an organisation's or workspace's id) shows what is kept most."""
        chosen = select(teams.c.counted).where(teams.c.home == home)

        def unit(connection: Connection) -> bool:
            found = connection.scalar(chosen)
            return True if found is None else bool(found)

        return await self._database.read(unit)

    async def count(self, home: str, *, on: bool) -> None:
        """Switch it on or off. Who did so is not written down."""

        def unit(connection: Connection) -> None:
            row = insert(connection, teams).values(home=home, counted=on)
            connection.execute(row.on_conflict_do_update(index_elements=["home"], set_={"counted": on}))

        await self._database.write(unit)
