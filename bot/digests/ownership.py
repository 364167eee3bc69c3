"""Who owns a channel's subscription, and who may change it: showing it, handing it over, setting it."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.digests.command_context import CommandContext
from bot.digests.subscription_changes import SubscriptionChanges
from bot.digests.views import ownership as said
from bot.digests.views.subscription import ALL, not_subscribed
from bot.domain.subscription_settings import Access, ChannelSettings
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message

_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>")
_SLACKBOT = "USLACKBOT"
"""Slack's own bot, of which users.info says that it is a person (Slack: reference/objects/user-object)."""


class Ownership:
    """Shows and changes who owns a subscription. Every method may raise NotAllowedError."""

    def __init__(self, changes: SubscriptionChanges, slack: Slack, names: CommandNames) -> None:
        """Change them by `changes`."""
        self._changes = changes
        self._slack = slack
        self._names = names

    async def show(self, person: str, place: CommandContext) -> Message:
        """Return who owns the channel's subscription; hand it over where `person` is a mention with an id."""
        if place.is_direct:
            return said.own_digest(self._names)
        if mentioned := _MENTION.fullmatch(person):
            return await self.hand_over(mentioned[1], place)
        subscription = await self._changes.current(place)
        if subscription is None:
            return not_subscribed(self._names)
        may = await self._changes.may_hand_over(place)
        of = subscription.newsletter or (ALL if len(await self._changes.here(place)) > 1 else "")
        settings = ChannelSettings.of(subscription)
        return said.owner(settings, self._changes.admins, self._names, may=may, typed=person, newsletter=of)

    async def hand_over(self, user: str, place: CommandContext) -> Message:
        """Make `user`, a Slack id, the owner."""
        if not _USER.fullmatch(user) or not await self._may_own(place.workspace, user):
            return said.no_owner(user if _USER.fullmatch(user) else _SLACKBOT)
        await self._changes.make(place, lambda has: replace(has, owner=user) if has else None, own=True)
        subscribed = await self._changes.current(place)
        return said.handed_over(user) if subscribed else not_subscribed(self._names)

    async def allow(self, access: Access, place: CommandContext) -> Message:
        """Set who may change the subscription."""
        if place.is_direct:
            return said.own_digest(self._names)
        if access is Access.ADMINS and not self._changes.admins:
            return said.no_admins()
        await self._changes.make(place, lambda has: replace(has, access=access) if has else None, own=True)
        subscription = await self._changes.current(place)
        if subscription is None:
            return not_subscribed(self._names)
        return said.allowed(ChannelSettings.of(subscription), self._changes.admins)

    async def _may_own(self, workspace: WorkspaceId, user: str) -> bool:
        """Return whether somebody is an active person; True where Slack does not say (the scope is optional)."""
        if user == _SLACKBOT:
            return False
        try:
            person = await self._slack.person(workspace, user)
        except SlackError as error:
            return error.code not in {"user_not_found", "user_not_visible"}
        return person.active and not person.is_bot
