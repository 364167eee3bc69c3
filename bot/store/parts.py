"""The messages of deliveries in the database: written before the call, and after it.

pending -> sending -> sent is the usual way. Only `sending`, committed, allows a call to Slack; only a clear refusal or
a look that found nothing leads back to pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update

from bot.record.delivery import PartRow, Progress, Shown, State, shown_json
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.tables import deliveries, insert_new, parts, subscriptions

_P = parts.c

# Built once, and run for all the messages that wait at the same time: two of them stand for every message sent.
_HELD = exists(
    select(subscriptions.c.id).where(
        subscriptions.c.id == bindparam("subscription_"), subscriptions.c.holder == bindparam("holder_")
    )
)
_SENDING = (
    update(parts)
    .where(
        _P.id == bindparam("part"),
        _P.state == State.PENDING.value,
        _P.attempt == bindparam("was"),
        _HELD,
    )
    .values(
        state=State.SENDING.value,
        reason="",
        sender=bindparam("sender_"),
        attempt=bindparam("attempt_"),
        attempted=bindparam("attempted_"),
        hash=bindparam("hash_"),
    )
)
_BEGUN = select(_P.id, _P.attempt, _P.sender).where(
    _P.id.in_(bindparam("ids", expanding=True)), _P.state == State.SENDING.value
)
_SENT = (
    update(parts)
    .where(
        _P.id == bindparam("part"),
        _P.attempt == bindparam("was"),
        or_(_P.state == State.SENDING.value, _P.state == State.UNKNOWN.value),
    )
    .values(state=State.SENT.value, reason="", looks=0, ts=bindparam("ts_"), shown=bindparam("shown_"))
)
_PARENT_SENT = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery_"),
        or_(deliveries.c.progress == Progress.WAITING.value, deliveries.c.progress == Progress.UNKNOWN.value),
    )
    .values(progress=Progress.POSTING.value, reason="")
)


_OF = select(parts).where(_P.delivery.in_(bindparam("ids", expanding=True))).order_by(_P.delivery, _P.at, _P.id)


def _begin_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Write attempts down; say of each whether it may be made: the row was pending and the lease is the sender's."""
    connection.execute(_SENDING, rows)
    ids = [row["part"] for row in rows]
    begun = {(row.id, row.attempt, row.sender) for row in connection.execute(_BEGUN, {"ids": ids})}
    return [(row["part"], row["attempt_"], row["sender_"]) in begun for row in rows]


def _end_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Write down where attempts landed."""
    connection.execute(_SENT, rows)
    if parents := [{"delivery_": row["delivery_"]} for row in rows if row["parent"]]:
        connection.execute(_PARENT_SENT, parents)
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

    async def sending(self, part: PartRow, holder: str, subscription: int, now: datetime, digest: str) -> int | None:
        """Write down that the part is about to be sent, with the hash of its payload; give the attempt's number.

        None when it may not be: the lease is somebody else's, or the part is not pending any more.
        """
        row = {
            "part": part.id,
            "was": part.attempt,
            "subscription_": subscription,
            "holder_": holder,
            # Unique: of two lanes of one worker, of which one stalled until it lost its lease, one only may send.
            "sender_": f"{holder}/{next(self._attempts)}",
            "attempt_": part.attempt + 1,
            "attempted_": now,
            "hash_": digest,
        }
        return part.attempt + 1 if await self._database.write_one_of(_begin_all, row) else None

    async def sent(self, part: PartRow, attempt: int, ts: str, shown: tuple[Shown, ...]) -> None:
        """Write down where the attempt landed. Whoever holds the lease by now: it is the truth."""
        row = {
            "part": part.id,
            "was": attempt,
            "ts_": ts,
            "shown_": shown_json(shown),
            "delivery_": part.delivery,
            "parent": part.at == 0,
        }
        await self._database.write_one_of(_end_all, row)

    async def back(self, part: PartRow, attempt: int, reason: str) -> bool:
        """Write down that the attempt surely came to nothing: the part may be sent again."""
        mine = and_(_P.id == part.id, _P.attempt == attempt, _P.state == State.SENDING.value)
        return bool(await self._changed(update(parts).where(mine).values(state=State.PENDING.value, reason=reason)))

    async def settle(self, part: PartRow, state: State, reason: str) -> bool:
        """Write down that the part ends here (refused, unknown or skipped) and why; not if it was sent meanwhile."""
        open_ = and_(_P.id == part.id, _P.state != State.SENT.value)
        return bool(await self._changed(update(parts).where(open_).values(state=state.value, reason=reason)))

    async def looked(self, part: PartRow, reason: str) -> None:
        """Write down that a look for the part came to nothing this time."""
        await self._changed(update(parts).where(_P.id == part.id).values(looks=_P.looks + 1, reason=reason))

    async def revised(self, part: PartRow, digest: str, shown: tuple[Shown, ...]) -> None:
        """Write down that the message shows something newer."""
        await self._changed(update(parts).where(_P.id == part.id).values(hash=digest, shown=shown_json(shown)))

    async def newest(self, workspace: WorkspaceId, channel: str) -> str | None:
        """Give the ts of the newest channel message of ours that is known to be in the channel, by Slack's clock."""
        chosen = (
            select(func.max(_P.ts))
            .join(deliveries, deliveries.c.id == _P.delivery)
            .where(deliveries.c.workspace == workspace, deliveries.c.channel == channel, _P.state == State.SENT.value)
        )
        return await self._database.read(lambda connection: connection.scalar(chosen))

    async def rename(self, part: PartRow, key: str) -> None:
        """Give a part a new key: the entry it shows was corrected in what the key is made of."""
        await self._changed(update(parts).where(_P.id == part.id).values(key=key))

    async def again(self, part: PartRow) -> bool:
        """Let a part be sent again that somebody, who can see the channel, says is not there."""
        chosen = and_(_P.id == part.id, _P.state.in_((State.UNKNOWN.value, State.REFUSED.value)))
        return bool(await self._changed(update(parts).where(chosen).values(state=State.PENDING.value, reason="")))

    async def leave(self, part: PartRow) -> bool:
        """Leave a part as it is: somebody says that it is there, or not missed."""
        chosen = and_(_P.id == part.id, _P.state.in_((State.UNKNOWN.value, State.REFUSED.value)))
        change = update(parts).where(chosen).values(state=State.SKIPPED.value, reason="left as it is")
        return bool(await self._changed(change))

    async def _changed(self, statement: Any) -> int:
        return await self._database.write(lambda connection: int(connection.execute(statement).rowcount))


def parts_of(connection: Connection, chosen: Iterable[int]) -> dict[int, tuple[PartRow, ...]]:
    """Give the parts of the deliveries of those numbers, each delivery's in order."""
    found: dict[int, list[PartRow]] = {}
    for row in connection.execute(_OF, {"ids": list(chosen)}):
        found.setdefault(row.delivery, []).append(
            PartRow(
                row.id, row.delivery, row.key, row.at, State(row.state), row.ts, row.hash, row.attempt, row.attempted,
                row.looks, row.reason,
            ),
        )  # fmt: skip
    return {key: tuple(rows) for key, rows in found.items()}
