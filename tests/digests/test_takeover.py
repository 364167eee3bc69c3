"""The leases of a worker that surely died are taken over at once, those of a living one never; real processes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.store import Store
from tests.digests.test_killed import StandInSize, done, judge
from tests.fakes.standin import ROOT, ledger_in, prepared, stand_in

pytestmark = pytest.mark.process

LEASE_SECONDS = 120.0
"""So long that no lease expires in a test."""
SIZE = StandInSize(2, 3, seed=5)
HELD = text("SELECT count(*) FROM subscriptions WHERE holder IS NOT NULL")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    return str(where)


class Workers:
    """Processes that deliver from one database."""

    def __init__(self, url: str, api: str, folder: Path) -> None:
        """Write what goes wrong into `folder`."""
        self._log = folder / "workers.log"
        self._command = [sys.executable, "-m", "tests.fakes.living", url, api, f"{LEASE_SECONDS}"]

    def comes(self) -> subprocess.Popen[bytes]:
        """Start one."""
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=log)

    def said(self) -> str:
        """Return what they logged."""
        return self._log.read_text("utf-8")


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> float:
    """Wait until the condition holds; return how many seconds it took. Fails after so many."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def held(store: Store) -> int:
    """Return how many channels are claimed."""
    return int(await store.database.read(lambda connection: connection.scalar(HELD)) or 0)


async def play(url: str, folder: Path, signals: signal.Signals) -> float:
    """Stop or kill a worker in the middle of its digests while another is there; return the seconds to the end."""
    with stand_in(folder, workspaces=SIZE.workspaces, channels=SIZE.channels) as api:
        store = await prepared(url, api, SIZE.places(), ())
        workers, count = Workers(url, api, folder), len(SIZE.places())

        async def in_the_middle() -> bool:
            return await held(store) == count and len(ledger_in(folder).posts()) >= count

        async def finished() -> bool:
            return await done(store, count)

        processes = [workers.comes()]
        try:
            await until(in_the_middle, 60)
            processes.append(workers.comes())
            processes[0].send_signal(signals)
            if signals == signal.SIGSTOP:
                await asyncio.sleep(6)
                there = len(ledger_in(folder).posts())
                await asyncio.sleep(3)
                assert len(ledger_in(folder).posts()) == there
                assert await held(store) == count
                processes[0].send_signal(signal.SIGCONT)
            took = await until(finished, 60)
        finally:
            for process in processes:
                process.kill()
                process.wait()
        await judge(store, SIZE, ledger_in(folder))
        await store.close()
        assert ("leases.taken" in workers.said()) == (signals == signal.SIGKILL)
    return took


def test_the_leases_of_a_killed_worker_are_taken_over_at_once(url: str, tmp_path: Path) -> None:
    """Kill -9 in the middle of its digests: the other goes on in seconds, and nothing comes twice."""
    took = asyncio.run(play(url, tmp_path, signal.SIGKILL))
    assert took < LEASE_SECONDS / 4


def test_a_worker_that_is_stopped_keeps_its_leases(url: str, tmp_path: Path) -> None:
    """SIGSTOP: it lives, so nobody takes its channels while its leases last; it goes on where it was."""
    asyncio.run(play(url, tmp_path, signal.SIGSTOP))
