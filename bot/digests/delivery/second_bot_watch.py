"""What a worker knows of second bots."""

from __future__ import annotations

import asyncio

from bot.domain.clock import Clock
from bot.domain.workspace import WorkspaceId
from bot.store.second_bots import SecondBots

_BLIND_SECONDS = 3_600.0
"""Seconds for which a workspace is not asked again whose history the bot may not read."""


class SecondBotWatch:
    """The `suspected` workspaces, in which a second bot was seen lately; and where this worker has been.

    Times are the running event loop's.
    """

    def __init__(self) -> None:
        """Start without a suspicion."""
        self.suspected: set[WorkspaceId] = set()
        self._visited: set[tuple[WorkspaceId, str]] = set()
        self._blind: dict[WorkspaceId, float] = {}

    async def refresh(self, seen: SecondBots, clock: Clock) -> None:
        """Read what all workers have seen."""
        self.suspected = {each.workspace for each in await seen.list(clock.now())}

    def visits(self, workspace: WorkspaceId, channel: str) -> bool:
        """Return whether this worker has posted in the channel before, and record that it does now."""
        place = (workspace, channel)
        known = place in self._visited
        self._visited.add(place)
        return known

    def blinded(self, workspace: WorkspaceId) -> None:
        """Record that the bot may not read a history there."""
        self._blind[workspace] = asyncio.get_running_loop().time() + _BLIND_SECONDS

    def is_blind(self, workspace: WorkspaceId) -> bool:
        """Return whether it is useless to look there now."""
        return self._blind.get(workspace, 0.0) > asyncio.get_running_loop().time()
