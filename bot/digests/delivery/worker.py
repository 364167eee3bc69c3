"""A worker: claims subscriptions whose next_run_at has come, and runs a channel job for each, many at a time.

Any number of workers share one database, and all are equal: what one releases, or leaves by crashing, another claims.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

import structlog
from structlog.contextvars import bind_contextvars

from bot.digests.alerting import AlertRoute
from bot.digests.delivery.channel_job import ChannelJob
from bot.digests.delivery.context import DeliveryContext
from bot.digests.delivery.footnote import Footnote
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery.lease_keeper import LeaseKeeper
from bot.digests.delivery.pulse import BEAT_SECONDS, Pulse
from bot.digests.delivery.rate_limiter import RateLimiter
from bot.digests.delivery.registration import DeliveryArchive, Registration
from bot.digests.delivery.rendering import DigestRenderer
from bot.digests.delivery.upkeep import Upkeep
from bot.digests.delivery.version import Render
from bot.domain.clock import Clock
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.errors import BotError
from bot.domain.subscription import Subscription
from bot.domain.timers import Timers
from bot.domain.workspace import WorkspaceId
from bot.slack.api.ports import Poster
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_CLOCK_STEP_SECONDS = 60.0
"""Seconds by which the wall clock may drift from the event loop's clock before it counts as set forward or back."""
_UPKEEP_SECONDS = 3_600.0
_REGISTER_SECONDS = 600.0
"""Seconds between two registrations of an archive of which no change is known: each is a look at it, by which later
issues are new, and another process may have registered another copy in the meantime."""
_RETRY_SECONDS = 10.0
"""Seconds until the archive is registered again after that failed."""
_STOP_RESERVE_SECONDS = 1.0
"""Seconds of a stop reserved for cancelling channel jobs, and as many again for releasing leases."""


class _Job(StrEnum):
    """The names of a worker's jobs."""

    TICK = "tick"
    RENEW = "renew leases"
    TAKE_OVER = "take over leases"
    STALLED = "free stalled leases"
    REGISTER = "register the archive"
    RETRY = "register the archive again"
    TIDY = "tidy up"
    TOKENS = "check tokens"
    BEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class DigestContent:
    """What a digest is made of.

    `render` makes its messages, `command` is named where people are told how to read an issue, and `footnote` gives a
    line beside a digest. `route` says who is told where a subscriber can't be.
    """

    render: Render
    command: str = "/weekly"
    footnote: Footnote | None = None
    route: AlertRoute = field(default_factory=AlertRoute)


