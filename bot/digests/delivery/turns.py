"""The queue for a workspace's rate: contents before replies, and every channel in its turn."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count

_TIMER_RESOLUTION_SECONDS = 0.001
"""Seconds by which a timer may be early."""


class Rank(IntEnum):
    """What goes first where a workspace has more to send than Slack takes."""

    CONTENTS = 0
    """A channel message."""
    REPLY = 1
    """A reply, or an edit of a message."""


class TurnQueue:
    """Gives out turns at a fixed interval. Times are the running event loop's.

    The lowest rank goes first, and within a rank the first that asked. A channel has one message in the queue at a
    time and comes to its end again after each, so that the replies of many channels go out in rounds.
    """

    def __init__(self, interval: float) -> None:
        """Leave `interval` seconds between two turns."""
        self._interval = interval
        self._free = 0.0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, rank: Rank) -> None:
        """Wait for a turn and take it."""
        loop = asyncio.get_running_loop()
        if not self._waiting and self._free <= loop.time():
            self._free = loop.time() + self._interval
            return
        future: asyncio.Future[None] = loop.create_future()
        heappush(self._waiting, (rank, next(self._numbers), future))
        self._arm(loop)
        await future

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None and self._waiting:
            self._timer = loop.call_at(self._free, self._serve, loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand out every turn that is due: one, unless the timer was late."""
        self._timer, now = None, loop.time()
        while self._waiting and self._free <= now + _TIMER_RESOLUTION_SECONDS:
            *_, future = heappop(self._waiting)
            if not future.done():  # done: its channel job was cancelled
                future.set_result(None)
                # A late timer costs no turn, but an event loop that hung does not let a crowd through.
                self._free = max(self._free, now - self._interval) + self._interval
        self._arm(loop)
