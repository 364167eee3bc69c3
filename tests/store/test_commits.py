"""How units of work share commits: what fails, what is run again, and what is reported when the outcome is unknown."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from bot.store.database import GROUP, Database, asked
from bot.store.errors import StoreError


def table_of_words(connection: Connection) -> None:
    """Return the one table that these tests write to."""
    connection.execute(text("CREATE TABLE words (word TEXT UNIQUE)"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Open a file with one table of words."""
    found = Database(f"sqlite:///{tmp_path}/a.db")
    await found.write(table_of_words)
    yield found
    await found.close()


def adds(word: str) -> Callable[[Connection], str]:
    """Return a unit that adds a word and returns it."""

    def unit(connection: Connection) -> str:
        connection.execute(text("INSERT INTO words VALUES (:word)"), {"word": word})
        return word

    return unit


async def words(database: Database) -> list[str]:
    """Return the words that are there."""
    found = await database.read(lambda connection: list(connection.scalars(text("SELECT word FROM words"))))
    return sorted(str(word) for word in found)


async def writer_blocked(database: Database) -> tuple[asyncio.Task[None], threading.Event]:
    """Keep the writer busy until the event is set, so that later units wait as one group."""
    go, busy = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def unit(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        loop.call_soon_threadsafe(busy.set)
        go.wait(30)

    task = asyncio.create_task(database.write(unit))
    await busy.wait()
    return task, go


async def together(database: Database, *units: Callable[[Connection], object]) -> list[object]:
    """Run units that waited together."""
    held, go = await writer_blocked(database)
    waiting = [asyncio.ensure_future(database.write(unit)) for unit in units]
    await asyncio.sleep(0)
    go.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await held
    return list(results)


def commits_of(database: Database) -> list[str]:
    """Record every commit from now on."""
    seen: list[str] = []
    event.listen(database._engine, "commit", lambda _: seen.append("commit"))
    return seen


async def test_what_waits_together_is_committed_together(database: Database) -> None:
    """One commit for the whole group, an answer for each; a large group is split so that nobody waits too long."""
    seen = commits_of(database)
    many = [f"w{n}" for n in range(GROUP + 10)]
    assert await together(database, *(adds(word) for word in many)) == many
    assert len(seen) == 3  # the one that held them up, a full group, the rest
    assert await words(database) == sorted(many)


async def test_a_unit_that_fails_does_not_fail_the_others(database: Database) -> None:
    """The group is rolled back and each unit run again in a commit of its own; only the broken one fails."""
    ran: list[str] = []

    def counted(word: str) -> Callable[[Connection], str]:
        def unit(connection: Connection) -> str:
            ran.append(word)
            return adds(word)(connection)

        return unit

    def broken(connection: Connection) -> None:
        adds("half")(connection)
        raise LookupError("mine")

    results = await together(database, counted("a"), broken, counted("b"), counted("a"))
    assert results[0] == "a"
    assert isinstance(results[1], LookupError)
    assert results[2] == "b"
    assert isinstance(results[3], StoreError)
    assert "write words" in str(results[3])
    assert ran.count("b") == 1  # not reached in the group, which ended at the broken one
    assert await words(database) == ["a", "b"]


async def test_rows_of_one_batch_run_as_one(database: Database) -> None:
    """Rows that wait for the same batch are passed to it together, and answered in order."""
    sizes: list[int] = []

    def batch(connection: Connection, rows: Sequence[str]) -> list[str]:
        sizes.append(len(rows))
        connection.execute(text("INSERT INTO words VALUES (:word)"), [{"word": row} for row in rows])
        return [row.upper() for row in rows]

    held, go = await writer_blocked(database)
    waiting = [asyncio.ensure_future(database.write_one_of(batch, f"w{n}")) for n in range(5)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*waiting) == [f"W{n}" for n in range(5)]
    await held
    assert sizes == [5]


async def test_a_unit_after_a_row_is_committed_with_it_or_later(database: Database) -> None:
    """When a later unit's answer is there, the rows handed in before it are committed too."""

    def batch(connection: Connection, rows: Sequence[str]) -> list[str]:
        connection.execute(text("INSERT INTO words VALUES (:word)"), [{"word": row} for row in rows])
        return [row.upper() for row in rows]

    first = database.put_one_of(batch, "a")
    await database.write(adds("b"))
    assert await words(database) == ["a", "b"]
    assert first.done()
    assert await first == "A"


async def test_rows_are_read_together_and_a_bad_one_fails_alone(database: Database) -> None:
    """All that waits for a reader is read together; a row that fails gets its error, the others their answers."""
    sizes: list[int] = []
    held, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        held.set()
        go.wait(30)

    def batch(connection: Connection, rows: Sequence[int]) -> list[int]:
        sizes.append(len(rows))
        if 3 in rows:
            raise LookupError("three")
        return [row + int(connection.scalar(text("SELECT 1")) or 0) for row in rows]

    busy = [asyncio.ensure_future(database.read(slow)) for _ in range(2)]
    await asyncio.to_thread(held.wait, 30)
    waiting = [asyncio.ensure_future(database.read_one_of(batch, n)) for n in range(GROUP + 5)]
    await asyncio.sleep(0)
    go.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.gather(*busy)
    assert isinstance(answers.pop(3), LookupError)
    assert answers == [n + 1 for n in range(GROUP + 5) if n != 3]
    assert max(sizes) == GROUP


async def test_a_commit_of_unknown_outcome_is_reported_and_not_repeated(database: Database) -> None:
    """Nobody knows whether it was done: each caller is told so, and must read before going on."""
    ran: list[str] = []
    cut = [True]

    def counted(connection: Connection) -> None:
        ran.append("once")
        adds("a")(connection)

    def lose(connection: Connection) -> None:
        if ran and cut.pop():
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
            cut.append(False)
            raise OperationalError("COMMIT", {}, Exception("the line is cut"), connection_invalidated=True)

    event.listen(database._engine, "commit", lose)
    with pytest.raises(StoreError, match="the line is cut"):
        await database.write(counted)
    assert ran == ["once"]
    assert await words(database) == ["a"]


def cut(database: Database, *, at: str, ran: list[str]) -> None:
    """Cut the connection once, before a statement or after a commit; record it."""

    def lose(connection: Connection, *_: object) -> None:
        if not ran:
            ran.append(at)
            if at == "commit":
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
            raise OperationalError(at, {}, Exception("the line is cut"), connection_invalidated=True)

    event.listen(database._engine, "commit" if at == "commit" else "before_cursor_execute", lose)


@pytest.mark.parametrize("at", ["execute", "commit"])
async def test_a_batch_is_run_again_when_the_connection_is_cut(database: Database, at: str) -> None:
    """An answer of Slack's is never thrown away: storing it twice has the same result."""

    def batch(connection: Connection, rows: Sequence[str]) -> list[str]:
        connection.execute(text("INSERT OR IGNORE INTO words VALUES (:word)"), [{"word": row} for row in rows])
        return list(rows)

    ran: list[str] = []
    cut(database, at=at, ran=ran)
    assert await database.write_one_of(batch, "a") == "a"
    assert ran == [at]
    assert await words(database) == ["a"]


async def test_a_unit_is_run_again_when_the_connection_was_cut_before_its_commit(database: Database) -> None:
    """Nothing of it can have been stored."""
    ran: list[str] = []
    cut(database, at="execute", ran=ran)
    assert await database.write(adds("a")) == "a"
    assert await words(database) == ["a"]


async def test_a_cancelled_write_is_still_done(database: Database) -> None:
    """Cancelling the caller does not undo the write."""
    held, go = await writer_blocked(database)
    waiting = asyncio.ensure_future(database.write(adds("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    go.set()
    await held
    await database.write(adds("b"))
    assert await words(database) == ["a", "b"]


async def test_closing_finishes_waiting_writes_and_refuses_later_ones(tmp_path: Path) -> None:
    """What was asked before the end is done; what is asked after it is refused with an error."""
    database = Database(f"sqlite:///{tmp_path}/b.db")
    await database.write(table_of_words)
    held, go = await writer_blocked(database)
    waiting = asyncio.ensure_future(database.write(adds("a")))
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(database.close())
    await asyncio.sleep(0)
    go.set()
    assert await waiting == "a"
    await asyncio.gather(held, closing)
    with pytest.raises(StoreError, match="closed"):
        await database.write(adds("b"))
    with pytest.raises(StoreError, match="closed"):
        await database.put_one_of(lambda _, rows: rows, "c")


async def test_closing_waits_for_a_limited_time(database: Database, tmp_path: Path) -> None:
    """Another program has the file locked: closing waits neither for its lock, nor for readers that hang."""
    held, go = threading.Event(), threading.Event()

    def hangs(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        held.set()
        go.wait(30)

    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(database.write(adds("a")))
        reading = asyncio.ensure_future(database.read(hangs))
        await asyncio.to_thread(held.wait, 30)
        began = time.monotonic()
        await database.close(0.1)
        assert time.monotonic() - began < 5
        other.execute("ROLLBACK")
    go.set()
    assert await writing == "a"
    await reading
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("store-"))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT a.b FROM parts AS a JOIN deliveries ON 1", "read parts, deliveries"),
        ("UPDATE subscriptions SET wake_at=? WHERE id IN (SELECT id FROM subscriptions)", "write subscriptions"),
        ('INSERT INTO "issues" (seq) VALUES (1)', "write issues"),
        ("DELETE FROM slots WHERE 1", "write slots"),
        ("PRAGMA x", "be reached or written"),
        (None, "be reached or written"),
    ],
)
def test_an_error_names_what_was_asked(statement: str | None, words: str) -> None:
    """It names the operation and the tables, which is enough to go on with."""
    assert asked(statement) == words
