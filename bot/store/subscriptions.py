"""Subscriptions in the database, and the leases by which workers share them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, case, exists, func, literal, or_, select, update

from bot.calendar import AsItAppears, Schedule, ScheduleError, next_slot
from bot.messages.taste import Taste
from bot.record.delivery import Progress
from bot.record.subscription import Limit, Pause, Paused, Subscription
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.tables import Moment, deliveries, insert, issues, parts, subscriptions
from bot.store.wishes import limit_of, schedule_of, subscription_of, wish_of

_WEEK = timedelta(days=7)
"""No alarm is set further ahead: who wakes early (for an issue that is dated next year) looks, and sleeps again."""
FAR = timedelta(days=8)
"""Who is to wake later than this was set by a clock that has since gone back."""
LONGEST_LIMIT = timedelta(days=1)
"""The longest Retry-After that is believed (bot.slack.answer)."""
_CANDIDATES = 5_000
"""As many of the longest waiting are looked at, in a moment; all of them only where there are more."""
_S = subscriptions.c

# Built once: building a statement takes longer than running it.
_DUE = or_(_S.wake_at <= bindparam("now"), _S.wake_at > bindparam("far"))
_ANY_DUE = select(_S.id).where(_DUE).limit(1)
_WAITING = (
    select(_S.id, _S.workspace, _S.wake_at)
    .where(_DUE, _S.workspace.not_in(bindparam("full", expanding=True)))
    .order_by(_S.wake_at, _S.id)
)
_MORE = _WAITING.limit(1).offset(_CANDIDATES)
_OLDEST = _WAITING.limit(bindparam("candidates")).subquery()
_BUSY = (
    select(_S.workspace, func.count().label("count"))
    .where(_S.holder == bindparam("holder"))
    .group_by(_S.workspace)
    .subquery()
)
_TURN = func.row_number().over(partition_by=_OLDEST.c.workspace, order_by=(_OLDEST.c.wake_at, _OLDEST.c.id))
_TURNS = (
    select(_OLDEST.c.id, _OLDEST.c.wake_at, (_TURN + func.coalesce(_BUSY.c.count, 0)).label("turn"))
    .outerjoin_from(_OLDEST, _BUSY, _BUSY.c.workspace == _OLDEST.c.workspace)
    .subquery()
)
_FAIR = (
    select(_TURNS.c.id)
    .where(_TURNS.c.turn <= bindparam("each"))
    .order_by(_TURNS.c.turn, _TURNS.c.wake_at)
    .limit(bindparam("most"))
)
_FREE = select(subscriptions).where(_S.id.in_(bindparam("ids", expanding=True)), _DUE).with_for_update(skip_locked=True)
_RELEASE = (
    update(subscriptions)
    .where(_S.id == bindparam("subscription_"), _S.holder == bindparam("holder_"))
    .values(
        holder=None,
        again=False,
        wake_at=case(
            (or_(_S.pause_by.is_not(None), _S.ended), None),
            (_S.again, bindparam("now_", type_=Moment())),
            else_=bindparam("wake_", type_=Moment()),
        ),
    )
)


def _release_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Give leases back, in an order that is the same everywhere."""
    connection.execute(_RELEASE, sorted(rows, key=lambda row: int(row["subscription_"])))
    return [None] * len(rows)


def _in_order(*conditions: Any) -> Update:
    """Update the rows that meet the conditions, locking them in an order that is the same everywhere."""
    chosen = select(_S.id).where(*conditions).order_by(_S.id).with_for_update()
    return update(subscriptions).where(_S.id.in_(chosen))


