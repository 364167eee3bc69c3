"""A worker: claims subscriptions whose next_run_at has come, and runs a channel job for each, many at a time.

Any number of workers share one database, and all are equal: what one releases, or leaves by crashing, another claims.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Protocol, TypeAlias

import structlog

from archive.issue import Issue
from bot.digests.delivery.channel_job import ChannelJob
from bot.digests.delivery.context import DeliveryContext
from bot.digests.delivery.footnote import Footnote
from bot.digests.delivery.issue_registry import ArchiveChange, IssueRegistry
from bot.digests.delivery.rate_limiter import RateLimiter
from bot.digests.delivery.rendering import DigestRenderer
from bot.digests.delivery.version import Render
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.errors import BotError
from bot.domain.subscription import Subscription
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Poster
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_CLOCK_STEP_SECONDS = 60.0
"""Seconds by which the wall clock may drift from the event loop's clock before it counts as set forward or back."""
_UPKEEP_SECONDS = 3_600.0
_SYNC_SECONDS = 600.0
_SYNC_RETRY_SECONDS = 10.0
"""Seconds until the archive is registered again after that failed."""
_STOP_RESERVE_SECONDS = 1.0
"""Seconds of a stop reserved for cancelling channel jobs, and as many again for releasing leases."""
_MAX_CHECKS_AT_ONCE = 8
"""Workspaces that refused the bot which are checked at the same time."""
_CHECK_TIMEOUT_SECONDS = 20.0
"""Seconds after which such a check is given up."""


class Archive(Protocol):
    """The archive in use, as delivery needs it; `bot.source.library` implements it."""

    @property
    def fault(self) -> Exception | None:
        """The error of the last reading of the folder, None if it succeeded."""
        ...

    def announced(self) -> tuple[Issue, ...]:
        """Return the issues that are published or will be on their date, oldest first."""
        ...

    async def refresh(self) -> object:
        """Read what changed in the folder."""
        ...


class Timer(Protocol):
    """Calls a function at a fixed interval; `bot.runtime.ticker` implements it."""

    def start(self) -> None:
        """Start, with the first call at once."""
        ...

    async def stop(self, within: float = ...) -> None:
        """Stop within this many seconds."""
        ...


TimerFactory: TypeAlias = Callable[[Callable[[], Awaitable[None]], float], Timer]
"""Returns a timer for a call and the seconds between two of them."""


@dataclass(frozen=True, slots=True)
class DigestContent:
    """What a digest is made of.

    `render` makes its messages, `command` is named where people are told how to read an issue, and `footnote` gives a
    line beside a digest.
    """

    render: Render
    command: str = "/weekly"
    footnote: Footnote | None = None


