"""Refused requests in the log: a line each, until they are many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from structlog.testing import capture_logs

from bot.runtime.refusals import EACH, LEFT, Refusals


@dataclass
class Minutes:
    """Calls that wait for the end of a minute."""

    waiting: list[Callable[[], None]] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Keep a call."""
        assert seconds == 60
        self.waiting.append(call)

    def pass_one(self) -> None:
        """Make the calls that waited."""
        now, self.waiting = self.waiting, []
        for call in now:
            call()


def test_a_few_have_a_line_each() -> None:
    """Also in the minutes after."""
    minutes = Minutes()
    refusals = Refusals(later=minutes.later)
    with capture_logs() as lines:
        for _ in range(3):
            for _ in range(EACH):
                refusals.refused(401, "its signature is another's")
            minutes.pass_one()
    assert len(lines) == 3 * EACH
    assert minutes.waiting == []


def test_a_flood_is_a_line_a_minute_and_each_is_counted() -> None:
    """The lines and their counts add up to what came, and an hour of it can be read."""
    minutes, counted = Minutes(), Counter[str]()
    refusals = Refusals([lambda outcome: counted.update([outcome])], minutes.later)
    with capture_logs() as lines:
        for _ in range(60):
            for at in range(1_000):
                refusals.refused(400, "it is no object" if at % 3 else "it cannot be read (KeyError)")
            minutes.pass_one()
        minutes.pass_one()
    assert len(lines) == 60 * (EACH + 1)
    assert sum(line.get("times", 1) for line in lines) == counted["400"] == 60_000
    assert lines[-1]["reason"] == "it is no object; it cannot be read (KeyError)"
    assert minutes.waiting == []


def test_who_hangs_up_is_counted_in_no_line() -> None:
    """Anybody can leave as often as they like."""
    counted = Counter[str]()
    refusals = Refusals([lambda outcome: counted.update([outcome])], Minutes().later)
    with capture_logs() as lines:
        refusals.left()
    assert lines == []
    assert counted == {LEFT: 1}
