"""The store: everything the bot must not forget, in one database."""

from __future__ import annotations

from typing import Self

from bot.domain.delivery import PostedPart
from bot.domain.newsletter import UNNAMED, Newsletter
from bot.domain.workspace import WorkspaceId
from bot.store.ask_threads import AskThreads
from bot.store.bookmarks import Bookmarks
from bot.store.broken_files import BrokenFiles
from bot.store.channel_moves import ChannelMoves
from bot.store.database import Database
from bot.store.deliveries import Deliveries
from bot.store.heartbeats import Heartbeats
from bot.store.imports import Imports
from bot.store.issues import Issues
from bot.store.leases import Leases
from bot.store.migrate import check, upgrade
from bot.store.misses import Misses
from bot.store.next_run import RunSchedule
from bot.store.older_issues import OlderIssues
from bot.store.parts import Parts
from bot.store.people import People
from bot.store.postings import Postings, posted
from bot.store.retractions import Retractions
from bot.store.second_bots import SecondBots
from bot.store.shrinking import Shrinking
from bot.store.subscription_audit import SubscriptionAudit
from bot.store.subscriptions import Subscriptions
from bot.store.teams import Teams
from bot.store.worker_locks import WorkerLocks


class Store:
    """All tables of the bot's database, by noun."""

    def __init__(self, database: Database, newsletter: Newsletter = UNNAMED) -> None:
        """Use `database`, whose tables are up to date, for the issues of `newsletter`."""
        self.database = database
        self.issues = Issues(database, newsletter)
        self.heartbeats = Heartbeats(database, newsletter)
        self.broken_files = BrokenFiles(database, newsletter)
        self.subscriptions = Subscriptions(database)
        self.audit = SubscriptionAudit(database)
        self.schedule = RunSchedule(database)
        self.leases = Leases(database)
        self.locks = WorkerLocks(database)
        self.deliveries = Deliveries(database)
        self.older_issues = OlderIssues(database)
        self.channel_moves = ChannelMoves(database)
        self.retractions = Retractions(database)
        self.second_bots = SecondBots(database)
        self.parts = Parts(database)
        self.shrinking = Shrinking(database)
        self.bookmarks = Bookmarks(database)
        self.people = People(database)
        self.postings = Postings(database)
        self.imports = Imports(database)
        self.teams = Teams(database)
        self.ask_threads = AskThreads(database)
        self.misses = Misses(database, newsletter)

    @classmethod
    def open(cls, url: str, *, upgrading: bool = False, inline: bool = False) -> Self:
        """Open the database at `url` and check that its tables are this version's.

        With `upgrading` they are upgraded first; an in-memory SQLite always is. This blocks: call it before the event
        loop starts, or in a thread. Raises DatabaseUrlError, SchemaError or StoreError.
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
        """Return which part of which digest the message `ts` of the channel is, or None."""
        return await self.database.read(lambda connection: posted(connection, workspace, channel, ts))

    async def probe(self) -> None:
        """Write something that changes nothing, so that it is known whether writing works. Raises StoreError."""
        statement = "PRAGMA user_version = 0" if self.database.sqlite else "SELECT txid_current()"
        await self.database.write(lambda connection: connection.exec_driver_sql(statement).close())

    async def close(self) -> None:
        """Finish pending writes and close the connections."""
        await self.database.close()
