"""The messages of deliveries in the database: written before the call, and after it.

pending -> sending -> sent is the usual way. Only `sending`, committed, allows a call to Slack; only a clear refusal or
a look that found nothing leads back to pending. A reply that landed in the channel is stray until it is deleted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)

from bot.domain.delivery import (
    GONE,
    TAKEN_BACK,
    Delivery,
    PartRow,
    Progress,
    ShownEntry,
    State,
    numbered_as,
    shown_json,
    shown_of,
)
from bot.store.bulk import BulkRows, BulkStatement
from bot.store.database import Database
from bot.store.inserts import insert_new
from bot.store.membership import is_among, is_among_given
from bot.store.tables import Moment, deliveries, parts, subscriptions

_P = parts.c


def _sending(rows: BulkRows) -> Update:
    """Write an attempt down: only if the row is pending, the lease the sender's, and the channel wants it still."""
    held = exists(
        select(subscriptions.c.id).where(
            subscriptions.c.id == rows("subscription_"),
            subscriptions.c.holder == rows("holder_"),
            ~subscriptions.c.ended,
            subscriptions.c.pause_by.is_(None),
        )
    )
    return (
        update(parts)
        .where(_P.id == rows("part"), _P.state == State.PENDING.value, _P.attempt == rows("was"), held)
        .values(
            state=State.SENDING.value,
            reason="",
            sender=rows("sender_"),
            attempt=rows("attempt_"),
            attempted=rows("attempted_"),
            hash=rows("hash_"),
            source=rows("source_"),
        )
    )


def _sent(rows: BulkRows) -> Update:
    """Write down where an attempt landed."""
    return (
        update(parts)
        .where(
            _P.id == rows("part"),
            _P.attempt == rows("was"),
            or_(_P.state == State.SENDING.value, _P.state == State.UNKNOWN.value),
        )
        .values(state=State.SENT.value, reason="", looks=0, refusals=0, ts=rows("ts_"), shown=rows("shown_"))
    )


def _begun(rows: BulkRows) -> Select[Any]:
    """Read which attempts stand as they were written."""
    mine = and_(_P.id == rows("part"), _P.attempt == rows("attempt_"), _P.sender == rows("sender_"))
    return select(_P.id, _P.attempt, _P.sender).where(mine, _P.state == State.SENDING.value)


def _parent_sent(rows: BulkRows) -> Update:
    """Write down that a digest's channel message is there."""
    waiting = or_(deliveries.c.progress == Progress.WAITING.value, deliveries.c.progress == Progress.UNKNOWN.value)
    change = update(deliveries).where(deliveries.c.id == rows("delivery_"), waiting)
    return change.values(progress=Progress.POSTING.value, reason="")


_ATTEMPT: dict[str, Any] = {
    "part": BigInteger(),
    "was": Integer(),
    "subscription_": BigInteger(),
    "holder_": Text(),
    "sender_": Text(),
    "attempt_": Integer(),
    "attempted_": Moment(),
    "hash_": Text(),
    "source_": Text(),
}
_LANDING: dict[str, Any] = {"part": BigInteger(), "was": Integer(), "ts_": Text(), "shown_": Text()}
_PARENT: dict[str, Any] = {"delivery_": BigInteger()}


# Run for all the messages that wait at the same time: two of them stand for every message sent.
_SENDING = BulkStatement(_ATTEMPT, _sending)
_BEGUN = BulkStatement(_ATTEMPT, _begun)
_SENT = BulkStatement(_LANDING, _sent)
_PARENT_SENT = BulkStatement(_PARENT, _parent_sent)


_OF = select(parts).where(is_among_given(_P.delivery, "ids")).order_by(_P.delivery, _P.at, _P.id)


def _begin_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Write attempts down; say of each whether it may be made: the row was pending and the lease is the sender's."""
    if _SENDING.run(connection, rows).rowcount == len(rows):
        return [True] * len(rows)
    begun = {tuple(row) for row in _BEGUN.run(connection, rows)}
    return [(row["part"], row["attempt_"], row["sender_"]) in begun for row in rows]


