"""What lanes work with, and how one of them ends early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.digests.delivery.footnote import Footnote
from bot.digests.delivery.rate_limiter import RateLimiter
from bot.digests.delivery.rendering import DigestRenderer
from bot.domain.catalogue import IssueCatalogue
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DeliveryPolicy
from bot.slack.api.ports import Poster
from bot.store.store import Store


class Reschedule(Exception):  # noqa: N818 - no error: how a lane ends early
    """Leave the channel for now, to come back at `next_run_at` (None: when something wakes it)."""

    def __init__(self, next_run_at: datetime | None) -> None:
        """Keep when to come back."""
        super().__init__()
        self.next_run_at = next_run_at


class StrayLeft(Reschedule):
    """Leave a digest whose stray reply could not be deleted yet; the channel's other digests go on."""


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What every lane of a worker works with.

    `command` is named where people are told how to read an issue; `footnote` gives a line beside a digest.
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

    def after(self, seconds: float) -> datetime:
        """Give the moment so many seconds from now."""
        return self.clock.now() + timedelta(seconds=seconds)
