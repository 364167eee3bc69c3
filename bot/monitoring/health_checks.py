"""What the health page is decided from: what was last seen to work in this process, and in the workers beside it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from bot.domain.clock import Clock
from bot.domain.gap import Heartbeat
from bot.domain.health import Attempts, Check, Sign, judge
from bot.domain.workspace import workspace_id
from bot.runtime.watched_timers import WatchedTimers
from bot.slack.api.client import WebSlack
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Slack
from bot.slack.api.scopes import NEEDED, SCOPES, UNSAID, missing
from bot.source.library import Library
from bot.store.store import Store

LOOK_AT_FOLDER = "look at the folder"
_TICK = "tick"
PROBE_SECONDS = 15.0
"""Seconds between two looks at the database and the disk."""
ASK_SECONDS = 30.0
"""Seconds between two looks whether Slack has answered of late."""
_QUIET_SECONDS = 60.0
"""Slack is asked who the bot is if it has answered nothing for so long."""
FREE_BYTES = 64_000_000
"""Free bytes below which a disk counts as full: a year of a hundred channels is less."""
_INSTALL = "install the app again and set its new SLACK_BOT_TOKEN"
_GRANT = "add it under “OAuth & Permissions” on api.slack.com/apps and install the app again, if you did not decline it"
_COMPARE = "compare them with manifest.yaml under “OAuth & Permissions” on api.slack.com/apps"
_STOPPING = Check("process", ok=False, age=None, limit=None, fault="stopping", step="wait until it has ended")
_ANY = workspace_id(None, None)


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Seconds that may pass without a success, four or more tries of each."""

    database: float = 60.0
    slack: float = 300.0
    archive: float = 240.0
    tick: float = 60.0
    workers: float = 240.0
    socket: float = 60.0


class HealthChecks:
    """Looks at the database, the disk and Slack by `timers`, and gives the `checks` of the health page."""

    def __init__(self, library: Library, store: Store, slack: Slack, clock: Clock, timers: WatchedTimers) -> None:
        """Watch these. Everything counts as just begun when `start` is called."""
        self._library, self._store, self._slack, self._clock = library, store, slack, clock
        self._timers = timers
        self._outcomes = slack.outcomes if isinstance(slack, WebSlack) else None
        self._answers = self._outcomes.answers if self._outcomes is not None else None
        self._since = monotonic()
        self._posting = False
        self._beat: Heartbeat | None = None
        self._free: int | None = None
        self.stopping = False
        """Whether a stop has begun: then there is one check, which says so."""
        self.limits = HealthLimits()
        self.refused = asyncio.Event()
        """Set if Slack refused the token before it ever took it; `refusal` says why."""
        self.refusal = ""
        self.socket: Callable[[], Attempts] | None = None
        """Tells when the socket last heard of Slack; None without Socket Mode."""

    def start(self, *, posting: bool) -> None:
        """Begin to look; `posting`: this process is a worker as well."""
        self._since, self._posting = monotonic(), posting
        self._timers.every(PROBE_SECONDS, "look at the database", self.probe)
        if self._answers is not None:
            self._timers.every(ASK_SECONDS, "ask Slack", self.ask)

    async def probe(self) -> None:
        """Look whether the database can be written, which heartbeat it has, and how full its disk is."""
        if (file := self._store.database.file) is not None:
            with suppress(OSError):
                self._free = shutil.disk_usage(file.absolute().parent).free
        await self._store.probe()
        self._beat = await self._store.heartbeats.last()

    async def ask(self) -> None:
        """Ask Slack who the bot is, unless it has answered of late; what it says is noted by the port itself."""
        answers = self._answers
        if answers is None or (not answers.fault and answers.at and monotonic() - answers.at < _QUIET_SECONDS):
            return
        try:
            await self._slack.check(_ANY)
        except SlackError:
            if answers.at is None and answers.lasting:
                self.refusal = f"{answers.fault}; {_INSTALL}"
                self.refused.set()

    def checks(self, now: float | None = None) -> tuple[Check, ...]:
        """Return the health page's checks at the moment `now` of the monotonic clock, by default this one."""
        if self.stopping:  # what has been stopped on purpose is no fault, and what works is of no use to anybody
            return (_STOPPING,)
        now = monotonic() if now is None else now
        return judge(self._signs(now), now)

    def _signs(self, now: float) -> Iterator[Sign]:
        limits, since = self.limits, self._since
        writes, shown = self._store.database.writes, self._store.database.shown
        yield Sign.of("database", f"look at {shown}", writes, since=since, limit=limits.database)
        yield self._disk()
        if self._answers is not None:
            step = _INSTALL if self._answers.lasting else "look at Slack's status page, the network and HTTPS_PROXY"
            yield Sign.of("slack", step, self._answers, since=since, limit=limits.slack)
            yield self._scopes()
        looks, fault = self._timers.jobs[LOOK_AT_FOLDER], self._library.fault
        step = "mount the folder, or check BACKISSUE_ARCHIVE"
        told = str(fault) if fault else looks.fault
        yield Sign("archive", step, since, looks.at, limits.archive, told, lasting=fault is not None)
        yield self._issues()
        yield self._files()
        if self._posting:
            step = "see the log for what holds the worker up, or restart it"
            yield Sign.of("ticks", step, self._timers.jobs[_TICK], since=since, limit=limits.tick)
        yield self._workers(now)
        if self.socket is not None:
            step = "check SLACK_APP_TOKEN, and whether a proxy lets WebSockets through"
            yield Sign.of("socket", step, self.socket(), since=since, limit=limits.socket)

    def _scopes(self) -> Sign:
        """Return the sign of what the granted scopes allow: some may be declined, and the bot itself is well."""
        granted = self._outcomes.scopes if self._outcomes is not None else None
        if granted is not None and not granted:
            return Sign("scopes", _COMPARE, fault=UNSAID)
        lacking = () if granted is None else missing(granted)
        fault = "; ".join(f"{name} is not granted: {SCOPES[name]}" for name in lacking)
        return Sign("scopes", _GRANT, fault=fault, lasting=not NEEDED.isdisjoint(lacking))

    def _disk(self) -> Sign:
        full = self._free is not None and self._free < FREE_BYTES
        fault = f"the database's disk is full: {self._free:,} bytes are free" if full else ""
        return Sign("disk", "make room on the disk", fault=fault, lasting=True)

    def _issues(self) -> Sign:
        there = self._library.snapshot.issues or self._library.held_back()
        fault = "" if there else f"the folder {self._library.folder.name} has no issue"
        return Sign("issues", "put issues there, or check BACKISSUE_ARCHIVE", fault=fault, lasting=True)

    def _files(self) -> Sign:
        """Return the sign of files that cannot be read: they are named, and the bot itself is well."""
        broken = self._library.broken()
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        fault = f"{broken[-1]}{more}" if broken else ""
        return Sign("files", "`backissue check` shows every problem", fault=fault)

    def _workers(self, now: float) -> Sign:
        """Return the sign of the workers on this database, of which this process may be one."""
        beat, database = self._beat, self._store.database
        at = None if beat is None else now - max(0.0, (self._clock.now() - beat.at).total_seconds())
        step = f"start `backissue worker` with this database, {database.shown}"
        if database.sqlite:
            step += "; with SQLite it must be the same file on this machine"
        fault = "" if beat is not None else "no worker has ever run on this database"
        return Sign("workers", step, self._since, at, self.limits.workers, fault)
