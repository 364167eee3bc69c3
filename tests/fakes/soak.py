"""A soak: the real process under commands, faults at random, restarts and a locked database, and what came of it.

The stand-in workspace runs in the test's own process, so that nothing it knows is lost when the bot is restarted.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median

import aiohttp

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
START_SECONDS, DRAIN_SECONDS = 60.0, 120.0
"""Seconds that a start may take, and that what is under way at the end may take before it counts as lost."""
SAMPLES, FEW_SAMPLES = 200, 30
"""How often memory is looked at in a soak, and how often at least in one process."""
POST, READ = "chat.postMessage", ("conversations.history", "conversations.replies", "reactions.get", "users.info")
TYPED = (
    *(["/weekly harbours"] * 4), *(["/weekly lighthouse keepers"] * 3), "/weekly harbuors", "/weekly zzyzx",
    "/weekly latest", "/weekly issue 3", "/weekly random", "/weekly topics", "/weekly help", "/tools kettles",
    "/weekly saved", "/weekly saved tides", "/weekly status", "/weekly why 3", "/weekly top", "/weekly resume",
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


@dataclass
class Soaked:
    """What came of a soak."""

    typed: int = 0
    acknowledged: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    """Commands that were not acknowledged, by the reason: those typed while nothing listened, mostly."""
    unanswered: list[str] = field(default_factory=list)
    """Commands that were acknowledged and had no answer in the end."""
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
    soaked: Soaked = field(default_factory=Soaked)
    waiting: list[tuple[str, ResponseUrl]] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    ready: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "bot.db"

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
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PORT": str(self.port),
        }
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env=environment, stdout=log, stderr=log
            )
        async with aiohttp.ClientSession() as session, asyncio.timeout(START_SECONDS):
            while not await _ready(session, f"{self.url}/health/ready"):  # noqa: ASYNC110 - another process: no sign
                await asyncio.sleep(0.05)
        self.soaked.memory.append([])
        self.ready = True

    async def ends(self) -> None:
        """Ask the bot to stop, as a host does."""
        assert self.process is not None
        self.ready = False
        self.process.send_signal(signal.SIGTERM)
        self.soaked.exits.append(await self.process.wait())

    async def locks(self, seconds: float) -> None:
        """Lock the database's file, as another program might."""
        with closing(sqlite3.connect(self.database, isolation_level=None, timeout=30)) as line:
            line.execute("BEGIN EXCLUSIVE")
            await asyncio.sleep(seconds)
            line.execute("ROLLBACK")

    async def types(self, fixture: WorkspaceFixture, text: str) -> None:
        """Type a command somewhere, and note what came of it."""
        channel, user = self.chance.choice(self.channels), self.chance.choice(list(self.workspace.users.values()))
        now = self.server.clock.now()
        name = self.workspace.new_response_url(channel.id, user.id, now)
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
                self.waiting.append((text, url))

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


async def soak(folder: Path, seconds: float, seed: int = 1) -> Soaked:
    """Run the bot for so many seconds under load and trouble; return what came of it."""
    async with _environment(folder, seed) as it:
        await it.starts()
        async with workspace_fixture(it.server, it.workspace, f"{it.url}/slack/events", SECRET) as fixture:
            it.server.site.faults.add(*faults())
            async with asyncio.TaskGroup() as group:
                group.create_task(_type(it, fixture, seconds))
                group.create_task(_trouble(it, seconds))
                group.create_task(_publish(it, seconds))
                group.create_task(_watch(it, seconds))
            it.server.site.faults.clear()
            await _drain(it)
        await it.ends()
        return _told(it)


@asynccontextmanager
async def _environment(folder: Path, seed: int) -> AsyncIterator[_Soak]:
    site = Site()
    workspace = site.add(Workspace("T1"))
    people = [workspace.add_user(f"person-{number}", "Europe/London") for number in range(10)]
    channels = [workspace.add_channel(f"channel-{number}", people) for number in range(CHANNELS)]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    (folder / "issues").mkdir()
    async with Server(site) as server:
        it = _Soak(folder, server, workspace, channels, random.Random(seed), port)
        now = SystemClock().now()
        for number in range(1, 5):
            it.publish(number, now)
        store = await asyncio.to_thread(Store.open, f"sqlite:///{it.database}", upgrading=True)
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
    """Type so many commands a second, however long the answers take; fewer if this machine can't."""
    loop = asyncio.get_running_loop()
    began, room = loop.time(), asyncio.Semaphore(400)

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
            group.create_task(one(it.chance.choice(TYPED)))


async def _trouble(it: _Soak, seconds: float) -> None:
    """Restart the bot after a third and two thirds of the time, and lock the database in the middle."""
    await asyncio.sleep(seconds / 3)
    await it.ends()
    await it.starts()
    await asyncio.sleep(seconds / 6)
    await it.locks(min(30.0, seconds / 8))
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
    for _ in range(SAMPLES):
        await asyncio.sleep(seconds / SAMPLES)
        it.samples()


async def _drain(it: _Soak) -> None:
    """Wait until every acknowledged command has its answer, at most for so long."""
    loop = asyncio.get_running_loop()
    end = loop.time() + DRAIN_SECONDS
    while loop.time() < end and any(not url.uses for _, url in it.waiting):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.2)


def _told(it: _Soak) -> Soaked:
    soaked, ledger = it.soaked, it.server.site.ledger
    soaked.unanswered = [text for text, url in it.waiting if not url.uses]
    soaked.doubles, soaked.posts = len(ledger.doubles()), len(ledger.posts())
    soaked.faults = Counter(line.answer for line in ledger.lines)
    soaked.log = (it.folder / "log").read_text("utf-8", "replace").splitlines()
    return soaked


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
        "doubles": soaked.doubles,
        "posts": soaked.posts,
        "answers": dict(soaked.faults),
        "megabytes": [f"{min(each) / 1000:.0f} to {max(each) / 1000:.0f}" for each in soaked.memory if each],
        "grown": [f"{grown(each):+} kB" for each in soaked.memory],
        "log lines": len(soaked.log),
    }
