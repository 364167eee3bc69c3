"""Waiting where Slack says so, and then asking again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.slack.api.errors import RateLimitedError

T = TypeVar("T")
LONGEST = 60.0
"""Seconds that such a wait may take."""


async def patiently(call: Callable[[], Awaitable[T]], *, waits: int = 1, longest: float = LONGEST) -> T:
    """Make a `call`; where Slack puts it off, wait as told and make it again, at most so many `waits`.

    Raises the RateLimitedError of the last call, or of the first that asks for a wait of more than `longest` seconds.
    """
    for _ in range(waits):
        try:
            return await call()
        except RateLimitedError as error:
            if error.retry_after > longest:
                raise
            await asyncio.sleep(error.retry_after)
    return await call()
