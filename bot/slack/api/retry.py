"""Waiting where Slack says so, and then asking again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.slack.api.errors import RateLimitedError

T = TypeVar("T")
WAIT_MAX_SECONDS = 60.0
"""Seconds that such a wait may take."""


async def retry_when_limited(
    call: Callable[[], Awaitable[T]], *, waits: int = 1, max_wait_seconds: float = WAIT_MAX_SECONDS
) -> T:
    """Make a `call`; where Slack puts it off, wait as told and make it again, at most so many `waits`.

    Raises the RateLimitedError of the last call, or of the first that asks for a wait of more than `max_wait_seconds`
    seconds.
    """
    for _ in range(waits):
        try:
            return await call()
        except RateLimitedError as error:
            if error.retry_after > max_wait_seconds:
                raise
            await asyncio.sleep(error.retry_after)
    return await call()
