"""How fast messages go: one a second in a channel by Slack's own count, and no slower for what goes on in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.delivery.rate_limiter import LEAD_SECONDS, RateLimiter
from bot.domain.delivery_policy import DeliveryPolicy
from playground.slack.pace import Pace as Slack
from tests.fakes.examples import examples
from tests.fakes.virtual import run

WHERE = ("-:T1", "C1")
MESSAGES = 14
TOLD = datetime(2026, 1, 4, tzinfo=UTC)


async def posts(pace: RateLimiter, slack: Slack, times: list[tuple[float, float, float]]) -> list[int]:
    """Post a message for each of `times` (seconds to write it down, to reach Slack, to be answered).

    Give what Slack said of each: 0, or the seconds to wait.
    """
    said = []
    for writing, going, answering in times:
        await pace.turn(*WHERE)
        await asyncio.sleep(writing)
        await pace.moment(*WHERE)
        await asyncio.sleep(going)
        said.append(slack.post_in("C1", asyncio.get_running_loop().time()))
        await asyncio.sleep(answering)
        pace.done(*WHERE)
    return said


def test_what_a_message_costs_does_not_add_up() -> None:
    """Fourteen messages, each a while in writing and on its way, are there when thirteen seconds are over."""

    async def play() -> float:
        began = asyncio.get_running_loop().time()
        assert set(
            await posts(RateLimiter(DeliveryPolicy()), Slack(), [(LEAD_SECONDS / 2, 0.02, 0.02)] * MESSAGES)
        ) == {0}
        return asyncio.get_running_loop().time() - began

    assert MESSAGES - 1 <= run(play()) < MESSAGES - 1 + 0.2


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 3), st.floats(0, 0.05), st.floats(0, 3)),
        min_size=2,
        max_size=12,
    )
)
def test_slack_never_says_that_it_was_too_fast(times: list[tuple[float, float, float]]) -> None:
    """However long it takes to write a message down or to have its answer, the next is not early."""

    async def play() -> None:
        assert set(await posts(RateLimiter(DeliveryPolicy()), Slack(), times)) == {0}

    run(play())


def test_a_refusal_for_speed_is_waited_out_to_the_end() -> None:
    """Not even the lead that writing gets is taken from what Slack said to wait."""

    async def play() -> float:
        pace = RateLimiter(DeliveryPolicy())
        await posts(pace, Slack(), [(0.0, 0.0, 0.0)])
        began = asyncio.get_running_loop().time()
        pace.limited(*WHERE, 7.0, told=TOLD)
        await pace.turn(*WHERE)
        await pace.moment(*WHERE)
        return asyncio.get_running_loop().time() - began

    assert run(play()) >= 7.0
