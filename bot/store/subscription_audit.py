"""Changes of channels' subscriptions by people: each one, with who made it, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, and_, func, select, update

from bot.domain.subscription import Subscription
from bot.domain.subscription_settings import ChannelSettings, SettingsChange
from bot.domain.workspace import WorkspaceId
from bot.store.database import Database
from bot.store.inserts import insert_new
from bot.store.row_mapping import subscription_of
from bot.store.subscriptions import Subscriptions, at, end, pausing, put, resume_with
from bot.store.tables import subscription_audit, subscriptions

Deciding: TypeAlias = Callable[[ChannelSettings | None, int], ChannelSettings | None]
"""Returns a channel's new settings, given those it has (None: not subscribed) and the id of its last change (0: none).

It may be called more than once, and what it raises leaves everything as it was.
"""
_A = subscription_audit.c
_S = subscriptions.c


class SubscriptionAudit:
    """The table of changes. It grows by a row for each change, and rows are never changed but to forget a person."""

    def __init__(self, database: Database, newsletter: str = "") -> None:
        """Use `database`; a channel's changes are those of its subscription to the `newsletter` (a slug, "": all)."""
        self._database = database
        self._newsletter = newsletter

    def of(self, newsletter: str) -> SubscriptionAudit:
        """Return the same, for the subscriptions to one newsletter (a slug; "": all newsletters)."""
        return SubscriptionAudit(self._database, newsletter)

    async def change(
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        decide: Deciding,
        now: datetime,
        undoes: SettingsChange | None = None,
    ) -> SettingsChange | None:
        """Set the channel to what `decide` returns, and record it; return None where nothing changes.

        Two changes at once are made one after the other. With `undoes`, a subscription that had been ended goes on
        where it stopped, as after a pause. Who resumes what a refusal of the workspace stopped resumes all that it
        stopped. Raises what `decide` raises.
        """

        def unit(connection: Connection) -> SettingsChange | None:
            row = _locked(connection, workspace, channel, self._newsletter)
            before = None if row.ended else ChannelSettings.of(subscription_of(row))
            after = decide(before, _latest_id(connection, self._theirs(workspace, channel)))
            if after == before:
                if row.ended and not row.schedule:
                    connection.execute(subscriptions.delete().where(_S.id == row.id, _S.schedule == ""))
                return None
            _write(connection, row, before, after, now, going_on=undoes is not None)
            values = _values(before, after) | {"undoes": undoes.id if undoes else None}
            place = {"workspace": workspace, "channel": channel, "newsletter": self._newsletter}
            made = subscription_audit.insert().values(user=user, at=now, **place, **values)
            key = connection.execute(made.returning(_A.id)).scalar_one()
            return SettingsChange(key, workspace, channel, now, user, before, after, values["undoes"], self._newsletter)

        return await self._database.write(unit)

    async def current(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Return the channel's subscription, paused or not; None if it has none."""
        chosen = select(subscriptions).where(at(workspace, channel, self._newsletter), ~_S.ended)

        def unit(connection: Connection) -> Subscription | None:
            row = connection.execute(chosen).first()
            return None if row is None else subscription_of(row)

        return await self._database.read(unit)

    async def here(self, workspace: WorkspaceId, channel: str) -> tuple[Subscription, ...]:
        """Return all that the channel is subscribed to, by the newsletters' slugs."""
        return await Subscriptions(self._database).list(workspace, channel)

    async def get(self, workspace: WorkspaceId, change: int) -> SettingsChange | None:
        """Return a change of this workspace by its id."""
        chosen = select(subscription_audit).where(_A.id == change, _A.workspace == workspace)
        return await self._first(chosen)

    async def latest(self, workspace: WorkspaceId, channel: str) -> SettingsChange | None:
        """Return the last change of a channel's subscription."""
        chosen = select(subscription_audit).where(self._theirs(workspace, channel))
        return await self._first(chosen.order_by(_A.id.desc()).limit(1))

    async def undone(self, change: SettingsChange) -> SettingsChange | None:
        """Return the last change that undid this one."""
        chosen = select(subscription_audit).where(_A.undoes == change.id, _A.workspace == change.workspace)
        return await self._first(chosen.order_by(_A.id.desc()).limit(1))

    async def list(
        self, workspace: WorkspaceId | None = None, channel: str | None = None, limit: int = 50
    ) -> tuple[SettingsChange, ...]:
        """Return the changes of a workspace and a channel (None: of all), newest first."""
        chosen = select(subscription_audit).order_by(_A.id.desc()).limit(limit)
        if workspace is not None:
            chosen = chosen.where(_A.workspace == workspace)
        if channel is not None:
            chosen = chosen.where(_A.channel == channel)

        def unit(connection: Connection) -> tuple[SettingsChange, ...]:
            return tuple(_change_of(row) for row in connection.execute(chosen))

        return await self._database.read(unit)

    async def prune(self, edge: datetime) -> int:
        """Delete the changes that were made before `edge`; return how many. What they changed stays as it is."""
        return await self._database.change(subscription_audit.delete().where(_A.at < edge))

    def _theirs(self, workspace: WorkspaceId, channel: str) -> Any:
        return and_(_A.workspace == workspace, _A.channel == channel, _A.newsletter == self._newsletter)

    async def _first(self, chosen: Any) -> SettingsChange | None:
        def unit(connection: Connection) -> SettingsChange | None:
            row = connection.execute(chosen).first()
            return None if row is None else _change_of(row)

        return await self._database.read(unit)


def forget(connection: Connection, user: str, theirs: Callable[[Any], Any]) -> None:
    """Take a person out of the changes that `theirs` selects by the workspace's column."""
    for column in (_A.user, _A.owner_before, _A.owner_after):
        change = update(subscription_audit).where(column == user, theirs(_A.workspace))
        connection.execute(change.values({column.name: ""}))


def _locked(connection: Connection, workspace: WorkspaceId, channel: str, newsletter: str) -> Any:
    """Return the subscription's row, made as an ended one if there is none, and locked until the transaction ends."""
    nothing = {"user": "", "schedule": "", "taste": {}, "since": 0, "ended": True, "again": False}
    place = {"workspace": workspace, "channel": channel, "newsletter": newsletter}
    connection.execute(insert_new(connection, subscriptions).values(**place, **nothing))
    chosen = select(subscriptions).where(at(**place)).with_for_update()
    return connection.execute(chosen).one()


def _write(
    connection: Connection,
    row: Any,
    before: ChannelSettings | None,
    after: ChannelSettings | None,
    now: datetime,
    *,
    going_on: bool,
) -> None:
    if after is None:
        end(connection, _S.id == row.id)
        return
    values = {
        "user": after.owner,
        "schedule": str(after.schedule),
        "taste": after.preferences.as_json(),
        "access": after.access.value,
        "newsletter": row.newsletter,
    }
    kept: dict[str, Any] = {}
    if before is None and going_on and row.schedule:
        kept = {"since": row.since, "cursor": row.cursor}
    elif before is not None and before.preferences == after.preferences:
        kept = {"taste": _S.taste}  # which another version may have written, so that it can't be read here
    put(connection, row.workspace, row.channel, values, now, changes=kept)
    if before is not None and before.paused and not after.paused:
        resume_with(connection, before.paused.by, row.workspace, row.channel, now)
    if after.paused is not None:
        connection.execute(update(subscriptions).where(_S.id == row.id).values(pausing(after.paused)))


def _values(before: ChannelSettings | None, after: ChannelSettings | None) -> dict[str, Any]:
    return {
        "before": before.as_json() if before else None,
        "after": after.as_json() if after else None,
        "owner_before": before.owner if before else "",
        "owner_after": after.owner if after else "",
    }


def _latest_id(connection: Connection, theirs: Any) -> int:
    return int(connection.scalar(select(func.max(_A.id)).where(theirs)) or 0)


def _change_of(row: Any) -> SettingsChange:
    return SettingsChange(
        row.id,
        row.workspace,
        row.channel,
        row.at,
        row.user,
        _settings(row.before, row.owner_before),
        _settings(row.after, row.owner_after),
        row.undoes,
        row.newsletter,
    )


def _settings(written: Any, owner: str) -> ChannelSettings | None:
    return ChannelSettings.from_json(written, owner) if isinstance(written, dict) else None
