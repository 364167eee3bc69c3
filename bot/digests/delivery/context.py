"""What channel jobs work with, and the exceptions that end one early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.digests.alerting import AlertRoute
from bot.digests.delivery.backlog import Backlog
from bot.digests.delivery.footnote import Footnote
from bot.digests.delivery.rate_limiter import RateLimiter
from bot.digests.delivery.rendering import DigestRenderer
from bot.digests.delivery.second_bot_watch import SecondBotWatch
from bot.domain.catalogue import IssueCatalogue
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.gap import Gap
from bot.slack.api.ports import Poster
from bot.store.store import Store


class Reschedule(Exception):  # noqa: N818 - no error: it ends a channel job early
    """Release the subscription early, to continue at `next_run_at` (None: when something else schedules it)."""

    def __init__(self, next_run_at: datetime | None) -> None:
        """Continue at `next_run_at`."""
        super().__init__()
        self.next_run_at = next_run_at


class StrayLeft(Reschedule):
    """End the work on a digest whose stray reply could not be deleted yet; the channel's other digests go on."""


class IssueLeft(Reschedule):
    """End the work on a digest whose issue has left the archive; the channel's other digests go on."""


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What all channel jobs of a worker share.

    `holder` is the worker's name, which its leases carry; `command` is named where people are told how to read an
    issue; `footnote` supplies a line for a digest; `backlog` says where channels wait for others, `second_bots` where
    another copy of the bot posts, `route` who is told where a subscriber can't be.
    """

    store: Store
    slack: Poster
    clock: Clock
    renderer: DigestRenderer
    limiter: RateLimiter
    policy: DeliveryPolicy
    holder: str
    catalogue: Callable[[], IssueCatalogue]
    command: str = "/weekly"
    footnote: Footnote | None = None
    gaps: Callable[[], Sequence[Gap]] = tuple
    backlog: Backlog = field(default_factory=Backlog)
    second_bots: SecondBotWatch = field(default_factory=SecondBotWatch)
    route: AlertRoute = field(default_factory=AlertRoute)

    def after(self, seconds: float) -> datetime:
        """Return the time that is `seconds` from now."""
        return self.clock.now() + timedelta(seconds=seconds)
