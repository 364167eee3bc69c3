"""Registering the archive, and scheduling the subscriptions that its changes affect."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from archive.issue import Issue
from bot.digests.delivery.issue_registry import ArchiveChange, IssueRegistry
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DeliveryPolicy
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_NAMED = 5
"""Issues named in one line of the log."""
_COPY_LAG = timedelta(minutes=5)
"""Processes that read one folder have all read a corrected file after so long."""
_TOLD = datetime.max.replace(tzinfo=UTC)
_ONE_FOLDER = (
    "another process on this database reads another text of these issues: what is posted shows the text that was "
    "changed last; let all processes read one folder, or give each newsletter a database of its own"
)


class DeliveryArchive(Protocol):
    """The archive in use, as delivery needs it; `bot.source.library` implements it."""

    @property
    def fault(self) -> Exception | None:
        """The error of the last reading of the folder, None if it succeeded."""
        ...

    def announced(self) -> tuple[Issue, ...]:
        """Return the issues that are published or will be on their date, oldest first."""
        ...


class Registration:
    """Registers the archive as it is. `fault` says why new issues can't be registered, "" if they can."""

    def __init__(
        self, registry: IssueRegistry, archive: DeliveryArchive, store: Store, clock: Clock, policy: DeliveryPolicy
    ) -> None:
        """Register the issues of `archive` in `registry`, for the subscriptions in `store`."""
        self._registry, self._archive, self._store = registry, archive, store
        self._clock, self._policy = clock, policy
        self._unscheduled, self._turn = ArchiveChange(), asyncio.Lock()
        self._differs_since: datetime | None = None
        self.fault = ""

    async def run(self) -> None:
        """Register the archive as it is now and schedule the subscriptions that its changes affect.

        Raises what went wrong. The archive is read only under the lock: an earlier reading could be older than what was
        registered meanwhile, and would remove a new issue from the catalogue again.
        """
        async with self._turn:
            now = self._clock.now()
            try:
                good = self._archive.fault is None
                change = await self._registry.put(self._archive.announced(), now, good=good)
                # The registry reports a change only once: keep it until all affected subscriptions are scheduled.
                self._unscheduled |= change
                if change.added:
                    named = sorted(issue.slug for key in change.added if (issue := self._registry.issue(key)))[:_NAMED]
                    _log.info("issue.noticed", count=len(change.added), issues=named)
                self._tell_of_another_copy(now)
                await self._schedule_affected(self._unscheduled, now)
            except Exception as error:
                self.fault = f"new issues are not noticed: {error}"
                raise
            self._unscheduled, self.fault = ArchiveChange(), ""

    async def retry(self) -> None:
        """Register the archive if that failed the last time."""
        if self.fault:
            await self.run()

    def _tell_of_another_copy(self, now: datetime) -> None:
        """Log once that another process reads another text of issues whose files here have not changed."""
        elsewhere, since = self._registry.current.elsewhere, self._differs_since
        if not elsewhere:
            self._differs_since = None
        elif since is None:
            self._differs_since = now
        elif since != _TOLD and now - since >= _COPY_LAG:
            self._differs_since = _TOLD
            named = sorted(issue.slug for key in elsewhere if (issue := self._registry.issue(key)))[:_NAMED]
            _log.warning("archive_copy.found", count=len(elsewhere), issues=named, advice=_ONE_FOLDER)

    async def _schedule_affected(self, change: ArchiveChange, now: datetime) -> None:
        schedule = self._store.schedule
        if concerned := change.added | change.edited:
            await schedule.run_now(now)  # edited ones too: their date may now be earlier
            readers = await self._store.deliveries.readers_of(concerned, now - self._policy.revisable_for)
            await schedule.run_now(now, readers)
        catalogue = self._registry.current
        if any((came := catalogue.arrivals.get(key)) is not None and came.seen < now for key in change.added):
            await schedule.run_decided(now, now - self._policy.latest)  # it was away, perhaps at a slot
