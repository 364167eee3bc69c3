"""The start of a process that answers from memory before everything else has begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

STOP_SECONDS = 5.0
"""Seconds that a stop leaves to a start that is still going on, for what waits for its end."""

FIRST_SECONDS = 0.1
"""Seconds after which the rest begins: what is asked first is answered sooner than beside it."""


class Start:
    """Whether everything has begun. What needs more than memory waits for that: else it would go by half of the facts.

    It has, unless `beside` says otherwise: then from the end of that start on.
    """

    def __init__(self) -> None:
        """Begin with nothing to wait for."""
        self._begun: asyncio.Future[None] | None = None
        self.failed = asyncio.Event()
        """Set once a start has failed; `fault` says why."""
        self.fault: Exception | None = None

    async def begun(self) -> None:
        """Return once everything has begun. Raises what kept it from that."""
        if self._begun is not None:
            await asyncio.shield(self._begun)

    @asynccontextmanager
    async def beside(self, running: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """Enter `running` beside the block, and leave it at the block's end, once it was entered."""
        begun, leave = asyncio.get_running_loop().create_future(), asyncio.Event()
        self._begun = begun
        holding = asyncio.create_task(self._hold(running, begun, leave), name="start")
        try:
            yield
        finally:
            await asyncio.wait([begun], timeout=STOP_SECONDS)
            leave.set()
            if not begun.done():
                begun.cancel()
                holding.cancel()
            await asyncio.wait([holding])
            if not holding.cancelled():
                holding.result()

    async def _hold(
        self, running: AbstractAsyncContextManager[None], begun: asyncio.Future[None], leave: asyncio.Event
    ) -> None:
        """Hold `running` open until told to `leave`. Raises what its end raises; its start's error is the `fault`."""
        try:
            await asyncio.sleep(FIRST_SECONDS)
            async with running:
                begun.set_result(None)
                await leave.wait()
        except Exception as error:
            if begun.done():
                raise
            begun.set_exception(error)
            begun.exception()  # nobody may be waiting, and asyncio would complain
            self.fault = error
            self.failed.set()
