"""Requests that fail for one reason share a line of the log, and the reference that people are shown."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from bot.runtime.fault_log import REMIND_SECONDS
from bot.runtime.request_faults import RequestFaults
from bot.store.errors import StoreError


class Passing:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds that have passed."""
        return self.seconds


def references() -> Callable[[], str]:
    """Return a source of references, each another one."""
    numbers = count(1)
    return lambda: f"ref-{next(numbers)}"


def away(reason: str = "connection refused") -> StoreError:
    """Return the error of a database that is away."""
    return StoreError("the database could not be reached", reason)


def test_a_database_that_is_away_is_one_line_a_minute() -> None:
    """Everybody is shown the reference of the line that is there; the next line says how many came meanwhile."""
    clock, new = Passing(), references()
    faults = RequestFaults(clock)
    first, line = faults.line(away(), new)
    assert line is not None
    assert line["reference"] == first
    assert "exc_info" not in line
    for second in range(1, 50):
        clock.seconds = float(second)
        assert faults.line(away(), new) == (first, None)
    clock.seconds = REMIND_SECONDS
    later, line = faults.line(away(), new)
    assert later != first
    assert line is not None
    assert line["times"] == 49


def test_another_reason_has_its_own_line() -> None:
    """Also in the same minute."""
    faults, new = RequestFaults(Passing()), references()
    first, _ = faults.line(away(), new)
    second, line = faults.line(away("disk full"), new)
    assert line is not None
    assert first != second


def test_an_error_of_ours_has_a_trace_for_each_place() -> None:
    """Two faults of one type and text, raised at two places, are two."""
    faults, new = RequestFaults(Passing()), references()

    def here() -> None:
        raise KeyError

    def there() -> None:
        raise KeyError

    lines = []
    for raising in (here, there, here):
        try:
            raising()
        except KeyError as error:
            lines.append(faults.line(error, new)[1])
    assert lines[0] is not None
    assert lines[1] is not None
    assert isinstance(lines[0]["exc_info"], KeyError)
    assert lines[2] is None


def test_reasons_do_not_pile_up() -> None:
    """A reason that names something else each time takes no more room in a year than in an hour."""
    faults, new = RequestFaults(Passing()), references()
    for number in range(1000):
        faults.line(away(f"row {number}"), new)
    assert faults.line(away("row 999"), new)[1] is None
    assert faults.line(away("row 0"), new)[1] is not None
