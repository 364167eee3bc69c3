"""Turns to call Slack: so many calls at a time in all, and fewer of one kind, so that what hangs holds up its like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.slack.errors import TryLaterError
from bot.slack.workspace import WorkspaceId


class Turns:
    """Gives turns, first come first served among calls of one kind: the same method in the same workspace.

    That is how Slack counts, too (apis/web-api/rate-limits). A workspace that does not answer keeps a call for as long
    as its time-out: with one queue for all, ten such workspaces stopped every other (measured).
    """

    def __init__(self, at_once: int, alike: int) -> None:
        """Let `at_once` calls run at a time, `alike` of a kind."""
        self._all = asyncio.Semaphore(at_once)
        self._alike = alike
        self._kinds: dict[tuple[WorkspaceId, str], asyncio.Semaphore] = {}

    @asynccontextmanager
    async def of(self, workspace: WorkspaceId, method: str, within: float | None = None) -> AsyncIterator[None]:
        """Wait for a turn, and have it until left. Raises TryLaterError if none comes `within` so many seconds."""
        kind = self._kinds.get((workspace, method))
        if kind is None:
            kind = self._kinds[workspace, method] = asyncio.Semaphore(self._alike)
        if within is None or not (kind.locked() or self._all.locked()):
            async with kind, self._all:
                yield
            return
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(within):
                    await held.enter_async_context(kind)
                    await held.enter_async_context(self._all)
            except TimeoutError as error:
                raise TryLaterError(method, "no_turn", workspace=workspace) from error
            yield
