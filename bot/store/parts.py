"""The messages of deliveries in the database: written before the call, and after it.

pending -> sending -> sent is the usual way. Only `sending`, committed, allows a call to Slack; only a clear refusal or
a look that found nothing leads back to pending.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, select, update

from bot.delivery.delivery import PartRow, Progress, Shown, State, shown_json
from bot.slack.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.tables import deliveries, insert, parts, subscriptions

_P = parts.c

# Built once: two statements run for every message, and building one takes longer than running it.
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
        attempt=bindparam("attempt"),
        attempted=bindparam("attempted"),
        hash=bindparam("hash"),
    )
)
_SENT = (
    update(parts)
    .where(
        _P.id == bindparam("part"),
        _P.attempt == bindparam("was"),
        _P.state.in_((State.SENDING.value, State.UNKNOWN.value)),
    )
    .values(state=State.SENT.value, reason="", looks=0, ts=bindparam("ts"), shown=bindparam("shown"))
)


class Parts:
    """Every message of every delivery."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def add(self, delivery: int, keys: Iterable[str], first: int = 0) -> tuple[PartRow, ...]:
        """Add a pending part for each of `keys` that has none, numbered from `first`; give all of the delivery's."""
        rows = [
            {"delivery": delivery, "key": key, "at": at, "state": State.PENDING.value, "shown": None}
            for at, key in enumerate(keys, first)
        ]

        def unit(connection: Connection) -> tuple[PartRow, ...]:
            if rows:
                connection.execute(insert(connection, parts).on_conflict_do_nothing(), rows)
            return parts_of(connection, (delivery,)).get(delivery, ())

        return await self._database.write(unit)

    async def sending(self, part: PartRow, holder: str, subscription: int, now: datetime, digest: str) -> int | None:
        """Write down that the part is about to be sent, with the hash of its payload; give the attempt's number.

        None when it may not be: the lease is somebody else's, or the part is not pending any more.
        """
        given = {
            "part": part.id,
            "was": part.attempt,
            "subscription_": subscription,
            "holder_": holder,
            "attempt": part.attempt + 1,
            "attempted": now,
            "hash": digest,
        }
        changed = await self._database.write(lambda connection: connection.execute(_SENDING, given).rowcount)
        return part.attempt + 1 if changed else None

    async def sent(self, part: PartRow, attempt: int, ts: str, shown: tuple[Shown, ...]) -> bool:
        """Write down where the attempt landed. Whoever holds the lease by now: it is the truth."""
        given = {"part": part.id, "was": attempt, "ts": ts, "shown": shown_json(shown)}
        begun = and_(
            deliveries.c.id == part.delivery,
            deliveries.c.progress.in_((Progress.WAITING.value, Progress.UNKNOWN.value)),
        )

        def unit(connection: Connection) -> bool:
            done = connection.execute(_SENT, given).rowcount
            if done and part.at == 0:
                connection.execute(update(deliveries).where(begun).values(progress=Progress.POSTING.value, reason=""))
            return bool(done)

        return await self._database.write(unit)

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
    query = select(parts).where(_P.delivery.in_(tuple(chosen))).order_by(_P.delivery, _P.at, _P.id)
    for row in connection.execute(query):
        found.setdefault(row.delivery, []).append(
            PartRow(
                row.id, row.delivery, row.key, row.at, State(row.state), row.ts, row.hash, row.attempt, row.attempted,
                row.looks, row.reason,
            ),
        )  # fmt: skip
    return {key: tuple(rows) for key, rows in found.items()}
