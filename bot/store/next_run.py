"""Alarms: when a subscription is to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Update, and_, case, literal, or_, select, update

from bot.domain.delivery import Progress
from bot.domain.schedule import AsItAppears, ScheduleError, next_slot
from bot.domain.subscription import MESSAGE_INTERVAL
from bot.store.database import Database
from bot.store.membership import is_among
from bot.store.row_mapping import schedule_of
from bot.store.tables import Moment, deliveries, issues, subscriptions

FURTHEST_RUN = timedelta(days=7)
"""No alarm is set further ahead: who wakes early (for an issue that is dated next year) looks, and sleeps again."""
_S = subscriptions.c


class RunSchedule:
    """Of every subscription, the moment from which on it wants attention. One in hand has its lease's end there."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def run_now(self, now: datetime, ids: Iterable[int] | None = None) -> int:
        """Have attention paid now: to the subscriptions of `ids`, or to all that take issues as they appear."""
        chosen = _S.schedule == str(AsItAppears()) if ids is None else is_among(_S.id, ids)
        return await self._database.change(running_now(now, chosen))

    async def run_unfinished(self, now: datetime) -> int:
        """Have attention paid now to every idle subscription that has a delivery waiting or half posted."""
        chosen = select(deliveries.c.subscription).where(deliveries.c.progress.in_(("waiting", "posting")))
        idle = and_(_S.pause_by.is_(None), ~_S.ended, _S.holder.is_(None), _S.id.in_(chosen))
        return await self._database.change(update(subscriptions).where(idle).values(wake_at=soon(now)))

    async def run_outdated(self, now: datetime, since: datetime, version: str) -> int:
        """Have attention paid now to those whose channel shows an issue, delivered since then, as it no longer is.

        So have those whose messages' hashes are another version's than `version`.
        """
        done = and_(deliveries.c.progress == Progress.DONE.value, deliveries.c.decided >= since)
        other = or_(issues.c.source != deliveries.c.source, deliveries.c.version != version)
        edited = and_(issues.c.identity == deliveries.c.issue, other)
        chosen = _S.id.in_(select(deliveries.c.subscription).join(issues, edited).where(done))
        return await self._database.change(running_now(now, chosen))

    async def recompute(self, now: datetime, *, page: int = 2_000) -> int:
        """Work out anew when each idle subscription wakes; give how many moved.

        For a start (zone rules may have changed with the machine's zone data) and for a clock that was put back.
        """
        moved, after = 0, 0
        while True:
            rows = await self._database.read(partial(_idle, after=after, page=page))
            if not rows:
                return moved
            after = rows[-1][0]
            changes = [
                (key, next_run_at) for key, text, was in rows if (next_run_at := _next_run_at(text, was, now)) != was
            ]
            moved += len(changes)
            await self._database.write(partial(_move, changes=changes))


def in_order(*conditions: Any) -> Update:
    """Update the rows that meet the conditions, locking them in an order that is the same everywhere."""
    chosen = select(_S.id).where(*conditions).order_by(_S.id).with_for_update()
    return update(subscriptions).where(_S.id.in_(chosen))


def running_now(now: datetime, chosen: Any) -> Update:
    """Give the statement that has attention paid now to the `chosen` subscriptions, as far as they are running."""
    running = and_(_S.pause_by.is_(None), ~_S.ended)
    return in_order(running, chosen).values(wake_at=soon(now), again=True)


def soon(now: datetime) -> Any:
    """Return the wake_at to write: now (in `MESSAGE_INTERVAL` at most) while idle, unchanged while claimed."""
    waking_up = and_(_S.wake_at > now, _S.wake_at <= now + MESSAGE_INTERVAL)
    return case((or_(_S.holder.is_not(None), waking_up), _S.wake_at), else_=literal(now, Moment()))


def _idle(connection: Connection, after: int, page: int) -> list[tuple[int, str, datetime]]:
    chosen = (
        select(_S.id, _S.schedule, _S.wake_at)
        .where(_S.id > after, _S.holder.is_(None), _S.wake_at.is_not(None))
        .order_by(_S.id)
        .limit(page)
    )
    return [(row.id, row.schedule, row.wake_at) for row in connection.execute(chosen)]


def _next_run_at(text: str, was: datetime, now: datetime) -> datetime:
    """Give when it should wake: no later than its next slot, and at once when it has none."""
    schedule = schedule_of(text)
    if isinstance(schedule, ScheduleError):
        return was  # who takes it then finds out, and pauses it
    if now < was <= now + MESSAGE_INTERVAL:
        return was
    slot = next_slot(schedule, now)
    return now if slot is None else min(was, slot.at, now + FURTHEST_RUN)


def _move(connection: Connection, changes: list[tuple[int, datetime]]) -> None:
    for key, wake in changes:
        connection.execute(
            update(subscriptions).where(_S.id == key, _S.holder.is_(None)).values(wake_at=wake),
        )
