"""Leases: which worker has claimed which subscriptions, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select, update

from bot.domain.delivery import Progress
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.membership import is_among, is_among_given
from bot.store.next_run import FURTHEST_RUN, in_order
from bot.store.row_mapping import subscription_of
from bot.store.tables import Moment, deliveries, subscriptions

FAR = timedelta(days=8)
"""A next_run_at further ahead than this was set by a clock that has since been put back."""
_CANDIDATES = 5_000
"""How many of the longest waiting are considered for a claim, unless more of them wait."""
_S = subscriptions.c

# Built once: building a statement takes longer than running it.
_DUE = or_(_S.wake_at <= bindparam("now"), _S.wake_at > bindparam("far"))
_ANY_DUE = select(_S.id).where(_DUE).limit(1)
_WAITING = (
    select(_S.id, _S.workspace, _S.wake_at)
    .where(_DUE, ~is_among_given(_S.workspace, "full"))
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
_FREE = select(subscriptions).where(is_among_given(_S.id, "ids"), _DUE).with_for_update(skip_locked=True)
# A digest is taken back in a paused or ended channel too.
_RETRACTING = exists().where(deliveries.c.subscription == _S.id, deliveries.c.progress == Progress.RETRACTING.value)
_RELEASE = (
    update(subscriptions)
    .where(_S.id == bindparam("subscription_"), _S.holder == bindparam("holder_"))
    .values(
        holder=None,
        again=False,
        wake_at=case(
            (and_(or_(_S.pause_by.is_not(None), _S.ended), ~_RETRACTING), None),
            (_S.again, bindparam("now_", type_=Moment())),
            else_=bindparam("wake_", type_=Moment()),
        ),
    )
)


def _release_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Release leases, by subscription id: with one order everywhere, no two transactions can deadlock."""
    connection.execute(_RELEASE, sorted(rows, key=lambda row: int(row["subscription_"])))
    return [None] * len(rows)


class Leases:
    """The leases of workers. A lease that expires makes its subscription due again."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def claim(
        self,
        holder: str,
        now: datetime,
        lease: timedelta,
        *,
        limit: int,
        each: int,
        full: Iterable[WorkspaceId] = (),
    ) -> tuple[Subscription, ...]:
        """Claim up to `limit` subscriptions that are due, none of them in a workspace that is `full`.

        `holder` then has at most `each` subscriptions of one workspace, earlier claims included. The leases last until
        `now` + `lease` unless renewed; after that any worker may claim the subscriptions.
        """
        given = {"now": now, "far": now + FAR, "holder": holder, "full": list(full), "each": each, "most": limit}
        if not await self._database.read(lambda connection: connection.execute(_ANY_DUE, given).first()):
            return ()  # the usual case, without a write transaction

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            # One workspace with more due than _CANDIDATES would otherwise hide the others.
            more = connection.execute(_MORE, given).first() is not None
            ids = tuple(connection.scalars(_FAIR, {**given, "candidates": 10**9 if more else _CANDIDATES}))
            if not ids:
                return ()
            rows = {row.id: row for row in connection.execute(_FREE, {**given, "ids": list(ids)})}
            if rows:
                # Our own lease may have expired: a run that was asked for during it is still to be done.
                again = case((_S.holder == holder, _S.again), else_=False)
                taken = {"holder": holder, "wake_at": now + lease, "again": again}
                connection.execute(update(subscriptions).where(is_among(_S.id, rows)).values(taken))
            return tuple(subscription_of(rows[key]) for key in ids if key in rows)

        return await self._database.write(unit)

    async def renew(self, holder: str, ids: Iterable[int], until: datetime) -> int:
        """Renew the leases of `holder` on the subscriptions `ids`; return how many of them it still has.

        Leases that it does not know of (the answer to a claim was lost, a release failed) are left to expire.
        """
        return await self._database.change(in_order(_S.holder == holder, is_among(_S.id, ids)).values(wake_at=until))

    async def has(self, holder: str, subscription: int) -> bool:
        """Return whether `holder` has the lease of the subscription."""
        mine = select(_S.id).where(_S.id == subscription, _S.holder == holder)
        return await self._database.read(lambda connection: connection.execute(mine).first()) is not None

    async def held_beyond(self, moment: datetime) -> dict[int, datetime]:
        """Return when each lease expires that lasts beyond `moment`, by subscription id."""
        chosen = select(_S.id, _S.wake_at).where(_S.holder > "", _S.wake_at > moment)  # by the index of holders

        def unit(connection: Connection) -> dict[int, datetime]:
            return {row.id: row.wake_at for row in connection.execute(chosen)}

        return await self._database.read(unit)

    async def free(self, leases: Mapping[int, datetime], now: datetime) -> int:
        """End leases, given with their expiry, unless they were renewed meanwhile; return how many ended."""

        def unit(connection: Connection) -> int:
            ended = 0
            for key, until in sorted(leases.items()):
                stalled = update(subscriptions).where(_S.id == key, _S.holder.is_not(None), _S.wake_at == until)
                ended += connection.execute(stalled.values(holder=None, wake_at=now)).rowcount
            return ended

        return await self._database.write(unit)

    async def release(self, subscription: int, holder: str, now: datetime, next_run_at: datetime | None) -> None:
        """Release a lease. The next run is at `next_run_at`, or now if one was asked for; no effect if it is lost."""
        next_run = None if next_run_at is None else min(next_run_at, now + FURTHEST_RUN)
        await self._database.write_one_of(
            _release_all, {"subscription_": subscription, "holder_": holder, "now_": now, "wake_": next_run}
        )

    async def drop(self, holder: str, now: datetime) -> int:
        """Release all leases of `holder`, so that other workers can go on now."""
        return await self._database.change(in_order(_S.holder == holder).values(holder=None, wake_at=now))
