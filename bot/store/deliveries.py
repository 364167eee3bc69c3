"""Deliveries in the database: one row for each (workspace, channel, issue), whatever process asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.domain.decision import Decision
from bot.domain.delivery import Delivery, PartRow, Progress, State
from bot.domain.preferences import Preferences
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.bulk import BulkRows, BulkStatement
from bot.store.database import Database
from bot.store.membership import is_among, is_among_given
from bot.store.next_run import running_now
from bot.store.parts import parts_of
from bot.store.tables import Moment, deliveries, issues, slots, subscriptions
from bot.store.tables import parts as parts_table

_D = deliveries.c
_S = subscriptions.c
_OPEN = _D.progress.in_((Progress.WAITING.value, Progress.POSTING.value))


# Built once: building a statement takes longer than running it.
def _history(rows: BulkRows) -> Any:
    """Read what was ever decided for channels."""
    chosen = select(_D.workspace, _D.channel, _D.issue, _D.decided, _D.progress)
    return chosen.where(_D.workspace == rows("workspace_"), _D.channel == rows("channel_"))


def _in_hand(rows: BulkRows) -> Any:
    """Read what there is to do for subscriptions."""
    other = or_(issues.c.source != _D.source, _D.version != rows("version_"))
    edited = and_(_D.progress == Progress.DONE.value, _D.decided >= rows("revisable"), other)
    theirs = rows.rows.join(deliveries, _D.subscription == rows("subscription_"))
    there = theirs.outerjoin(issues, issues.c.identity == _D.issue)
    return select(deliveries).select_from(there).where(or_(_OPEN, edited)).order_by(_D.id)


def _move(rows: BulkRows) -> Any:
    """Set the cursors of subscriptions that are in the hands of who says so."""
    change = update(subscriptions).where(_S.id == rows("subscription_"), _S.holder == rows("holder_"))
    return change.values(cursor=rows("cursor_"))


def _held(rows: BulkRows) -> Any:
    """Read which subscriptions are in the hands of who says so."""
    return select(_S.id, _S.holder).where(_S.id == rows("subscription_"), _S.holder == rows("holder_"))


def _begin(rows: BulkRows) -> Any:
    """Write down what is about to be posted of deliveries, and before which moment it cannot be there.

    That is the one given, by Slack's clock; where there is none, the newest digest of ours that is in the channel.
    """
    earlier, theirs = deliveries.alias(), parts_table.alias()
    known = (
        select(theirs.c.ts)
        .join(earlier, earlier.c.id == theirs.c.delivery)
        .where(earlier.c.workspace == _D.workspace, earlier.c.channel == _D.channel)
        .where(theirs.c.at == 0, theirs.c.state == State.SENT.value)
        .order_by(earlier.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    after = func.coalesce(func.nullif(rows("after_"), ""), known, "")
    change = update(deliveries).where(_D.id == rows("delivery_"), _OPEN)
    return change.values(late=rows("late_"), source=rows("content_"), version=rows("version_"), after=after)


_MINE: dict[str, Any] = {"subscription_": BigInteger(), "holder_": Text()}
_FRESH: dict[str, Any] = {
    "workspace": Text(), "channel": Text(), "subscription": BigInteger(), "issue": Text(), "due": Moment(),
    "decided": Moment(), "progress": Text(), "taste": JSON(), "note": Text(),
}  # fmt: skip
_HISTORY = BulkStatement({"workspace_": Text(), "channel_": Text()}, _history)
_IN_HAND = BulkStatement({"subscription_": BigInteger(), "revisable": Moment(), "version_": Text()}, _in_hand)
_MOVE = BulkStatement({**_MINE, "cursor_": Moment()}, _move)
_HELD = BulkStatement(_MINE, _held)
_SLOT = BulkStatement(
    {"subscription": BigInteger(), "day": Text(), "at": Moment(), "outcome": Text()},
    lambda rows: rows.insert_new(slots).returning(slots.c.subscription, slots.c.day),
)
_DECIDED = BulkStatement(_FRESH, lambda rows: rows.insert_new(deliveries))
_BEGIN = BulkStatement(
    {"delivery_": BigInteger(), "late_": Text(), "content_": Text(), "version_": Text(), "after_": Text()}, _begin
)
_AFTER = select(_D.id, _D.after).where(is_among_given(_D.id, "ids"), _OPEN)
_PARTS = BulkStatement(
    {"delivery": BigInteger(), "key": Text(), "at": Integer(), "state": Text()},
    lambda rows: rows.insert_new(parts_table),
)
_REACHED = select(_D.id, _D.progress).where(is_among_given(_D.id, "ids"))


def _finishing() -> Any:
    """Write down how far a delivery came; an end only if it is one by what its parts say at that moment.

    Somebody may have said meanwhile that a message should be posted after all, or left.
    """
    theirs, progress = parts_table.c, bindparam("progress_", type_=Text())
    open_ = or_(*(theirs.state == state.value for state in (State.PENDING, State.SENDING, State.STRAY)))
    unsettled = and_(theirs.delivery == _D.id, open_)
    some = exists(select(theirs.id).where(unsettled))
    parent = exists(select(theirs.id).where(unsettled, theirs.at == 0))
    # One by one: a list of values is none that many rows can be given to.
    ended = or_(*(progress == end.value for end in (Progress.UNKNOWN, Progress.REFUSED, Progress.DROPPED)))
    untrue = or_(and_(progress == Progress.DONE.value, some), and_(ended, parent))
    source = func.coalesce(bindparam("content_", type_=Text()), _D.source)
    version = func.coalesce(bindparam("version_", type_=Text()), _D.version)
    change = update(deliveries).where(_D.id == bindparam("delivery_"), ~untrue, _D.progress != Progress.DROPPED.value)
    return change.values(progress=progress, reason=bindparam("reason_"), source=source, version=version)


_FINISH = _finishing()


def _finish_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Write down how far deliveries came; say of each whether it did."""
    connection.execute(_FINISH, rows)
    reached = {
        row.id: row.progress for row in connection.execute(_REACHED, {"ids": [row["delivery_"] for row in rows]})
    }
    return [reached.get(row["delivery_"]) == row["progress_"] for row in rows]


