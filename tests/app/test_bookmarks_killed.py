"""Killing the real bot's process (SIGKILL) during a burst of reactions loses no bookmark and invents none."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from benchmarks.burst import burst, posted, wrong
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.slack.fixtures import generated_site
from playground.slack.request_sender import RequestSender
from playground.slack.server import Server
from playground.slack.sockets import Sockets

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the tests"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Size:
    """So many `events` of so many `people`, `at_a_time` of them in flight.

    `killed_after` counts the events that were acknowledged when the bot is killed.
    """

    events: int
    people: int
    at_a_time: int
    killed_after: int


SMALL = Size(240, people=12, at_a_time=32, killed_after=80)
WHOLE = Size(2_000, people=50, at_a_time=64, killed_after=1_000)
"""The load that the README promises."""


class Mortal:
    """The bot as a process on a port of its own; `up` is set while it answers."""

    def __init__(self, api: str, database: str) -> None:
        """Take the address and environment to start it with."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.up = asyncio.Event()
        self.killed = 0
        self._environment = {
            **os.environ,  # noqa: TID251 - handed on, not read
            "SLACK_API_URL": api,
            "SLACK_BOT_TOKEN": "xoxb-T1",
            "SLACK_SIGNING_SECRET": SECRET,
            "PORT": str(self.port),
            "BACKISSUE_ARCHIVE": str(ROOT / "playground/demo/sample"),
            "DATABASE_URL": database,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, session: aiohttp.ClientSession) -> None:
        """Start, and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env=self._environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(START_SECONDS):
            while not self.up.is_set():
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/health") as answer:
                        assert answer.status == 200
                    self.up.set()
                except aiohttp.ClientError:
                    await asyncio.sleep(0.02)  # a process gives no sign when it is ready

    async def kill(self) -> None:
        """Kill it."""
        assert self._process is not None
        self.up.clear()
        self.killed += 1
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End as a host ends it."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def mortal(database: str) -> AsyncIterator[tuple[Mortal, aiohttp.ClientSession]]:
    """Run the bot against a stand-in."""
    async with Server(generated_site()) as server, aiohttp.ClientSession() as session:
        bot = Mortal(server.api_url, database)
        await bot.start(session)
        try:
            yield bot, session
        finally:
            await bot.stop()


@pytest.mark.process
@pytest.mark.parametrize("size", [SMALL, pytest.param(WHOLE, marks=pytest.mark.slow)], ids=["small", "whole"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_killed_in_the_middle_of_a_burst(
    kind: str, size: Size, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A third of the events doubled or swapped, a kill, Slack's retries: everybody has the bookmarks they should."""
    url = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
    store = await asyncio.to_thread(Store.open, url, upgrading=True)
    await posted(store)
    made = burst(7, size.events, people=size.people)
    assert len(made.events) == size.events
    waiting, done = iter(made.events), 0
    async with mortal(url) as (bot, session):

        async def until_up(_: float) -> None:
            await bot.up.wait()

        clock = SystemClock()
        address = f"http://127.0.0.1:{bot.port}/slack/events"
        sender = RequestSender(address, SECRET, clock, Sockets(clock), session, wait=until_up)

        async def carry() -> None:
            nonlocal done
            for payload in waiting:
                assert (await sender.event(payload)).ok
                done += 1
                if done >= size.killed_after and not bot.killed:
                    await bot.kill()
                    await bot.start(session)

        await asyncio.gather(*(carry() for _ in range(size.at_a_time)))
    assert (bot.killed, done) == (1, size.events)
    assert any(status != 200 for _, status in sender.sent)
    assert await wrong(store, made.expected) == []
    await store.close()
