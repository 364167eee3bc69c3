"""Real processes, really killed (SIGKILL), over real HTTP: each message is in its channel once."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.calendar import AsItAppears
from bot.clock import SystemClock
from bot.delivery.shelf import Shelf
from bot.messages.taste import Taste
from bot.playground.faults import Fault, How
from bot.playground.ledger import Ledger, read
from bot.store.store import Store
from tests.fakes.mortal import published
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres

ROOT = Path(__file__).parents[2]
POST = "chat.postMessage"
PARTS = 3
MOST = 600.0
SHARES = (
    Fault(How.HANG, effect=True, method=POST, times=None, share=0.03),
    Fault(How.HANG, effect=True, lands_after=1.5, method=POST, times=None, share=0.02),
    Fault(How.HANG, method=POST, times=None, share=0.03),
    Fault(How.CUT, effect=True, method=POST, times=None, share=0.04),
    Fault(How.CUT, method=POST, times=None, share=0.02),
    Fault(How.BROKEN, effect=True, method=POST, times=None, share=0.04),
    Fault(How.BROKEN, method=POST, times=None, share=0.02),
    Fault(How.LIMITED, retry_after=1, method=POST, times=None, share=0.02),
)
"""Together they befall about a fifth of the calls."""


@dataclass(frozen=True)
class Town:
    """A stand-in of its own: so many workspaces and channels in each, faults by `seed`."""

    workspaces: int
    channels: int
    seed: int

    def places(self) -> list[tuple[str, str]]:
        """Give every channel."""
        return [
            (f"-:T{team}", f"C{number:08d}")
            for team in range(1, self.workspaces + 1)
            for number in range(1, self.channels + 1)
        ]

    @contextmanager
    def open(self, folder: Path) -> Iterator[str]:
        """Run it; give the base of its Web API. Its ledger is ledger.jsonl in `folder`."""
        command = [sys.executable, "-m", "bot.playground.server", "--ledger", str(folder / "ledger.jsonl")]
        command += ["--workspaces", str(self.workspaces), "--channels", str(self.channels), "--seed", str(self.seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            try:
                assert process.stdout is not None
                yield process.stdout.readline().strip()
            finally:
                process.terminate()


class Mortals:
    """Worker processes that are killed and replaced."""

    def __init__(self, url: str, api: str, folder: Path) -> None:
        """Have them share the database `url`, and write what goes wrong into `folder`."""
        self._log = folder / "workers.log"
        self._command = [sys.executable, "-m", "tests.fakes.mortal", url, api, "1", "2"]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.killed = 0

    def come(self) -> None:
        """Start one more."""
        with self._log.open("ab") as log:
            self.processes.append(subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log))

    def die(self, which: int) -> None:
        """Kill one, as if the power went, and start another."""
        process = self.processes.pop(which)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed += 1
        self.come()

    def end(self) -> list[int]:
        """Stop them all as a host does; give what they exit with."""
        for process in self.processes:
            process.terminate()
        return [process.wait(timeout=30) for process in self.processes]


async def prepare(url: str, town: Town, api: str) -> Store:
    """Subscribe every channel while issue 1 is there; issue 2 is what the workers find. Put the faults in force."""
    store = await asyncio.to_thread(lambda: Store.open(url, upgrading=True))
    now = SystemClock().now()
    await Shelf(store.issues).put([issue(1, published(1), entries=2)], now)
    puts = (store.subscriptions.put(team, name, "U1", AsItAppears(), Taste(), now) for team, name in town.places())
    await asyncio.gather(*puts)
    faults = [{**asdict(fault), "how": fault.how.value} for fault in SHARES]
    async with aiohttp.ClientSession() as session:
        await session.post(api.replace("/api/", "/playground/faults"), data=json.dumps(faults))
    return store


async def torture(url: str, town: Town, folder: Path, *, workers: int, rest: float, kills: int = 80) -> str:
    """Have workers deliver while they are killed at random every `rest` seconds or so; judge; give the figures."""
    chance = random.Random(town.seed)
    began = time.monotonic()
    with town.open(folder) as api:
        store = await prepare(url, town, api)
        mortals = Mortals(url, api, folder)
        for _ in range(workers):
            mortals.come()
        try:
            while not await done(store, len(town.places())):
                assert time.monotonic() - began < MOST, await store.deliveries.counts()
                await asyncio.sleep(chance.uniform(0.5, 1.5) * rest)
                if mortals.killed < kills:
                    mortals.die(chance.randrange(workers))
        finally:
            codes = mortals.end()
        # One that came so late that it was told to go before it listened goes as anybody would.
        assert set(codes) <= {0, -signal.SIGTERM}, (folder / "workers.log").read_text()[-3_000:]
        await judge(store, town, read(iter((folder / "ledger.jsonl").read_text().splitlines(keepends=True))))
        await store.close()
    faults = Counter(
        line.answer for line in read(iter((folder / "ledger.jsonl").read_text().splitlines(keepends=True))).lines
    )
    took = time.monotonic() - began
    return f"{len(town.places())} channels, {mortals.killed} kills, answers {dict(faults)}, {took:.0f} s"


async def done(store: Store, count: int) -> bool:
    """Say whether every delivery has come to an end."""
    counts = await store.deliveries.counts()
    return sum(counts.values()) == count and not counts.get("waiting") and not counts.get("posting")


async def judge(store: Store, town: Town, ledger: Ledger) -> None:
    """Check against Slack's own ledger: every message there, none twice."""
    assert ledger.doubles() == []
    seen = Counter((line.workspace, line.channel) for line in ledger.posts() if line.metadata)
    missing = {place: seen[place[0].partition(":")[2], place[1]] for place in town.places()}
    short = {place: count for place, count in missing.items() if count != PARTS}
    rows = [await store.deliveries.get(*place, "issue-2") for place in list(short)[:3]]
    assert short == {}, rows


def test_a_worker_killed_again_and_again_delivers_everything_once(tmp_path: Path) -> None:
    """One worker on SQLite, killed every second or two, a fifth of its calls failing."""
    town = Town(2, 4, seed=1)
    figures = asyncio.run(torture(f"sqlite:///{tmp_path}/a.db", town, tmp_path, workers=1, rest=3, kills=4))
    print(f"killed: {figures}")  # noqa: T201 - the figure


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_workers_killed_at_random(
    seed: int, tmp_path: Path, postgres: Postgres, figure: Callable[[str], None]
) -> None:
    """Four workers on PostgreSQL, 500 channels due at once, killed at random, faults on a fifth of the calls."""
    town = Town(50, 10, seed=seed)
    said = asyncio.run(torture(postgres.fresh(), town, tmp_path, workers=4, rest=2.5))
    figure(f"torture, PostgreSQL, 4 workers, seed {seed}: {said}: 0 doubles, 0 silent misses")


@pytest.mark.slow
def test_two_workers_on_one_file(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Two workers on one SQLite file, killed at random."""
    said = asyncio.run(torture(f"sqlite:///{tmp_path}/a.db", Town(10, 5, seed=9), tmp_path, workers=2, rest=3))
    figure(f"torture, SQLite, 2 workers: {said}: 0 doubles, 0 silent misses")
