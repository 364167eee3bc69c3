"""Telling somebody of a second bot that posts the same digests."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.digests.alerting import AlertRoute, alert
from bot.digests.views.alerts import second_bot
from bot.domain.clock import Clock
from bot.domain.second_bot import Sighting
from bot.slack.api.ports import Poster
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class SecondBotAlerts:
    """Tells of a second bot once: the operators' channel, or else the owner of the channel it was seen in."""

    store: Store
    slack: Poster
    clock: Clock
    route: AlertRoute = field(default_factory=AlertRoute)

    async def check(self) -> None:
        """Tell of what was seen and nobody was told of. Call it every minute."""
        for seen in await self.store.second_bots.take(self.clock.now()):
            to = (self.route.operators, *self.route.to(await self._owner(seen), seen.channel))
            await alert(self.slack, seen.workspace, to, second_bot(seen), "a second bot")

    async def _owner(self, seen: Sighting) -> str:
        """Return who owns what was seen twice, or else anything in the channel; "" for nobody."""
        store = self.store
        here = await store.subscriptions.list(seen.workspace, seen.channel)
        delivery = await store.deliveries.get(seen.workspace, seen.channel, seen.issue)
        theirs = [each for each in here if delivery is not None and each.id == delivery.subscription]
        return next((each.user for each in (*theirs, *here)), "")
