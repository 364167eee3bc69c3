"""After an older copy of the database was put back, nothing comes twice; after a plain stop, nothing is held up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from bot.digests.clauses import posted_at, stands
from bot.domain.delivery import SEEN_TAKEN_BACK, Delivery, Progress, State, moment_of_ts
from bot.domain.gap import ALLOWED, Gap, Heartbeat, gap_after
from bot.store.store import Store
from bot.store.tables import metadata
from tests.digests.test_grid import die_at
from tests.digests.test_mishaps import blind
from tests.fakes.doom import Fuse, doomed_store
from tests.fakes.emptied import new_file
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres
from tests.fakes.scene import Scene
from tests.fakes.virtual import START, run

PARTS = 5


class SqliteCopy:
    """A database in a file, whose copy can be put back."""

    def __init__(self, folder: Path) -> None:
        """Keep both in `folder`."""
        self.file, self.copy = folder / "a.db", folder / "copy.db"
        new_file(self.file)

    def opened(self) -> Store:
        """Return the store, opened again."""
        return Store.open(f"sqlite:///{self.file}", upgrading=True, inline=True)

    async def back_up(self, store: Store) -> None:
        """Copy the database as it is, while it is used."""
        del store
        with closing(sqlite3.connect(self.file)) as used, closing(sqlite3.connect(self.copy)) as copied:
            used.backup(copied)

    async def put_back(self, store: Store) -> Store:
        """Put the copy in the place of the file, and return the store over it."""
        await store.close()
        for name in ("a.db-wal", "a.db-shm"):
            self.file.with_name(name).unlink(missing_ok=True)
        # A file of its own: a connection that is closed late must not write into it.
        self.copy.replace(self.file)
        return self.opened()


class PostgresCopy:
    """A database of PostgreSQL whose rows can be dumped, and put back in the place of what is there then."""

    def __init__(self, url: str) -> None:
        """Use the database at `url`."""
        self.url = url
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def opened(self) -> Store:
        """Return the store, opened again."""
        return Store.open(self.url, upgrading=True, inline=True)

    async def back_up(self, store: Store) -> None:
        """Dump every row."""

        def dump(connection: Any) -> dict[str, list[dict[str, Any]]]:
            tables = metadata.sorted_tables
            return {each.name: [dict(row._mapping) for row in connection.execute(select(each))] for each in tables}

        self.rows = await store.database.read(dump)

    async def put_back(self, store: Store) -> Store:
        """Delete every row and put the dumped ones in, with the sequences where they were."""

        def load(connection: Any) -> None:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
            for table in metadata.sorted_tables:
                if rows := self.rows[table.name]:
                    connection.execute(insert(table), rows)
                if "id" in table.c and rows:
                    last = max(row["id"] for row in rows)
                    connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"))

        await store.database.write(load)
        await store.close()
        return self.opened()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> SqliteCopy | PostgresCopy:
    """Return a database and its copy."""
    if request.param == "sqlite":
        return SqliteCopy(tmp_path)
    server: Postgres = request.getfixturevalue("postgres")
    return PostgresCopy(server.fresh())


async def scene_of(store: Store) -> tuple[Scene, str]:
    """Return a scene with a subscribed channel, and a worker that ran for a while."""
    scene = Scene(store)
    channel = scene.channel()
    await scene.holds([issue(1, START - timedelta(days=9))])
    await scene.subscribes(channel)
    await scene.worker_comes()
    await scene.passes(minutes=5)
    return scene, channel


async def found(scene: Scene, channel: str, number: int = 2) -> Delivery:
    """Return the delivery of an issue in the channel."""
    delivery = await scene.store.deliveries.get("-:T1", channel, f"issue-{number}")
    assert delivery is not None
    return delivery


def asked(scene: Scene) -> int:
    """Return how often the subscriber was asked whether a message is there."""
    told = scene.workspace.direct(scene.person.id).messages.values()
    return sum("cannot look" in message.text for message in told)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("blinded", [False, True])
def test_what_was_taken_back_since_the_copy_stays_so(
    copy: SqliteCopy | PostgresCopy,
    blinded: bool,
    again: bool,
) -> None:
    """The line in the channel tells it; what was posted again after it is known as posted. Else somebody is asked."""

    async def play() -> None:
        scene, channel = await scene_of(copy.opened())
        await copy.back_up(scene.store)
        await scene.appear(issue(2, START, entries=PARTS - 1))
        await scene.passes(minutes=1)
        await scene.store.retractions.ask("issue-2", scene.clock.now(), by="U7", channel=channel)
        scene.poke()
        await scene.passes(minutes=5)
        back = scene.posts(channel)[-1]
        if again:
            assert await scene.store.retractions.post_again(await found(scene, channel), scene.clock.now())
            scene.poke()
        await scene.passes(minutes=30)
        before = len(scene.posts(channel))
        await scene.everybody_dies()
        scene.store = await copy.put_back(scene.store)
        if blinded:
            blind(scene)
        await scene.worker_comes()
        await scene.passes(days=1)
        delivery = await found(scene, channel)
        assert (len(scene.posts(channel)), asked(scene)) == (before, blinded)
        if not blinded:
            assert delivery.progress is (Progress.DONE if again else Progress.RETRACTED)
        if not blinded and not again:
            moment = moment_of_ts(back.ts)
            assert stands(delivery, None, None, scene.clock.now()) == (
                f"was taken back on {moment:%d %b %Y %H:%M} UTC ({SEEN_TAKEN_BACK})"
            )
            assert delivery.may_be_posted_again
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_what_is_adopted_was_posted_when_slack_says(tmp_path: Path) -> None:
    """Not at the start of the gap, which is all that the database itself knows."""

    async def play() -> None:
        scene, channel = await restored(SqliteCopy(tmp_path), before=-1, after=30, blinded=False)
        assert posted_at(await found(scene, channel)) == moment_of_ts(scene.posts(channel)[0].ts)
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


async def restored(copy: SqliteCopy | PostgresCopy, *, before: float, after: float, blinded: bool) -> tuple[Scene, str]:
    """Back up `before` seconds after an issue appears (negative: earlier), lose the rest, and run on the copy."""
    scene, channel = await scene_of(copy.opened())
    if before < 0:
        await copy.back_up(scene.store)
    await scene.appear(issue(2, START, entries=PARTS - 1))
    if before >= 0:
        await scene.passes(seconds=before)
        await copy.back_up(scene.store)
    await scene.passes(minutes=after)
    assert len(scene.posts(channel)) == PARTS
    await scene.everybody_dies()
    scene.store = await copy.put_back(scene.store)
    if blinded:
        blind(scene)
    await scene.worker_comes()
    await scene.passes(minutes=20)
    return scene, channel


@pytest.mark.parametrize("before", [-1, 0.1, 2.2, 3.4])
def test_what_was_posted_since_the_copy_is_adopted(copy: SqliteCopy | PostgresCopy, before: float) -> None:
    """Whether the copy is from before the digest or from its middle: nothing comes twice, and its thread is known."""

    async def play() -> None:
        scene, channel = await restored(copy, before=before, after=30, blinded=False)
        assert (scene.doubles(), len(scene.posts(channel))) == (0, PARTS)
        delivery = await found(scene, channel)
        assert delivery.progress is Progress.DONE
        assert [part.ts for part in delivery.parts] == [line.ts for line in scene.posts(channel)]
        await scene.appear(issue(3, scene.clock.now() + timedelta(days=1)))
        await scene.passes(days=2)
        assert "Weekly 3" in scene.texts(channel)[-1]
        assert (scene.doubles(), asked(scene)) == (0, 0)
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize("before", [-1, 2.2])
def test_where_nobody_can_look_the_subscriber_is_asked_once(copy: SqliteCopy | PostgresCopy, before: float) -> None:
    """Nothing comes twice, and the next issue goes out on time without a question."""

    async def play() -> None:
        scene, channel = await restored(copy, before=before, after=30, blinded=True)
        assert (scene.doubles(), len(scene.posts(channel))) == (0, PARTS)
        assert asked(scene) == 1
        assert State.UNKNOWN in {part.state for part in (await found(scene, channel)).parts}
        await scene.appear(issue(3, scene.clock.now() + timedelta(days=1)))
        await scene.passes(days=2)
        assert "Weekly 3" in scene.texts(channel)[-1]
        assert asked(scene) == 1
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


def test_a_digest_that_a_person_says_is_there_is_whole(tmp_path: Path) -> None:
    """Its replies were posted with it by the newer database, and are not posted again."""

    async def play() -> None:
        scene, channel = await restored(SqliteCopy(tmp_path), before=-1, after=30, blinded=True)
        part = (await found(scene, channel)).parts[0]
        assert await scene.store.deliveries.there(part, scene.posts(channel)[0].ts, scene.clock.now())
        scene.poke()
        await scene.passes(minutes=10)
        assert (scene.doubles(), len(scene.posts(channel))) == (0, PARTS)
        delivery = await found(scene, channel)
        assert delivery.progress is Progress.DONE
        assert delivery.parts[0].ts == scene.posts(channel)[0].ts
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize("blinded", [False, True])
@pytest.mark.parametrize("stops", [False, True])
def test_a_plain_stop_costs_one_look(stops: bool, blinded: bool, emptied: Callable[[], Store]) -> None:
    """What appeared meanwhile goes out at once; only after a kill, where nobody can look, it is asked about."""

    async def play() -> None:
        scene, channel = await scene_of(emptied())
        if blinded:
            blind(scene)
        if stops:
            await scene.workers[0][0].stop()
        await scene.everybody_dies()
        await scene.passes(hours=3)
        await scene.holds([*scene.issues, issue(2, START)])
        calls = len(scene.site.ledger.lines)
        await scene.worker_comes()
        await scene.passes(minutes=1)
        held = blinded and not stops
        assert len(scene.posts(channel)) == (0 if held else 4)
        assert asked(scene) == held
        looks = [line for line in scene.site.ledger.lines[calls:] if line.method.startswith("conversations.")]
        assert len(looks) <= 1
        await scene.everybody_dies()

    run(play())


async def dies_at(step: int, copy: SqliteCopy) -> bool:
    """Recover with a worker that dies at a step; return whether it died. The next one ends the work."""
    scene, channel = await scene_of(copy.opened())
    await copy.back_up(scene.store)
    await scene.appear(issue(2, START, entries=PARTS - 1))
    await scene.passes(minutes=30)
    await scene.everybody_dies()
    scene.store = await copy.put_back(scene.store)
    fuse = Fuse(step)
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    await die_at(scene, fuse)
    await scene.passes(minutes=2)
    await scene.everybody_dies()
    scene.wrap_store = lambda real: real
    await scene.worker_comes()
    await scene.passes(minutes=20)
    assert (scene.doubles(), len(scene.posts(channel))) == (0, PARTS), step
    assert (await found(scene, channel)).progress is Progress.DONE, step
    await scene.everybody_dies()
    await scene.store.close()
    return fuse.blown.is_set()


@pytest.mark.long
def test_a_worker_that_dies_while_it_recovers_is_followed(tmp_path: Path) -> None:
    """At every eleventh step: nothing comes twice, and all of the digest is known in the end."""
    died = [run(dies_at(step, SqliteCopy(new(tmp_path, step)))) for step in range(1, 60, 11)]
    assert sum(died) > 2


@pytest.mark.slow
def test_a_worker_that_dies_at_any_step_of_recovering_is_followed(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    """At every step until the work is done."""
    step = 1
    while run(dies_at(step, SqliteCopy(new(tmp_path, step)))):
        step += 1
    assert step > 10
    figure(f"recovered after a death at each of {step - 1} steps")


def new(folder: Path, step: int) -> Path:
    """Return a new folder for a step."""
    made = folder / str(step)
    made.mkdir()
    return made


def test_a_gap_is_more_than_ten_minutes_without_a_beat() -> None:
    """Not one that this worker's own clock made, and not one that a clock that is behind seems to have made."""
    beat = Heartbeat(START, stopped=True)
    assert gap_after(None, START, None) is None
    assert gap_after(beat, START + ALLOWED, None) is None
    late = START + ALLOWED + timedelta(seconds=1)
    assert gap_after(beat, late, None) == Gap(START, late, stopped=True)
    assert gap_after(beat, late, START) is None
    assert gap_after(beat, START - timedelta(days=400), None) is None
    assert gap_after(beat, late, START + timedelta(minutes=20)) == Gap(START, late, stopped=True)


def test_a_clock_that_is_put_forward_is_no_gap(emptied: Callable[[], Store]) -> None:
    """The worker knows its own last beat."""

    async def play() -> None:
        scene, _ = await scene_of(emptied())
        scene.steps(timedelta(days=2))
        await scene.passes(minutes=5)
        assert await scene.store.heartbeats.gaps() == ()
        await scene.everybody_dies()

    run(play())
