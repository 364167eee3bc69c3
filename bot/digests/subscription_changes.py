"""Changing a channel's subscription: who may, recording it, the line that says so in the channel, and undoing it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import structlog

from bot.digests.command_context import CommandContext
from bot.digests.views import changes as said
from bot.digests.views.changes import UndoRequest
from bot.domain.clock import Clock
from bot.domain.subscription import Subscription
from bot.domain.subscription_settings import (
    ChannelSettings,
    NotAllowedError,
    SettingsChange,
    in_words,
    may_change,
    may_hand_over,
)
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import ChannelRefusedError, SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)
OWNER_TIMEOUT_SECONDS = 1.0
"""Seconds for asking Slack whether the owner has left; without an answer by then, they have not."""
MAX_WAITS = 10
"""Rate limits waited out before a channel's line is given up: while a digest is posted, the channel takes no more than
its messages. The change itself is in the audit."""
_GONE = frozenset({"user_not_found", "users_not_found"})
"""Slack's words for a user id that it does not know (any more) (Slack: reference/methods/users.info)."""

Wanted: TypeAlias = Callable[[ChannelSettings | None], ChannelSettings | None]
"""Returns a channel's new settings, given those it has (None: not subscribed)."""


class ChangeStore(Protocol):
    """Channels' settings and the audit of their changes; `bot.store.subscription_audit` implements it."""

    async def change(
        self,
        workspace: WorkspaceId,
        channel: str,
        user: str,
        decide: Callable[[ChannelSettings | None, int], ChannelSettings | None],
        now: datetime,
        undoes: SettingsChange | None = None,
    ) -> SettingsChange | None:
        """Make and record a change, with what `decide` makes of the settings and the last change's id."""
        ...

    def of(self, newsletter: str) -> ChangeStore:
        """Return the same for the subscriptions to one newsletter (a slug, "": to all), as this is for those to all."""
        ...

    async def here(self, workspace: WorkspaceId, channel: str) -> tuple[Subscription, ...]:
        """Return all that the channel is subscribed to."""
        ...

    async def current(self, workspace: WorkspaceId, channel: str) -> Subscription | None:
        """Return the channel's subscription, None if it has none."""
        ...

    async def get(self, workspace: WorkspaceId, change: int) -> SettingsChange | None:
        """Return a change by its id."""
        ...

    async def latest(self, workspace: WorkspaceId, channel: str) -> SettingsChange | None:
        """Return the channel's last change."""
        ...

    async def undone(self, change: SettingsChange) -> SettingsChange | None:
        """Return the last change that undid this one."""
        ...


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """Who the operator's `admins` are (user ids), and `start`, which runs work that handles its own errors.

    `called` returns what people call the newsletter with a slug.
    """

    start: Callable[[Coroutine[Any, Any, None]], None]
    admins: frozenset[str] = frozenset()
    called: Callable[[str], str] = str


class _ChangedSinceError(Exception):
    """Somebody changed the subscription meanwhile."""