def _decide_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Write decisions down, of each all or nothing: nothing where the lease is somebody else's by now."""
    if _MOVE.run(connection, rows).rowcount == len(rows):
        mine = [True] * len(rows)
    else:
        held = {tuple(row) for row in _HELD.run(connection, rows)}
        mine = [(row["subscription_"], row["holder_"]) in held for row in rows]
    decided = [row for row, held in zip(rows, mine, strict=True) if held]
    for row in decided:
        if row["reset"]:
            ahead = and_(slots.c.subscription == row["subscription_"], slots.c.at > row["cursor_"])
            connection.execute(delete(slots).where(ahead))
    if dated := [row["slot"] for row in decided if row["slot"] is not None]:
        came = {tuple(row) for row in _SLOT.run(connection, dated)}
        decided = [row for row in decided if row["slot"] is None or _date(row["slot"]) in came]  # others had their slot
    if fresh := [one for row in decided for one in row["fresh"]]:
        _DECIDED.run(connection, fresh)
    return mine


def _date(slot: dict[str, Any]) -> tuple[int, str]:
    return slot["subscription"], slot["day"]


def _histories(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, datetime], bool]]:
    """Give what `Deliveries.history` gives, for many channels."""
    known: dict[tuple[str, str], dict[str, datetime]] = {}
    waits: set[tuple[str, str]] = set()
    for row in _HISTORY.run(connection, rows):
        known.setdefault((row.workspace, row.channel), {})[row.issue] = row.decided
        if row.progress == Progress.WAITING.value:
            waits.add((row.workspace, row.channel))
    places = [(row["workspace_"], row["channel_"]) for row in rows]
    return [(known.get(place, {}), place in waits) for place in places]


