"""The event loop that a serving process runs on, and how its garbage collector is set."""

from __future__ import annotations

import asyncio
import gc
import importlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def on_signals(act: Callable[[], object]) -> Iterator[None]:
    """Call `act` in the running loop at SIGTERM and SIGINT, as often as they come, while the block runs.

    Windows has no signal handlers of the loop (Python: asyncio, Platform Support): there Python's own are used.
    """
    running, before = asyncio.get_running_loop(), {}
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            running.add_signal_handler(number, act)
        except NotImplementedError:
            before[number] = signal.signal(number, lambda *_: running.call_soon_threadsafe(act))
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            if number in before:
                signal.signal(number, before[number])
            else:
                running.remove_signal_handler(number)


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
