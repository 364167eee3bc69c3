"""The store: everything the bot must not forget, in one database."""

from __future__ import annotations

from typing import Self

from bot.domain.delivery import PostedPart
from bot.domain.workspace import WorkspaceId
from bot.store.bookmarks import Bookmarks
from bot.store.database import Database
from bot.store.deliveries import Deliveries
from bot.store.imports import Imports
from bot.store.issues import Issues
from bot.store.leases import Leases
from bot.store.migrate import check, upgrade
from bot.store.next_run import RunSchedule
from bot.store.parts import Parts
from bot.store.people import People
from bot.store.postings import Postings, posted
from bot.store.subscriptions import Subscriptions
from bot.store.teams import Teams


class Store:
    """The bot's memory, by noun."""

    def __init__(self, database: Database) -> None:
        """Use `database`, whose tables are up to date."""
        self.database = database
        self.issues = Issues(database)
        self.subscriptions = Subscriptions(database)
        self.schedule = RunSchedule(database)
        self.leases = Leases(database)
        self.deliveries = Deliveries(database)
        self.parts = Parts(database)
        self.bookmarks = Bookmarks(database)
        self.people = People(database)
        self.postings = Postings(database)
        self.imports = Imports(database)
        self.teams = Teams(database)

    @classmethod
    def open(cls, url: str, *, upgrading: bool = False, inline: bool = False) -> Self:
        """Open the database at `url` after checking that its tables are those of this version.

        With `upgrading` they are first brought up to date (the demo and a private SQLite file do that themselves).
        Raises DatabaseUrlError, SchemaError or StoreError. Blocks: call it before the event loop matters, or in a
        thread. An in-memory SQLite is always made up to date.
        """
        database = Database(url, inline=inline)
        if database.in_memory:
            database.create_all()
        elif upgrading:
            upgrade(url)
        else:
            check(url)
        return cls(database)

    async def posted(self, workspace: WorkspaceId, channel: str, ts: str) -> PostedPart | None:
        """Give what the message `ts` of the channel is, None when it is none of a digest."""
        return await self.database.read(lambda connection: posted(connection, workspace, channel, ts))

    async def close(self) -> None:
        """Finish what waits and let the connections go."""
        await self.database.close()
