"""Deliveries in the database: one row for each (workspace, channel, issue), whatever process asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from bot.calendar import Slot
from bot.delivery.delivery import Delivery, Progress
from bot.delivery.subscription import Subscription
from bot.messages.taste import Taste
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.parts import parts_of
from bot.store.tables import deliveries, insert, issues, slots, subscriptions

OPEN = (Progress.WAITING.value, Progress.POSTING.value)
_D = deliveries.c


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for a subscription.

    The `issues` (identities, oldest first) to post, their `due` moment and the `note` of each; the `slot` it was decided
    for, with its `outcome` in a line ("": nothing to tell); the subscription's new `cursor`.
    """

    issues: tuple[str, ...]
    due: datetime
    notes: Mapping[str, str]
    cursor: datetime
    slot: Slot | None = None
    outcome: str = ""


class Deliveries:
    """Every delivery."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def decide(self, subscription: Subscription, holder: str, now: datetime, decision: Decision) -> bool:
        """Write a decision down, all of it or nothing. False when the lease is somebody else's by now."""

        def unit(connection: Connection) -> bool:
            held = and_(subscriptions.c.id == subscription.id, subscriptions.c.holder == holder)
            moved = connection.execute(update(subscriptions).where(held).values(cursor=decision.cursor)).rowcount
            if not moved:
                return False
            if decision.slot is not None and decision.outcome:
                row = insert(connection, slots).values(
                    subscription=subscription.id,
                    day=decision.slot.day.isoformat(),
                    at=decision.slot.at,
                    outcome=decision.outcome,
                )
                connection.execute(row.on_conflict_do_nothing())
            for issue in decision.issues:
                fresh = insert(connection, deliveries).values(
                    workspace=subscription.workspace,
                    channel=subscription.channel,
                    subscription=subscription.id,
                    issue=issue,
                    due=decision.due,
                    decided=now,
                    progress=Progress.WAITING.value,
                    taste=subscription.taste.as_json(),
                    note=decision.notes.get(issue, ""),
                )
                connection.execute(fresh.on_conflict_do_nothing())
            return True

        return await self._database.write(unit)

    async def known(self, workspace: WorkspaceId, channel: str) -> dict[str, datetime]:
        """Give the identities of the issues that were ever decided for the channel, with when."""
        chosen = select(_D.issue, _D.decided).where(_D.workspace == workspace, _D.channel == channel)

        def unit(connection: Connection) -> dict[str, datetime]:
            return {row.issue: row.decided for row in connection.execute(chosen)}

        return await self._database.read(unit)

    async def slot_taken(self, subscription: int, slot: Slot) -> bool:
        """Say whether that date's slot was already decided."""
        chosen = select(slots.c.day).where(slots.c.subscription == subscription, slots.c.day == slot.day.isoformat())
        return await self._database.read(lambda connection: connection.execute(chosen).first() is not None)

    async def in_hand(self, subscription: int, revisable: datetime) -> tuple[Delivery, ...]:
        """Give what there is to do for a subscription, oldest first.

        That is every delivery that waits or is being posted, and those decided since `revisable` whose issue was
        edited after it was posted.
        """
        edited = and_(_D.progress == Progress.DONE.value, _D.decided >= revisable, issues.c.content != _D.content)
        chosen = (
            select(deliveries)
            .outerjoin(issues, issues.c.identity == _D.issue)
            .where(_D.subscription == subscription, or_(_D.progress.in_(OPEN), edited))
            .order_by(_D.id)
        )
        return await self._database.read(lambda connection: _with_parts(connection, connection.execute(chosen)))

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

    async def begin(self, delivery: int, note: str, content: str) -> None:
        """Write down what is about to be posted: the parent's note and the hash of the issue."""
        await self._set(delivery, note=note, content=content)

    async def put_off(self, delivery: int, due: datetime, reason: str) -> None:
        """Move a waiting delivery to a later slot."""
        await self._set(delivery, due=due, reason=reason)

    async def finish(self, delivery: int, progress: Progress, reason: str = "", content: str | None = None) -> None:
        """Write down how far the delivery came, why, and of which content when that is newer."""
        extra = {} if content is None else {"content": content}
        await self._set(delivery, progress=progress.value, reason=reason, **extra)

    async def _set(self, delivery: int, **values: Any) -> None:
        change = update(deliveries).where(_D.id == delivery).values(values)
        await self._database.write(lambda connection: connection.execute(change).rowcount)


REVISABLE = timedelta(days=30)
"""How long after it was decided a digest follows its issue's corrections."""


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
            taste=Taste.from_json(row.taste),
            note=row.note,
            content=row.content,
            reason=row.reason,
            parts=parts.get(row.id, ()),
        )
        for row in found
    )
