"""Deciding how the bot is from what last worked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.health import Attempts, Sign, judge

SECONDS = st.floats(0, 1e6)


@given(SECONDS, st.none() | SECONDS, SECONDS, SECONDS)
def test_a_check_fails_when_its_limit_has_passed(since: float, at: float | None, limit: float, waited: float) -> None:
    """Counted from the last success, or without one from the start; and once it fails, waiting does not mend it."""
    last = since if at is None else at
    sign = Sign("part", "mend it", since, at, limit)
    (now,), (later,) = judge([sign], last + waited), judge([sign], last + waited + 1)
    assert now.ok == ((last + waited) - last <= limit)
    assert now.ok or not later.ok
    assert bool(now.step) == bool(now.fault) == (not now.ok)


def test_a_fault_that_may_pass_is_shown_and_waited_for() -> None:
    """One that waiting does not mend counts at once; the next success ends both."""
    attempts = Attempts()
    attempts.worked(10.0)
    attempts.failed("away")
    assert [one.ok for one in judge([Sign.of("x", "do", attempts, since=0, limit=5)], 12.0)] == [True]
    assert judge([Sign.of("x", "do", attempts, since=0, limit=5)], 12.0)[0].fault == "away"
    attempts.failed("refused", lasting=True)
    assert [one.ok for one in judge([Sign.of("x", "do", attempts, since=0, limit=5)], 12.0)] == [False]
    attempts.worked(13.0)
    assert [one.ok for one in judge([Sign.of("x", "do", attempts, since=0, limit=5)], 14.0)] == [True]
