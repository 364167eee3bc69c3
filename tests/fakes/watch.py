"""A watch over the archive's folder that reports what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class FakeWatch:
    """Yields batches of changed names."""

    def __init__(self) -> None:
        """Start with nothing to report."""
        self._bursts: asyncio.Queue[frozenset[str] | str | None] = asyncio.Queue()

    def changed(self, *names: str) -> None:
        """Report that these files changed."""
        self._bursts.put_nowait(frozenset(names))

    def anything(self) -> None:
        """Report that anything may have changed."""
        self._bursts.put_nowait(None)

    def stop(self) -> None:
        """End the watch after what was reported so far."""
        self._bursts.put_nowait("stop")

    async def bursts(self) -> AsyncIterator[frozenset[str] | None]:
        """See `bot.source.watch.Watch`."""
        while (burst := await self._bursts.get()) != "stop":
            assert not isinstance(burst, str)
            yield burst
