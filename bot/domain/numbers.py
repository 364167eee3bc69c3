"""Order numbers of issues as one short text: 5-9,12."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RUN = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?", re.ASCII)
MAX_NUMBERS = 100_000
"""Numbers that a text may name: more are not read."""


def in_runs(numbers: Iterable[int]) -> str:
    """Return different numbers, none below 0, as a text of runs, ascending.

    >>> in_runs([12, 5, 6, 7])
    '5-7,12'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)


def of_runs(text: str) -> tuple[int, ...]:
    """Return the numbers that `in_runs` wrote, ascending; of any other text those that can be read."""
    found: set[int] = set()
    for written in text.split(","):
        run = _RUN.fullmatch(written.strip())
        if run is None:
            continue
        first, last = int(run[1]), int(run[2] or run[1])
        found.update(range(first, min(last, first + MAX_NUMBERS - len(found)) + 1))
    return tuple(sorted(found))