class Worker:
    """Delivers digests. `start` (or `run`) it inside the event loop; `stop` it before the loop ends."""

    def __init__(
        self,
        store: Store,
        slack: Poster,
        registry: IssueRegistry,
        archive: Archive,
        content: DigestContent,
        clock: Clock,
        policy: DeliveryPolicy = DEFAULT_POLICY,
    ) -> None:
        """Deliver the issues of `archive`, known by `registry`, to the subscriptions in `store`.

        The archive is registered at the start, when `changed` is called, and every ten minutes. Its folder is also read
        again every ten minutes, since the file watch may miss a change.
        """
        self.name = f"worker-{secrets.token_hex(6)}"
        self._store, self._registry, self._clock, self._policy = store, registry, clock, policy
        self._slack, self._archive = slack, archive
        self._context = DeliveryContext(
            store,
            slack,
            clock,
            DigestRenderer(content.render),
            RateLimiter(policy),
            policy,
            self.name,
            lambda: registry.current,
            content.command,
            content.footnote,
        )
        self._jobs: dict[asyncio.Task[None], ChannelJob] = {}
        self._claimed: dict[int, ChannelJob] = {}
        self._unreleased: set[int] = set()
        self._overlong_leases: dict[int, datetime] = {}
        self._busy: Counter[str] = Counter()
        self._timers: tuple[Timer, ...] = ()
        self._chores: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stopped: asyncio.Event | None = None
        self._times: dict[str, float] = {}
        self._wall: tuple[datetime, float] | None = None
        self._unscheduled, self._changing = ArchiveChange(), asyncio.Lock()
        self.fault = ""
        """Why new issues can't be registered, "" if they can; tried again every few seconds."""

    @property
    def active_jobs(self) -> int:
        """The number of running channel jobs."""
        return len(self._jobs)

    async def start(self) -> None:
        """Register the archive, recompute every next_run_at, and schedule what was missed while no worker ran.

        The changes that registering returns don't suffice for that: another process may have registered them before.
        """
        now, schedule = self._clock.now(), self._store.schedule
        await self.changed()
        self._context.limiter.recall(await self._store.subscriptions.limits(now), now)
        await schedule.recompute(now)
        await schedule.run_unfinished(now)
        await schedule.run_now(now)
        await schedule.run_outdated(now, now - self._policy.revisable_for, self._context.renderer.version)
        self._in_background("delivery-upkeep", self._upkeep)

    async def run(self, timer: TimerFactory) -> None:
        """Start, work by timers of `timer` until `stop`, and return once every lease is released."""
        self._stopped = asyncio.Event()
        await self.start()
        # Leases have a timer of their own, so that they are renewed while a tick hangs.
        self._timers = (
            timer(self._tick, self._policy.tick_seconds),
            timer(self._renew, self._policy.lease.total_seconds() / 3),
        )
        for each in self._timers:
            each.start()
        await self._stopped.wait()

    async def stop(self, within: float = 10.0) -> None:
        """Claim nothing more, wait for messages being sent, and release every lease, all within `within` seconds.

        A message without an answer by then is left unconfirmed: the next worker looks for it.
        """
        self._stopping.set()
        end = asyncio.get_running_loop().time() + within - _STOP_RESERVE_SECONDS
        ending = [asyncio.ensure_future(timer.stop(within - 2 * _STOP_RESERVE_SECONDS)) for timer in self._timers]
        for chore in self._chores:
            chore.cancel()
        for task, job in tuple(self._jobs.items()):
            job.sender.stopping = True
            if not job.sender.calling:
                task.cancel()
        await _until(end - _STOP_RESERVE_SECONDS, ending, self._jobs, self._chores)
        for task in tuple(self._jobs):
            task.cancel()
        await _until(end, self._jobs)
        try:
            async with asyncio.timeout(_STOP_RESERVE_SECONDS):
                # The next worker does not know when our last message was posted, so it has to wait.
                await self._store.leases.drop(self.name, self._context.after(self._policy.seconds_per_message))
        except (TimeoutError, BotError) as error:  # leases expire by themselves
            _log.warning("delivery.leases_kept", error=str(error) or "the database did not answer")
        if self._stopped is not None:
            self._stopped.set()

    async def changed(self) -> None:
        """Register the archive as it is now and schedule the subscriptions that its changes affect.

        Raises what went wrong. The archive is read only under the lock: an earlier reading could be older than what was
        registered meanwhile, and would remove a new issue from the catalogue again.
        """
        async with self._changing:
            now = self._clock.now()
            try:
                good = self._archive.fault is None
                change = await self._registry.put(self._archive.announced(), now, good=good)
                # The registry reports a change only once: keep it until all affected subscriptions are scheduled.
                self._unscheduled |= change
                await self._schedule_affected(self._unscheduled, now)
            except Exception as error:
                self.fault = f"new issues are not noticed: {error}"
                raise
            self._unscheduled, self.fault = ArchiveChange(), ""

    async def _schedule_affected(self, change: ArchiveChange, now: datetime) -> None:
        schedule = self._store.schedule
        if concerned := change.added | change.edited:
            await schedule.run_now(now)  # edited ones too: their date may now be earlier
            readers = await self._store.deliveries.readers_of(concerned, now - self._policy.revisable_for)
            await schedule.run_now(now, readers)

    async def tick(self, now: datetime) -> int:
        """Renew the leases and claim as many due subscriptions as there is room for; return how many were claimed."""
        if self._stopping.is_set():
            return 0
        await self._check_clock(now)
        await self._check_leases(now)
        await self._check_periodic(now)
        room = self._policy.max_channels - len(self._jobs)
        if room <= 0:
            return 0
        full = [
            workspace for workspace, count in self._busy.items() if count >= self._policy.max_channels_per_workspace
        ]
        each = self._policy.max_channels_per_workspace
        taken = await self._store.leases.claim(self.name, now, self._policy.lease, limit=room, each=each, full=full)
        if self._stopping.is_set():  # stopping began meanwhile: `stop` releases these with the rest
            return 0
        for subscription in taken:
            job = self._claimed.get(subscription.id)
            # A running job whose lease expired goes on under the new one. A releasing job is done: start another.
            if job is None or job.releasing:
                self._open(subscription)
        return len(taken)

    async def _check_leases(self, now: datetime) -> None:
        """Renew our leases, release pending ones, and free those that nobody renews."""
        if self._due("renew", self._policy.lease.total_seconds() / 3):
            await self._renew()
        if self._unreleased:
            await self._release_pending(now)
        if self._due("stalled", self._policy.lease.total_seconds()):
            await self._free_stalled(now)

    async def _check_periodic(self, now: datetime) -> None:
        """Run what is due every ten minutes or every hour, and register issues dated ahead once they are out."""
        out = not self.fault and self._registry.is_due(now)
        if out or self._due("sync", _SYNC_RETRY_SECONDS if self.fault else _SYNC_SECONDS, at_first=False):
            await self.changed()
        if self._due("look", _SYNC_SECONDS, at_first=False):
            self._in_background("delivery-look", self._archive.refresh)
        if self._due("hourly", _UPKEEP_SECONDS, at_first=False):
            self._in_background("delivery-upkeep", self._upkeep)

    async def idle(self) -> None:
        """Wait until no channel job is running (for tests and simulations)."""
        while self._jobs:
            await asyncio.wait(tuple(self._jobs))

    async def _tick(self) -> None:
        await self.tick(self._clock.now())

    async def _renew(self) -> None:
        if self._claimed:
            await self._store.leases.renew(self.name, self._claimed, self._clock.now() + self._policy.lease)

    async def _free_stalled(self, now: datetime) -> None:
        """Free leases that end later than a lease can last and were not renewed since the last check.

        A clock that was ahead set that end. Checks are one lease apart; a live worker renews three times in that time.
        """
        leases, before = self._store.leases, self._overlong_leases
        self._overlong_leases = await leases.held_beyond(now + self._policy.lease)
        stalled = {key: until for key, until in self._overlong_leases.items() if before.get(key) == until}
        if stalled and (count := await leases.free(stalled, now)):
            _log.warning("delivery.stalled_leases", subscriptions=count)

    async def _release_pending(self, now: datetime) -> None:
        """Release what could not be released when its job ended; before a claim, which might return the same ones."""
        for key in tuple(self._unreleased - self._claimed.keys()):
            await self._store.leases.release(key, self.name, now, now)
            self._unreleased.discard(key)

    def _open(self, subscription: Subscription) -> None:
        job = ChannelJob(self._context, subscription)
        task = asyncio.create_task(self._run_job(job, subscription), name=f"job-{subscription.id}")
        self._jobs[task] = job
        self._claimed[subscription.id] = job
        self._unreleased.discard(subscription.id)
        self._busy[subscription.workspace] += 1
        task.add_done_callback(lambda done: self._close(done, subscription))

    def _close(self, task: asyncio.Task[None], subscription: Subscription) -> None:
        job = self._jobs.pop(task, None)
        if self._claimed.get(subscription.id) is job:  # otherwise the channel's next job has started
            del self._claimed[subscription.id]
        self._busy[subscription.workspace] -= 1
        if not self._busy[subscription.workspace]:
            del self._busy[subscription.workspace]

    async def _run_job(self, job: ChannelJob, subscription: Subscription) -> None:
        """Run a channel job; an error in it affects its own channel only."""
        try:
            await job.run()
        except BotError as error:
            _log.error("delivery.failed", channel=subscription.channel, error=str(error), exc_info=error)
            await self._release_later(job, subscription)
        except Exception:  # noqa: BLE001 - one channel must not end the others; it is logged
            _log.exception("delivery.broken", channel=subscription.channel)
            await self._release_later(job, subscription)

    async def _release_later(self, job: ChannelJob, subscription: Subscription) -> None:
        if self._claimed.get(subscription.id) is not job:
            return  # the lease belongs to the next job
        now = self._clock.now()
        later = now + timedelta(seconds=self._policy.wait(3))
        try:
            await self._store.leases.release(subscription.id, self.name, now, later)
        except BotError as error:  # tried again before the next claim; besides, the lease expires
            self._unreleased.add(subscription.id)
            _log.warning("delivery.not_released", channel=subscription.channel, error=str(error))

    def _in_background(self, name: str, chore: Callable[[], Awaitable[object]]) -> None:
        """Start `chore` as a background task, unless the one of that name is still running."""

        async def do() -> None:
            try:
                await chore()
            except Exception:  # noqa: BLE001 - it is repeated later, and logged
                _log.exception("delivery.chore_failed", chore=name)

        if all(task.get_name() != name for task in self._chores):
            task = asyncio.create_task(do(), name=name)
            self._chores.add(task)
            task.add_done_callback(self._chores.discard)

    async def _upkeep(self) -> None:
        """Resume subscriptions whose reason for the pause is gone, and delete old bookmark events."""
        now, subscriptions, turns = self._clock.now(), self._store.subscriptions, asyncio.Semaphore(_MAX_CHECKS_AT_ONCE)
        if count := await subscriptions.resume_readable(now):
            _log.info("delivery.readable_again", subscriptions=count)
        await self._store.bookmarks.prune(now)
        refused = await subscriptions.refused_workspaces()
        await asyncio.gather(*(self._recheck(workspace, turns) for workspace in refused))

    async def _recheck(self, workspace: WorkspaceId, semaphore: asyncio.Semaphore) -> None:
        """Resume the subscriptions of a workspace that refused the bot, if Slack accepts its token again."""
        async with semaphore:
            try:
                async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
                    await self._slack.check(workspace)
            except (SlackError, TimeoutError):
                return
        count = await self._store.subscriptions.resume_workspace(workspace, self._clock.now())
        _log.info("delivery.workspace_resumed", workspace=workspace, subscriptions=count)

    async def _check_clock(self, now: datetime) -> None:
        """Recompute every next_run_at if the wall clock was set forward or back."""
        loop = asyncio.get_running_loop().time()
        before = self._wall or (now, loop)
        drift = (now - before[0]).total_seconds() - (loop - before[1])
        if abs(drift) > _CLOCK_STEP_SECONDS:
            _log.warning("delivery.clock_stepped", seconds=round(drift))
            await self._store.schedule.recompute(now)
            await self._store.schedule.run_unfinished(now)
        self._wall = (now, loop)  # only now: if recomputing failed, the step is noticed again

    def _due(self, what: str, seconds: float, *, at_first: bool = True) -> bool:
        """Return whether `seconds` have passed since this last returned True for `what`."""
        loop = asyncio.get_running_loop().time()
        last = self._times.setdefault(what, loop - seconds if at_first else loop)
        if loop - last < seconds:
            return False
        self._times[what] = loop
        return True


async def _until(end: float, *tasks: Iterable[asyncio.Future[None]]) -> None:
    """Wait for all of these tasks, at most until `end` by the event loop's clock."""
    if waiting := tuple(chain.from_iterable(tasks)):
        await asyncio.wait(waiting, timeout=max(0.0, end - asyncio.get_running_loop().time()))
