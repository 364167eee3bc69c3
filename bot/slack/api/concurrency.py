"""Limits of concurrent calls to Slack, in all and of one kind, so that calls that hang block only their own kind."""

from __future__ import annotations

import asyncio
from types import TracebackType

from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import TryLaterError


class CallLimits:
    """Lets calls begin, first come first served among those of one kind: the same method in the same workspace.

    Slack counts in the same way (apis/web-api/rate-limits). A workspace that does not answer holds a permit until the
    time-out: with one queue for all, ten such workspaces stopped every other (measured).
    """

    def __init__(self, at_once: int, alike: int) -> None:
        """Let `at_once` calls run at a time, `alike` of a kind."""
        self._all = asyncio.Semaphore(at_once)
        self._alike = alike
        self._kinds: dict[tuple[WorkspaceId, str], asyncio.Semaphore] = {}

    def of(self, workspace: WorkspaceId, method: str, within: float | None = None) -> CallPermit:
        """Return the permit of a call: `async with` waits for it and holds it.

        Waiting raises TryLaterError if it does not come `within` so many seconds.
        """
        kind = self._kinds.get((workspace, method))
        if kind is None:
            kind = self._kinds[workspace, method] = asyncio.Semaphore(self._alike)
        return CallPermit(self._all, kind, workspace, method, within)


class CallPermit:
    """A permit for one call. A class: a generator's context costs four times as much, and every message needs one."""

    __slots__ = ("_all", "_kind", "_method", "_within", "_workspace")

    def __init__(
        self,
        all_: asyncio.Semaphore,
        kind: asyncio.Semaphore,
        workspace: WorkspaceId,
        method: str,
        within: float | None,
    ) -> None:
        """Wait for a place in `all_` and one in its `kind`."""
        self._all, self._kind = all_, kind
        self._workspace, self._method, self._within = workspace, method, within

    async def __aenter__(self) -> None:
        """Wait for the permit."""
        if not (self._kind.locked() or self._all.locked()):
            await self._both()
            return
        try:
            async with asyncio.timeout(self._within):
                await self._both()
        except TimeoutError as error:
            raise TryLaterError(self._method, "too_many_calls", workspace=self._workspace) from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the permit."""
        self._all.release()
        self._kind.release()

    async def _both(self) -> None:
        await self._kind.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            self._kind.release()
            raise