class Subscriptions:
    """Every channel's subscription."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def put(  # noqa: PLR0913, PLR0917 - what a subscription is made of
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        schedule: Schedule,
        taste: Taste,
        now: datetime,
    ) -> Subscription:
        """Subscribe the channel, or change and resume the subscription it has, and give it back.

        A new (or ended) one begins with the issues that come from now on. One whose schedule stays as it is keeps its
        place in it: a slot that nobody has seen to yet is not lost over a new layout.
        """
        values = {"user": user, "schedule": str(schedule), "taste": taste.as_json()}

        def unit(connection: Connection) -> Subscription:
            since = connection.scalar(select(func.coalesce(func.max(issues.c.seq), 0)))
            fresh = {"since": since, "cursor": now, "wake_at": now, "ended": False}
            row = insert(connection, subscriptions).values(
                workspace=workspace, channel=channel, again=False, **values, **fresh
            )
            changes = {
                **values,
                "since": case((_S.ended, since), else_=_S.since),
                "cursor": case(
                    (and_(~_S.ended, _S.schedule == str(schedule)), _S.cursor), else_=literal(now, Moment())
                ),
                "ended": False,
                "pause_by": None,
                "pause_reason": None,
                "wake_at": _soon(now),
                "again": True,
            }
            connection.execute(row.on_conflict_do_update(index_elements=["workspace", "channel"], set_=changes))
            found = connection.execute(select(subscriptions).where(_at(workspace, channel))).one()
            return subscription_of(found)

        return await self._database.write(unit)

    async def get(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Give the channel's subscription, paused or not; None when there is none or it was ended."""

        def unit(connection: Connection) -> Subscription | None:
            row = connection.execute(select(subscriptions).where(_at(workspace, channel), ~_S.ended)).first()
            return None if row is None else subscription_of(row)

        return await self._database.read(unit)

    async def list(self, workspace: WorkspaceId | None = None) -> tuple[Subscription, ...]:
        """Give every subscription that has not ended, of one workspace or of all, by workspace and channel."""
        chosen = select(subscriptions).where(~_S.ended).order_by(_S.workspace, _S.channel)
        if workspace is not None:
            chosen = chosen.where(_S.workspace == workspace)

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            return tuple(subscription_of(row) for row in connection.execute(chosen))

        return await self._database.read(unit)

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Give the subscriptions of the workspace that this person made, by channel."""
        chosen = select(subscriptions).where(_S.workspace == workspace, _S.user == user, ~_S.ended)

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            return tuple(subscription_of(row) for row in connection.execute(chosen.order_by(_S.channel)))

        return await self._database.read(unit)

    async def end(self, workspace: WorkspaceId, channel: str) -> bool:
        """Unsubscribe the channel; what was posted stays known. Say whether there was a subscription.

        Nothing goes on from where it stands should the channel be subscribed again.
        """
        change = update(subscriptions).where(_at(workspace, channel), ~_S.ended)

        def unit(connection: Connection) -> bool:
            asleep = case((_S.holder.is_(None), None), else_=_S.wake_at)
            ended = connection.execute(change.values(ended=True, wake_at=asleep)).rowcount
            for statement in _breaking_off(workspace, channel):
                connection.execute(statement)
            return bool(ended)

        return await self._database.write(unit)

    async def pause(self, subscription: int, paused: Paused) -> bool:
        """Pause one subscription; say whether it was running until now."""
        change = update(subscriptions).where(_S.id == subscription, _S.pause_by.is_(None))
        return await self._changed(change.values(_pause(paused))) > 0

    async def pause_workspace(self, workspace: WorkspaceId, paused: Paused) -> int:
        """Pause every running subscription of the workspace; give how many."""
        change = update(subscriptions).where(_S.workspace == workspace, _S.pause_by.is_(None), ~_S.ended)
        return await self._changed(change.values(_pause(paused)))

    async def limit(self, subscription: int, told: datetime, until: datetime) -> None:
        """Write down, for whoever comes next, what Slack said with a 429."""
        change = update(subscriptions).where(_S.id == subscription)
        await self._changed(change.values(limited_at=told, limited_until=until))

    async def limits(self, now: datetime) -> tuple[Limit, ...]:
        """Give what Slack said with 429s within a day, as long as the longest of them holds."""
        chosen = select(_S.workspace, _S.channel, _S.limited_at, _S.limited_until)
        chosen = chosen.where(_S.limited_at > now - LONGEST_LIMIT, _S.limited_at <= now)

        def unit(connection: Connection) -> tuple[Limit, ...]:
            return tuple(limit for row in connection.execute(chosen) if (limit := limit_of(row)) is not None)

        return await self._database.read(unit)

    async def resume(self, workspace: WorkspaceId, channel: str, now: datetime) -> bool:
        """Let a paused subscription go on, whoever paused it; say whether it was paused."""
        change = update(subscriptions).where(_at(workspace, channel), _S.pause_by.is_not(None), ~_S.ended)
        return await self._changed(change.values(_resumed(now))) > 0

    async def resume_workspace(self, workspace: WorkspaceId, now: datetime) -> int:
        """Let those go on that were paused because the whole workspace refused; give how many."""
        chosen = and_(_S.workspace == workspace, _S.pause_by == Pause.WORKSPACE, ~_S.ended)
        return await self._changed(update(subscriptions).where(chosen).values(_resumed(now)))

    async def refused_workspaces(self) -> tuple[WorkspaceId, ...]:
        """Give the workspaces of which some subscription is paused because all of it refused."""
        chosen = select(_S.workspace).where(_S.pause_by == Pause.WORKSPACE, ~_S.ended).distinct()

        def unit(connection: Connection) -> tuple[WorkspaceId, ...]:
            return tuple(connection.scalars(chosen))

        return await self._database.read(unit)

    async def resume_readable(self, now: datetime) -> int:
        """Let those go on that were paused because they could not be read, and can be now; give how many."""
        chosen = select(subscriptions).where(_S.pause_by == Pause.UNREADABLE, ~_S.ended)

        def readable(connection: Connection) -> tuple[int, ...]:
            return tuple(row.id for row in connection.execute(chosen) if not wish_of(row)[2])

        ids = await self._database.read(readable)
        if not ids:
            return 0
        again = and_(_S.id.in_(ids), _S.pause_by == Pause.UNREADABLE)
        return await self._changed(update(subscriptions).where(again).values(_resumed(now)))

    # What follows is for workers.

    async def claim(  # noqa: PLR0913 - as above
        self,
        holder: str,
        now: datetime,
        lease: timedelta,
        *,
        limit: int,
        each: int,
        full: Iterable[WorkspaceId] = (),
    ) -> tuple[Subscription, ...]:
        """Take up to `limit` subscriptions that want attention, and none of the workspaces that are `full`.

        No more of a workspace than that `holder` has `each` of it then, with those in hand already. The lease lasts
        until `now` + `lease` unless renewed; after that anybody may take them.
        """
        given = {"now": now, "far": now + FAR, "holder": holder, "full": list(full), "each": each, "most": limit}
        if not await self._database.read(lambda connection: connection.execute(_ANY_DUE, given).first()):
            return ()  # the usual case needs no transaction that writes

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            # Else a workspace with so many of them would hide the others.
            more = connection.execute(_MORE, given).first() is not None
            ids = tuple(connection.scalars(_FAIR, {**given, "candidates": 10**9 if more else _CANDIDATES}))
            if not ids:
                return ()
            rows = {row.id: row for row in connection.execute(_FREE, {**given, "ids": list(ids)})}
            if rows:
                taken = {"holder": holder, "wake_at": now + lease, "again": False}
                connection.execute(update(subscriptions).where(_S.id.in_(tuple(rows))).values(taken))
            return tuple(subscription_of(rows[key]) for key in ids if key in rows)

        return await self._database.write(unit)

    async def renew(self, holder: str, ids: Iterable[int], until: datetime) -> int:
        """Lengthen the leases of `holder` on these; give how many of them it has.

        One that it has without knowing (its claim's answer was lost, giving it back failed) runs out.
        """
        return await self._changed(_in_order(_S.holder == holder, _S.id.in_(tuple(ids))).values(wake_at=until))

    async def held_beyond(self, moment: datetime) -> dict[int, datetime]:
        """Give the leases that last longer than until then, with when they end."""
        chosen = select(_S.id, _S.wake_at).where(_S.holder > "", _S.wake_at > moment)  # by the index of holders

        def unit(connection: Connection) -> dict[int, datetime]:
            return {row.id: row.wake_at for row in connection.execute(chosen)}

        return await self._database.read(unit)

    async def free(self, leases: Mapping[int, datetime], now: datetime) -> int:
        """End these leases, unless they were renewed meanwhile; give how many."""

        def unit(connection: Connection) -> int:
            ended = 0
            for key, until in sorted(leases.items()):
                stalled = update(subscriptions).where(_S.id == key, _S.holder.is_not(None), _S.wake_at == until)
                ended += connection.execute(stalled.values(holder=None, wake_at=now)).rowcount
            return ended

        return await self._database.write(unit)

    async def release(self, subscription: int, holder: str, now: datetime, wake: datetime | None) -> None:
        """Give a lease back, to wake again at `wake`, or now if somebody asked meanwhile; nothing if it is lost."""
        alarm = None if wake is None else min(wake, now + _WEEK)
        await self._database.write_one_of(
            _release_all, {"subscription_": subscription, "holder_": holder, "now_": now, "wake_": alarm}
        )

    async def drop_leases(self, holder: str, now: datetime) -> int:
        """Give all of `holder`'s leases back at once: somebody else may go on now."""
        return await self._changed(_in_order(_S.holder == holder).values(holder=None, wake_at=now))

    async def wake(self, now: datetime, ids: Iterable[int] | None = None) -> int:
        """Have attention paid now: to the subscriptions of `ids`, or to all that take issues as they appear."""
        chosen = _S.schedule == str(AsItAppears()) if ids is None else _S.id.in_(tuple(ids))
        return await self._changed(waking(now, chosen))

    async def wake_unfinished(self, now: datetime) -> int:
        """Have attention paid now to every idle subscription that has a delivery waiting or half posted."""
        chosen = select(deliveries.c.subscription).where(deliveries.c.progress.in_(("waiting", "posting")))
        idle = and_(_S.pause_by.is_(None), ~_S.ended, _S.holder.is_(None), _S.id.in_(chosen))
        return await self._changed(update(subscriptions).where(idle).values(wake_at=now))

    async def wake_outdated(self, now: datetime, since: datetime) -> int:
        """Have attention paid now to those whose channel shows an issue, delivered since then, as it no longer is."""
        done = and_(deliveries.c.progress == Progress.DONE.value, deliveries.c.decided >= since)
        edited = and_(issues.c.identity == deliveries.c.issue, issues.c.content != deliveries.c.content)
        chosen = _S.id.in_(select(deliveries.c.subscription).join(issues, edited).where(done))
        return await self._changed(waking(now, chosen))

    async def set_alarms(self, now: datetime, *, page: int = 2_000) -> int:
        """Work out anew when each idle subscription wakes; give how many moved.

        For a start (zone rules may have changed with the machine's zone data) and for a clock that was put back.
        """
        moved, after = 0, 0
        while True:
            rows = await self._database.read(partial(_idle, after=after, page=page))
            if not rows:
                return moved
            after = rows[-1][0]
            changes = [(key, wake) for key, text, was in rows if (wake := _alarm(text, was, now)) != was]
            moved += len(changes)
            await self._database.write(partial(_move, changes=changes))

    async def _changed(self, statement: Any) -> int:
        return await self._database.write(lambda connection: int(connection.execute(statement).rowcount))


def _at(workspace: WorkspaceId, channel: str) -> Any:
    return and_(_S.workspace == workspace, _S.channel == channel)


def _pause(paused: Paused) -> dict[str, Any]:
    # A held one keeps its lease; its release sees the pause.
    wake = case((_S.holder.is_(None), None), else_=_S.wake_at)
    return {"pause_by": paused.by.value, "pause_reason": paused.reason, "wake_at": wake}


def _resumed(now: datetime) -> dict[str, Any]:
    return {"pause_by": None, "pause_reason": None, "wake_at": _soon(now), "again": True}


def _breaking_off(workspace: WorkspaceId, channel: str) -> tuple[Update, ...]:
    """Give the statements that end a channel's digests where they stand.

    What was never attempted is dropped, what is half there is done; a message on its way may be there or not, and is
    written down as sent if its answer comes still.
    """
    why = "the channel was unsubscribed"
    here = and_(deliveries.c.workspace == workspace, deliveries.c.channel == channel)
    waiting, posting = (and_(here, deliveries.c.progress == progress) for progress in ("waiting", "posting"))
    attempted = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state != "pending")
    theirs = parts.c.delivery.in_(select(deliveries.c.id).where(or_(waiting, posting)))
    return (
        update(deliveries).where(waiting, ~attempted).values(progress="dropped", reason=why),
        update(parts).where(theirs, parts.c.state == "pending").values(state="skipped", reason=why),
        update(parts).where(theirs, parts.c.state == "sending").values(state="unknown", reason=why),
        update(deliveries).where(posting).values(progress="done", reason=why),
        update(deliveries).where(waiting).values(progress="unknown", reason=why),
    )


