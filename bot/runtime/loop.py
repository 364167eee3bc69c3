"""The event loop that a serving process runs on, and how its garbage collector is set."""

from __future__ import annotations

import asyncio
import gc
import importlib
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

YOUNG = 50_000
"""Objects made and not yet gone before the collector looks at the youngest: Python's own 700 are a few messages' worth.
Messages a second through the whole path: 1,670 as it comes, 1,990 so; on uvloop too, 2,360 (benchmarks.delivery)."""


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run on uvloop where there is one, and give what `main` gives.

    uvicorn's own `run`, which would choose it, leaves no room for Socket Mode.
    """
    factory = None
    with suppress(ImportError):  # it has no build for Windows
        factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def hurry() -> None:
    """Switch the garbage collector off while a process starts, until `settle`: there is hardly any garbage yet.

    Of the demo's start, most of which is importing, it took a quarter (measured).
    """
    gc.disable()


def settle() -> None:
    """Exempt from garbage collection what stays as long as the process: the archive, the index, the code.

    Call it once everything is loaded. Nothing is collected first: of a million objects two thousand would go, and that
    takes a tenth of the start (measured). What is replaced later goes with its last reference; only cycles among what
    is there now are never collected, and an archive's values have none.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    gc.enable()