def _end_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Write down where attempts landed."""
    _SENT.run(connection, rows)
    if parents := [row for row in rows if row["parent"]]:
        _PARENT_SENT.run(connection, parents)
    return [None] * len(rows)


class Parts:
    """Every message of every delivery."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database
        self._attempts = count()

    async def add(self, delivery: int, keys: Iterable[str], first: int = 0) -> tuple[PartRow, ...]:
        """Add a pending part for each of `keys` that has none, numbered from `first`; give all of the delivery's."""
        rows = [
            {"delivery": delivery, "key": key, "at": at, "state": State.PENDING.value}
            for at, key in enumerate(keys, first)
        ]

        def unit(connection: Connection) -> tuple[PartRow, ...]:
            if rows:
                connection.execute(insert_new(connection, parts), rows)
            return parts_of(connection, (delivery,)).get(delivery, ())

        return await self._database.write(unit)

    async def sending(
        self, part: PartRow, holder: str, subscription: int, now: datetime, digest: str, *, source: str = ""
    ) -> int | None:
        """Write down that the part is about to be sent, with the hash of its payload and that of its `source`.

        Give the attempt's number.

        None when it may not be: the lease is somebody else's, the part is not pending any more, or the channel was
        unsubscribed or paused.
        """
        row = {
            "part": part.id,
            "was": part.attempt,
            "subscription_": subscription,
            "holder_": holder,
            # Unique: of two channel jobs of one worker, the first of which lost its lease, only one may send.
            "sender_": f"{holder}/{next(self._attempts)}",
            "attempt_": part.attempt + 1,
            "attempted_": now,
            "hash_": digest,
            "source_": source,
        }
        return part.attempt + 1 if await self._database.write_one_of(_begin_all, row) else None

    def sent(self, part: PartRow, attempt: int, ts: str, shown: tuple[ShownEntry, ...]) -> Awaitable[None]:
        """Write down where the attempt landed. It is the truth, also if another worker holds the lease by now.

        It is under way with the call; what is given may be awaited later, to know that it is committed.
        """
        row = {
            "part": part.id,
            "was": attempt,
            "ts_": ts,
            "shown_": shown_json(shown),
            "delivery_": part.delivery,
            "parent": part.at == 0,
        }
        return self._database.put_one_of(_end_all, row)

    async def strayed(self, part: PartRow, attempt: int, ts: str, shown: tuple[ShownEntry, ...]) -> None:
        """Write down that the attempt landed in the channel instead of its thread, to be deleted.

        Recorded even if we lost the lease: the message exists.
        """
        on_its_way = or_(_P.state == State.SENDING.value, _P.state == State.UNKNOWN.value)
        mine = and_(_P.id == part.id, _P.attempt == attempt, on_its_way)
        values = {"state": State.STRAY.value, "ts": ts, "shown": shown_json(shown), "looks": 0, "refusals": 0}
        await self._database.change(update(parts).where(mine).values(reason="", **values))

    async def not_deleted(self, part: PartRow, reason: str, *, counted: bool) -> None:
        """Record that deleting a message came to nothing this time; `counted` ones are bounded."""
        values = {"reason": reason, "refusals": _P.refusals + int(counted)}
        chosen = _as_attempted(part, State.STRAY, State.SENT)
        await self._database.change(update(parts).where(chosen).values(values))

    async def taken_back(self, part: PartRow, reason: str = TAKEN_BACK) -> None:
        """Record that a posted message was deleted, by default because somebody took its digest back.

        Its ts and what it showed stay, for the reactions that people saved links by.
        """
        change = update(parts).where(_as_attempted(part, State.SENT))
        await self._database.change(change.values(state=State.SKIPPED.value, reason=reason, refusals=0))

    async def adopt(
        self, delivery: Delivery, ts: str, shown: tuple[ShownEntry, ...], at: datetime, holder: str
    ) -> tuple[PartRow, ...]:
        """Record that a delivery's channel message stands at `ts`, and that its replies may be there; return its parts.

        The replies are as if each had been attempted at the moment `at`: they are looked for. Nothing is written if the
        lease is no longer `holder`'s.
        """
        fresh = and_(_P.delivery == delivery.id, _P.at == 0, _P.state == State.PENDING.value)
        parent = and_(fresh, _held_by(holder, delivery.subscription))
        posted = {"state": State.SENT.value, "ts": ts, "shown": shown_json(shown), "reason": ""}
        begun = update(deliveries).where(deliveries.c.id == delivery.id)

        def unit(connection: Connection) -> tuple[PartRow, ...]:
            values = {**posted, "attempt": _P.attempt + 1, "attempted": at}
            if connection.execute(update(parts).where(parent).values(values)).rowcount:
                connection.execute(begun.values(progress=Progress.POSTING.value, reason=""))
                connection.execute(_doubting(delivery.id, at))
            return parts_of(connection, (delivery.id,)).get(delivery.id, ())

        return await self._database.write(unit)

    async def doubt(
        self, delivery: Delivery, rows: Iterable[PartRow], at: datetime, holder: str
    ) -> tuple[PartRow, ...]:
        """Record that pending parts may have been posted at the moment `at`: they are looked for; return all parts.

        Nothing is written if the lease is no longer `holder`'s.
        """
        theirs = and_(is_among(_P.id, [row.id for row in rows]), _held_by(holder, delivery.subscription))
        change = _doubting(delivery.id, at).where(theirs)

        def unit(connection: Connection) -> tuple[PartRow, ...]:
            connection.execute(change)
            return parts_of(connection, (delivery.id,)).get(delivery.id, ())

        return await self._database.write(unit)

    async def back(self, part: PartRow, attempt: int, reason: str, *, counted: bool = False) -> bool:
        """Write down that the attempt surely came to nothing: the part may be sent again.

        `counted` is for a refusal with a word that nobody knows.
        """
        mine = and_(_P.id == part.id, _P.attempt == attempt, _P.state == State.SENDING.value)
        values = {"state": State.PENDING.value, "reason": reason, "refusals": _P.refusals + int(counted)}
        return bool(await self._database.change(update(parts).where(mine).values(values)))

    async def settle(self, part: PartRow, state: State, reason: str) -> bool:
        """End the part (refused, unknown or skipped) for this reason; return whether it was.

        It was not if the part is settled already, or was attempted again since `part` was read: another worker's newer
        attempt may have succeeded. A doubt may still be ended by the answer to the attempt it is about.
        """
        open_ = [State.PENDING, State.SENDING, State.STRAY]
        chosen = _as_attempted(part, *open_, *([] if state is State.UNKNOWN else [State.UNKNOWN]))
        return bool(await self._database.change(update(parts).where(chosen).values(state=state.value, reason=reason)))

    async def looked(self, part: PartRow, reason: str) -> None:
        """Write down that a look for the part's attempt came to nothing this time."""
        change = update(parts).where(_as_attempted(part, State.SENDING))
        await self._database.change(change.values(looks=_P.looks + 1, reason=reason))

    async def revised(
        self, part: PartRow, holder: str, subscription: int, shown: tuple[ShownEntry, ...], *, edited: bool
    ) -> bool:
        """Write down that the message shows something newer: the hash and source of `part`, and the entries `shown`.

        A message that was not `edited` still shows the numbers that it was posted with. Returns False where the lease
        is somebody else's by now.
        """
        change = update(parts).where(_P.id == part.id, _held_by(holder, subscription))
        values = {"hash": part.hash, "source": part.source, "refusals": 0}

        def unit(connection: Connection) -> bool:
            before = () if edited else shown_of(connection.scalar(select(_P.shown).where(_P.id == part.id)))
            now = shown if edited else numbered_as(before, shown)
            return bool(connection.execute(change.values(**values, shown=shown_json(now))).rowcount)

        return await self._database.write(unit)

    async def take_as_shown(
        self, delivery: Delivery, seen: Sequence[PartRow], content: str, version: str, holder: str
    ) -> None:
        """Write down that a posted delivery shows its issue's text of today (`content`), however that looks.

        Nothing is written if the lease is no longer `holder`'s.

        `seen` are its parts with the keys, hashes and sources that this `version` of the code gives them, and new ones
        (numbered 0) that are settled already.
        """
        known = update(parts).where(_P.id == bindparam("part"))
        changes = known.values(key=bindparam("key_"), hash=bindparam("hash_"), source=bindparam("source_"))
        kept = [{"part": one.id, "key_": one.key, "hash_": one.hash, "source_": one.source} for one in seen if one.id]
        fresh = [
            {"delivery": delivery.id, "key": one.key, "at": one.at, "state": one.state.value, "reason": one.reason}
            for one in seen
            if not one.id
        ]
        posted = and_(deliveries.c.id == delivery.id, deliveries.c.progress == Progress.DONE.value)
        mine = update(deliveries).where(posted, _held_by(holder, delivery.subscription))
        change = mine.values(source=content, version=version)

        def unit(connection: Connection) -> None:
            if not connection.execute(change).rowcount:
                return
            if kept:
                connection.execute(changes, kept)
            if fresh:
                connection.execute(insert_new(connection, parts), fresh)

        await self._database.write(unit)

    async def not_revised(self, part: PartRow, holder: str, subscription: int) -> None:
        """Count an edit of the message that came to nothing; not if the lease is no longer `holder`'s."""
        mine = and_(_P.id == part.id, _held_by(holder, subscription))
        await self._database.change(update(parts).where(mine).values(refusals=_P.refusals + 1))

    async def restore(self, part: PartRow) -> bool:
        """Let a part be sent after all whose entry had gone from the issue and is back."""
        gone = and_(_as_attempted(part, State.SKIPPED), _P.reason == GONE)
        return bool(await self._database.change(update(parts).where(gone).values(state=State.PENDING.value, reason="")))

    async def rename(self, part: PartRow, key: str, holder: str, subscription: int) -> None:
        """Change the key of a part whose entry was corrected in what the key is made of.

        Nothing is written if the lease is no longer `holder`'s, or if the part was attempted again since it was read.
        """
        mine = and_(_as_attempted(part, *State), _held_by(holder, subscription))
        await self._database.change(update(parts).where(mine).values(key=key))


