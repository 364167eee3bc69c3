"""Subscriptions in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, and_, case, exists, func, literal, or_, select, update

from bot.domain.delivery import STRAY_LEFT
from bot.domain.preferences import Preferences
from bot.domain.schedule import Schedule
from bot.domain.subscription import CLOCK_TOLERANCE, Limit, Paused, PausedBy, Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.inserts import insert
from bot.store.membership import is_among
from bot.store.next_run import in_order, soon
from bot.store.row_mapping import limit_of, subscription_of, wish_of
from bot.store.tables import Moment, deliveries, issues, parts, subscriptions

MAX_LIMIT = timedelta(days=1)
"""The longest Retry-After that is believed (bot.slack.api.responses)."""
_S = subscriptions.c


class Subscriptions:
    """Every channel's subscriptions."""

    def __init__(self, database: Database, newsletter: str = "") -> None:
        """Keep them in `database`.

        What is said of a channel's subscription is of the one for the `newsletter` (a slug), "" for all newsletters.
        """
        self._database = database
        self._newsletter = newsletter

    def of(self, newsletter: str) -> Subscriptions:
        """Return the same, for the subscriptions to one newsletter (a slug; "": all newsletters)."""
        return Subscriptions(self._database, newsletter)

    async def put(
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        schedule: Schedule,
        preferences: Preferences,
        now: datetime,
    ) -> Subscription:
        """Subscribe the channel, or change and resume the subscription it has, and give it back.

        A new (or ended) one begins with the issues that come from now on, and `user` owns it. One whose schedule stays
        as it is keeps its place in it: a slot that nobody has seen to yet is not lost over a new layout. No change is
        written to the audit: people's changes go through `bot.store.subscription_audit`.
        """
        owner = case((or_(_S.ended, _S.user == ""), user), else_=_S.user)
        values = {
            "user": user, "schedule": str(schedule), "taste": preferences.as_json(), "newsletter": self._newsletter
        }  # fmt: skip

        def unit(connection: Connection) -> Subscription:
            put(connection, workspace, channel, values, now, changes={"user": owner})
            found = connection.execute(select(subscriptions).where(self._at(workspace, channel))).one()
            return subscription_of(found)

        return await self._database.write(unit)

    async def get(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Return the channel's subscription, paused or not; None if there is none or it has ended."""

        def unit(connection: Connection) -> Subscription | None:
            row = connection.execute(select(subscriptions).where(self._at(workspace, channel), ~_S.ended)).first()
            return None if row is None else subscription_of(row)

        return await self._database.read(unit)

    async def by_id(self, subscription: int) -> Subscription | None:
        """Return the subscription with that id; None if there is none or it has ended."""

        def unit(connection: Connection) -> Subscription | None:
            chosen = select(subscriptions).where(_S.id == subscription, ~_S.ended)
            row = connection.execute(chosen).first()
            return None if row is None else subscription_of(row)

        return await self._database.read(unit)

    async def list(self, workspace: WorkspaceId | None = None, channel: str | None = None) -> tuple[Subscription, ...]:
        """Return every subscription that has not ended, of one workspace and channel or of all.

        By workspace and channel; a channel's by their newsletters' slugs.
        """
        chosen = select(subscriptions).where(~_S.ended).order_by(_S.workspace, _S.channel, _S.newsletter)
        if workspace is not None:
            chosen = chosen.where(_S.workspace == workspace)
        if channel is not None:
            chosen = chosen.where(_S.channel == channel)

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            return tuple(subscription_of(row) for row in connection.execute(chosen))

        return await self._database.read(unit)

    async def of_person(self, workspace: WorkspaceId, user: str) -> tuple[Subscription, ...]:
        """Return the subscriptions of the workspace that this person made, by channel."""
        chosen = select(subscriptions).where(_S.workspace == workspace, _S.user == user, ~_S.ended)

        def unit(connection: Connection) -> tuple[Subscription, ...]:
            return tuple(subscription_of(row) for row in connection.execute(chosen.order_by(_S.channel, _S.newsletter)))

        return await self._database.read(unit)

    async def end(self, workspace: WorkspaceId, channel: str) -> bool:
        """Unsubscribe the channel; return whether it was subscribed.

        What was posted stays known. Unfinished deliveries end, and do not go on if the channel is subscribed again.
        """
        return await self._database.write(lambda connection: end(connection, self._at(workspace, channel)))

    async def pause(self, subscription: int, paused: Paused) -> bool:
        """Pause a subscription; return whether it was running."""
        change = update(subscriptions).where(_S.id == subscription, _S.pause_by.is_(None))
        return await self._database.change(change.values(pausing(paused))) > 0

    async def pause_channel(self, subscription: Subscription, paused: Paused) -> tuple[str, ...]:
        """Pause all that this one's channel has running; return their owners, each once, this one's first."""
        here = and_(_S.workspace == subscription.workspace, _S.channel == subscription.channel)
        running = in_order(here, _S.pause_by.is_(None), ~_S.ended).values(pausing(paused)).returning(_S.id, _S.user)

        def unit(connection: Connection) -> tuple[str, ...]:
            rows = sorted(connection.execute(running), key=lambda row: (row.id != subscription.id, row.id))
            return tuple(dict.fromkeys(str(row.user) for row in rows))

        return await self._database.write(unit)

    async def pause_workspace(self, workspace: WorkspaceId, paused: Paused) -> int:
        """Pause every running subscription of the workspace; return how many."""
        change = update(subscriptions).where(_S.workspace == workspace, _S.pause_by.is_(None), ~_S.ended)
        return await self._database.change(change.values(pausing(paused)))

    async def limit(self, subscription: int, told: datetime, until: datetime) -> None:
        """Record what Slack said of the subscription's channel with a 429, for the next worker."""
        it = subscriptions.alias()
        same = and_(it.c.workspace == _S.workspace, it.c.channel == _S.channel)
        here = exists().where(it.c.id == subscription, same)
        await self._database.change(in_order(here).values(limited_at=told, limited_until=until))

    async def limits(self, now: datetime) -> tuple[Limit, ...]:
        """Return what Slack's 429s said of each channel within `MAX_LIMIT`, the longest for which one holds."""
        chosen = select(_S.workspace, _S.channel, _S.limited_at, _S.limited_until).distinct()
        chosen = chosen.where(_S.limited_at > now - MAX_LIMIT, _S.limited_at <= now + CLOCK_TOLERANCE)

        def unit(connection: Connection) -> tuple[Limit, ...]:
            return tuple(limit for row in connection.execute(chosen) if (limit := limit_of(row)) is not None)

        return await self._database.read(unit)

    async def resume(self, workspace: WorkspaceId, channel: str, now: datetime) -> bool:
        """Resume a subscription, for whatever reason it is paused; return whether it was.

        If it was paused because the channel or the workspace refused, so were others: they are resumed with it.
        """
        here = and_(self._at(workspace, channel), _S.pause_by.is_not(None), ~_S.ended)
        change = update(subscriptions).where(here).values(_resumed(now))

        def unit(connection: Connection) -> bool:
            by = connection.scalar(select(_S.pause_by).where(here))
            resumed = connection.execute(change).rowcount
            resume_with(connection, by, workspace, channel, now)
            return bool(resumed)

        return await self._database.write(unit)

    async def resume_workspace(self, workspace: WorkspaceId, now: datetime) -> int:
        """Resume the subscriptions that were paused because the workspace refused; return how many."""
        return await self._database.change(resuming(workspace, now))

    async def refused_workspaces(self) -> tuple[WorkspaceId, ...]:
        """Return the workspaces with subscriptions that are paused because the workspace refused."""
        chosen = select(_S.workspace).where(_S.pause_by == PausedBy.WORKSPACE, ~_S.ended).distinct()

        def unit(connection: Connection) -> tuple[WorkspaceId, ...]:
            return tuple(connection.scalars(chosen))

        return await self._database.read(unit)

    async def resume_readable(self, now: datetime) -> int:
        """Resume the subscriptions that could not be read and now can; return how many."""
        chosen = select(subscriptions).where(_S.pause_by == PausedBy.UNREADABLE, ~_S.ended)

        def readable(connection: Connection) -> tuple[int, ...]:
            return tuple(row.id for row in connection.execute(chosen) if not wish_of(row)[2])

        ids = await self._database.read(readable)
        if not ids:
            return 0
        again = and_(is_among(_S.id, ids), _S.pause_by == PausedBy.UNREADABLE)
        return await self._database.change(update(subscriptions).where(again).values(_resumed(now)))

    def _at(self, workspace: WorkspaceId, channel: str) -> Any:
        return at(workspace, channel, self._newsletter)


def put(
    connection: Connection,
    workspace: WorkspaceId,
    channel: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Write a channel's subscription with these `values`, active; `changes` replace some of them where it has one.

    The `newsletter` that it is for is one of the values.
    """
    since = connection.scalar(select(func.coalesce(func.max(issues.c.seq), 0)))
    fresh = {"since": since, "cursor": now, "wake_at": now, "ended": False}
    row = insert(connection, subscriptions).values(workspace=workspace, channel=channel, again=False, **values, **fresh)
    same = and_(~_S.ended, _S.schedule == values["schedule"])
    written = {
        **values,
        "since": case((_S.ended, since), else_=_S.since),
        "cursor": case((same, _S.cursor), else_=literal(now, Moment())),
        "ended": False,
        **_resumed(now),
        **(changes or {}),
    }
    connection.execute(row.on_conflict_do_update(index_elements=["workspace", "channel", "newsletter"], set_=written))


def end(connection: Connection, place: Any) -> bool:
    """End the subscription at a `place` (see `at`) and its unfinished deliveries; return whether there was one."""
    asleep = case((_S.holder.is_(None), None), else_=_S.wake_at)
    change = update(subscriptions).where(place, ~_S.ended)
    ended = connection.execute(change.values(ended=True, wake_at=asleep)).rowcount
    for statement in _breaking_off(place):
        connection.execute(statement)
    return bool(ended)


def pausing(paused: Paused) -> dict[str, Any]:
    """Return the values of a paused subscription. One that is held keeps its lease; its release sees the pause."""
    wake = case((_S.holder.is_(None), None), else_=_S.wake_at)
    return {"pause_by": paused.by.value, "pause_reason": paused.reason, "wake_at": wake}


def at(workspace: WorkspaceId, channel: str, newsletter: str) -> Any:
    """Return the condition that finds a channel's subscription to a newsletter."""
    return and_(_S.workspace == workspace, _S.channel == channel, _S.newsletter == newsletter)


def _resumed(now: datetime) -> dict[str, Any]:
    return {"pause_by": None, "pause_reason": None, "wake_at": soon(now), "again": True}


def resuming(workspace: WorkspaceId, now: datetime) -> Update:
    """Return the update that resumes the subscriptions which were paused because the workspace refused."""
    chosen = and_(_S.workspace == workspace, _S.pause_by == PausedBy.WORKSPACE, ~_S.ended)
    return update(subscriptions).where(chosen).values(_resumed(now))


def resume_with(
    connection: Connection, by: PausedBy | str | None, workspace: WorkspaceId, channel: str, now: datetime
) -> None:
    """Resume what the same refusal stopped as a subscription of this channel that is resumed, paused `by` that."""
    if by == PausedBy.WORKSPACE:
        connection.execute(resuming(workspace, now))
    elif by == PausedBy.CHANNEL:
        here = and_(_S.workspace == workspace, _S.channel == channel)
        stopped = and_(here, _S.pause_by == PausedBy.CHANNEL, ~_S.ended)
        connection.execute(update(subscriptions).where(stopped).values(_resumed(now)))


def _breaking_off(place: Any) -> tuple[Update, ...]:
    """Return the statements that end the unfinished deliveries of the subscription at a `place` (see `at`).

    A delivery without any attempt is dropped, a half posted one is done. A message that is being sent becomes
    unconfirmed, and is recorded as sent if its answer still arrives.
    """
    why = "the channel was unsubscribed"
    here = deliveries.c.subscription.in_(select(_S.id).where(place))
    waiting, posting = (and_(here, deliveries.c.progress == progress) for progress in ("waiting", "posting"))
    attempted = exists().where(parts.c.delivery == deliveries.c.id, parts.c.state != "pending")
    dropped = and_(here, deliveries.c.progress == "dropped", deliveries.c.reason == why)
    theirs = parts.c.delivery.in_(select(deliveries.c.id).where(or_(waiting, posting, dropped)))
    return (
        update(deliveries).where(waiting, ~attempted).values(progress="dropped", reason=why),
        # Also of what was just dropped: a channel job that runs now finds nothing to send, even after a new subscribe.
        update(parts).where(theirs, parts.c.state == "pending").values(state="skipped", reason=why),
        update(parts).where(theirs, parts.c.state == "sending").values(state="unknown", reason=why),
        # A channel job that runs now may still delete it.
        update(parts).where(theirs, parts.c.state == "stray").values(state="skipped", reason=f"{STRAY_LEFT}: {why}"),
        update(deliveries).where(posting).values(progress="done", reason=why),
        update(deliveries).where(waiting).values(progress="unknown", reason=why),
    )