class SubscriptionChanges:
    """Makes people's changes, each with a line in the channel and a row in the audit."""

    def __init__(self, store: ChangeStore, slack: Slack, clock: Clock, rules: ChangeRules) -> None:
        """Make them in `store`, and say so through `slack`."""
        self._store = store
        self._slack = slack
        self._clock = clock
        self._start, self.admins, self._called = rules.start, rules.admins, rules.called

    async def current(self, place: CommandContext) -> Subscription | None:
        """Return the channel's subscription, paused or not; None if it has none."""
        return await self._of(place).current(place.workspace, place.channel)

    async def here(self, place: CommandContext) -> tuple[Subscription, ...]:
        """Return all that the channel is subscribed to."""
        return await self._store.here(place.workspace, place.channel)

    def _of(self, place: CommandContext) -> ChangeStore:
        return self._store.of(place.newsletter or "")

    async def latest(self, place: CommandContext) -> SettingsChange | None:
        """Return the channel's last change."""
        return await self._of(place).latest(place.workspace, place.channel)

    async def may_hand_over(self, place: CommandContext) -> bool:
        """Return whether the person may choose the owner of the channel's subscription, and who may change it."""
        subscription, vacant = await self.current(place), await self._vacant(place)
        if subscription is None:
            return False
        settings = ChannelSettings.of(subscription)
        return may_hand_over(settings, place.user, self.admins, vacant=_is(vacant, settings))

    async def check(self, place: CommandContext) -> None:
        """Raise NotAllowedError if the person may not change the channel's subscription."""
        subscription = await self.current(place)
        self._check(ChannelSettings.of(subscription) if subscription else None, place, await self._vacant(place))

    async def make(self, place: CommandContext, wanted: Wanted, *, own: bool = False) -> SettingsChange | None:
        """Set the channel to the settings that `wanted` returns; return the change, None where nothing changes.

        With `own` only the owner or an admin may. If the owner has left, who makes the change becomes the owner. The
        line in the channel is sent afterwards: it delays nothing and is sent at most once. Raises NotAllowedError.
        """
        vacant = await self._vacant(place)

        def decide(before: ChannelSettings | None, _latest: int) -> ChannelSettings | None:
            self._check(before, place, vacant, own=own)
            return _owned(before, wanted(before), place.user, vacant)

        change = await self._of(place).change(place.workspace, place.channel, place.user, decide, self._clock.now())
        return self._announced(change)

    async def undo(self, place: CommandContext, asked: UndoRequest | None) -> Message:
        """Restore the settings from before a change; return the answer to the click. Raises NotAllowedError.

        A change that was undone already, or that is not in the database (any more), is only told; if there was another
        change since, the answer asks.
        """
        change = await self._store.get(place.workspace, asked.change) if asked else None
        if asked is None or change is None or not asked.is_of(change):
            return said.unknown_change()
        place = replace(place, channel=change.channel, newsletter=change.newsletter)
        latest = await self.latest(place)
        last = latest.id if latest else 0
        undone = await self._store.undone(change)
        if undone is not None and undone.id == last:
            return said.undone_already(undone)
        if last not in {change.id, asked.despite} and latest is not None:
            return said.changed_since(change, self.as_called(latest))
        return await self._restore(place, change, last)

    async def _restore(self, place: CommandContext, change: SettingsChange, last: int) -> Message:
        """Restore what a change replaced, unless there is a later change than the one with the id `last`."""
        vacant, target = await self._vacant(place), change.before

        def decide(before: ChannelSettings | None, latest: int) -> ChannelSettings | None:
            if latest != last:
                raise _ChangedSinceError
            self._check(before, place, vacant, own=_changes_ownership(before, target))
            return replace(target, owner=target.owner or place.user) if target else None

        now = self._clock.now()
        try:
            made = await self._of(place).change(place.workspace, place.channel, place.user, decide, now, change)
        except _ChangedSinceError:
            latest = await self.latest(place)
            return said.changed_since(change, self.as_called(latest)) if latest else said.unknown_change()
        return said.undone(self._announced(made) or change)

    def _check(
        self, before: ChannelSettings | None, place: CommandContext, vacant: str | None, *, own: bool = False
    ) -> None:
        """Raise NotAllowedError if the person may not change these settings."""
        if before is None or place.is_direct:
            return
        may = may_hand_over if own else may_change
        if not may(before, place.user, self.admins, vacant=_is(vacant, before)):
            raise NotAllowedError(before, self.admins, own=own)

    async def _vacant(self, place: CommandContext) -> str | None:
        """Return the owner's id if Slack says that they have left; None if they have not, or Slack does not say."""
        subscription = await self.current(place)
        owner = subscription.user if subscription else ""
        if owner in {"", place.user}:
            return None
        try:
            async with asyncio.timeout(OWNER_TIMEOUT_SECONDS):
                person = await self._slack.person(place.workspace, owner)
        except SlackError as error:
            return owner if error.code in _GONE else None
        except TimeoutError:
            return None
        return None if person.active else owner

    def _announced(self, change: SettingsChange | None) -> SettingsChange | None:
        """Log a change, and start sending its line; an own digest has none, since nobody else reads there."""
        if change is not None:
            where = {"workspace": change.workspace, "channel": change.channel}
            _log.info("subscription.changed", **where, user=change.user, what=in_words(change))
        if change is not None and not change.channel.startswith("D"):
            self._start(self._tell(change))
        return change

    def as_called(self, change: SettingsChange) -> SettingsChange:
        """Return a change for people to read: with its newsletter's name in the place of the slug."""
        return replace(change, newsletter=self._called(change.newsletter)) if change.newsletter else change

    async def _tell(self, change: SettingsChange) -> None:
        """Send a change's line to its channel, or to the owner where the bot is not in the channel.

        It is sent again only where Slack surely did not take it (a rate limit). A failure is logged.
        """
        workspace, channel = change.workspace, change.channel
        change = self.as_called(change)
        try:
            try:
                line = said.line(change)
                await retry_when_limited(lambda: self._slack.post(workspace, channel, line), waits=MAX_WAITS)
            except ChannelRefusedError:
                if owner := _owner(change):
                    private = said.line(change, elsewhere=True)
                    await retry_when_limited(lambda: self._slack.direct(workspace, owner, private), waits=MAX_WAITS)
        except SlackError as error:
            _log.warning("change_note.failed", channel=channel, change=change.id, error=str(error))
        except Exception:  # noqa: BLE001 - nobody awaits this task's result
            _log.exception("change_note.failed", channel=channel, change=change.id)


def _is(vacant: str | None, settings: ChannelSettings) -> bool:
    """Return whether nobody owns these settings (any more): the owner who left is still their owner."""
    return not settings.owner or settings.owner == vacant


def _owned(
    before: ChannelSettings | None, after: ChannelSettings | None, user: str, vacant: str | None
) -> ChannelSettings | None:
    """Return the new settings with their owner: who subscribes first, or who changes what nobody owns."""
    if after is None or after == before:
        return after
    unowned = before is None or (_is(vacant, before) and after.owner == before.owner)
    return replace(after, owner=user) if unowned else after


def _owner(change: SettingsChange) -> str:
    """Return who owned the subscription when it was changed, so that nobody takes it over unseen."""
    return next((each.owner for each in (change.before, change.after) if each and each.owner), "")


def _changes_ownership(before: ChannelSettings | None, after: ChannelSettings | None) -> bool:
    if before is None or after is None:
        return False
    return (before.owner, before.access) != (after.owner, after.access)
