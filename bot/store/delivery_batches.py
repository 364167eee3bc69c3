"""What is read and written of many deliveries at a time, each in a few statements.

The batches, as `bot.store.database` calls them, take rows of plain values and return an answer for each, in order.
"""

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
    false,
    func,
    or_,
    select,
    update,
)

from bot.domain.delivery import Delivery, PartRow, Progress, State
from bot.domain.preferences import Preferences
from bot.store.bulk import BulkRows, BulkStatement
from bot.store.membership import is_among_given
from bot.store.older_issues import tell_of
from bot.store.parts import parts_of
from bot.store.shrinking import shrunk_parts
from bot.store.tables import Moment, deliveries, issues, slots, subscriptions
from bot.store.tables import parts as parts_table

_D = deliveries.c
_S = subscriptions.c
_OPEN = _D.progress.in_((Progress.WAITING.value, Progress.POSTING.value))
_LEFT = _D.progress.in_((Progress.WAITING.value, Progress.POSTING.value, Progress.RETRACTING.value))


# Built once: building a statement takes longer than running it.
def _history(rows: BulkRows) -> Any:
    """Return the query for all that was ever decided for the channels of subscriptions."""
    asked = rows("subscription_").label("asked")
    chosen = select(asked, _D.subscription, _D.issue, _D.decided, _D.progress, _D.requested)
    return chosen.where(_D.workspace == rows("workspace_"), _D.channel == rows("channel_"))


def _unfinished(rows: BulkRows) -> Any:
    """Return the query for the deliveries of subscriptions that have work left."""
    other = or_(issues.c.source != _D.source, _D.version != rows("version_"))
    edited = and_(_D.progress == Progress.DONE.value, _D.decided >= rows("revisable"), _D.shrunk.is_(false()), other)
    theirs = rows.rows.join(deliveries, _D.subscription == rows("subscription_"))
    there = theirs.outerjoin(issues, issues.c.identity == _D.issue)
    return select(deliveries).select_from(there).where(or_(_LEFT, edited)).order_by(_D.id)


def _move(rows: BulkRows) -> Any:
    """Return the update of subscriptions' cursors, each only while its holder has the lease."""
    change = update(subscriptions).where(_S.id == rows("subscription_"), _S.holder == rows("holder_"))
    return change.values(cursor=rows("cursor_"))


def _held(rows: BulkRows) -> Any:
    """Return the query for those (subscription, holder) whose lease is the holder's."""
    return select(_S.id, _S.holder).where(_S.id == rows("subscription_"), _S.holder == rows("holder_"))


def _begin(rows: BulkRows) -> Any:
    """Return the update that records what is about to be posted of deliveries that are still open.

    `after` is a ts before which the message cannot be: the one given or, without one, that of our newest digest in the
    channel.
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
    "decided": Moment(), "progress": Text(), "taste": JSON(), "note": Text(), "reason": Text(),
}  # fmt: skip
_HISTORY = BulkStatement({"workspace_": Text(), "channel_": Text(), "subscription_": BigInteger()}, _history)
_UNFINISHED = BulkStatement({"subscription_": BigInteger(), "revisable": Moment(), "version_": Text()}, _unfinished)
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
    """Return the update of a delivery's progress.

    It is finished only if none of its parts is pending at that moment: a person may have asked meanwhile for a message
    to be posted after all.
    """
    theirs, progress = parts_table.c, bindparam("progress_", type_=Text())
    open_ = or_(*(theirs.state == state.value for state in (State.PENDING, State.SENDING, State.STRAY)))
    unsettled = and_(theirs.delivery == _D.id, open_)
    some = exists(select(theirs.id).where(unsettled))
    parent = exists(select(theirs.id).where(unsettled, theirs.at == 0))
    # Compared one by one, since a list parameter cannot be used when many rows are executed at once.
    ended = or_(*(progress == end.value for end in (Progress.UNKNOWN, Progress.REFUSED, Progress.DROPPED)))
    untrue = or_(and_(progress == Progress.DONE.value, some), and_(ended, parent))
    source = func.coalesce(bindparam("content_", type_=Text()), _D.source)
    version = func.coalesce(bindparam("version_", type_=Text()), _D.version)
    over = or_(*(_D.progress == end.value for end in (Progress.DROPPED, Progress.RETRACTED)))
    retracting = and_(_D.progress == Progress.RETRACTING.value, progress != Progress.RETRACTED.value)
    change = update(deliveries).where(_D.id == bindparam("delivery_"), ~untrue, ~over, ~retracting)
    return change.values(progress=progress, reason=bindparam("reason_"), source=source, version=version)


_FINISH = _finishing()


def finish_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Record the progress of deliveries; return for each whether it has that progress now."""
    connection.execute(_FINISH, rows)
    reached = {
        row.id: row.progress for row in connection.execute(_REACHED, {"ids": [row["delivery_"] for row in rows]})
    }
    return [reached.get(row["delivery_"]) == row["progress_"] for row in rows]


