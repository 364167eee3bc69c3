"""What runs while the app is up: its start, what it does by itself, its health and its stop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat

import structlog
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from archive.errors import BackIssueError
from archive.snapshot import Snapshot
from bot.bookmarks.link_lookup import LinkLookup
from bot.digests.broken_issues import CHECK_SECONDS
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.worker import Worker
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.timers import Timers
from bot.lookup.miss_counter import WRITE_SECONDS
from bot.lookup.search import Chance
from bot.monitoring.health_checks import LOOK_AT_FOLDER, HealthChecks
from bot.runtime.clock import SystemClock
from bot.runtime.health_pages import Health, Pages, health_pages
from bot.runtime.http import Verifying, web
from bot.runtime.job_scheduler import JobScheduler
from bot.runtime.refusals import Refusals
from bot.runtime.watched_timers import WatchedTimers
from bot.services import Services
from bot.slack.api.ports import Slack
from bot.slack.api.response_urls import ResponseUrls
from bot.source.incoming import TICK_SECONDS, Incoming
from bot.source.library import Library
from bot.source.watch import Watch, WatchedFolders
from bot.store.errors import ForeignArchiveError
from bot.store.store import Store

STOPPING = 10.0
"""Seconds within which a stop is done: hosts wait about that long between SIGTERM and SIGKILL."""
LAST_WRITE = 1.0
"""Seconds of a stop in which the missed searches of the last minute are written."""
STOP_TIMERS_SECONDS = 1.0
"""Seconds of a stop for what is not the worker's: the looks at the clock and the folder."""
BACKOFF = (1.0, 5.0, 30.0)
"""Seconds between attempts to begin posting."""
RELEASE_SECONDS = 1.0
"""Seconds between looks at the clock for issues that come out or expire; it costs nothing while there are none."""
LOOK_SECONDS = 60.0
"""Seconds between looks at every file's stamp, since the watch's events can get lost."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the app is built from. Everything outside the process is behind one of these, and may be a fake.

    The archive's own edge is the folder that the `library` reads (`archive.folder.Folder`).
    """

    library: Library
    store: Store
    slack: Slack
    clock: Clock = field(default_factory=SystemClock)
    policy: DeliveryPolicy = DEFAULT_POLICY
    wall_clock: Clock = field(default_factory=SystemClock)
    """The clock that the timestamps of Slack's requests are compared with: the demo's own may be days ahead."""
    watch: Watch | None = None
    """Tells of changes in the library's folder; None: the folder is on disk, and is watched there."""
    response_urls: ResponseUrls | None = None
    """Sends late answers; None: over HTTP."""
    chance: Chance = random.SystemRandom().randrange
    timers: Timers = field(default_factory=JobScheduler)
    """Runs everything that the bot does by itself."""
    polling: Incoming | None = None
    """Brings new issues into the library's folder; None: nothing does."""

    def source_fault(self) -> str:
        """Return why no new issues are brought, "" if they are."""
        return self.polling.fault if self.polling is not None else ""