class Worker:
    """Delivers digests. `start` (or `run`) it inside the event loop; `stop` it before the loop ends."""

    def __init__(
        self,
        store: Store,
        slack: Poster,
        registry: IssueRegistry,
        archive: DeliveryArchive,
        content: DigestContent,
        clock: Clock,
        policy: DeliveryPolicy = DEFAULT_POLICY,
    ) -> None:
        """Deliver the issues of `archive`, known by `registry`, to the subscriptions in `store`.

        The archive is registered at the start, when `changed` is called, and every ten minutes.
        """
        self.name = f"worker-{secrets.token_hex(6)}"
        self._store, self._clock, self._policy = store, clock, policy
        self._registration = Registration(registry, archive, store, clock, policy)
        self._leases = LeaseKeeper(store.leases, store.locks, clock, self.name, policy.lease)
        self._pulse = Pulse(store.heartbeats, clock)
        self._upkeep = Upkeep(store, slack, clock, policy)
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
            lambda: self._pulse.gaps,
            route=content.route,
        )
        self._jobs: dict[asyncio.Task[None], ChannelJob] = {}
        self._claimed: dict[int, ChannelJob] = {}
        self._busy: Counter[str] = Counter()
        self._timers: Timers | None = None
        self._stopping = asyncio.Event()
        self._wall: tuple[datetime, float] | None = None

    @property
    def fault(self) -> str:
        """Why new issues can't be registered, "" if they can; tried again every few seconds."""
        return self._registration.fault

    @property
    def active_jobs(self) -> int:
        """The number of running channel jobs."""
        return len(self._jobs)

    async def start(self) -> None:
        """Register the archive, recompute every next_run_at, and schedule what was missed while no worker ran.

        The changes that registering returns don't suffice for that: another process may have registered them before.
        """
        self.name = await self._leases.enter()
        self._context = replace(self._context, holder=self.name)
        now, schedule = self._clock.now(), self._store.schedule
        await self.changed()
        await self._beat()
        self._context.limiter.recall(await self._store.subscriptions.limits(now), now)
        await schedule.recompute(now)
        await schedule.run_unfinished(now)
        await schedule.run_now(now)
        await schedule.run_outdated(now, now - self._policy.revisable_for, self._context.renderer.version)

    async def run(self, timers: Timers) -> None:
        """Start, and work by jobs of `timers` until `stop`."""
        await self.start()
        if not self._stopping.is_set():
            self.schedule(timers)

    def schedule(self, timers: Timers) -> None:
        """Add this worker's jobs to `timers`. One that hangs delays no other: leases are renewed while a tick hangs."""
        self._timers, lease = timers, self._policy.lease.total_seconds()
        timers.every(lease / 3, _Job.RENEW, lambda: self._leases.renew(self._claimed.keys()))
        # The next worker does not know when a dead one's last message was posted, so it has to wait.
        pause = timedelta(seconds=self._policy.seconds_per_message)
        timers.every(self._policy.tick_seconds, _Job.TAKE_OVER, lambda: self._leases.take_over(pause))
        timers.every(lease, _Job.STALLED, self._leases.free_stalled)
        timers.every(_REGISTER_SECONDS, _Job.REGISTER, self.changed, at_once=False)
        timers.every(_RETRY_SECONDS, _Job.RETRY, self._registration.retry, at_once=False)
        timers.every(_UPKEEP_SECONDS, _Job.TIDY, self._upkeep.tidy)
        timers.every(_UPKEEP_SECONDS, _Job.TOKENS, self._upkeep.check_tokens)
        timers.every(BEAT_SECONDS, _Job.BEAT, self._beat, at_once=False)
        timers.every(self._policy.tick_seconds, _Job.TICK, lambda: self.tick(self._clock.now()))

    async def stop(self, within: float = 10.0) -> None:
        """Claim nothing more, wait for messages being sent, and release every lease, all within `within` seconds.

        A message without an answer by then is left unconfirmed: the next worker looks for it.
        """
        self._stopping.set()
        end = asyncio.get_running_loop().time() + within - _STOP_RESERVE_SECONDS
        ending = []
        if self._timers is not None:
            ending.append(asyncio.ensure_future(self._timers.stop(*_Job, within=within - 2 * _STOP_RESERVE_SECONDS)))
        for task, job in tuple(self._jobs.items()):
            job.sender.stopping = True
            if not job.sender.calling:
                task.cancel()
        await _until(end - _STOP_RESERVE_SECONDS, ending, self._jobs)
        for task in tuple(self._jobs):
            task.cancel()
        await _until(end, self._jobs)
        try:
            async with asyncio.timeout(_STOP_RESERVE_SECONDS):
                # The next worker does not know when our last message was posted, so it has to wait.
                await self._pulse.stop()
                await self._leases.drop(self._context.after(self._policy.seconds_per_message))
        except (TimeoutError, BotError) as error:  # leases expire by themselves
            _log.warning("leases.left", error=str(error) or "the database did not answer")

    async def _beat(self) -> None:
        """Write the heartbeat, and read what other workers have seen."""
        await self._pulse.beat()
        await self._context.second_bots.refresh(self._store.second_bots, self._clock)

    async def changed(self) -> None:
        """Register the archive as it is now; see `Registration.run`."""
        await self._registration.run()

    async def tick(self, now: datetime) -> int:
        """Claim as many due subscriptions as there is room for, and return how many were claimed."""
        if self._stopping.is_set():
            return 0
        await self._check_clock(now)
        await self._leases.release_pending(self._claimed)
        room = self._policy.max_channels - len(self._jobs)
        if room <= 0:
            return 0
        each, full = self._policy.max_channels_per_workspace, self._full()
        taken = await self._store.leases.claim(self.name, now, self._policy.lease, limit=room, each=each, full=full)
        if self._stopping.is_set():  # stopping began meanwhile: `stop` releases these with the rest
            return 0
        for subscription in taken:
            job = self._claimed.get(subscription.id)
            # A running job whose lease expired goes on under the new one. A releasing job is done: start another.
            if job is None or job.releasing:
                self._open(subscription)
        self._context.backlog.note(self._full(), everywhere=len(self._jobs) >= self._policy.max_channels)
        return len(taken)

    def _full(self) -> list[WorkspaceId]:
        """Return the workspaces of which as many channels are claimed as may be."""
        most = self._policy.max_channels_per_workspace
        return [workspace for workspace, count in self._busy.items() if count >= most]

    async def idle(self) -> None:
        """Wait until no channel job is running (for tests and simulations)."""
        while self._jobs:
            await asyncio.wait(tuple(self._jobs))

    def _open(self, subscription: Subscription) -> None:
        job = ChannelJob(self._context, subscription)
        task = asyncio.create_task(self._run_job(job, subscription), name=f"job-{subscription.id}")
        self._jobs[task] = job
        self._claimed[subscription.id] = job
        self._leases.claimed(subscription.id)
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
        """Run a channel job; an error in it affects its own channel only. Its task's log lines name the channel."""
        bind_contextvars(workspace=subscription.workspace, channel=subscription.channel)
        try:
            await job.run()
        except BotError as error:
            _log.error("delivery.failed", channel=subscription.channel, error=str(error))
            await self._release_later(job, subscription)
        except Exception:  # noqa: BLE001 - one channel must not end the others; it is logged
            _log.exception("delivery.crashed", channel=subscription.channel)
            await self._release_later(job, subscription)

    async def _release_later(self, job: ChannelJob, subscription: Subscription) -> None:
        if self._claimed.get(subscription.id) is not job:
            return  # the lease belongs to the next job
        await self._leases.release(subscription, self._context.after(self._policy.wait(3)))

    async def _check_clock(self, now: datetime) -> None:
        """Recompute every next_run_at if the wall clock was set forward or back."""
        loop = asyncio.get_running_loop().time()
        before = self._wall or (now, loop)
        drift = (now - before[0]).total_seconds() - (loop - before[1])
        if abs(drift) > _CLOCK_STEP_SECONDS:
            _log.warning("clock.stepped", seconds=round(drift))
            await self._store.schedule.recompute(now)
            await self._store.schedule.run_unfinished(now)
        self._wall = (now, loop)  # only now: if recomputing failed, the step is noticed again


async def _until(end: float, *tasks: Iterable[asyncio.Future[None]]) -> None:
    """Wait for all of these tasks, at most until `end` by the event loop's clock."""
    if waiting := tuple(chain.from_iterable(tasks)):
        await asyncio.wait(waiting, timeout=max(0.0, end - asyncio.get_running_loop().time()))