def waking(now: datetime, chosen: Any) -> Update:
    """Give the statement that has attention paid now to the `chosen` subscriptions, as far as they are running."""
    running = and_(_S.pause_by.is_(None), ~_S.ended)
    return _in_order(running, chosen).values(wake_at=_soon(now), again=True)


def _soon(now: datetime) -> Any:
    return case((_S.holder.is_(None), literal(now, Moment())), else_=_S.wake_at)


def _idle(connection: Connection, after: int, page: int) -> list[tuple[int, str, datetime]]:
    chosen = (
        select(_S.id, _S.schedule, _S.wake_at)
        .where(_S.id > after, _S.holder.is_(None), _S.wake_at.is_not(None))
        .order_by(_S.id)
        .limit(page)
    )
    return [(row.id, row.schedule, row.wake_at) for row in connection.execute(chosen)]


def _alarm(text: str, was: datetime, now: datetime) -> datetime:
    """Give when it should wake: no later than its next slot, and at once when it has none."""
    schedule = schedule_of(text)
    if isinstance(schedule, ScheduleError):
        return was  # who takes it then finds out, and pauses it
    slot = next_slot(schedule, now)
    return now if slot is None else min(was, slot.at, now + _WEEK)


def _move(connection: Connection, changes: list[tuple[int, datetime]]) -> None:
    for key, wake in changes:
        connection.execute(
            update(subscriptions).where(_S.id == key, _S.holder.is_(None)).values(wake_at=wake),
        )
