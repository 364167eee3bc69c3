"""Telling listeners that the archive changed, without keeping the archive waiting for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from archive.snapshot import Snapshot

_log = structlog.get_logger(__name__)

OnChange: TypeAlias = Callable[[Snapshot, Snapshot], Awaitable[None]]
"""Called with the last snapshot that it was told of and the one now in use."""


class Listener:
    """Tells one listener of changes, one call at a time.

    Changes that come during a call are joined: the next call gets the newest snapshot, so nothing piles up behind a
    listener that hangs.
    """

    def __init__(self, told: OnChange) -> None:
        """Prepare to call `told`."""
        self._told = told
        self._next: tuple[Snapshot, Snapshot] | None = None
        self._task: asyncio.Task[None] | None = None

    def tell(self, before: Snapshot, after: Snapshot) -> None:
        """Have the listener called soon. Call this inside the event loop."""
        self._next = (self._next[0] if self._next else before, after)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="archive-listener")

    async def idle(self) -> None:
        """Wait until the listener has been told of every change so far."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Cancel the call that is running, and forget what it was not told of."""
        self._next = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._next is not None:
            (before, after), self._next = self._next, None
            try:
                await self._told(before, after)
            except Exception:  # noqa: BLE001 - a listener's error is neither the archive's nor another listener's
                _log.exception("listener.failed", listener=repr(self._told))
