"""Deliveries in the database: one row for each (workspace, channel, issue), whatever process asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, delete, func, or_, select, update

from bot.messages.taste import Taste
from bot.record.decision import Decision
from bot.record.delivery import Delivery, PartRow, Progress, State
from bot.record.subscription import Subscription
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.parts import parts_of
from bot.store.tables import deliveries, insert, insert_new, issues, slots, subscriptions
from bot.store.tables import parts as parts_table

OPEN = (Progress.WAITING.value, Progress.POSTING.value)
_D = deliveries.c


# Built once: building a statement takes longer than running it.
_HISTORY = select(_D.issue, _D.decided, _D.progress).where(
    _D.workspace == bindparam("workspace_"), _D.channel == bindparam("channel_")
)
_IN_HAND = (
    select(deliveries)
    .outerjoin(issues, issues.c.identity == _D.issue)
    .where(
        _D.subscription == bindparam("subscription_"),
        or_(
            _D.progress.in_(OPEN),
            and_(
                _D.progress == Progress.DONE.value,
                _D.decided >= bindparam("revisable"),
                issues.c.content != _D.content,
            ),
        ),
    )
    .order_by(_D.id)
)
_MOVE = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("subscription_"), subscriptions.c.holder == bindparam("holder_"))
    .values(cursor=bindparam("cursor_"))
)
_BEGIN = (
    update(deliveries)
    .where(_D.id == bindparam("delivery_"))
    .values(late=bindparam("late_"), content=bindparam("content_"))
)
_FINISH = (
    update(deliveries)
    .where(_D.id == bindparam("delivery_"))
    .values(
        progress=bindparam("progress_"),
        reason=bindparam("reason_"),
        content=func.coalesce(bindparam("content_", type_=Text()), _D.content),
    )
)


def _finish_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Write down how far deliveries came."""
    connection.execute(_FINISH, rows)
    return [None] * len(rows)


