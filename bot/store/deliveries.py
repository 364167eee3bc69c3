"""The table of deliveries: one row for each workspace, channel and issue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    exists,
    func,
    select,
    update,
)

from bot.domain.decision import Decision
from bot.domain.delivery import PASSED_OVER, SAID_THERE, Delivery, PartRow, Progress, State
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.delivery_batches import all_unfinished, begin_all, decide_all, finish_all, histories, with_parts
from bot.store.inserts import insert
from bot.store.membership import is_among
from bot.store.next_run import running_now
from bot.store.tables import deliveries, slots, subscriptions
from bot.store.tables import parts as parts_table

_D = deliveries.c
_S = subscriptions.c
_TAKEN_BACK = (Progress.RETRACTING.value, Progress.RETRACTED.value)


class Deliveries:
    """Reads and writes deliveries. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Use `database`."""
        self._database = database

    async def decide(self, subscription: Subscription, holder: str, now: datetime, decision: Decision) -> bool:
        """Record a decision, whole or not at all; return False if `holder` has lost the lease."""
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
                "reason": "",
            }
            for issue in decision.issues
        ]
        fresh += [_passed(subscription, issue, decision.due, now, PASSED_OVER) for issue in decision.passed]
        row = {
            "subscription_": subscription.id,
            "holder_": holder,
            "cursor_": decision.cursor,
            "reset": decision.reset,
            "fresh": fresh,
            "slot": None,
            "untold": decision.untold,
            "told": decision.told,
            "now": now,
        }
        if slot is not None and decision.outcome:
            day = slot.day.isoformat()
            row["slot"] = {
                "subscription": subscription.id, "day": day, "at": slot.at, "outcome": decision.outcome
            }  # fmt: skip
        return await self._database.write_one_of(decide_all, row)

    async def pass_over(self, subscription: Subscription, identities: Iterable[str], now: datetime, why: str) -> int:
        """Record that these issues are not posted by themselves in the channel; return how many were not decided."""
        rows = [_passed(subscription, issue, now, now, why) for issue in identities]

        def unit(connection: Connection) -> int:
            fresh = insert(connection, deliveries).on_conflict_do_nothing().returning(_D.id)
            return sum(len(connection.execute(fresh, row).all()) for row in rows)

        return await self._database.write(unit)

    async def known(self, subscription: Subscription) -> dict[str, datetime | None]:
        """Return the issues (by identity) that were ever decided for the channel (see `bot.domain.due.Known`).

        What was decided for another subscription of the channel takes no place in this one's day.
        """
        return (await self.history(subscription))[0]

    async def history(self, subscription: Subscription) -> tuple[dict[str, datetime | None], bool]:
        """Return the known issues, as `known` does, and whether any of the subscription's is still waiting."""
        where = {"workspace_": subscription.workspace, "channel_": subscription.channel}
        return await self._database.read_one_of(histories, {**where, "subscription_": subscription.id})

    async def slot_days(self, subscription: int, now: datetime) -> frozenset[date]:
        """Return the local dates, from the day before `now` on, at whose slot the subscription had something posted."""
        lately = slots.c.day >= (now - timedelta(days=2)).date().isoformat()
        chosen = select(slots.c.day).where(slots.c.subscription == subscription, lately)
        days = await self._database.read(lambda connection: tuple(connection.scalars(chosen)))
        return frozenset(map(date.fromisoformat, days))

    async def unfinished(self, subscription: int, revisable: datetime, version: str = "") -> tuple[Delivery, ...]:
        """Return the deliveries of a subscription that have work left, oldest first.

        These are the ones that wait or are being posted, and those decided since `revisable` whose issue was edited
        after it was posted or whose messages' hashes another `version` wrote.
        """
        row = {"subscription_": subscription, "revisable": revisable, "version_": version}
        return await self._database.read_one_of(all_unfinished, row)

    async def get(self, workspace: WorkspaceId, channel: str, issue: str) -> Delivery | None:
        """Return the channel's delivery of the issue (by identity), with its parts, or None."""
        chosen = select(deliveries).where(_D.workspace == workspace, _D.channel == channel, _D.issue == issue)
        found = await self._database.read(lambda connection: with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def by_id(self, delivery: int) -> Delivery | None:
        """Return the delivery with that id, with its parts, or None."""
        chosen = select(deliveries).where(_D.id == delivery)
        found = await self._database.read(lambda connection: with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def latest(self, subscription: Subscription) -> Delivery | None:
        """Return the subscription's newest delivery whose parent is posted, with its parts, or None."""
        there = _D.progress.in_((Progress.POSTING.value, Progress.DONE.value))
        chosen = select(deliveries).where(_D.subscription == subscription.id, there).order_by(_D.id.desc()).limit(1)
        found = await self._database.read(lambda connection: with_parts(connection, connection.execute(chosen)))
        return found[0] if found else None

    async def list(
        self,
        *,
        workspace: WorkspaceId | None = None,
        channel: str | None = None,
        issue: str | None = None,
        progress: Progress | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Delivery, ...]:
        """Return the deliveries that match every given filter, newest first, with their parts."""
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
        return await self._database.read(lambda connection: with_parts(connection, connection.execute(chosen)))

    async def counts(self) -> dict[str, int]:
        """Return the number of deliveries by progress."""
        chosen = select(_D.progress, func.count()).group_by(_D.progress)
        return await self._database.read(lambda connection: {row[0]: int(row[1]) for row in connection.execute(chosen)})

    async def readers_of(self, identities: Iterable[str], since: datetime) -> tuple[int, ...]:
        """Return the ids of subscriptions for which one of these issues was decided since then."""
        chosen = select(_D.subscription).where(is_among(_D.issue, identities), _D.decided >= since).distinct()
        return await self._database.read(lambda connection: tuple(connection.scalars(chosen)))

    async def begin(
        self, delivery: int, late: str, content: str, keys: Iterable[str], *, after: str = "", version: str = ""
    ) -> tuple[str, tuple[PartRow, ...]]:
        """Record what is about to be posted: the line about lateness, the issue's hash and its parts' keys, in order.

        `version` is that of the code that reads and renders the issue. `after` is a ts before which the parent cannot
        be, "" if the caller knows none. Return the ts that is recorded and the parts; no parts if the delivery was
        dropped meanwhile.
        """
        fresh = [
            {"delivery": delivery, "key": key, "at": at, "state": State.PENDING.value} for at, key in enumerate(keys)
        ]
        row = {
            "delivery_": delivery, "late_": late, "content_": content, "version_": version, "after_": after,
            "parts": fresh,
        }  # fmt: skip
        return await self._database.write_one_of(begin_all, row)

    async def postpone(self, delivery: int, due: datetime, reason: str) -> None:
        """Postpone a waiting delivery until `due`."""
        await self._set(delivery, due=due, reason=reason)

    async def post_after_all(self, part: PartRow, now: datetime, reason: str) -> bool:
        """Make an unconfirmed or refused part pending again.

        Return False if it is neither, or was attempted again since `part` was read: the person knew nothing of that.
        """
        progress = Progress.WAITING if part.at == 0 else Progress.POSTING
        again = update(parts_table).where(_unconfirmed(part)).values(state=State.PENDING.value, reason="", refusals=0)
        open_ = update(deliveries).where(_D.id == part.delivery)

        def unit(connection: Connection) -> bool:
            if not connection.execute(again).rowcount:
                return False
            connection.execute(open_.values(progress=progress.value, due=now, reason=reason))
            connection.execute(_waking(part, now))
            return True

        return await self._database.write(unit)

    async def there(self, part: PartRow, ts: str, now: datetime) -> bool:
        """Record that an unconfirmed part stands at `ts`, as a person says.

        Return False if it is not unconfirmed, or was attempted again since `part` was read. A worker adopts it there.
        If it is a channel message that this database does not know to have been attempted, its replies were posted with
        it, by a database that was newer.
        """
        known = {"state": State.SENDING.value, "ts": ts, "reason": ""}
        mine = and_(_unconfirmed(part), parts_table.c.state == State.UNKNOWN.value)
        progress = Progress.WAITING if part.at == 0 else Progress.POSTING
        open_ = update(deliveries).where(_D.id == part.delivery)
        fresh = and_(parts_table.c.delivery == part.delivery, parts_table.c.state == State.PENDING.value)
        skipped = update(parts_table).where(fresh).values(state=State.SKIPPED.value, reason=SAID_THERE)

        def unit(connection: Connection) -> bool:
            if not connection.execute(update(parts_table).where(mine).values(known)).rowcount:
                return False
            if part.at == 0 and part.attempt == 0:
                connection.execute(skipped)
            connection.execute(open_.values(progress=progress.value, due=now, reason=SAID_THERE))
            connection.execute(_waking(part, now))
            return True

        return await self._database.write(unit)

    async def show_again(self, part: PartRow, now: datetime) -> None:
        """Have a message edited once more, because it is not known what it shows.

        It does not matter who holds the lease, but the message must still be that of the attempt that `part` knows.
        """
        mine = and_(parts_table.c.id == part.id, parts_table.c.attempt == part.attempt)
        blank = update(parts_table).where(mine).values(hash="", source="")
        outdated = update(deliveries).where(_D.id == part.delivery, _D.progress == Progress.DONE.value)

        def unit(connection: Connection) -> None:
            connection.execute(blank)
            connection.execute(outdated.values(source=""))
            connection.execute(_waking(part, now))

        await self._database.write(unit)

    async def leave(self, part: PartRow, reason: str) -> bool:
        """Leave an unconfirmed or refused part as it is, as a person decided.

        Return False if it is neither, or was attempted again since `part` was read.
        """
        left = update(parts_table).where(_unconfirmed(part)).values(state=State.SKIPPED.value, reason="left as it is")
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
        """Record the delivery's progress, the reason, and the content and version it shows unless they are None.

        Return False, and change nothing, if a part is still pending or a person dropped the delivery.
        """
        row = {
            "delivery_": delivery, "progress_": progress.value, "reason_": reason, "content_": content,
            "version_": version,
        }  # fmt: skip
        return await self._database.write_one_of(finish_all, row)

    async def _set(self, delivery: int, **values: Any) -> None:
        change = update(deliveries).where(_D.id == delivery).values(values)
        await self._database.change(change)


def _passed(subscription: Subscription, issue: str, due: datetime, now: datetime, why: str) -> dict[str, Any]:
    """Return the row of an issue that is not posted by itself in the channel."""
    return {
        "workspace": subscription.workspace,
        "channel": subscription.channel,
        "subscription": subscription.id,
        "issue": issue,
        "due": due,
        "decided": now,
        "progress": Progress.PASSED.value,
        "taste": subscription.preferences.as_json(),
        "note": "",
        "reason": why,
    }


def _waking(part: PartRow, now: datetime) -> Any:
    """Return the update that schedules the part's channel for now."""
    return running_now(now, _S.id == select(_D.subscription).where(_D.id == part.delivery).scalar_subquery())


def _unconfirmed(part: PartRow) -> Any:
    """Return the condition that this is the part, at the attempt that `part` knows, and that a person may decide."""
    theirs = parts_table.c
    back = exists().where(_D.id == theirs.delivery, _D.progress.in_(_TAKEN_BACK))
    same = and_(theirs.id == part.id, theirs.attempt == part.attempt)
    return and_(same, theirs.state.in_((State.UNKNOWN.value, State.REFUSED.value)), ~back)
