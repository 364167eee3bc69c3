"""Which workspaces have more channels due than a worker takes on at once, and since when."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.domain.workspace import WorkspaceId


class Backlog:
    """Remembers since when channels have had to wait only because others were before them.

    What waits for that reason alone is not late, however long it waits. Times are the running event loop's, which does
    not go on while the machine sleeps and never steps.
    """

    def __init__(self) -> None:
        """Begin with no channel waiting."""
        self._since: dict[WorkspaceId, float] = {}
        self._everywhere: float | None = None

    def note(self, full: Iterable[WorkspaceId], *, everywhere: bool) -> None:
        """Record which workspaces have as many channels claimed as they may after a claim; `everywhere`: all have."""
        now = asyncio.get_running_loop().time()
        self._since = {workspace: self._since.get(workspace, now) for workspace in full}
        self._everywhere = (now if self._everywhere is None else self._everywhere) if everywhere else None

    def crowded(self, workspace: WorkspaceId) -> bool:
        """Return whether channels of the workspace may be waiting for others to be finished."""
        return workspace in self._since or self._everywhere is not None

    def since(self, workspace: WorkspaceId) -> float:
        """Return when a channel of the workspace that is claimed now would have been claimed if there had been room."""
        known = [self._since.get(workspace), self._everywhere]
        return min([asyncio.get_running_loop().time(), *(since for since in known if since is not None)])
