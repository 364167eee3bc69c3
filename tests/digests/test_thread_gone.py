"""A digest's message is deleted while its replies go out, at every step: no double, no orphan, and a word about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

from bot.domain.delivery import SETTLED, Delivery, Progress, State, closing
from bot.slack.api.ports import EVENT_TYPE
from bot.store.store import Store
from playground.slack.channel import ChannelMessage
from playground.slack.workspace import VisibleChange
from tests.digests.test_grid import FAULTS, begun, die_at, steps_of
from tests.fakes.doom import Fuse, doomed_slack, doomed_store
from tests.fakes.emptied import emptied_store
from tests.fakes.postgres import Postgres
from tests.fakes.scene import Scene
from tests.fakes.standin import PARTS
from tests.fakes.virtual import run

pytestmark = pytest.mark.long

LOST = ("ok", "time-out after accept", "time-out, landing late", "reset with effect", "500 with effect")
"""What becomes of an answer: it is heard, or the call took effect and it is not."""
DELETE = "chat.delete"


@dataclass(frozen=True)
class Cell:
    """The channel message is deleted before the worker's step `step`; the answer to message `at` is lost.

    The worker dies at step `dies` (0: never). A deleted message with replies leaves a tombstone, or not; the bot may
    read the channel's history, or not.
    """

    lost: str
    at: int
    step: int
    tombstones: bool = False
    reads: bool = True
    dies: int = 0


class Watch:
    """Sees every message of a digest in a channel, and counts those that stand there twice at any moment."""

    def __init__(self, scene: Scene, channel: str) -> None:
        """Watch from now on."""
        self._channel = scene.workspace.channels[channel]
        self._workspace = scene.workspace
        self.twice = 0
        scene.workspace.watchers.append(self._seen)

    def _seen(self, change: VisibleChange) -> None:
        if change.what == "posted" and (said := change.message) is not None and said.metadata:
            self.twice += sum(other.metadata == said.metadata for other in self.standing()) - 1

    def standing(self) -> list[ChannelMessage]:
        """Return the digest's messages that people can see, in the channel and in threads, oldest first."""
        return [said for said in self._channel.messages.values() if said.metadata and not said.deleted]

    def orphans(self) -> list[ChannelMessage]:
        """Return the replies that are in the channel instead of a thread."""
        return [said for said in self.standing() if not said.is_reply and part_of(said) != "parent"]

    def delete_parent(self) -> None:
        """Delete the channel message, if it is there."""
        for said in self.standing():
            if part_of(said) == "parent":
                self._workspace.delete(said)


def part_of(said: ChannelMessage) -> str:
    """Return the key of a message's part."""
    assert said.metadata is not None
    assert said.metadata["event_type"] == EVENT_TYPE
    return str(said.metadata["event_payload"]["part"])


async def play(cell: Cell, store: Store | None = None) -> tuple[Scene, str, Watch]:
    """Play a cell to its end."""
    scene, channel = await begun(FAULTS[cell.lost], cell.at, store)
    watch = Watch(scene, channel)
    scene.workspace.tombstones = cell.tombstones
    if not cell.reads:
        scene.workspace.scopes = frozenset({"chat:write"})
    fuse = Fuse(cell.dies, {cell.step: watch.delete_parent})
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    if cell.dies:
        await die_at(scene, fuse)
        await scene.passes(seconds=40)
        await scene.everybody_dies()
        scene.wrap_store = lambda real: real
        await scene.worker_comes()
    else:
        await scene.worker_comes(slack=doomed_slack(scene.slack, fuse))
    await scene.passes(minutes=20)
    await scene.everybody_dies()
    return scene, channel, watch


async def judge(scene: Scene, channel: str, watch: Watch, cell: Cell) -> None:
    """Check that nothing stands twice, that no reply stands by itself, and that what is missing has a reason."""
    assert watch.twice == 0, cell
    twice = [line.metadata for line, _ in scene.site.ledger.doubles() if line.thread_ts]
    assert twice == [], (cell, "a reply was posted twice")
    found = await scene.store.deliveries.get("-:T1", channel, "issue-2")
    assert found is not None, cell
    unsure = not cell.reads and found.progress is Progress.UNKNOWN
    assert found.progress is Progress.DONE or unsure, (cell, found)
    assert unsure or all(part.state in SETTLED for part in found.parts), (cell, found)
    assert all(part.state in {State.SENT, State.PENDING} or part.reason for part in found.parts), (cell, found)
    judge_orphans(watch, found, cell)
    lost = [part for part in found.parts if closing(part)]
    assert not lost or "message was deleted" in found.reason, (cell, found)
    sent = [part for part in found.parts if part.state is State.SENT]
    assert unsure or len(sent) + len(lost) + unknown(found) == PARTS, (cell, found)