def _all_in_hand(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[Delivery, ...]]:
    """Give what `Deliveries.unfinished` gives, for many subscriptions."""
    found: dict[int, dict[int, Delivery]] = {}
    for delivery in _with_parts(connection, _IN_HAND.run(connection, rows)):
        found.setdefault(delivery.subscription, {})[delivery.id] = delivery
    return [tuple(found.get(row["subscription_"], {}).values()) for row in rows]


def _begin_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[str, tuple[PartRow, ...]]]:
    """Write down what is about to be posted of deliveries; give the bound and the parts of each that is open still."""
    _BEGIN.run(connection, rows)
    ids = [row["delivery_"] for row in rows]
    after = {row.id: row.after for row in connection.execute(_AFTER, {"ids": ids})}
    if fresh := [part for row in rows if row["delivery_"] in after for part in row["parts"]]:
        _PARTS.run(connection, fresh)
    found = parts_of(connection, list(after))
    return [(after.get(key, ""), found.get(key, ())) for key in ids]


class Deliveries:
    """Every delivery."""

    def __init__(self, database: Database) -> None:
        """Keep them in `database`."""
        self._database = database

    async def decide(self, subscription: Subscription, holder: str, now: datetime, decision: Decision) -> bool:
        """Write a decision down, all of it or nothing. False when the lease is somebody else's by now."""
        slot = decision.slot
        fresh = [
            {
                "workspace": subscription.workspace,
                "channel": subscription.channel,
                "subscription": subscription.id,
                "issue": issue,
                "due": decision.due,
                "decided": now,
                "progress": Progress.WAITING.value,
                "taste": subscription.preferences.as_json(),
                "note": decision.notes.get(issue, ""),
            }
            for issue in decision.issues
        ]
        row = {
            "subscription_": subscription.id,
            "holder_": holder,
            "cursor_": decision.cursor,
            "reset": decision.reset,
            "fresh": fresh,
            "slot": None,
        }
        if slot is not None and decision.outcome:
            day = slot.day.isoformat()
            row["slot"] = {
                "subscription": subscription.id, "day": day, "at": slot.at, "outcome": decision.outcome
            }  # fmt: skip
        return await self._database.write_one_of(_decide_all, row)

    async def known(self, workspace: WorkspaceId, channel: str) -> dict[str, datetime]:
        """Give the identities of the issues that were ever decided for the channel, with when."""
        return (await self.history(workspace, channel))[0]

    async def history(self, workspace: WorkspaceId, channel: str) -> tuple[dict[str, datetime], bool]:
        """Give what `known` gives, and whether any of it still waits."""
        return await self._database.read_one_of(_histories, {"workspace_": workspace, "channel_": channel})

    async def unfinished(self, subscription: int, revisable: datetime, version: str = "") -> tuple[Delivery, ...]:
        """Give what there is to do for a subscription, oldest first.

        That is every delivery that waits or is being posted, and those decided since `revisable` whose issue was
        edited after it was posted, or whose messages' hashes are another `version`'s.
        """
        row = {"subscription_": subscription, "revisable": revisable, "version_": version}
        return await self._database.read_one_of(_all_in_hand, row)

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
        there = _D.progress.in_((Progress.POSTING.value, Progress.DONE.value))
        chosen = (
            select(deliveries)
            .where(_D.workspace == workspace, _D.channel == channel, there)
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
        chosen = select(_D.subscription).where(is_among(_D.issue, identities), _D.decided >= since).distinct()
        return await self._database.read(lambda connection: tuple(connection.scalars(chosen)))

    async def begin(  # noqa: PLR0913 - everything a digest begins with
        self, delivery: int, late: str, content: str, keys: Iterable[str], *, after: str = "", version: str = ""
    ) -> tuple[str, tuple[PartRow, ...]]:
        """Write down what is about to be posted: that it is late, the hash of the issue and its parts' keys, in order.

        `version` is that of the code that reads and renders it.
        `after` is a ts by Slack's clock before which its channel message cannot be, "" where the caller knows none.
        Give the one that is kept, and the parts; none where the delivery was dropped meanwhile.
        """
        fresh = [
            {"delivery": delivery, "key": key, "at": at, "state": State.PENDING.value} for at, key in enumerate(keys)
        ]
        row = {
            "delivery_": delivery, "late_": late, "content_": content, "version_": version, "after_": after,
            "parts": fresh,
        }  # fmt: skip
        return await self._database.write_one_of(_begin_all, row)

    async def postpone(self, delivery: int, due: datetime, reason: str) -> None:
        """Move a waiting delivery to a later slot."""
        await self._set(delivery, due=due, reason=reason)

    async def post_after_all(self, part: PartRow, now: datetime, reason: str) -> bool:
        """Have a part sent that was in doubt or refused, all of it or nothing; False if it is settled otherwise."""
        progress = Progress.WAITING if part.at == 0 else Progress.POSTING
        again = update(parts_table).where(_in_doubt(part)).values(state=State.PENDING.value, reason="", refusals=0)
        open_ = update(deliveries).where(_D.id == part.delivery)

        def unit(connection: Connection) -> bool:
            if not connection.execute(again).rowcount:
                return False
            connection.execute(open_.values(progress=progress.value, due=now, reason=reason))
            connection.execute(_waking(part, now))
            return True

        return await self._database.write(unit)

    async def show_again(self, part: PartRow, now: datetime) -> None:
        """Have a message edited once more: nobody knows what it shows."""
        blank = update(parts_table).where(parts_table.c.id == part.id).values(hash="", source="")
        outdated = update(deliveries).where(_D.id == part.delivery, _D.progress == Progress.DONE.value)

        def unit(connection: Connection) -> None:
            connection.execute(blank)
            connection.execute(outdated.values(source=""))
            connection.execute(_waking(part, now))

        await self._database.write(unit)

    async def leave(self, part: PartRow, reason: str) -> bool:
        """Leave a part as it is: somebody says that it is there, or not missed. False if it is settled otherwise."""
        left = update(parts_table).where(_in_doubt(part)).values(state=State.SKIPPED.value, reason="left as it is")
        dropped = update(deliveries).where(_D.id == part.delivery)

        def unit(connection: Connection) -> bool:
            if not connection.execute(left).rowcount:
                return False
            if part.at == 0:
                connection.execute(dropped.values(progress=Progress.DROPPED.value, reason=reason))
            return True

        return await self._database.write(unit)

    async def finish(
        self,
        delivery: int,
        progress: Progress,
        reason: str = "",
        content: str | None = None,
        version: str | None = None,
    ) -> bool:
        """Write down how far the delivery came, why, and of which content and by which version when that is newer.

        False where that is not so: a part is to be sent still, or again, or somebody dropped the delivery.
        """
        row = {
            "delivery_": delivery, "progress_": progress.value, "reason_": reason, "content_": content,
            "version_": version,
        }  # fmt: skip
        return await self._database.write_one_of(_finish_all, row)

    async def _set(self, delivery: int, **values: Any) -> None:
        change = update(deliveries).where(_D.id == delivery).values(values)
        await self._database.change(change)


def _waking(part: PartRow, now: datetime) -> Any:
    """Give the statement that has attention paid now to the channel of the part."""
    return running_now(now, _S.id == select(_D.subscription).where(_D.id == part.delivery).scalar_subquery())


def _in_doubt(part: PartRow) -> Any:
    """Choose the part, if it is one that a person may settle."""
    theirs = parts_table.c
    return and_(theirs.id == part.id, theirs.state.in_((State.UNKNOWN.value, State.REFUSED.value)))


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
            preferences=_taste_of(row),
            note=row.note,
            late=row.late,
            content=row.source,
            reason=row.reason,
            after=row.after,
            version=row.version,
            parts=parts.get(row.id, ()),
        )
        for row in found
    )


def _taste_of(row: Any) -> Preferences:
    """Read a delivery's taste; the usual one where another version wrote what this one cannot read.

    Nothing is posted by that one: a subscription whose taste cannot be read is paused.
    """
    try:
        return Preferences.from_json(row.taste)
    except (ValueError, TypeError, AttributeError):
        return Preferences()
