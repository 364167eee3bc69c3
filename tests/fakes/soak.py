"""A soak: the real process under commands, faults at random, restarts and a locked database, and what came of it.

The stand-in workspace runs in the test's own process, so that nothing it knows is lost when the bot is restarted.

What is measured is the product, not the machine: people type less where answers are slow, as people do; nothing has to
be done within so many seconds, only to go on; and where the stand-in's own process was held up, what it therefore did
not take is not counted against the bot. What can be seen at once ends the soak at once, with its reason.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import psycopg

from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.slack import payloads
from playground.slack.channel import Channel
from playground.slack.faults import Fault, How
from playground.slack.people import WorkspaceFixture, workspace_fixture
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import ResponseUrl, Workspace
from tests.fakes.whole import issue, tales

SECRET = "a secret of the soak"
COMMANDS_A_SECOND = 40
CHANNELS = 30
ISSUES = 3
"""Issues that come out in the course of a soak, and are corrected later: a channel gets no more in a day."""
START_SECONDS, QUIET_SECONDS = 300.0, 120.0
"""Seconds that a start or a stop may take, and seconds in which no more answers come before the rest counts as lost."""
ROOM, ASKED = 40, 100
"""Commands that wait for their acknowledgement at the same time at most, and for an answer after it."""
STALL_SECONDS = 5.0
"""Seconds by which the stand-in's process may be held up before that is why the bot could not deliver an answer."""
SAMPLES, FEW_SAMPLES = 200, 30
"""How often memory is looked at in a soak, and how often at least in one process."""
POST, READ = "chat.postMessage", ("conversations.history", "conversations.replies", "reactions.get", "users.info")
FROM_MEMORY = (
    *(["/weekly harbours"] * 4), *(["/weekly lighthouse keepers"] * 3), "/weekly harbuors", "/weekly zzyzx",
    "/weekly latest", "/weekly issue 3", "/weekly random", "/weekly topics", "/weekly help", "/tools kettles",
)  # fmt: skip
TYPED = (
    *FROM_MEMORY, "/weekly saved", "/weekly saved tides", "/weekly status", "/weekly why 3", "/weekly top",
    "/weekly resume",
)  # fmt: skip
"""What people type; half of it is answered from memory, and `resume` undoes the pauses that refusals cause."""


def faults() -> list[Fault]:
    """Return every fault of the stand-in, each at random: together they hit about one call in six."""
    both = [
        fault
        for method in (POST, "chat.update", *READ)
        for fault in (
            Fault(How.HANG, effect=True, method=method, share=0.01, times=None),
            Fault(How.HANG, method=method, share=0.01, times=None),
            Fault(How.CUT, effect=True, method=method, share=0.02, times=None),
            Fault(How.CUT, method=method, share=0.02, times=None),
            Fault(How.BROKEN, effect=True, method=method, share=0.02, times=None),
            Fault(How.BROKEN, method=method, share=0.02, times=None),
            Fault(How.LIMITED, retry_after=2, method=method, share=0.02, times=None),
            Fault(How.LIMITED, retry_after=30, method=method, share=0.005, times=None),
        )
    ]
    late = Fault(How.HANG, effect=True, lands_after=5.0, method=POST, share=0.01, times=None)
    words = ("invalid_blocks", "is_archived", "token_revoked", "internal_error", "nobody_knows")
    refused = [Fault(How.REFUSED, error=word, method=POST, share=0.005, times=None) for word in words]
    return [late, *refused, *both]


@dataclass(frozen=True)
class SoakedDatabase:
    """A database for the bot: its URL, and how another program keeps the bot from using it for a while."""

    url: str
    taken_away: Callable[[float], Coroutine[Any, Any, None]]


def sqlite_file(file: Path) -> SoakedDatabase:
    """Return a SQLite file, which is locked as another program might."""

    def lock() -> sqlite3.Connection:
        line = sqlite3.connect(file, isolation_level=None, timeout=START_SECONDS, check_same_thread=False)
        line.execute("BEGIN EXCLUSIVE")
        return line

    async def locked(seconds: float) -> None:
        with closing(await asyncio.to_thread(lock)) as line:
            await asyncio.sleep(seconds)
            line.execute("ROLLBACK")

    return SoakedDatabase(f"sqlite:///{file}", locked)


