"""Taking digests back, and posting them again, as a person asks: who may, and what is recorded for the workers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.digests.command_context import CommandContext
from bot.domain.clock import Clock
from bot.domain.delivery import POSTED_SINCE, RETRACTABLE, Delivery, Progress
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.slack.blocks.mrkdwn import clip
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_VALUE = re.compile(r"\d{1,18}", re.ASCII)
_OVER = "That is settled already; nothing changes."
_UNKNOWN = "I do not know that digest any more."


def may_retract(subscription: Subscription, user: str, admins: Iterable[str]) -> bool:
    """Return whether a person may take a channel's digest back: who subscribed it, and the bot's admins."""
    return user != "" and (user == subscription.user or user in admins)


class Retracting:
    """Records that a digest is to be taken back, or to be posted again after that."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        check: Callable[[CommandContext], Awaitable[None]],
        admins: frozenset[str] = frozenset(),
        there: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Record it in `store`; the `admins` (user ids) may take back any digest.

        `check` raises NotAllowedError for a person who may not change a channel's subscription, and so may not have a
        digest posted there again. `there` returns whether an issue (by identity) is in the archive.
        """
        self._store, self._clock, self._check, self._admins, self._there = store, clock, check, admins, there

    async def take_back(self, workspace: WorkspaceId, value: str, user: str) -> str:
        """Have a digest taken back; return a line that says what happens. `value` is a button's, and untrusted."""
        delivery = await self._find(workspace, value)
        if delivery is None:
            return _UNKNOWN
        subscription = await self._store.subscriptions.by_id(delivery.subscription)
        if subscription is None or not may_retract(subscription, user, self._admins):
            return "Only the person who subscribed the channel, or an admin of mine, can take a digest back."
        if delivery.progress not in RETRACTABLE:
            return "That digest is taken back already; nothing changes."
        count = await self._store.retractions.ask(
            delivery.issue, self._clock.now(), by=user, workspace=workspace, channel=delivery.channel
        )
        _log.info("retraction.asked", delivery=delivery.id, channel=delivery.channel, user=user, count=count)
        return (
            f"I delete my messages of that digest in <#{delivery.channel}> now, one a second, and then say so there. "
            "What people saved of it stays theirs. It is not posted there again unless somebody asks for it."
        )

    async def post_again(self, place: CommandContext, value: str) -> str:
        """Have a digest that was taken back posted again; return a line that says what happens.

        `value` is a button's, and untrusted. A second click does nothing: what was taken back has a new delivery then.
        Raises NotAllowedError.
        """
        delivery = await self._find(place.workspace, value)
        if delivery is None:
            return _UNKNOWN
        subscription = await self._store.subscriptions.by_id(delivery.subscription)
        of = subscription.newsletter if subscription is not None else ""
        await self._check(CommandContext(place.workspace, delivery.channel, place.user, of))
        if not delivery.may_be_posted_again:
            settled = delivery.progress is not Progress.RETRACTED or delivery.reason == POSTED_SINCE
            return _OVER if settled else "Nothing is posted: messages of that digest may still stand there."
        if not await self._store.retractions.post_again(delivery, self._clock.now()):
            return f"Nothing is posted: <#{delivery.channel}> is not subscribed, or that is settled already."
        _log.info("retraction.reversed", delivery=delivery.id, channel=delivery.channel, user=place.user)
        return await self._coming(delivery)

    async def _coming(self, delivery: Delivery) -> str:
        """Return a line that says when a digest goes out that was just asked for."""
        subscription = await self._store.subscriptions.by_id(delivery.subscription)
        if subscription is not None and subscription.paused is not None:
            why = clip(subscription.paused.reason, 300)
            return f"Posts in <#{delivery.channel}> are paused ({why}). It goes out once they go on."
        if not self._there(delivery.issue):
            return f"It is posted in <#{delivery.channel}> as soon as its issue is in the archive again."
        return f"I post it in <#{delivery.channel}> now."

    async def _find(self, workspace: WorkspaceId, value: str) -> Delivery | None:
        """Return the delivery of this workspace that a button names, or None."""
        delivery = await self._store.deliveries.by_id(int(value)) if _VALUE.fullmatch(value) else None
        return delivery if delivery is not None and delivery.workspace == workspace else None
