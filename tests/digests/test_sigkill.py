"""The grid with real processes: SIGKILL at every step of a delivery, over real HTTP and real databases.

A cell is one death: a process in whose hands every fault waits in a channel of its own, all of them halted at the same
step, and its successors. The stand-in Slack is a process of its own, and its ledger is what counts.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from bot.domain.delivery import Delivery, Progress, State
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.slack.faults import Fault
from playground.slack.ledger import Ledger
from tests.fakes.postgres import Postgres
from tests.fakes.standin import PARTS, ROOT, faults, hits, ledger_in, prepared, stand_in

FAULTS = faults(soon=1, later=4, late=1.5)
CASES: tuple[tuple[str, int], ...] = (("ok", 0), *((name, at) for name in FAULTS for at in range(PARTS)))
"""The fault of a channel, and which of its messages it hits (0 the parent). Each is in a workspace of its own."""
SUCCESSORS = {"restart": 1, "second": 1, "two": 2}
STEPS = 40
"""More than a channel takes under any of these faults."""
WORKER_STEPS = 10
"""More than a worker takes until it has claimed channels."""
TOGETHER = 6
MAX_SECONDS = 120.0
PREPARING = threading.Lock()
"""Migrations run one at a time in a process."""


@dataclass(frozen=True)
class Cell:
    """One death: whose step, its number, and who comes after. `number` is that of its channel in every workspace.

    Its database comes from `new_url` when the cell begins: so many as there are cells would be dropped before that.
    """

    number: int
    whose: str
    step: int
    successor: str
    new_url: Callable[[], str]

    @cached_property
    def url(self) -> str:
        """Return the address of its database, which is created at the first call."""
        return self.new_url()

    @property
    def places(self) -> list[tuple[str, str]]:
        """Return its channels, in the order of the cases."""
        return [(f"-:T{team}", f"C{self.number:08d}") for team in range(1, len(CASES) + 1)]

    def faults(self) -> Iterator[Fault]:
        """Return the faults of its channels."""
        for (name, at), (team, channel) in zip(CASES, self.places, strict=True):
            if name in FAULTS:
                team_id = team.removeprefix("-:")
                yield replace(FAULTS[name], workspace=team_id, channel=channel, thread=at > 0, skip=max(0, at - 1))


def comes(cell: Cell, api: str, whose: str, step: int = 0) -> subprocess.Popen[str]:
    """Start a worker on the cell's database."""
    command = [sys.executable, "-m", "tests.fakes.doomed", cell.url, api, whose, str(step)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def play(cell: Cell, api: str) -> list[Delivery]:
    """Play a cell to its end; give what the database then says of each case."""
    with PREPARING:
        asyncio.run(prepare(cell, api))
    first = comes(cell, api, cell.whose, cell.step)
    workers = [first]
    try:
        assert first.stdout is not None
        first.stdout.readline()  # halted at the step, or dead
        if cell.successor != "second":
            first.wait(timeout=MAX_SECONDS)
        workers += [comes(cell, api, "nobody") for _ in range(SUCCESSORS[cell.successor])]
        assert first.wait(timeout=MAX_SECONDS) == -signal.SIGKILL
        return asyncio.run(outcome(cell))
    finally:
        for worker in workers:
            worker.terminate()
            worker.communicate(timeout=30)


async def prepare(cell: Cell, api: str) -> None:
    """Make the cell's database and faults ready."""
    store = await prepared(cell.url, api, cell.places, cell.faults())
    await store.close()


async def outcome(cell: Cell) -> list[Delivery]:
    """Wait until every delivery has come to an end; what stopped for a reason is set going, as by a person."""
    store = await asyncio.to_thread(lambda: Store.open(cell.url))
    began = time.monotonic()
    while True:
        counts = await store.deliveries.counts()
        if sum(counts.values()) == len(CASES) and not counts.get("waiting") and not counts.get("posting"):
            break
        assert time.monotonic() - began < MAX_SECONDS, (cell, counts)
        for subscription in await store.subscriptions.list():
            if subscription.paused is not None:
                assert subscription.paused.reason, "paused without a word"
                place = (subscription.workspace, subscription.channel)
                await store.subscriptions.resume(*place, SystemClock().now())
        await asyncio.sleep(0.5)
    found = [await store.deliveries.get(*place, "issue-2") for place in cell.places]
    await store.close()
    return [delivery for delivery in found if delivery is not None]


def judge(cell: Cell, found: list[Delivery], ledger: Ledger) -> None:
    """Check that every fault hit its message, nothing was posted twice, and what is missing has a reason."""
    assert len(found) == len(CASES), cell
    for (name, at), (team, channel), delivery in zip(CASES, cell.places, found, strict=True):
        assert name not in FAULTS or was_hit(name, at, team, channel, ledger), (cell, name, at, "hit nothing")
        posts = [line for line in ledger.posts(team.removeprefix("-:"), channel) if line.metadata]
        told = [part for part in delivery.parts if part.state is State.REFUSED]
        if told:
            assert name == "invalid blocks", (cell, name, at, delivery)
            assert all("invalid_blocks" in part.reason for part in told)
        elif delivery.progress is not Progress.DONE:
            raise AssertionError((cell, name, at, delivery))
        missing = 0 if not told else PARTS if told[0].at == 0 else 1
        assert len(told) <= 1, (cell, name, at, delivery)
        assert len(posts) == PARTS - missing, (cell, name, at, delivery)


def was_hit(name: str, at: int, team: str, channel: str, ledger: Ledger) -> bool:
    """Return whether the named fault hit a call for the channel's message (`at` 0) or for one of its replies."""
    place = (team.removeprefix("-:"), channel)
    return any(
        (line.workspace, line.channel) == place and bool(line.thread_ts) is (at > 0)
        for line in hits(FAULTS[name], ledger.lines)
    )


def bury(cells: list[Cell], folder: Path) -> int:
    """Play cells, several at a time, and check them by the stand-in's ledger; return how many deliveries they had."""
    with stand_in(folder, workspaces=len(CASES), channels=len(cells)) as api, ThreadPoolExecutor(TOGETHER) as pool:
        found = list(pool.map(lambda cell: play(cell, api), cells))
    ledger = ledger_in(folder)
    assert ledger.doubles() == []
    for cell, deliveries in zip(cells, found, strict=True):
        judge(cell, deliveries, ledger)
    return sum(len(deliveries) for deliveries in found)


def grid(successor: str, url: Callable[[], str]) -> Iterable[Cell]:
    """Yield a cell for every step."""
    numbers = itertools.count(1)
    for whose, last in (("job", STEPS), ("worker", WORKER_STEPS)):
        for step in range(1, last + 1):
            yield Cell(next(numbers), whose, step, successor, url)


def test_a_process_killed_at_a_step_leaves_each_message_once(tmp_path: Path, postgres: Postgres) -> None:
    """Killed between an answer and its commit, and between a commit and its call, under every fault at once."""
    cells = [
        Cell(1, "job", 10, "restart", lambda: f"sqlite:///{tmp_path}/a.db"),
        Cell(2, "job", 14, "two", postgres.fresh),
    ]
    assert bury(cells, tmp_path) == 2 * len(CASES)


@pytest.mark.slow(minutes=5)
@pytest.mark.parametrize("successor", SUCCESSORS)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_process_killed_at_any_step(
    kind: str, successor: str, tmp_path: Path, postgres: Postgres, figure: Callable[[str], None]
) -> None:
    """SIGKILL at every step, under every fault on every message, with every successor, on both databases."""
    numbers = itertools.count()

    def url() -> str:
        return f"sqlite:///{tmp_path}/{next(numbers)}.db" if kind == "sqlite" else postgres.fresh()

    cells = list(grid(successor, url))
    count = bury(cells, tmp_path)
    figure(
        f"SIGKILL {kind}, {successor}: {len(cells)} processes killed with {count} deliveries in hand or near, "
        "0 doubles, 0 silent misses"
    )