def postgres_database(server: str, url: str) -> SoakedDatabase:
    """Return a database at `url`, on the server `server` (a URI), which cuts its connections and takes no new one."""
    name = url.partition("?")[0].rpartition("/")[2]

    def allow(*, allowed: bool) -> None:
        with psycopg.connect(server, autocommit=True) as line:
            line.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {allowed}".encode())
            if not allowed:
                line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    async def down(seconds: float) -> None:
        await asyncio.to_thread(allow, allowed=False)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(allow, allowed=True)

    return SoakedDatabase(url, down)


@dataclass
class Soaked:
    """What came of a soak."""

    typed: int = 0
    acknowledged: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    """Commands that were not acknowledged, by the reason: those typed while nothing listened, mostly."""
    unanswered: list[str] = field(default_factory=list)
    """Commands that were acknowledged and had no answer in the end, with the second at which each was typed."""
    stall: float = 0.0
    """Seconds by which the stand-in's own process was held up at most."""
    doubles: int = 0
    posts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    """Calls that write, by what they were answered."""
    memory: list[list[int]] = field(default_factory=list)
    """Of each process the kilobytes that it held, sampled throughout."""
    log: list[str] = field(default_factory=list)
    exits: list[int | None] = field(default_factory=list)


@dataclass
class _Soak:
    folder: Path
    server: Server
    workspace: Workspace
    channels: list[Channel]
    chance: random.Random
    port: int
    database: SoakedDatabase
    soaked: Soaked = field(default_factory=Soaked)
    waiting: list[tuple[str, ResponseUrl]] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    ready: bool = False
    began: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, number: int, at: datetime, word: str = "tides") -> None:
        """Add an issue of three entries to the archive, the last about `word`, or correct it."""
        written = self.folder / f"{number}.new"
        entries = tales(f"number-{number}", "harbours", "lighthouse keepers", "tides")
        written.write_text(
            issue(number, at, [*entries[:2], entries[2].replace("about tides", f"about {word}")]), "utf-8"
        )
        written.rename(self.folder / "issues" / f"{at:%Y-%m-%d}-{number}.md")

    async def starts(self) -> None:
        """Start the bot, and wait until it answers."""
        environment = {
            **os.environ,  # noqa: TID251 - handed on to a process
            "SLACK_API_URL": self.server.api_url,
            "SLACK_BOT_TOKEN": self.workspace.token,
            "SLACK_SIGNING_SECRET": SECRET,
            "BACKISSUE_ARCHIVE": str(self.folder / "issues"),
            "BACKISSUE_LOG": "json",
            "DATABASE_URL": self.database.url,
            "PORT": str(self.port),
        }
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env=environment, stdout=log, stderr=log
            )
        async with self.within("start"), aiohttp.ClientSession() as session:
            while not await _ready(session, f"{self.url}/health/ready"):
                self.check()
                await asyncio.sleep(0.05)
        self.soaked.memory.append([])
        self.ready = True

    async def ends(self) -> None:
        """Ask the bot to stop, as a host does."""
        assert self.process is not None
        self.ready = False
        self.process.send_signal(signal.SIGTERM)
        async with self.within("stop"):
            self.soaked.exits.append(await self.process.wait())

    @asynccontextmanager
    async def within(self, what: str) -> AsyncIterator[None]:
        """Fail with the reason if the bot takes far too long to start or to stop."""
        try:
            async with asyncio.timeout(START_SECONDS):
                yield
        except TimeoutError:
            raise AssertionError(f"the bot did not {what} in {START_SECONDS} s:\n{_end(self.log())}") from None

    def check(self) -> None:
        """Fail at once, with the reason, if the bot has died by itself, posted twice, or logged a trace."""
        assert self.process is not None
        code, log = self.process.returncode, self.log()
        assert code is None, f"the bot ended by itself with {code}; its log ends:\n{_end(log)}"
        assert not (doubles := self.server.site.ledger.doubles()), f"posted twice: {doubles}; the log:\n{_end(log)}"
        wrong = [line for line in log if not line.startswith("{")]
        assert not wrong, f"no line of the log, but of a trace: {wrong[0]}; the log:\n{_end(log)}"

    def log(self) -> list[str]:
        """Return the lines that the bot has logged so far, as far as they are whole."""
        return (self.folder / "log").read_text("utf-8", "replace").rpartition("\n")[0].splitlines()

    def asked(self) -> int:
        """Return how many commands wait for their answer."""
        self.waiting = [(text, url) for text, url in self.waiting if not url.uses]
        return len(self.waiting)

    async def types(self, fixture: WorkspaceFixture, text: str) -> None:
        """Type a command somewhere, and note what came of it."""
        channel, user = self.chance.choice(self.channels), self.chance.choice(list(self.workspace.users.values()))
        now = self.server.clock.now()
        name = self.workspace.new_response_url(channel.id, user.id, now)
        typed = f"{text} (at {asyncio.get_running_loop().time() - self.began:.1f} s)"
        payload = payloads.command(
            self.workspace, user, channel, text, response_url=self.server.response_url(name), now=now
        )
        self.soaked.typed += 1
        url = self.workspace.response_urls[name]
        answer = await fixture.sender.send("slash_commands", payload)
        if answer.status != 200:
            self.soaked.lost[answer.reason or str(answer.status)] += 1
        else:
            self.soaked.acknowledged += 1
            if not answer.json():
                self.waiting.append((typed, url))

    def samples(self) -> None:
        """Note how much memory the bot holds, while it answers."""
        if self.process is None or not self.ready:
            return
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            held = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")]
            self.soaked.memory[-1] += map(int, held)


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def soak(folder: Path, seconds: float, database: SoakedDatabase | None = None, seed: int = 1) -> Soaked:
    """Run the bot for so many seconds under load and trouble; return what came of it."""
    async with _environment(folder, database or sqlite_file(folder / "bot.db"), seed) as it:
        await it.starts()
        it.began = asyncio.get_running_loop().time()
        async with workspace_fixture(it.server, it.workspace, f"{it.url}/slack/events", SECRET) as fixture:
            it.server.site.faults.add(*faults())
            async with asyncio.TaskGroup() as group:
                group.create_task(_type(it, fixture, seconds))
                group.create_task(_trouble(it, seconds))
                group.create_task(_publish(it, seconds))
                group.create_task(_watch(it, seconds))
                group.create_task(_clock(it, seconds))
            it.server.site.faults.clear()
            await _drain(it)
        await it.ends()
        return _told(it)


