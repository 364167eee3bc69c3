"""A worker as a process of its own that kills itself: `python -m tests.fakes.doomed DATABASE API WHOSE STEP`.

WHOSE is "job": every channel stops at its step number STEP (counted as in `tests.fakes.doom`: before and
after each write, before each read, before and after each call), and once nothing moves any more the process sends
itself SIGKILL. So for every claimed channel, one death is a death at exactly that step. "worker": the process sends
itself SIGKILL at that step of what belongs to no channel (start, claims). "nobody": it lives until it is stopped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import timedelta

from bot.domain.delivery_policy import DeliveryPolicy
from bot.slack.api.ports import Poster
from bot.store.store import Store
from tests.fakes.doom import Fuse, doomed_slack, doomed_store
from tests.fakes.mortal import work

CALL_SECONDS = 1.0
"""Seconds a call may take."""
RULES = DeliveryPolicy(
    grace_seconds=2.5,
    lease=timedelta(seconds=3),
    tick_seconds=0.2,
    messages_per_second=1_000,
    backoff_seconds=(0.3, 0.5, 1),
    max_wait_seconds=3,
    max_looks=50,
)
STILL = 5.0
"""Seconds without a step after which nothing moves any more: longer than a call and its grace period."""


class Halt(Fuse):
    """Stops every channel at one step, or the whole process at one of its own steps."""

    def __init__(self, whose: str, last: int) -> None:
        """Stop at step `last` of `whose`."""
        super().__init__(last)
        self._whose = whose
        self._counts: Counter[str] = Counter()
        self.moved = 0.0

    def burn(self) -> bool:
        """Take a step; return whether the channel stops there."""
        task = asyncio.current_task()
        name = task.get_name() if task is not None else ""
        if name.startswith("job-") is not (self._whose == "job"):
            return False
        self.moved = asyncio.get_running_loop().time()
        who = name if self._whose == "job" else self._whose
        self._counts[who] += 1
        if self._counts[who] < self.last:
            return False
        if self._whose == "worker":
            os.kill(os.getpid(), signal.SIGKILL)
        if not self.blown.is_set():
            self.blown.set()
            print("halted", flush=True)  # noqa: T201 - what the test waits for
        return True

    def watch(self) -> None:
        """Die once nothing moves any more."""
        loop = asyncio.get_running_loop()
        if self.moved and loop.time() - self.moved > STILL:
            os.kill(os.getpid(), signal.SIGKILL)
        loop.call_later(0.1, self.watch)


async def live(url: str, api: str, whose: str, step: int) -> None:
    """Work, and die at the chosen step."""
    if whose == "nobody":
        await work(url, api, [1, 2], policy=RULES, call_seconds=CALL_SECONDS)
        return
    halt = Halt(whose, step)
    halt.watch()

    def wrap(store: Store, slack: Poster) -> tuple[Store, Poster]:
        return doomed_store(store, halt), doomed_slack(slack, halt)

    await work(url, api, [1, 2], policy=RULES, call_seconds=CALL_SECONDS, wrap=wrap)


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
