"""A channel whose id changed: everything that was stored under the old id moves to the new one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, and_, exists, select, update

from bot.domain.subscription import PausedBy
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.membership import is_among
from bot.store.next_run import in_order, running_now
from bot.store.tables import deliveries, marks, postings, subscription_audit, subscriptions

_S = subscriptions.c


class ChannelMoves:
    """Moves a channel's rows."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def move(self, workspace: WorkspaceId, old: str, new: str, now: datetime) -> bool:
        """Move all that is stored of the channel `old` to `new`; return whether a subscription moved.

        One that was paused because Slack refused the old id goes on. What is stored under both ids (the channel was
        subscribed again under its new one, to the same newsletter) stays as it is there. Moving twice does no more than
        moving once.
        """
        return await self._database.write(lambda connection: _move(connection, workspace, old, new, now))


def _move(connection: Connection, workspace: WorkspaceId, old: str, new: str, now: datetime) -> bool:
    other = subscriptions.alias()
    there = exists().where(other.c.workspace == workspace, other.c.channel == new, other.c.newsletter == _S.newsletter)
    mine = select(_S.id).where(_S.workspace == workspace, _S.channel == old, ~there).order_by(_S.id)
    moved = list(connection.scalars(mine))
    if moved:
        theirs = is_among(_S.id, moved)
        connection.execute(in_order(theirs).values(channel=new))
        refused = and_(theirs, _S.pause_by == PausedBy.CHANNEL.value)
        connection.execute(update(subscriptions).where(refused).values(pause_by=None, pause_reason=None))
        connection.execute(running_now(now, theirs))
    for table, same in ((deliveries, ("workspace", "issue")), (marks, ("person", "ts", "emoji"))):
        _move_unless_there(connection, table, same, workspace, (old, new))
    for table in (postings, subscription_audit):
        here = and_(table.c.workspace == workspace, table.c.channel == old)
        connection.execute(update(table).where(here).values(channel=new))
    return bool(moved)


def _move_unless_there(
    connection: Connection, table: Table, same: tuple[str, ...], workspace: WorkspaceId, ids: tuple[str, str]
) -> None:
    """Move rows from the first id to the second, except where a row with the `same` columns is there already."""
    old, new = ids
    other = table.alias()
    there = exists().where(other.c.channel == new, *(other.c[name] == table.c[name] for name in same))
    here = and_(table.c.workspace == workspace, table.c.channel == old, ~there)
    connection.execute(update(table).where(here).values(channel=new))
