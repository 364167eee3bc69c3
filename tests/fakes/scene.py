"""An environment for delivery in virtual time: a stand-in Slack, a store, an archive, and any number of workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from archive.issue import Issue
from bot.digests.delivery.footnote import Footnote
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.several_registries import SeveralRegistries
from bot.digests.delivery.version import Render
from bot.digests.delivery.worker import DigestContent, Worker
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.preferences import Preferences
from bot.domain.publication import first_out
from bot.domain.schedule import parse_schedule
from bot.domain.subscription import Subscription
from bot.domain.timers import Job
from bot.slack.api.ports import Poster
from bot.store.store import Store
from bot.store.tables import subscriptions
from playground.slack.ledger import LedgerLine
from playground.slack.site import Site
from playground.slack.workspace import Workspace
from tests.fakes.emptied import STORES
from tests.fakes.newsletter import render
from tests.fakes.site_slack import SiteSlack
from tests.fakes.timers import FakeTimers
from tests.fakes.virtual import START, VirtualClock

_FIRST = select(func.min(subscriptions.c.wake_at))
QUICK = DeliveryPolicy(tick_seconds=5.0, lease=timedelta(seconds=60))


class FakeArchive:
    """An archive in memory whose folder can always be read."""

    fault: Exception | None = None

    def __init__(self, issues: Callable[[], tuple[Issue, ...]] = tuple) -> None:
        """Hold what `issues` returns at each moment."""
        self.announced = issues


class Scene:
    """One environment. Slack's clock is always right; the bot's `clock` can be stepped.

    `nap` is how many seconds an idle worker sleeps at most: an hour, after which it checks what is paused. Where
    nothing is paused for long, longer naps see the same world in a fraction of the time.
    """

    def __init__(self, store: Store | None = None, *, policy: DeliveryPolicy = QUICK, start: datetime = START) -> None:
        """Set up one workspace (T1) with nothing in it."""
        self.clock = VirtualClock(start)
        self.slack_clock = VirtualClock(start)
        self.site = Site()
        self.workspace = self.site.add(Workspace("T1"))
        self.person = self.workspace.add_user("ada")
        self.store = store or STORES.lend()
        self.rules = policy
        self.footnote: Footnote | None = None
        self.archive = FakeArchive(lambda: self.issues)
        self.issues: tuple[Issue, ...] = ()
        self.workers: list[tuple[Worker, asyncio.Task[None]]] = []
        self.timers: dict[Worker, FakeTimers] = {}
        self.slack: Poster = SiteSlack(self.site, "xoxb-stand-in", self.slack_clock)
        self.render: Render = render
        self.nap = 3_600.0
        self.reads: tuple[str, ...] = ()
        """The slugs of the newsletters that workers read from their start on; of none: of one without a name."""
        self.away: set[str] = set()
        """The slugs of those whose folder cannot be read now."""
        self._poked = asyncio.Event()
        self.wrap_store: Callable[[Store], Store] = lambda store: store

    def channel(self, name: str = "devops") -> str:
        """Add a channel with the bot in it; return its id."""
        return self.workspace.add_channel(name, (self.person,)).id

    async def subscribes(
        self, channel: str, schedule: str = "as soon as it appears", zone: str = "UTC", newsletter: str = ""
    ) -> Subscription:
        """Subscribe the channel for the person, to one newsletter or to all."""
        self.poke()
        return await self.store.subscriptions.of(newsletter).put(
            "-:T1", channel, self.person.id, parse_schedule(schedule, zone), Preferences(), self.clock.now()
        )

    async def appear(self, *issues: Issue) -> None:
        """Add these issues to the archive (or replace them, by slug), and tell every worker."""
        by_slug = {issue.slug: issue for issue in (*self.issues, *issues)}
        await self.holds(by_slug.values())

    async def vanish(self, *slugs: str) -> None:
        """Remove these issues from the archive."""
        await self.holds([issue for issue in self.issues if issue.slug not in slugs])

    async def holds(self, issues: Iterable[Issue]) -> None:
        """Make these the archive's only issues, and tell every worker."""
        self.issues = tuple(sorted(issues, key=lambda issue: (issue.published, issue.slug)))
        for worker, _ in self.workers:
            await worker.changed()
        self.poke()
        if not self.workers:
            await self._registry(self.store).put(self.issues, self.clock.now())

    async def worker_comes(self, *, slack: Poster | None = None, policy: DeliveryPolicy | None = None) -> Worker:
        """Start one more worker, driven by a plain loop. As in the app, its registry is filled before it starts."""
        registry = self._registry(self.store)
        await registry.put(self.issues, self.clock.now())
        worker = Worker(
            self.wrap_store(self.store),
            slack or self.slack,
            registry,
            self.archive,
            DigestContent(self.render, footnote=self.footnote),
            self.clock,
            policy or self.rules,
        )
        timers = self.timers[worker] = FakeTimers()
        timers.every(1.0, "release", self._releases(worker), at_once=False)
        await worker.run(timers)

        async def work() -> None:
            while True:
                timers.comes_due()
                await timers.ends("tick")
                await self._nap(worker, timers)

        self.workers.append((worker, asyncio.create_task(work())))
        return worker

    def _registry(self, store: Store) -> IssueRegistry:
        if self.reads:
            parts = {slug: IssueRegistry(store.issues.of(slug, self.reads), few=1_000_000) for slug in self.reads}
            return SeveralRegistries(store.issues, parts, lambda slug: slug not in self.away)
        return IssueRegistry(store.issues, few=1_000_000)  # no threads in virtual time

    def _releases(self, worker: Worker) -> Job:
        """Return the job by which the worker's library tells it that issues dated ahead are out."""
        seen = self.clock.now()

        async def release() -> None:
            nonlocal seen
            since, seen = seen, self.clock.now()
            if any(since < first_out(issue) <= seen for issue in self.issues):
                await worker.changed()

        return release

    async def _nap(self, worker: Worker, timers: FakeTimers) -> None:
        """Sleep as long as an idle worker would: `nap` at most."""
        wait = self.rules.tick_seconds
        if not (worker.active_jobs or timers.running()):
            first = await self.store.database.read(lambda connection: connection.scalar(_FIRST))
            ahead = self.nap if first is None else (first - self.clock.now()).total_seconds()
            wait = min(max(wait, ahead), self.nap)
        self._poked.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._poked.wait()

    def poke(self) -> None:
        """Have every worker look at once, as it would at the next tick."""
        self._poked.set()

    def steps(self, by: timedelta) -> None:
        """Step the bot's wall clock forward or back."""
        self.clock.steps(by)
        self.poke()

    async def worker_dies(self, worker: Worker) -> None:
        """Kill a worker: what it does stops where it is, and nothing is released."""
        for known, task in self.workers:
            if known is worker:
                for job in worker._jobs:
                    job.cancel()
                self.timers.pop(worker).dies()
                task.cancel()
                await asyncio.wait({task})
        self.workers = [pair for pair in self.workers if pair[0] is not worker]

    async def everybody_dies(self) -> None:
        """Kill every worker."""
        for worker, _ in tuple(self.workers):
            await self.worker_dies(worker)

    async def everybody_dies_but_last(self) -> None:
        """Kill every worker but the newest."""
        for worker, _ in self.workers[:-1]:
            await self.worker_dies(worker)

    async def passes(self, **span: float) -> None:
        """Let that much time pass (arguments of timedelta)."""
        await asyncio.sleep(timedelta(**span).total_seconds())

    def posts(self, channel: str) -> list[LedgerLine]:
        """Return the messages posted to the channel that everybody in it can see."""
        return self.site.ledger.posts("T1", channel)

    def texts(self, channel: str) -> list[str]:
        """Return the first line of each channel message, in order."""
        return [line.text for line in self.posts(channel) if not line.thread_ts]

    def doubles(self) -> int:
        """Return the number of messages that are in a channel more than once."""
        return len(self.site.ledger.doubles())


def slower(policy: DeliveryPolicy, **changes: float) -> DeliveryPolicy:
    """Return the policy with other figures."""
    return replace(policy, **changes)  # type: ignore[arg-type]
