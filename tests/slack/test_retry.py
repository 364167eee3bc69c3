"""Waiting where Slack says so; and a moment that it does not say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.domain.clock import at_or_now
from bot.slack.api.errors import RateLimitedError, TryLaterError
from bot.slack.api.retry import retry_when_limited


def puts_off(*waits: float) -> Callable[[], Awaitable[str]]:
    """Return a call that is put off for so many seconds each time, and then answered."""
    left = list(waits)

    async def call() -> str:
        if left:
            error = RateLimitedError("chat.postMessage", "ratelimited")
            error.retry_after = left.pop(0)
            raise error
        return "done"

    return call


@pytest.mark.parametrize(("put_off", "waits"), [((), 0), ((), 1), ((0.0,), 1), ((0.0, 0.0), 2)])
async def test_what_is_put_off_is_asked_for_again(put_off: tuple[float, ...], waits: int) -> None:
    """As often as it may be waited for."""
    assert await retry_when_limited(puts_off(*put_off), waits=waits) == "done"


@pytest.mark.parametrize(("put_off", "waits"), [((0.0,), 0), ((0.0, 0.0), 1), ((3_600.0,), 5)])
async def test_nobody_waits_for_ever(put_off: tuple[float, ...], waits: int) -> None:
    """Neither too often nor too long."""
    with pytest.raises(RateLimitedError):
        await retry_when_limited(puts_off(*put_off), waits=waits)


async def test_any_other_refusal_is_none_to_wait_for() -> None:
    """It is raised at once."""

    async def refuses() -> None:
        raise TryLaterError("chat.postMessage", "http_503")

    with pytest.raises(TryLaterError):
        await retry_when_limited(refuses)


def test_a_moment_that_is_not_said_is_now() -> None:
    """Never before what came before it, though clocks differ."""
    now = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert at_or_now(5, now) == at_or_now(5, now, after=9) == 5
    assert at_or_now(None, now) == at_or_now(None, now, after=7) == 1_000_000
    assert at_or_now(None, now, after=2_000_000) == 2_000_001
