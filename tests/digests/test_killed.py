"""Real processes, really killed (SIGKILL), over real HTTP: each message is in its channel once."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.store import Store
from playground.slack.faults import Fault, How
from playground.slack.ledger import Ledger
from tests.fakes.postgres import Postgres
from tests.fakes.standin import PARTS, POST, ROOT, ledger_in, prepared, stand_in

MAX_SECONDS = 600.0
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
"""Together they hit about a fifth of the calls."""


@dataclass(frozen=True)
class StandInSize:
    """A stand-in of its own: so many workspaces and channels in each, faults by `seed`."""

    workspaces: int
    channels: int
    seed: int

    def places(self) -> list[tuple[str, str]]:
        """Return all channels."""
        return [
            (f"-:T{team}", f"C{number:08d}")
            for team in range(1, self.workspaces + 1)
            for number in range(1, self.channels + 1)
        ]


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


async def torture(url: str, size: StandInSize, folder: Path, *, workers: int, rest: float, kills: int = 80) -> str:
    """Have workers deliver while they are killed at random every `rest` seconds or so; judge; give the figures."""
    chance = random.Random(size.seed)
    began = time.monotonic()
    with stand_in(folder, workspaces=size.workspaces, channels=size.channels, seed=size.seed) as api:
        store = await prepared(url, api, size.places(), SHARES)
        mortals = Mortals(url, api, folder)
        for _ in range(workers):
            mortals.come()
        try:
            while not await done(store, len(size.places())):
                assert time.monotonic() - began < MAX_SECONDS, await store.deliveries.counts()
                await asyncio.sleep(chance.uniform(0.5, 1.5) * rest)
                if mortals.killed < kills and not await done(store, len(size.places())):
                    mortals.die(chance.randrange(workers))
        finally:
            codes = mortals.end()
        # One that came so late that it was told to go before it listened goes as anybody would.
        assert set(codes) <= {0, -signal.SIGTERM}, (folder / "workers.log").read_text()[-3_000:]
        await judge(store, size, ledger_in(folder))
        await store.close()
    faults = Counter(line.answer for line in ledger_in(folder).lines)
    assert mortals.killed > 0, "all was done before anybody was killed"
    assert faults.keys() & {"hang", "cut", "broken"}, "no fault hit anything"
    took = time.monotonic() - began
    return f"{len(size.places())} channels, {mortals.killed} kills, answers {dict(faults)}, {took:.0f} s"


async def done(store: Store, count: int) -> bool:
    """Return whether every delivery is finished."""
    counts = await store.deliveries.counts()
    return sum(counts.values()) == count and not counts.get("waiting") and not counts.get("posting")


async def judge(store: Store, size: StandInSize, ledger: Ledger) -> None:
    """Check against Slack's own ledger: every message there, none twice."""
    assert ledger.doubles() == []
    seen = Counter((line.workspace, line.channel) for line in ledger.posts() if line.metadata)
    missing = {place: seen[place[0].partition(":")[2], place[1]] for place in size.places()}
    short = {place: count for place, count in missing.items() if count != PARTS}
    rows = [await store.deliveries.get(*place, "issue-2") for place in list(short)[:3]]
    assert short == {}, rows


@pytest.mark.process
def test_a_worker_killed_again_and_again_delivers_everything_once(tmp_path: Path) -> None:
    """One worker on SQLite, killed every second or two, a fifth of its calls failing."""
    size = StandInSize(2, 4, seed=1)
    figures = asyncio.run(torture(f"sqlite:///{tmp_path}/a.db", size, tmp_path, workers=1, rest=3, kills=4))
    print(f"killed: {figures}")  # noqa: T201 - the figure


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_workers_killed_at_random(
    seed: int, tmp_path: Path, postgres: Postgres, figure: Callable[[str], None]
) -> None:
    """Four workers on PostgreSQL, 500 channels due at once, killed at random, faults on a fifth of the calls."""
    size = StandInSize(50, 10, seed=seed)
    said = asyncio.run(torture(postgres.fresh(), size, tmp_path, workers=4, rest=2.5))
    figure(f"torture, PostgreSQL, 4 workers, seed {seed}: {said}: 0 doubles, 0 silent misses")


@pytest.mark.slow
def test_two_workers_on_one_file(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Two workers on one SQLite file, killed at random."""
    said = asyncio.run(torture(f"sqlite:///{tmp_path}/a.db", StandInSize(10, 5, seed=9), tmp_path, workers=2, rest=3))
    figure(f"torture, SQLite, 2 workers: {said}: 0 doubles, 0 silent misses")
