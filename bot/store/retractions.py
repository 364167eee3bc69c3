"""Recording that the digests of an issue are to be taken back, and that one is to be posted again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, func, literal, or_, select, update

from bot.domain.delivery import (
    POSTED_AGAIN,
    POSTED_SINCE,
    RETRACTABLE,
    RETRACTION_LINE,
    SEEN_TAKEN_BACK,
    STANDING,
    TAKEN_BACK,
    Delivery,
    Progress,
    State,
)
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.inserts import insert_new
from bot.store.membership import is_among
from bot.store.next_run import running_now, soon
from bot.store.older_issues import request_row
from bot.store.shrinking import restore
from bot.store.tables import deliveries, issues, parts, subscriptions

_D = deliveries.c
_S = subscriptions.c
_ASKED = "its messages are being deleted"


class Retractions:
    """Marks deliveries as to be taken back; a worker that claims the channel then deletes their messages."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def ask(
        self,
        issue: str,
        now: datetime,
        *,
        by: str = "",
        workspace: WorkspaceId | None = None,
        channel: str | None = None,
    ) -> int:
        """Have the issue (its identity) taken back in the channel, or in all; return in how many it is.

        `by` is a user id, or OPERATOR. Channels that the filters match and that did not get it yet do not get it any
        more.
        """
        where = [column == value for column, value in ((_D.workspace, workspace), (_D.channel, channel)) if value]
        asked = and_(_D.issue == issue, is_among(_D.progress, [each.value for each in RETRACTABLE]), *where)
        theirs = {"retracted_by": by, "retracted_at": now}
        mark = update(deliveries).where(asked).values(progress=Progress.RETRACTING.value, reason=_ASKED, **theirs)

        def unit(connection: Connection) -> int:
            rows = connection.execute(mark.returning(_D.id, _D.subscription, _D.shrunk)).all()
            restore(connection, [row.id for row in rows if row.shrunk])
            waiting = and_(is_among(parts.c.delivery, [row.id for row in rows]), parts.c.state == State.PENDING.value)
            connection.execute(update(parts).where(waiting).values(state=State.SKIPPED.value, reason=TAKEN_BACK))
            if fresh := _not_posted(connection, issue, now, workspace, channel):
                connection.execute(insert_new(connection, deliveries), [{**row, **theirs} for row in fresh])
            _wake(connection, [row.subscription for row in rows], now)
            return len(rows)

        return await self._database.write(unit)

    async def learn(self, delivery: Delivery, at: datetime) -> None:
        """Record that a delivery of which nothing was posted yet had been taken back, at that moment."""
        back = update(deliveries).where(_D.id == delivery.id, _D.progress == Progress.WAITING.value)
        values = {"progress": Progress.RETRACTED.value, "reason": SEEN_TAKEN_BACK, "retracted_at": at}
        fresh = and_(parts.c.delivery == delivery.id, parts.c.state == State.PENDING.value)

        def unit(connection: Connection) -> None:
            if connection.execute(back.values(values)).rowcount:
                connection.execute(update(parts).where(fresh).values(state=State.SKIPPED.value, reason=TAKEN_BACK))

        await self._database.write(unit)

    async def post_again(self, delivery: Delivery, now: datetime) -> bool:
        """Have a digest that was taken back posted as a new delivery, which a worker then attempts like any other.

        The old one stays, with its messages, under a name of its own: a late answer to one of its attempts can't be
        taken for one of the new delivery's. Return False, and change nothing, if it is not taken back (any more), one
        of its messages may still stand in the channel, or the channel is not subscribed. Of many calls one returns
        True. Where it was taken back before its time it is as undecided as before that: it goes out at its time.
        """
        line = parts.c.key == RETRACTION_LINE
        left = exists().where(
            parts.c.delivery == _D.id, ~line, is_among(parts.c.state, [each.value for each in STANDING])
        )
        over = and_(_D.id == delivery.id, _D.progress == Progress.RETRACTED.value, _D.reason != POSTED_SINCE, ~left)
        put_by = update(deliveries).where(over).values(issue=f"{delivery.issue} ({delivery.id})", reason=POSTED_SINCE)
        wanted = and_(_S.id == delivery.subscription, ~_S.ended)
        untouched = ~exists().where(parts.c.delivery == _D.id)

        def unit(connection: Connection) -> bool:
            place = connection.execute(select(subscriptions).where(wanted)).first()
            if place is None:
                return False
            if connection.execute(delete(deliveries).where(over, _D.reason == TAKEN_BACK, untouched)).rowcount:
                connection.execute(running_now(now, wanted))
                return True
            if not connection.execute(put_by).rowcount:
                return False
            row = request_row(place, delivery.issue, now, POSTED_AGAIN)
            connection.execute(insert_new(connection, deliveries), row)
            connection.execute(running_now(now, wanted))
            return True

        return await self._database.write(unit)


def _wake(connection: Connection, ids: list[int], now: datetime) -> None:
    """Schedule subscriptions for now, also those that are paused or ended: taking back posts nothing."""
    chosen = select(_S.id).where(is_among(_S.id, ids)).order_by(_S.id).with_for_update()
    wake = case((_S.wake_at.is_(None), literal(now, _S.wake_at.type)), else_=soon(now))
    connection.execute(update(subscriptions).where(_S.id.in_(chosen)).values(wake_at=wake, again=True))


def _not_posted(
    connection: Connection, issue: str, now: datetime, workspace: WorkspaceId | None, channel: str | None
) -> list[dict[str, Any]]:
    """Return a row for each channel for which the issue was not decided yet: decided now, and not to be posted."""
    here = [column == value for column, value in ((_S.workspace, workspace), (_S.channel, channel)) if value]
    known = exists().where(_D.workspace == _S.workspace, _D.channel == _S.channel, _D.issue == issue)
    of = select(issues.c.newsletter).where(issues.c.identity == issue).scalar_subquery()
    theirs = or_(_S.newsletter == "", _S.newsletter == func.coalesce(of, ""))
    chosen = select(subscriptions).where(~_S.ended, ~known, theirs, *here).order_by(_S.newsletter, _S.id)
    return [
        {
            "workspace": row.workspace, "channel": row.channel, "subscription": row.id, "issue": issue, "due": now,
            "decided": now, "progress": Progress.RETRACTED.value, "taste": row.taste, "reason": TAKEN_BACK,
        }
        for row in connection.execute(chosen)
    ]  # fmt: skip
