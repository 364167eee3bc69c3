"""Measures how the time of a function grows with its input, so that a test can tell linear from quadratic."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
"""How many times longer the longer input is. A linear function takes 8 times as long for it, a quadratic one 64."""
LINEAR_AT_MOST = 20.0
"""A growth below this counts as linear: 2.5 times the linear growth, a third of the quadratic one."""
TRIES = 3
"""Runs of each input, of which the fastest counts: other programs only make it slower."""


def growth(run: Callable[[str], object], piece: str, *, length: int = 100_000) -> float:
    """Return how many times as long `run` takes for `length` characters of repeated `piece` as for an eighth of them.

    Processor time is measured. If the first measurement is linear, it is not repeated.
    """
    short = min(_seconds(run, piece * (length // TIMES // len(piece))) for _ in range(TRIES))
    found = float("inf")
    for _ in range(TRIES):
        found = min(found, _seconds(run, piece * (length // len(piece))) / short)
        if found < LINEAR_AT_MOST:
            break
    return found


def _seconds(run: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    run(text)
    return time.process_time() - began
