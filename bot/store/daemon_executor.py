"""Threads that a process need not wait for as it ends: whatever their calls hang in goes with it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class DaemonExecutor(Executor):
    """An executor like the standard library's, of daemon threads: that one's are waited for at exit, without end."""

    def __init__(self, count: int, name: str) -> None:
        """Work with so many threads; they begin with the first call."""
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(count)]
        self._begun = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `concurrent.futures.Executor`."""
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                future.set_exception(error)

        if not self._begun:
            self._begun = True
            for thread in self._threads:
                thread.start()
        self._calls.put(call)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as there
        """Take no more calls, and wait for those that were made."""
        del cancel_futures
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads if wait and self._begun else ():
            thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