def decide_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[bool]:
    """Record decisions, each whole or not at all; return for each whether its lease was still its holder's."""
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
        # A slot that is already there was decided before.
        decided = [row for row in decided if row["slot"] is None or _date(row["slot"]) in came]
    if fresh := [one for row in decided for one in row["fresh"]]:
        _DECIDED.run(connection, fresh)
    for row in decided:
        if row["untold"]:
            tell_of(connection, row["subscription_"], row["untold"], row["told"], row["now"])
    return mine


def _date(slot: dict[str, Any]) -> tuple[int, str]:
    return slot["subscription"], slot["day"]


def histories(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, datetime | None], bool]]:
    """Return what `Deliveries.history` returns, for many subscriptions."""
    known: dict[int, dict[str, datetime | None]] = {}
    waits: set[int] = set()
    for row in _HISTORY.run(connection, rows):
        mine = row.subscription == row.asked
        aside = row.requested or row.progress == Progress.PASSED.value or not mine
        known.setdefault(row.asked, {})[row.issue] = None if aside else row.decided
        if mine and row.progress == Progress.WAITING.value:
            waits.add(row.asked)
    asked = [row["subscription_"] for row in rows]
    return [(known.get(key, {}), key in waits) for key in asked]


def all_unfinished(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[Delivery, ...]]:
    """Return what `Deliveries.unfinished` returns, for many subscriptions."""
    found: dict[int, dict[int, Delivery]] = {}
    for delivery in with_parts(connection, _UNFINISHED.run(connection, rows)):
        found.setdefault(delivery.subscription, {})[delivery.id] = delivery
    return [tuple(found.get(row["subscription_"], {}).values()) for row in rows]


def begin_all(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[tuple[str, tuple[PartRow, ...]]]:
    """Record what is about to be posted; return the lower bound of its ts and the parts of each open delivery."""
    _BEGIN.run(connection, rows)
    ids = [row["delivery_"] for row in rows]
    after = {row.id: row.after for row in connection.execute(_AFTER, {"ids": ids})}
    if fresh := [part for row in rows if row["delivery_"] in after for part in row["parts"]]:
        _PARTS.run(connection, fresh)
    found = parts_of(connection, list(after))
    return [(after.get(key, ""), found.get(key, ())) for key in ids]


def with_parts(connection: Connection, rows: Iterable[Any]) -> tuple[Delivery, ...]:
    """Return the deliveries of rows, with their parts."""
    found = tuple(rows)
    parts = parts_of(connection, (row.id for row in found)) if found else {}
    if shrunk := [row.id for row in found if row.shrunk]:
        for delivery, rows_of in shrunk_parts(connection, shrunk).items():
            parts[delivery] = tuple(sorted((*rows_of, *parts.get(delivery, ())), key=lambda part: part.at))
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
            preferences=_preferences_of(row),
            note=row.note,
            late=row.late,
            content=row.source,
            reason=row.reason,
            after=row.after,
            version=row.version,
            parts=parts.get(row.id, ()),
            requested=bool(row.requested),
            retracted_by=row.retracted_by,
            retracted_at=row.retracted_at,
        )
        for row in found
    )


def _preferences_of(row: Any) -> Preferences:
    """Return a delivery's preferences, the defaults where another version's cannot be read.

    Nothing is posted by these defaults: a subscription whose preferences cannot be read is paused.
    """
    try:
        return Preferences.from_json(row.taste)
    except (ValueError, TypeError, AttributeError):
        return Preferences()
