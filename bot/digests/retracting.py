"""Taking digests back as a person asks: who may, and what is recorded for the workers to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

import structlog

from bot.domain.clock import Clock
from bot.domain.delivery import RETRACTABLE
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_VALUE = re.compile(r"\d{1,18}", re.ASCII)


def may_retract(subscription: Subscription, user: str, admins: Iterable[str]) -> bool:
    """Return whether a person may take a channel's digest back: who subscribed it, and the bot's admins."""
    return user != "" and (user == subscription.user or user in admins)


class Retracting:
    """Records that a digest is to be taken back."""

    def __init__(self, store: Store, clock: Clock, admins: frozenset[str] = frozenset()) -> None:
        """Record it in `store`; the `admins` (user ids) may take back any digest."""
        self._store, self._clock, self._admins = store, clock, admins

    async def take_back(self, workspace: WorkspaceId, value: str, user: str) -> str:
        """Have a digest taken back; return a line that says what happens. `value` is a button's, and untrusted."""
        delivery = await self._store.deliveries.by_id(int(value)) if _VALUE.fullmatch(value) else None
        if delivery is None or delivery.workspace != workspace:
            return "I do not know that digest any more."
        subscription = await self._store.subscriptions.get(workspace, delivery.channel)
        if subscription is None or not may_retract(subscription, user, self._admins):
            return "Only the person who subscribed the channel, or an admin of mine, can take a digest back."
        if delivery.progress not in RETRACTABLE:
            return "That digest is taken back already; nothing changes."
        count = await self._store.retractions.ask(
            delivery.issue, self._clock.now(), workspace=workspace, channel=delivery.channel
        )
        _log.info("retraction.asked", delivery=delivery.id, channel=delivery.channel, user=user, count=count)
        return (
            f"I delete my messages of that digest in <#{delivery.channel}> now, one a second. "
            "What people saved of it stays theirs, and it is not posted there again."
        )