def _doubting(delivery: int, at: datetime) -> Update:
    """Return the update by which a delivery's pending replies that were never attempted count as attempted at `at`."""
    fresh = and_(_P.delivery == delivery, _P.at > 0, _P.state == State.PENDING.value, _P.attempt == 0)
    return update(parts).where(fresh).values(state=State.SENDING.value, attempt=1, attempted=at)


def _as_attempted(part: PartRow, *states: State) -> ColumnElement[bool]:
    """Choose the part while it is in one of `states` and its last attempt is the one that `part` knows."""
    return and_(_P.id == part.id, _P.attempt == part.attempt, is_among(_P.state, [state.value for state in states]))


def _held_by(holder: str, subscription: int) -> ColumnElement[bool]:
    """Return the condition that the subscription's lease is `holder`'s."""
    return exists().where(subscriptions.c.id == subscription, subscriptions.c.holder == holder)


def parts_of(connection: Connection, chosen: Iterable[int]) -> dict[int, tuple[PartRow, ...]]:
    """Return the parts of the deliveries of those numbers, each delivery's in order."""
    found: dict[int, list[PartRow]] = {}
    for row in connection.execute(_OF, {"ids": list(chosen)}):
        found.setdefault(row.delivery, []).append(
            PartRow(
                row.id, row.delivery, row.key, row.at, State(row.state), row.ts, row.hash, row.attempt, row.attempted,
                row.looks, row.reason, row.refusals, row.source,
            ),
        )  # fmt: skip
    return {key: tuple(rows) for key, rows in found.items()}
