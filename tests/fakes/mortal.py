"""A worker as a process of its own, to be killed: `python -m tests.fakes.mortal DATABASE API NUMBER…`.

It delivers generated issues of those numbers, with timings so short that a test need not wait for minutes.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.worker import DigestContent, Worker
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.workspace import team_of
from bot.runtime.clock import SystemClock
from bot.runtime.job_scheduler import JobScheduler
from bot.slack.api.client import WebSlack
from bot.slack.api.ports import Poster
from bot.store.store import Store
from tests.fakes.newsletter import issue, render
from tests.fakes.scene import FakeArchive

RULES = DeliveryPolicy(
    grace_seconds=4.0,
    lease=timedelta(seconds=4),
    tick_seconds=0.2,
    messages_per_second=1_000,
    backoff_seconds=(0.5, 1, 2),
    max_wait_seconds=5,
    max_looks=50,
)
CALL_SECONDS = 2.0
"""Seconds a call may take: half of the grace period, as in the real policy."""


def published(number: int) -> datetime:
    """Return the date of a generated issue: the same in every process, and recent, since an old one is not new."""
    today = SystemClock().now()
    monday = today - timedelta(days=7 + today.weekday())
    return monday.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=number)


def token(workspace: str) -> str:
    """Return the token of a workspace in the stand-in."""
    return f"xoxb-{team_of(workspace)}"


async def work(
    url: str,
    api: str,
    numbers: list[int],
    *,
    policy: DeliveryPolicy = RULES,
    call_seconds: float = CALL_SECONDS,
    wrap: Callable[[Store, Poster], tuple[Store, Poster]] = lambda store, slack: (store, slack),
) -> None:
    """Deliver until stopped, through the store and Slack port that `wrap` returns."""
    slack = WebSlack(token, base_url=api, timeout=call_seconds)
    store = Store.open(url)
    issues = tuple(issue(number, published(number), entries=2) for number in numbers)
    mine, wrapped = wrap(store, slack)
    archive, content = FakeArchive(lambda: issues), DigestContent(render)
    worker = Worker(mine, wrapped, IssueRegistry(mine.issues), archive, content, SystemClock(), policy)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.run(JobScheduler())
    await stop.wait()
    await worker.stop()
    await slack.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], [int(number) for number in sys.argv[3:]]))