@asynccontextmanager
async def _environment(folder: Path, database: SoakedDatabase, seed: int) -> AsyncIterator[_Soak]:
    site = Site()
    workspace = site.add(Workspace("T1"))
    people = [workspace.add_user(f"person-{number}", "Europe/London") for number in range(10)]
    channels = [workspace.add_channel(f"channel-{number}", people) for number in range(CHANNELS)]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    (folder / "issues").mkdir()
    async with Server(site) as server:
        it = _Soak(folder, server, workspace, channels, random.Random(seed), port, database)
        now = SystemClock().now()
        for number in range(1, 5):
            it.publish(number, now)
        store = await asyncio.to_thread(Store.open, database.url, upgrading=True)
        for channel in channels:
            await store.subscriptions.put("-:T1", channel.id, people[0].id, AsItAppears(), Preferences(), now)
        await store.close()
        try:
            yield it
        finally:
            if it.process is not None and it.process.returncode is None:
                it.process.kill()
                await it.process.wait()


async def _type(it: _Soak, fixture: WorkspaceFixture, seconds: float) -> None:
    """Type so many commands a second; fewer while too many wait, which is as many as this machine can take."""
    loop = asyncio.get_running_loop()
    began, room = loop.time(), asyncio.Semaphore(ROOM)

    async def one(text: str) -> None:
        async with room:
            await it.types(fixture, text)

    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds * COMMANDS_A_SECOND)):
            await asyncio.sleep(max(0.0, began + number / COMMANDS_A_SECOND - loop.time()))
            if loop.time() > began + seconds:
                break
            async with room:  # no more wait than have room
                pass
            group.create_task(one(it.chance.choice(TYPED if it.asked() < ASKED else FROM_MEMORY)))


