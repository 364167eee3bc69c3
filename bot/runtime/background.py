"""Work that goes on after Slack has its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class BackgroundTasks:
    """Runs work in the background and keeps references to it, so that a stop can wait for it.

    An event loop keeps only weak references to its tasks, and Bolt none to its lazy listeners: both lose work on stop.
    """

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start `work`, which handles its own errors, on the running event loop."""
        self._track(work)

    async def within(self, work: Coroutine[Any, Any, T], seconds: float) -> asyncio.Task[T]:
        """Start `work` and return its task once it is done, or after `seconds`, while it goes on.

        The caller handles the task's result or error.
        """
        task = self._track(work)
        await asyncio.wait({task}, timeout=seconds)
        return task

    def _track(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self, within: float) -> bool:
        """Wait up to `within` seconds for running work and cancel the rest; return whether all of it was done."""
        tasks = set(self._tasks)
        if not tasks:
            return True
        _, late = await asyncio.wait(tasks, timeout=within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return not late
