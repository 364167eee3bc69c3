"""Keeping a worker's leases, giving them back, and freeing those that nobody renews."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import datetime, timedelta

import structlog

from bot.domain.clock import Clock
from bot.domain.errors import BotError
from bot.domain.subscription import Subscription
from bot.store.leases import Leases
from bot.store.worker_locks import WorkerLocks

_log = structlog.get_logger(__name__)


class LeaseKeeper:
    """Renews and releases the leases of the worker `name`, and takes over those of workers that died."""

    def __init__(self, leases: Leases, locks: WorkerLocks, clock: Clock, name: str, lease: timedelta) -> None:
        """Renew for the time `lease` from now."""
        self._leases, self._locks, self._clock, self._name, self._lease = leases, locks, clock, name, lease
        self._unreleased: set[int] = set()
        self._overlong: dict[int, datetime] = {}

    async def enter(self) -> str:
        """Take the lock that our death will release; return the name that our leases are to carry."""
        self._name = await self._locks.enter(self._name)
        return self._name

    async def take_over(self, after: timedelta) -> None:
        """Free the leases of workers that are surely dead, to be claimed `after` so much time."""
        if count := await self._locks.take_over(self._clock.now() + after):
            _log.warning("leases.taken", subscriptions=count)

    async def renew(self, claimed: Collection[int]) -> None:
        """Renew the leases of the subscriptions with these ids."""
        if claimed:
            await self._leases.renew(self._name, claimed, self._clock.now() + self._lease)

    async def release(self, subscription: Subscription, at: datetime) -> None:
        """Release a subscription, to be claimed again at the moment `at`; if that fails, `release_pending` does it."""
        try:
            await self._leases.release(subscription.id, self._name, self._clock.now(), at)
        except BotError as error:  # tried again before the next claim; besides, the lease expires
            self._unreleased.add(subscription.id)
            _log.debug("release.failed", channel=subscription.channel, error=str(error))

    async def release_pending(self, claimed: Container[int]) -> None:
        """Release what could not be released when its job ended; before a claim, which might return the same ones."""
        now = self._clock.now()
        for key in tuple(self._unreleased):
            if key not in claimed:
                await self._leases.release(key, self._name, now, now)
                self._unreleased.discard(key)

    def claimed(self, key: int) -> None:
        """Note that the subscription with this id is claimed: there is nothing to release."""
        self._unreleased.discard(key)

    async def free_stalled(self) -> None:
        """Free leases that end later than a lease can last and were not renewed since the last check.

        A clock that was ahead set that end. Checks are one lease apart; a live worker renews three times in that time.
        """
        now, before = self._clock.now(), self._overlong
        self._overlong = await self._leases.held_beyond(now + self._lease)
        stalled = {key: until for key, until in self._overlong.items() if before.get(key) == until}
        if stalled and (count := await self._leases.free(stalled, now)):
            _log.warning("leases.freed", subscriptions=count)

    async def drop(self, at: datetime) -> None:
        """Release every lease, to be claimed again at the moment `at`, and our lock."""
        try:
            await self._leases.drop(self._name, at)
        finally:
            await self._locks.leave()