class App:
    """Back Issue, put together. `asgi` answers HTTP and runs everything else while it is up.

    Without HTTP (Socket Mode, a worker) enter `running` instead.
    """

    def __init__(
        self,
        bolt: AsyncApp,
        verifying: Verifying,
        ports: Ports,
        worker: Worker,
        registry: IssueRegistry,
        services: Services,
        link_lookup: LinkLookup,
    ) -> None:
        """Take the parts that `build` makes."""
        self.bolt = bolt
        self._verifying = verifying
        self.ports = ports
        self.worker = worker
        self._registry = registry
        self._services, self.start = services, services.start
        self._link_lookup = link_lookup
        self._posting: asyncio.Task[None] | None = None
        self._trouble = ""
        self._watching: asyncio.Task[None] | None = None
        self._freshness: WatchedFolders | None = None
        self._timers = WatchedTimers(ports.timers)
        self.vitals = HealthChecks(ports.library, ports.store, ports.slack, ports.clock, self._timers)
        self._on_refused: list[Callable[[str], None]] = []
        self.ready = False
        """Whether what comes from Slack is answered: not before the start, and no more once a stop has begun."""

    def asgi(self, *, post: bool = True, at_once: bool = False) -> Starlette:
        """Return the ASGI application, which runs everything else while it is up.

        `at_once`: it answers from memory while the rest begins.
        """
        lifespan = partial(self._beside if at_once else self.running, post=post)
        pages = Pages(self.health, lambda: self.ready)
        return web(
            self.bolt, verifying=self._verifying, lifespan=lifespan, pages=pages, refusals=Refusals(self._on_refused)
        )

    def _beside(self, *, post: bool) -> AbstractAsyncContextManager[None]:
        """Run beside what is answered, if there are issues: only the register tells whether none are left."""
        running, self.ready = self.running(post=post), bool(self.ports.library.snapshot.issues)
        return self.start.beside(running) if self.ready else running

    def pages(self) -> Starlette:
        """Return the ASGI application of the health pages and the metrics, for a port of their own. Call it once."""
        from bot.monitoring.metrics import Metrics  # noqa: PLC0415 - it would delay every start

        ports = self.ports
        metrics = Metrics(ports.library, ports.store, ports.slack, ports.clock, self.vitals)
        metrics.watch(self.bolt, self._services.outcomes)
        self._on_refused.append(metrics.refused)
        return health_pages(Pages(self.health, lambda: self.ready, metrics.page))

    def health(self) -> Health:
        """Return whether the bot posts and notices changes, the archive's size, and what is wrong."""
        snapshot, fault = self.ports.library.snapshot, self.ports.library.fault
        trouble, blind = self._trouble or self.worker.fault, self._blind()
        return Health(
            posting=self._posting is not None and not trouble,
            watching=self._watching is not None and not blind,
            issues=len(snapshot.issues),
            problems=len(snapshot.problems),
            posting_fault=trouble,
            watching_fault=blind,
            archive_fault=str(fault) if fault else "",
            source_fault=self.ports.source_fault(),
            checks=self.vitals.checks(),
        )

    @asynccontextmanager
    async def running(self, *, post: bool = True) -> AsyncIterator[None]:
        """Watch the archive and, with `post`, deliver, until left; leaving takes at most `STOPPING` seconds."""
        library, worker, timers = self.ports.library, self.worker, self._timers
        with suppress(ForeignArchiveError):  # the worker does not start then, and says so
            await self._registry.put(library.announced(), self.ports.clock.now(), good=library.fault is None)
        for part in library.parts():
            known = self.ports.store.issues.of(part.newsletters[0].slug)
            part.misses(await known.count(), await known.last_look())
        library.on_change(self._changed)
        library.on_change(lambda *_: self._link_lookup.prepare())
        library.on_change(lambda *_: library.prepare_index())
        self._freshness = watched = WatchedFolders(library, self.ports.watch)
        self._watching = asyncio.create_task(watched.run(), name="watch")
        tasks = [self._watching, asyncio.create_task(self._warm_up(), name="warm up")]
        timers.every(RELEASE_SECONDS, "release", library.keep_time)
        timers.every(RELEASE_SECONDS, "days", self._keep_days)
        timers.every(WRITE_SECONDS, "missed searches", self._services.misses.keep)
        timers.every(LOOK_SECONDS, LOOK_AT_FOLDER, library.refresh, at_once=False)
        if self.ports.polling is not None:
            timers.every(TICK_SECONDS, "look at the source", self.ports.polling.look)
        self.vitals.start(posting=post)
        if post:
            self._posting = asyncio.create_task(self._post(), name="deliver")
            tasks.append(self._posting)
            if (broken := self._services.broken_issues) is not None:
                timers.every(CHECK_SECONDS, "broken files", broken.check)
            if (second := self._services.second_bots) is not None:
                timers.every(CHECK_SECONDS, "second bots", second.check)
        self.ready = True
        try:
            yield
        finally:
            self.ready, self.vitals.stopping = False, True
            watched.stop()
            await asyncio.gather(self._services.background.drain(STOPPING / 2), worker.stop(STOPPING - 3))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await timers.stop(within=STOP_TIMERS_SECONDS)
            await library.stop_listeners()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WRITE):
                    await self._services.misses.write()
            await self._services.response_urls.close()
            await self.ports.slack.close()
            await self.ports.store.close()

    async def _post(self) -> None:
        """Deliver until stopped. What keeps the worker from starting (a database that is away) is tried again."""
        for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
            try:
                await self.worker.run(self._timers)
            except Exception as error:  # noqa: BLE001 - whatever it is, not posting in silence would be worse
                self._trouble = f"posting does not start: {error}"
                unforeseen = not isinstance(error, BackIssueError)
                _log.error("posting.postponed", again_in=wait, error=str(error), exc_info=unforeseen)
                await asyncio.sleep(wait)
                self._trouble = ""
            else:
                return

    def _blind(self) -> str:
        """Say why changes of the archive are not noticed, "" when they are."""
        if self._watching is not None and self._watching.done() and not self.vitals.stopping:
            return "changes of the archive are not noticed any more"
        return self._freshness.fault if self._freshness else ""

    async def _changed(self, _before: Snapshot, _after: Snapshot) -> None:
        await self.worker.changed()

    async def _keep_days(self) -> None:
        """Register the issues whose day has begun somewhere: for the channels there they are out."""
        if self._registry.is_due(self.ports.clock.now()):
            await self.worker.changed()

    async def _warm_up(self) -> None:
        """Make ready what later answers need, one thing after the other, so as not to crowd the first answer."""
        await self._link_lookup.prepare()
        await self.ports.library.prepare_index()
        await self._services.conversations.prepare()
