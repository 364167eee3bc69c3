"""Leases: which worker has claimed which subscriptions, and until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, or_, select, update

from bot.domain.delivery import ISSUE_GONE, Progress
from bot.domain.subscription import Limit, Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.membership import is_among, is_among_given
from bot.store.next_run import FURTHEST_RUN, in_order
from bot.store.row_mapping import limit_of, subscription_of
from bot.store.tables import Moment, deliveries, parts, subscriptions

FAR = timedelta(days=8)
"""A next_run_at further ahead than this was set by a clock that has since been put back."""
_CANDIDATES = 5_000
"""How many of the longest waiting are considered for a claim, unless more of them wait."""
GOES_ON = timedelta(minutes=1)
"""A digest that is to go on within so long is finished before another of its channel is begun."""
_S = subscriptions.c
_O = subscriptions.alias("other").c

# Built once: building a statement takes longer than running it.
_DUE = or_(_S.wake_at <= bindparam("now"), _S.wake_at > bindparam("far"))


def _begun(subscription: Any) -> Any:
    """Return the condition that a digest of the subscription (a column of ids) is half posted, and can go on."""
    unsent = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state.in_(("pending", "sending")))
    sending = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state == "sending")
    stray = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state == "stray")
    posting = and_(deliveries.c.progress == Progress.POSTING.value, unsent, ~stray, deliveries.c.reason != ISSUE_GONE)
    begun = or_(posting, and_(deliveries.c.progress == Progress.WAITING.value, sending))
    return exists().where(deliveries.c.subscription == subscription, begun)


_HELD = and_(_O.holder.is_not(None), _O.wake_at > bindparam("now"), _O.wake_at <= bindparam("far"))
_GOING_ON = and_(
    _O.holder.is_(None), _O.wake_at > bindparam("now"), _O.wake_at <= bindparam("soon"),
    _O.pause_by.is_(None), ~_O.ended, _begun(_O.id),
)  # fmt: skip
# A channel's subscriptions are claimed one after the other, so that their digests are never mixed.
_FREE_CHANNEL = ~exists().where(
    _O.workspace == _S.workspace, _O.channel == _S.channel, _O.id != _S.id, or_(_HELD, _GOING_ON)
)
_ANY_DUE = select(_S.id).where(_DUE, _FREE_CHANNEL).limit(1)
_WAITING = (
    select(_S.id, _S.workspace, _S.wake_at)
    .where(_DUE, _FREE_CHANNEL, ~is_among_given(_S.workspace, "full"))
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
# All that the channels of these subscriptions have.
_CHOSEN = subscriptions.alias("chosen")
_CHANNEL = and_(_CHOSEN.c.workspace == _S.workspace, _CHOSEN.c.channel == _S.channel)
_ITS_IDS = select(_S.id, _S.workspace, _S.channel).join(_CHOSEN, _CHANNEL).where(is_among_given(_CHOSEN.c.id, "ids"))
_LOCKED = (
    select(subscriptions)
    .join(_CHOSEN, _CHANNEL)
    .where(is_among_given(_CHOSEN.c.id, "ids"))
    .with_for_update(of=subscriptions, skip_locked=True)
)
_BEGUN = select(_S.id).where(is_among_given(_S.id, "ids"), _begun(_S.id))
_OTHERS = (
    select(_O.id)
    .join(_CHOSEN, and_(_CHOSEN.c.workspace == _O.workspace, _CHOSEN.c.channel == _O.channel))
    .where(is_among_given(_CHOSEN.c.id, "ids"), _CHOSEN.c.id != _O.id)
)
_HOLD_BACK = (
    update(subscriptions)
    .where(is_among_given(_S.id, "ids"), _S.holder.is_(None), _S.wake_at < bindparam("until", type_=Moment()))
    .values(wake_at=bindparam("until", type_=Moment()))
)
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
    others = tuple(connection.scalars(_OTHERS, {"ids": [row["subscription_"] for row in rows]}))
    if others:  # what the channel has besides may post as soon as what is released may
        connection.execute(_HOLD_BACK, {"ids": list(others), "until": max(row["now_"] for row in rows)})
    return [None] * len(rows)


def _claimable(connection: Connection, ids: Sequence[int], now: datetime) -> Iterator[tuple[Any, Limit | None]]:
    """Yield the rows to claim, at most one of each channel of these subscriptions, with the channel's last limit.

    All that a channel has is locked first, so that no two workers claim of one channel at a time.
    """
    given = {"ids": list(ids)}
    locked = {row.id: row for row in connection.execute(_LOCKED, given)}
    channels = defaultdict[tuple[str, str], dict[int, Any]](dict)
    for each in connection.execute(_ITS_IDS, given):
        channels[each.workspace, each.channel][each.id] = locked.get(each.id)
    several = [key for rows in channels.values() if len(rows) > 1 for key in rows]
    begun = frozenset(connection.scalars(_BEGUN, {"ids": several})) if several else frozenset[int]()
    # In the order of `ids`, which is that of fairness among workspaces.
    places = dict.fromkeys((locked[key].workspace, locked[key].channel) for key in ids if key in locked)
    for place in places:
        rows = tuple(channels[place].values())
        if None not in rows and (row := _first(rows, begun, now)) is not None:
            limits = [limit for each in rows if (limit := limit_of(each)) is not None]
            yield row, max(limits, key=lambda limit: limit.told, default=None)


def _first(rows: Iterable[Any], begun: Container[int], now: datetime) -> Any | None:
    """Return which of a channel's rows is claimed next; None as long as another one is at work or about to go on.

    One whose worker died goes first, then one with a half posted digest, then the one that has waited longest.
    """
    due = []
    for row in rows:
        if row.wake_at is None:
            continue
        if row.wake_at <= now or row.wake_at > now + FAR:
            due.append(row)
        elif row.holder is not None or (
            row.wake_at <= now + GOES_ON and row.id in begun and row.pause_by is None and not row.ended
        ):
            return None
    return min(due, key=lambda row: (row.holder is None, row.id not in begun, row.wake_at, row.id), default=None)


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

        Of a channel that has several, one is claimed at a time: two digests are never mixed. `holder` then has at most
        `each` subscriptions of one workspace, earlier claims included. The leases last until
        `now` + `lease` unless renewed; after that any worker may claim the subscriptions.
        """
        given = {
            "now": now,
            "far": now + FAR,
            "soon": now + GOES_ON,
            "holder": holder,
            "full": list(full),
            "each": each,
            "most": limit,
        }
        if not await self._database.read(lambda connection: connection.execute(_ANY_DUE, given).first()):
            return ()  # the usual case, without a write transaction

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            # One workspace with more due than _CANDIDATES would otherwise hide the others.
            more = connection.execute(_MORE, given).first() is not None
            ids = tuple(connection.scalars(_FAIR, {**given, "candidates": 10**9 if more else _CANDIDATES}))
            if not ids:
                return ()
            rows = tuple(_claimable(connection, ids, now))
            if rows:
                # Our own lease may have expired: a run that was asked for during it is still to be done.
                again = case((_S.holder == holder, _S.again), else_=False)
                taken = {"holder": holder, "wake_at": now + lease, "again": again}
                mine = is_among(_S.id, [row.id for row, _ in rows])
                connection.execute(update(subscriptions).where(mine).values(taken))
            return tuple(replace(subscription_of(row), limit=limit) for row, limit in rows)

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
