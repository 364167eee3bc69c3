"""Telling somebody of a second bot that posts the same digests."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.digests.views.alerts import second_bot
from bot.domain.clock import Clock
from bot.domain.second_bot import Sighting
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Poster
from bot.slack.api.retry import retry_when_limited
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_MAX_WAITS = 3


@dataclass(frozen=True, slots=True)
class SecondBotAlerts:
    """Tells of a second bot once: the `operators` channel (an id), or else the owner of the channel it was seen in."""

    store: Store
    slack: Poster
    clock: Clock
    operators: str = ""

    async def check(self) -> None:
        """Tell of what was seen and nobody was told of. Call it every minute."""
        for seen in await self.store.second_bots.take(self.clock.now()):
            if to := self.operators or await self._owner(seen):
                await self._write(seen, to)

    async def _owner(self, seen: Sighting) -> str:
        subscription = await self.store.subscriptions.get(seen.workspace, seen.channel)
        return subscription.user if subscription is not None else ""

    async def _write(self, seen: Sighting, to: str) -> None:
        said = second_bot(seen)
        try:
            await retry_when_limited(lambda: self.slack.direct(seen.workspace, to, said), waits=_MAX_WAITS)
        except SlackError as error:
            _log.warning("alert.failed", to=to, about="a second bot", error=str(error))
