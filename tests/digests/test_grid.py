"""Death at every step of a delivery, under every fault, with every sort of successor: no double, no silent miss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.domain.delivery import Progress, State
from bot.store.store import Store
from playground.slack.faults import Fault
from tests.fakes.doom import Fuse, doomed_slack, doomed_store
from tests.fakes.emptied import emptied_store
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres
from tests.fakes.scene import Scene
from tests.fakes.standin import PARTS, POST, faults, hits
from tests.fakes.virtual import START, run

pytestmark = pytest.mark.long

FAULTS: dict[str, Fault | None] = {"ok": None, **faults(soon=3, later=90, late=20)}
SUCCESSORS = ("restart", "second", "two")


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: the fault hits message number `at` (0 the parent), the first worker dies at `step`."""

    fault: Fault | None
    at: int
    successor: str
    step: int


async def begun(fault: Fault | None, at: int, store: Store | None = None) -> tuple[Scene, str]:
    """Make a digest due in a channel; the fault will hit its message number `at`."""
    scene = Scene(store)
    channel = scene.channel()
    await scene.appear(issue(1, START - timedelta(days=9)))
    await scene.subscribes(channel)
    if fault is not None:
        scene.site.faults.add(replace(fault, thread=at > 0, channel=channel, skip=max(0, at - 1)))
    scene.issues = (*scene.issues, issue(2, START - timedelta(days=1), entries=PARTS - 1))
    return scene, channel


async def play(cell: Cell, store: Store | None = None) -> tuple[Scene, str, bool]:
    """Play a cell to its end; say whether the fuse burnt down."""
    scene, channel = await begun(cell.fault, cell.at, store)
    fuse = Fuse(cell.step)
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    if cell.successor == "second":
        # The other one is there from the start and shares the work.
        await die_at(scene, fuse)
        scene.wrap_store = lambda real: real
        await scene.worker_comes()
        await scene.passes(minutes=10)
        await scene.everybody_dies_but_last()
    else:
        await die_at(scene, fuse)
        await scene.passes(seconds=40)
        await scene.everybody_dies()
    scene.wrap_store = lambda real: real
    for _ in range(2 if cell.successor == "two" else 1):
        await scene.worker_comes()
    await scene.passes(minutes=40)
    # What stopped for a reason is set going again, as a person would.
    paused = await scene.store.subscriptions.get("-:T1", channel)
    assert paused is not None
    if paused.paused is not None:
        assert paused.paused.reason, "paused without a word"
        await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
        scene.poke()
        await scene.passes(minutes=20)
    await scene.everybody_dies()
    return scene, channel, fuse.blown.is_set()


async def die_at(scene: Scene, fuse: Fuse) -> None:
    """Bring on the worker that dies."""
    slack = doomed_slack(scene.slack, fuse)
    coming = asyncio.create_task(scene.worker_comes(slack=slack))
    await asyncio.wait((coming, asyncio.create_task(fuse.blown.wait())), return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()


async def judge(scene: Scene, channel: str, cell: Cell) -> None:
    """Check that nothing is there twice, and that what is not there has a row that says why."""
    assert scene.doubles() == 0, cell
    assert scene.site.faults.waiting() == [], (cell, "hit nothing")
    posts = [line for line in scene.posts(channel) if line.metadata]
    delivery = await scene.store.deliveries.get("-:T1", channel, "issue-2")
    assert delivery is not None, cell
    refused = cell.fault is not None and cell.fault.error == "invalid_blocks"
    if not refused:
        assert len(posts) == PARTS, (cell, delivery)
        assert delivery.progress is Progress.DONE, (cell, delivery)
        return
    told = [part for part in delivery.parts if part.state is State.REFUSED]
    assert len(told) <= 1, (cell, delivery)
    assert all("invalid_blocks" in part.reason for part in told)
    # Nothing was refused twice: one that died before it could write the refusal down is followed by one that succeeds.
    missing = 0 if not told else PARTS if told[0].at == 0 else 1
    assert len(posts) == PARTS - missing, (cell, delivery)


@cache
def steps_of(name: str) -> int:
    """Count the steps of an undisturbed life under the fault of that name."""

    async def count() -> int:
        scene, _ = await begun(FAULTS[name], 0)
        fuse = Fuse(0)
        scene.wrap_store = lambda real: doomed_store(real, fuse)
        await scene.worker_comes(slack=doomed_slack(scene.slack, fuse))
        await scene.passes(seconds=9)
        await scene.everybody_dies()
        await scene.store.close()
        return fuse.count

    return run(count())


def cells(name: str, successor: str, stride: int) -> Iterator[Cell]:
    """Yield the cells of a fault and successor: every `stride`-th step, the fault on every message in turn."""
    fault = FAULTS[name]
    for at in range(PARTS if fault is not None else 1):
        for step in range(1 + at % stride, steps_of(name) + 2, stride):
            yield Cell(fault, at, successor, step)


def whole_run(given: Iterable[Cell], store: Callable[[], Store]) -> int:
    """Play and judge cells, each with an empty store; give how many."""

    async def one(cell: Cell) -> None:
        mine = store()
        scene, channel, _ = await play(cell, mine)
        await judge(scene, channel, cell)

    count = 0
    for cell in given:
        run(one(cell))
        count += 1
    return count


@pytest.mark.parametrize("at", range(PARTS))
@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, fault in FAULTS.items() if fault is not None])
def test_a_fault_befalls_the_message_that_it_is_for(name: str, fault: Fault, at: int) -> None:
    """Run once undisturbed: a fault that hit nothing would prove nothing."""

    async def undisturbed() -> None:
        scene, channel = await begun(fault, at)
        await scene.worker_comes()
        await scene.passes(minutes=3)
        assert scene.site.faults.waiting() == [], name
        tried = [line for line in scene.site.ledger.lines if line.channel == channel and line.method == POST]
        assert hits(fault, tried) == [tried[at]]
        assert bool(tried[at].thread_ts) is (at > 0)
        await scene.everybody_dies()
        await scene.store.close()

    run(undisturbed())


@pytest.mark.parametrize("successor", SUCCESSORS)
@pytest.mark.parametrize("name", FAULTS)
def test_whoever_dies_wherever_each_message_is_there_once(
    name: str, successor: str, emptied: Callable[[], Store]
) -> None:
    """A worker dies at any step: the next one repeats nothing and forgets nothing."""
    assert whole_run(cells(name, successor, stride=11 if successor == "restart" else 17), emptied)


@pytest.mark.parametrize("name", ["ok", "time-out after accept", "reset before", "archived"])
def test_the_same_holds_on_postgresql(name: str, postgres: Postgres) -> None:
    """The other database keeps the same promise."""
    with emptied_store(postgres.fresh()) as fresh:
        assert whole_run(cells(name, "two", stride=29), fresh)


@pytest.mark.slow
@pytest.mark.parametrize("successor", SUCCESSORS)
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_whole_grid(
    kind: str, name: str, successor: str, tmp_path: Path, postgres: Postgres, figure: Callable[[str], None]
) -> None:
    """Every step, every fault on every message, every successor, both databases."""
    with emptied_store(f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else postgres.fresh()) as fresh:
        count = whole_run(cells(name, successor, stride=1), fresh)
    figure(f"grid {kind}, {name}, {successor}: {count} deaths, 0 doubles, 0 silent misses")
