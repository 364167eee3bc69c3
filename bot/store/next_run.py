"""next_run_at: when each subscription is to be looked at again (the column wake_at)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Update, and_, case, literal, or_, select, update

from bot.domain.delivery import Progress
from bot.domain.due import CLOCK_STEP
from bot.domain.schedule import AsItAppears, ScheduleError, next_slot
from bot.domain.subscription import MESSAGE_INTERVAL
from bot.store.database import Database
from bot.store.membership import is_among
from bot.store.row_mapping import schedule_of
from bot.store.tables import Moment, deliveries, issues, subscriptions

FURTHEST_RUN = timedelta(days=7)
"""No run is scheduled further ahead. One that comes too early (for an issue dated next year) is scheduled again."""
_S = subscriptions.c
_LEFT = ("waiting", "posting", "retracting")


class RunSchedule:
    """next_run_at of every subscription; while it is claimed, the lease's expiry."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def run_now(self, now: datetime, ids: Iterable[int] | None = None) -> int:
        """Schedule for now the subscriptions `ids`, or all that take issues as they appear; return how many."""
        chosen = _S.schedule == str(AsItAppears()) if ids is None else is_among(_S.id, ids)
        return await self._database.change(running_now(now, chosen))

    async def run_decided(self, now: datetime, since: datetime) -> int:
        """Schedule for now the subscriptions whose last slot was decided since then; return how many."""
        slotted = _S.schedule != str(AsItAppears())
        return await self._database.change(running_now(now, and_(slotted, _S.cursor >= since, _S.cursor <= now)))

    async def run_unfinished(self, now: datetime) -> int:
        """Schedule for now every idle subscription with an unfinished delivery; return how many."""
        chosen = select(deliveries.c.subscription).where(deliveries.c.progress.in_(_LEFT))
        idle = and_(_S.pause_by.is_(None), ~_S.ended, _S.holder.is_(None), _S.id.in_(chosen))
        return await self._database.change(update(subscriptions).where(idle).values(wake_at=soon(now)))

    async def run_outdated(self, now: datetime, since: datetime, version: str) -> int:
        """Schedule for now the subscriptions whose channel shows an outdated issue; return how many.

        Outdated: it was decided since then, and its text or the `version` that rendered it has changed.
        """
        done = and_(deliveries.c.progress == Progress.DONE.value, deliveries.c.decided >= since)
        other = or_(issues.c.source != deliveries.c.source, deliveries.c.version != version)
        edited = and_(issues.c.identity == deliveries.c.issue, other)
        chosen = _S.id.in_(select(deliveries.c.subscription).join(issues, edited).where(done))
        return await self._database.change(running_now(now, chosen))

    async def recompute(self, now: datetime, *, page: int = 2_000) -> int:
        """Compute next_run_at of every idle subscription again; return how many changed.

        For a start, since the machine's zone data may have changed, and for a clock that was put back: a subscription
        whose slots were decided up to a moment that is to come again is looked at now, before its next slot.
        """
        moved, after = 0, 0
        while True:
            rows = await self._database.read(partial(_idle, after=after, page=page))
            if not rows:
                return moved
            after = rows[-1][0]
            changes = [
                (key, next_run_at)
                for key, text, was, cursor in rows
                if (next_run_at := _next_run_at(text, was, cursor, now)) != was
            ]
            moved += len(changes)
            await self._database.write(partial(_move, changes=changes))


def in_order(*conditions: Any) -> Update:
    """Return an update of the matching rows that locks them by id: with one order, no two of them can deadlock."""
    chosen = select(_S.id).where(*conditions).order_by(_S.id).with_for_update()
    return update(subscriptions).where(_S.id.in_(chosen))


def running_now(now: datetime, chosen: Any) -> Update:
    """Return the update that schedules for now those of the `chosen` subscriptions that are active."""
    running = and_(_S.pause_by.is_(None), ~_S.ended)
    return in_order(running, chosen).values(wake_at=soon(now), again=True)


def soon(now: datetime) -> Any:
    """Return the wake_at to write: now (in `MESSAGE_INTERVAL` at most) while idle, unchanged while claimed."""
    waking_up = and_(_S.wake_at > now, _S.wake_at <= now + MESSAGE_INTERVAL)
    return case((or_(_S.holder.is_not(None), waking_up), _S.wake_at), else_=literal(now, Moment()))


def _idle(connection: Connection, after: int, page: int) -> list[tuple[int, str, datetime, datetime | None]]:
    chosen = (
        select(_S.id, _S.schedule, _S.wake_at, _S.cursor)
        .where(_S.id > after, _S.holder.is_(None), _S.wake_at.is_not(None))
        .order_by(_S.id)
        .limit(page)
    )
    return [(row.id, row.schedule, row.wake_at, row.cursor) for row in connection.execute(chosen)]


def _next_run_at(text: str, was: datetime, cursor: datetime | None, now: datetime) -> datetime:
    """Return when it should run: at its next slot at the latest, now if it has none."""
    schedule = schedule_of(text)
    if isinstance(schedule, ScheduleError):
        return was  # the worker that claims it then pauses it
    if now < was <= now + MESSAGE_INTERVAL:
        return was
    if cursor is not None and cursor > now + CLOCK_STEP:
        return now
    slot = next_slot(schedule, now)
    return now if slot is None else min(was, slot.at, now + FURTHEST_RUN)


def _move(connection: Connection, changes: list[tuple[int, datetime]]) -> None:
    for key, next_run_at in changes:
        connection.execute(
            update(subscriptions).where(_S.id == key, _S.holder.is_(None)).values(wake_at=next_run_at),
        )