class Deliveries:
    """Every delivery."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def decide(self, subscription: Subscription, holder: str, now: datetime, decision: Decision) -> bool:
        """Write a decision down, all of it or nothing. False when the lease is somebody else's by now."""
        mine_ = {"subscription_": subscription.id, "holder_": holder}

        def unit(connection: Connection) -> bool:
            if not connection.execute(_MOVE, {**mine_, "cursor_": decision.cursor}).rowcount:
                return False
            mine = slots.c.subscription == subscription.id
            if decision.reset:
                connection.execute(delete(slots).where(mine, slots.c.at > decision.cursor))
            if decision.slot is not None and decision.outcome:
                day = decision.slot.day.isoformat()
                row = insert(connection, slots).values(
                    subscription=subscription.id, day=day, at=decision.slot.at, outcome=decision.outcome
                )
                fresh_slot = row.on_conflict_do_nothing().returning(slots.c.day)
                if connection.execute(fresh_slot).first() is None:
                    return True  # that date had its slot
            fresh = [
                {
                    "workspace": subscription.workspace,
                    "channel": subscription.channel,
                    "subscription": subscription.id,
                    "issue": issue,
                    "due": decision.due,
                    "decided": now,
                    "progress": Progress.WAITING.value,
                    "taste": subscription.taste.as_json(),
                    "note": decision.notes.get(issue, ""),
                }
                for issue in decision.issues
            ]
            if fresh:
                connection.execute(insert_new(connection, deliveries), fresh)
            return True

        return await self._database.write(unit)

    async def known(self, workspace: WorkspaceId, channel: str) -> dict[str, datetime]:
        """Give the identities of the issues that were ever decided for the channel, with when."""
        return (await self.history(workspace, channel))[0]

    async def history(self, workspace: WorkspaceId, channel: str) -> tuple[dict[str, datetime], bool]:
        """Give what `known` gives, and whether any of it still waits."""
        given = {"workspace_": workspace, "channel_": channel}

        def unit(connection: Connection) -> tuple[dict[str, datetime], bool]:
            rows = connection.execute(_HISTORY, given).all()
            waits = any(row.progress == Progress.WAITING.value for row in rows)
            return {row.issue: row.decided for row in rows}, waits

        return await self._database.read(unit)

    async def in_hand(self, subscription: int, revisable: datetime) -> tuple[Delivery, ...]:
        """Give what there is to do for a subscription, oldest first.

        That is every delivery that waits or is being posted, and those decided since `revisable` whose issue was
        edited after it was posted.
        """
        given = {"subscription_": subscription, "revisable": revisable}
        return await self._database.read(
            lambda connection: _with_parts(connection, connection.execute(_IN_HAND, given))
        )

    async def get(self, workspace: WorkspaceId, channel: str, issue: str) -> Delivery | None:
        """Give the channel's delivery of the issue (identity), with its parts."""
        chosen = select(deliveries).where(_D.workspace == workspace, _D.channel == channel, _D.issue == issue)
        found = await self._database.read(lambda connection: _with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def by_id(self, delivery: int) -> Delivery | None:
        """Give the delivery of that number, with its parts."""
        chosen = select(deliveries).where(_D.id == delivery)
        found = await self._database.read(lambda connection: _with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def latest(self, workspace: WorkspaceId, channel: str) -> Delivery | None:
        """Give the channel's newest delivery whose channel message is there, with its parts."""
        there = (Progress.POSTING.value, Progress.DONE.value)
        chosen = (
            select(deliveries)
            .where(_D.workspace == workspace, _D.channel == channel, _D.progress.in_(there))
            .order_by(_D.id.desc())
            .limit(1)
        )
        found = await self._database.read(lambda connection: _with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def list(  # noqa: PLR0913 - one for each filter
        self,
        *,
        workspace: WorkspaceId | None = None,
        channel: str | None = None,
        issue: str | None = None,
        progress: Progress | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Delivery, ...]:
        """Give deliveries, newest first, with their parts: those that fit every filter that is given."""
        wanted = [
            column == value
            for column, value in (
                (_D.workspace, workspace),
                (_D.channel, channel),
                (_D.issue, issue),
                (_D.progress, progress),
            )
            if value is not None
        ]
        chosen = select(deliveries).where(*wanted).order_by(_D.id.desc()).limit(limit).offset(offset)
        return await self._database.read(lambda connection: _with_parts(connection, connection.execute(chosen)))

    async def counts(self) -> dict[str, int]:
        """Give how many deliveries there are of each progress."""
        chosen = select(_D.progress, func.count()).group_by(_D.progress)
        return await self._database.read(lambda connection: {row[0]: int(row[1]) for row in connection.execute(chosen)})

    async def readers_of(self, identities: Iterable[str], since: datetime) -> tuple[int, ...]:
        """Give the subscriptions to which one of these issues was delivered since then."""
        chosen = select(_D.subscription).where(_D.issue.in_(tuple(identities)), _D.decided >= since).distinct()
        return await self._database.read(lambda connection: tuple(connection.scalars(chosen)))

    async def begin(self, delivery: int, late: str, content: str, keys: Iterable[str]) -> tuple[PartRow, ...]:
        """Write down what is about to be posted: that it is late, the hash of the issue and its parts' keys, in order.

        Give the parts.
        """
        change = {"delivery_": delivery, "late_": late, "content_": content}
        rows = [
            {"delivery": delivery, "key": key, "at": at, "state": State.PENDING.value} for at, key in enumerate(keys)
        ]

        def unit(connection: Connection) -> tuple[PartRow, ...]:
            connection.execute(_BEGIN, change)
            connection.execute(insert_new(connection, parts_table), rows)
            return parts_of(connection, (delivery,)).get(delivery, ())

        return await self._database.write(unit)

    async def put_off(self, delivery: int, due: datetime, reason: str) -> None:
        """Move a waiting delivery to a later slot."""
        await self._set(delivery, due=due, reason=reason)

    async def reopen(self, delivery: int, progress: Progress, due: datetime, reason: str) -> None:
        """Take a delivery up again."""
        await self._set(delivery, progress=progress.value, due=due, reason=reason)

    async def finish(self, delivery: int, progress: Progress, reason: str = "", content: str | None = None) -> None:
        """Write down how far the delivery came, why, and of which content when that is newer."""
        row = {"delivery_": delivery, "progress_": progress.value, "reason_": reason, "content_": content}
        await self._database.write_one_of(_finish_all, row)

    async def _set(self, delivery: int, **values: Any) -> None:
        change = update(deliveries).where(_D.id == delivery).values(values)
        await self._database.write(lambda connection: connection.execute(change).rowcount)


def _with_parts(connection: Connection, rows: Iterable[Any]) -> tuple[Delivery, ...]:
    found = tuple(rows)
    parts = parts_of(connection, (row.id for row in found)) if found else {}
    return tuple(
        Delivery(
            id=row.id,
            workspace=row.workspace,
            channel=row.channel,
            subscription=row.subscription,
            issue=row.issue,
            due=row.due,
            decided=row.decided,
            progress=Progress(row.progress),
            taste=_taste_of(row),
            note=row.note,
            late=row.late,
            content=row.content,
            reason=row.reason,
            parts=parts.get(row.id, ()),
        )
        for row in found
    )


def _taste_of(row: Any) -> Taste:
    """Read a delivery's taste; the usual one where another version wrote what this one cannot read.

    Nothing is posted by that one: a subscription whose taste cannot be read is paused.
    """
    try:
        return Taste.from_json(row.taste)
    except (ValueError, TypeError, AttributeError):
        return Taste()