def judge_orphans(watch: Watch, found: Delivery, cell: Cell) -> None:
    """Check that no reply stands by itself: at most one where nobody can look, and the row says so."""
    orphans = watch.orphans()
    assert len(orphans) <= (0 if cell.reads else 1), (cell, found)
    if orphans:
        row = next(part for part in found.parts if part.key == part_of(orphans[0]))
        assert row.state is State.UNKNOWN, (cell, found)
        assert "may" in found.reason, (cell, found)


def unknown(found: Delivery) -> int:
    """Count the parts of which nobody knows whether they are there."""
    return sum(part.state is State.UNKNOWN for part in found.parts)


def cells(lost: str, *, stride: int = 1, deaths: int = 0) -> Iterator[Cell]:
    """Yield the cells in which answers are lost that way: the deletion at every `stride`-th step, in every behaviour.

    With `deaths` the worker also dies, at every `deaths`-th step from the deletion on.
    """
    last, turn = steps_of("ok") + 4, itertools.count()
    for at in range(1 if lost == "ok" else PARTS):
        for tombstones, reads in itertools.product((False, True), (True, False)):
            for step in range(1 + next(turn) % stride, last, stride):
                for dies in range(step, last, deaths) if deaths else (0,):
                    yield Cell(lost, at, step, tombstones, reads, dies)


def whole_run(given: Iterable[Cell], fresh: Callable[[], Store]) -> int:
    """Play and judge cells, each with an empty store; give how many."""

    async def one(cell: Cell) -> None:
        scene, channel, watch = await play(cell, fresh())
        await judge(scene, channel, watch, cell)

    count = 0
    for cell in given:
        run(one(cell))
        count += 1
    return count


def test_a_life_has_steps_enough() -> None:
    """The grid deletes at every step: there are at least fourteen."""
    assert steps_of("ok") >= 14


@pytest.mark.parametrize("lost", LOST)
def test_a_deleted_message_leaves_no_double_and_no_orphan(lost: str, emptied: Callable[[], Store]) -> None:
    """At every few steps, whatever becomes of an answer and whatever Slack leaves of the thread."""
    assert whole_run(cells(lost, stride=13), emptied)


def test_nor_does_one_after_which_the_worker_dies(emptied: Callable[[], Store]) -> None:
    """Between the stray reply and its deletion, too: the successor finds it."""
    assert whole_run(cells("ok", stride=13, deaths=9), emptied)


@pytest.mark.parametrize("lost", ["reset with effect", "500 with effect"])
def test_a_second_reply_in_doubt_does_not_follow_the_first(lost: str, emptied: Callable[[], Store]) -> None:
    """Where nobody can look, a reply's answer is lost and the worker dies at the next: one may stray, not two."""
    last = steps_of("ok")
    found = (
        Cell(lost, 1, step, tombstones=False, reads=False, dies=dies)
        for step in range(last * 2 // 3, last * 3 // 4, 2)
        for dies in range(last - 1, last + 5)
    )
    assert whole_run(found, emptied)


def test_the_same_holds_on_postgresql(postgres: Postgres) -> None:
    """The other database keeps the same promise."""
    some = itertools.islice(cells("reset with effect", stride=3), 0, None, 29)
    with emptied_store(postgres.fresh()) as fresh:
        assert whole_run(some, fresh)


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_the_whole_grid(lost: str, emptied: Callable[[], Store], figure: Callable[[str], None]) -> None:
    """Every step, every lost answer, every behaviour; and death at every other step after the deletion."""
    count = whole_run(cells(lost), emptied)
    stride = 1 if lost == "ok" else 5
    deaths = whole_run(cells(lost, stride=stride, deaths=2 * stride), emptied)
    figure(f"deleted parents, SQLite, {lost}: {count} deletions, {deaths} deaths, 0 doubles")


@pytest.mark.slow
@pytest.mark.parametrize("lost", LOST)
def test_the_same_grid_on_postgresql(lost: str, postgres: Postgres, figure: Callable[[str], None]) -> None:
    """Every third step, and deaths at every seventh."""
    with emptied_store(postgres.fresh()) as fresh:
        count = whole_run(cells(lost, stride=3), fresh)
        deaths = whole_run(cells(lost, stride=7, deaths=7), fresh)
    figure(f"deleted parents, PostgreSQL, {lost}: {count} deletions, {deaths} deaths, 0 doubles")
