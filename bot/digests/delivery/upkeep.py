"""What delivery does every hour: it resumes what may go on, and deletes or shrinks what is old."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from bot.domain.clock import Clock
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Poster
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_MAX_CHECKS_AT_ONCE = 8
"""Workspaces that refused the bot which are checked at the same time."""
_SHRINK_MARGIN = timedelta(days=1)
"""How much longer than it can be corrected a digest stays whole: a correction may be under way, and clocks differ."""
_CHECK_TIMEOUT_SECONDS = 20.0
"""Seconds after which such a check is given up."""


class Upkeep:
    """Resumes subscriptions whose reason for the pause is gone, and deletes or shrinks what is old."""

    def __init__(self, store: Store, slack: Poster, clock: Clock, policy: DeliveryPolicy) -> None:
        """Look after the subscriptions in `store`."""
        self._store, self._slack, self._clock = store, slack, clock
        self._policy = policy

    async def tidy(self) -> None:
        """Resume the subscriptions whose schedule can be read again, and delete or shrink what is old."""
        now = self._clock.now()
        if count := await self._store.subscriptions.resume_readable(now):
            _log.info("subscriptions.resumed", subscriptions=count)
        await self._store.bookmarks.prune(now)
        if count := await self._store.shrinking.run(now - self._policy.revisable_for - _SHRINK_MARGIN):
            _log.info("digests.shrunk", digests=count)
        if (kept := self._policy.changes_kept) is not None and (count := await self._store.audit.prune(now - kept)):
            _log.info("changes.deleted", changes=count)

    async def check_tokens(self) -> None:
        """Resume the subscriptions of each workspace that refused the bot and now accepts its token again."""
        turns = asyncio.Semaphore(_MAX_CHECKS_AT_ONCE)
        refused = await self._store.subscriptions.refused_workspaces()
        await asyncio.gather(*(self._check(workspace, turns) for workspace in refused))

    async def _check(self, workspace: WorkspaceId, semaphore: asyncio.Semaphore) -> None:
        async with semaphore:
            try:
                async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
                    await self._slack.check(workspace)
            except (SlackError, TimeoutError):
                return
        count = await self._store.subscriptions.resume_workspace(workspace, self._clock.now())
        _log.info("workspace.resumed", workspace=workspace, subscriptions=count)