async def _trouble(it: _Soak, seconds: float) -> None:
    """Restart the bot after a third and two thirds of the time, and lock the database in the middle."""
    await asyncio.sleep(seconds / 3)
    await it.ends()
    await it.starts()
    await asyncio.sleep(seconds / 6)
    await it.database.taken_away(min(30.0, seconds / 8))
    await asyncio.sleep(seconds / 8)
    await it.ends()
    await it.starts()


async def _publish(it: _Soak, seconds: float) -> None:
    for number in range(10, 10 + ISSUES):
        at = SystemClock().now()
        for word in ("tides", "ebb and flow"):
            it.publish(number, at, word)
            await asyncio.sleep(seconds / (2 * ISSUES + 1))


async def _watch(it: _Soak, seconds: float) -> None:
    """Look at the bot's memory, and whether something has gone wrong, throughout."""
    for _ in range(SAMPLES):
        await asyncio.sleep(seconds / SAMPLES)
        it.samples()
        if it.ready:
            it.check()


async def _clock(it: _Soak, seconds: float) -> None:
    """Note by how much this process is held up."""
    loop, step = asyncio.get_running_loop(), 0.1
    end = loop.time() + seconds
    while (now := loop.time()) < end:
        await asyncio.sleep(step)
        it.soaked.stall = max(it.soaked.stall, loop.time() - now - step)


async def _drain(it: _Soak) -> None:
    """Wait until every acknowledged command has its answer, or for long no more have come."""
    loop = asyncio.get_running_loop()
    last, since = it.asked(), loop.time()
    while last and loop.time() < since + QUIET_SECONDS:
        await asyncio.sleep(0.2)
        it.check()
        if (now := it.asked()) < last:
            last, since = now, loop.time()


def _told(it: _Soak) -> Soaked:
    soaked, ledger = it.soaked, it.server.site.ledger
    soaked.unanswered = [text for text, url in it.waiting if not url.uses]
    soaked.doubles, soaked.posts = len(ledger.doubles()), len(ledger.posts())
    soaked.faults = Counter(line.answer for line in ledger.lines)
    soaked.log = it.log()
    return soaked


def refused(soaked: Soaked) -> int:
    """Return how many answers the bot could not deliver because this process was held up for too long to take them."""
    failed = sum(json.loads(line)["event"] == "answer.failed" for line in soaked.log)
    return failed if soaked.stall > STALL_SECONDS else 0


def reasons(soaked: Soaked) -> str:
    """Return what one wants to know of a soak that did not hold."""
    events = Counter(json.loads(line)["event"] for line in soaked.log)
    return f"{summary(soaked)}\n{soaked.unanswered}\n{events.most_common()}\n{_end(soaked.log)}"


def _end(log: Sequence[str]) -> str:
    return "\n".join(log[-30:])


def grown(samples: list[int]) -> int:
    """Return by how many kilobytes the last third of a process's samples is above the middle one, by their medians.

    0 for a process that lived too short a time to tell: at its start its caches fill.
    """
    if len(samples) < FEW_SAMPLES:
        return 0
    third = len(samples) // 3
    return int(median(samples[2 * third :]) - median(samples[third : 2 * third]))


def summary(soaked: Soaked) -> Mapping[str, object]:
    """Return the figures of a soak, for people to read."""
    return {
        "typed": soaked.typed,
        "acknowledged": soaked.acknowledged,
        "not acknowledged": dict(soaked.lost),
        "unanswered": len(soaked.unanswered),
        "held up at most": f"{soaked.stall:.1f} s",
        "doubles": soaked.doubles,
        "posts": soaked.posts,
        "answers": dict(soaked.faults),
        "megabytes": [f"{min(each) / 1000:.0f} to {max(each) / 1000:.0f}" for each in soaked.memory if each],
        "grown": [f"{grown(each):+} kB" for each in soaked.memory],
        "log lines": len(soaked.log),
    }
