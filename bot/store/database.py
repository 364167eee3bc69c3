"""The database's engine: units of work, grouped into as few commits as possible.

A unit is a function of a connection. Units that wait at the same time share one transaction: at full durability a
commit costs far more than the statements in it. Measured on two cores, rows per second, one row a commit / one hundred:
SQLite through its standard driver 2,350 / 38,540; SQLite through an asyncio driver 1,456 at lower durability;
PostgreSQL through psycopg's asyncio 1,038-1,513 / 16,844. Hence no asyncio driver but synchronous Core in one writer
thread, which commits what has gathered: SQLite has one writer anyway, and on PostgreSQL two groups of one process
would wait for each other's rows.

A unit must be a pure function of what it reads: it is run again, alone, when another one in its group failed, and when
the connection was lost before its commit began. A batch is run again even if it may have been committed: done twice, it
must come to the same.
"""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Engine, UpdateBase, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from bot.store.daemon_executor import DaemonExecutor
from bot.store.errors import DatabaseUrlError, StoreError
from bot.store.tables import metadata
from bot.store.writes import Writes

T = TypeVar("T")
R = TypeVar("R")
Unit = Callable[[Connection], T]
Batch = Callable[[Connection, Sequence[R]], Sequence[T]]
"""Does the same for many rows, in fewer statements; gives an answer for each, in order.

Done twice it comes to the same."""

GROUP = 256
"""The most units in one commit: bounds how long the first of them waits for the last."""
ATTEMPTS = 6
"""How often a unit is tried that lost against another process (deadlock, locked)."""
BUSY_MS = 15_000
"""How long SQLite waits for another process's write."""
CLOSING = 2.0
"""Seconds that an end waits for what still runs: no database that is locked or away keeps a process from ending."""
_LINE = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
         "tcp_user_timeout": 20_000}  # fmt: skip
"""How soon PostgreSQL's client gives up a line that was cut without a word, unless the address says something else."""
_SHOWN_PARTS = re.compile(
    r"host(addr)?|port|dbname|user|sslmode|sslrootcert|keepalives\w*|(\w+_)?timeout|client_encoding|application_name|mode"
)
"""The parts after an address' `?` whose values are shown: in any other a secret may stand (libpq: `options`)."""

_ASKED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_TABLES = re.compile(r"\b(?:FROM|INTO|JOIN)\s+\"?(\w+)|\bUPDATE\s+\"?(\w+)", re.IGNORECASE)


def address(url: str) -> URL:
    """Read a database address: sqlite:///FILE, or postgres://, postgresql:// as hosts give them.

    Raises DatabaseUrlError.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlError(
            "DATABASE_URL", "write it as sqlite:///file.db or postgresql://user@host/name"
        ) from error
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return parsed.set(drivername="sqlite")
    reason = f"{parsed.drivername} is neither sqlite nor postgresql"
    raise DatabaseUrlError(shown(parsed), reason)


def shown(place: URL) -> str:
    """Return an address as it may be shown: no secret, wherever it stands in it."""
    hidden = {name: "***" for name in place.query if not _SHOWN_PARTS.fullmatch(name)}
    return place.update_query_dict(hidden).render_as_string(hide_password=True).replace("%2A%2A%2A", "***")


def engine_of(url: str, *, writes: bool = True) -> Engine:
    """Make an engine for `url`; with `writes`, its SQLite transactions take the write lock at once."""
    where = address(url)
    if where.drivername != "sqlite":
        line = {key: value for key, value in _LINE.items() if key not in where.query}
        return create_engine(where, pool_size=8, max_overflow=0, pool_pre_ping=False, connect_args=line)
    store = where.database in {None, "", ":memory:"}
    options: dict[str, Any] = {"poolclass": StaticPool} if store else {}
    engine = create_engine(where, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000}, **options)

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver begins nothing by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@dataclass(slots=True)
class _Job(Generic[T]):
    """A unit, or a row for a batch, that waits; where its answer goes, and the answer."""

    future: asyncio.Future[T]
    unit: Unit[T] | None = None
    batch: Batch[Any, T] | None = None
    row: Any = None
    answer: T | None = None
    error: BaseException | None = None

    def alone(self, connection: Connection) -> T:
        """Do it, without others."""
        if self.batch is not None:
            return self.batch(connection, [self.row])[0]
        return cast("Unit[T]", self.unit)(connection)


class Database:
    """Runs units of work off the event loop, grouped into commits."""

    def __init__(self, url: str, *, inline: bool = False) -> None:
        """Prepare the database at `url`; connects with the first unit.

        `inline` runs each unit at once on the caller's thread, in its own transaction: for simulations, in which time
        is not real and threads would make the order of events random.
        """
        self.url = url
        self.shown = shown(address(url))
        self.sqlite = address(url).drivername == "sqlite"
        self._engine = engine_of(url)
        self.in_memory = self.sqlite and address(url).database in {None, "", ":memory:"}
        self._reading = self._engine if self.in_memory or not self.sqlite else engine_of(url, writes=False)
        self.inline = inline
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._writers: list[threading.Thread] = []
        # An in-memory SQLite is one connection: its reads take their turn with the writes.
        self._readers = None if self.in_memory else DaemonExecutor(2 if self.sqlite else 4, "store-read")
        self._asked: deque[_Job[Any]] = deque()
        self._called = False
        self._closed = False
        self.writes = Writes()

    @property
    def file(self) -> Path | None:
        """Return the file of a SQLite database; None for one in memory, one named by a URI, and PostgreSQL."""
        name = address(self.url).database or ""
        return None if not self.sqlite or self.in_memory or name.startswith("file:") else Path(name)

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` in a transaction that is committed when this returns. Raises StoreError, or what `unit` raised."""
        if self._closed:
            raise StoreError("write", "it is closed")
        if self.inline:
            return self._alone(unit)
        if not self._writers:
            self._start()
        job = _Job(asyncio.get_running_loop().create_future(), unit)
        self._jobs.put(job)
        answer: T = await job.future
        return answer

    async def change(self, statement: UpdateBase) -> int:
        """Run one statement that changes rows, as `write` does, and give how many it changed."""
        return await self.write(lambda connection: int(connection.execute(statement).rowcount))

    async def write_one_of(self, batch: Batch[R, T], row: R) -> T:
        """Run `batch` for `row`, together with all the rows that wait for the same `batch`; otherwise as `write`."""
        return await self.put_one_of(batch, row)

    def put_one_of(self, batch: Batch[R, T], row: R) -> asyncio.Future[T]:
        """As `write_one_of`, to be awaited later; whatever is asked for after it is committed with it or after it."""
        job: _Job[T] = _Job(asyncio.get_running_loop().create_future(), batch=batch, row=row)
        if self._closed:
            job.error = StoreError("write", "it is closed")
            _resolve([job])
        elif self.inline:
            self._run(job)
            _resolve([job])
        else:
            if not self._writers:
                self._start()
            self._jobs.put(job)
        return job.future

    async def read(self, unit: Unit[T]) -> T:
        """Run `unit`, which only reads. Raises StoreError, or what `unit` raised."""
        if self.inline or self._readers is None:
            return await self.write(unit)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, unit)

    async def read_one_of(self, batch: Batch[R, T], row: R) -> T:
        """Run `batch`, which only reads, for `row`, together with all the rows that wait for the same `batch`."""
        if self.inline or self._readers is None:
            return await self.write_one_of(batch, row)
        job: _Job[T] = _Job(asyncio.get_running_loop().create_future(), batch=batch, row=row)
        self._asked.append(job)
        if not self._called:
            self._called = True
            self._readers.submit(self._read_all)
        answer: T = await job.future
        return answer

    def create_all(self) -> None:
        """Make the tables at once, without migrations: for a database that nobody will ever upgrade."""
        metadata.create_all(self._engine)

    async def close(self, within: float = CLOSING) -> None:
        """Finish what waits and let the connections go; what takes longer than `within` seconds is left to itself."""
        self._closed = True
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            self._end()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=end, name="store-end", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await ended.wait()

    def _end(self) -> None:
        for _ in self._writers:
            self._jobs.put(None)
        for thread in self._writers:
            thread.join()
        if self._readers is not None:
            self._readers.shutdown()
        self._engine.dispose()
        self._reading.dispose()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="store-write", daemon=True)
        self._writers.append(thread)
        thread.start()

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first]
            while len(group) < GROUP:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._jobs.put(None)
                    break
                group.append(more)
            self._commit(group)

    def _commit(self, group: list[_Job[Any]]) -> None:
        """Run the group in one transaction; if anything in it fails, each unit in one of its own."""
        committing = False
        try:
            with self._engine.begin() as connection:
                _perform(connection, group)
                committing = True
            self.writes.done()
        except BaseException as error:  # noqa: BLE001 - one unit's failure is its caller's, not the thread's
            unclear = committing and _lost(error)
            for job in group:
                if unclear and job.batch is None:
                    # Whether the commit was done is not known: its callers must read before they go on.
                    job.error = self._told(cast("DBAPIError", error))
                else:
                    self._run(job)
        _hand_over(group)

    def _run(self, job: _Job[Any]) -> None:
        try:
            job.answer = self._alone(job.alone, twice=job.batch is not None)
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            job.error = error

    def _alone(self, unit: Unit[T], *, twice: bool = False) -> T:
        """Run one unit in a transaction of its own, again if another process was in the way or the line was cut.

        Not if it may have been committed, unless it may be done `twice`.
        """
        for attempt in range(1, ATTEMPTS + 1):
            committing = False
            try:
                with self._engine.begin() as connection:
                    answer = unit(connection)
                    committing = True
            except SQLAlchemyError as error:
                lost = _lost(error)
                again = (not committing or twice) if lost else isinstance(error, OperationalError)
                if attempt == ATTEMPTS or not again:
                    raise self._told(error) from error
            else:
                self.writes.done()
                return answer
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _read(self, unit: Unit[T]) -> T:
        for again in (True, False):
            try:
                with self._reading.connect() as connection:
                    return unit(connection)
            except SQLAlchemyError as error:
                if not (again and _lost(error)):
                    raise self._told(error) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def _read_all(self) -> None:
        """Read for everybody who waits."""
        self._called = False  # a request from now on calls again
        while group := _taken(self._asked):
            self._read_group(group)

    def _read_group(self, group: list[_Job[Any]]) -> None:
        """Read for a group in one transaction; if anything of it fails, for each alone."""
        try:
            self._read(lambda connection: _perform(connection, group))
        except BaseException:  # noqa: BLE001 - one row's failure is its caller's
            for job in group:
                try:
                    job.answer = self._read(job.alone)
                except BaseException as error:  # noqa: BLE001 - handed to the caller
                    job.error = error
        _hand_over(group)

    def _told(self, error: SQLAlchemyError) -> StoreError:
        cause = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        told = StoreError(asked(getattr(error, "statement", None)), f"{cause.splitlines()[0]} (at {self.shown})")
        told.__cause__ = error
        self.writes.broke(error, told.reason)
        return told


def asked(statement: str | None) -> str:
    """Name what an SQL statement asked of the database: which tables it reads or writes; "" or None: none yet."""
    said = _ASKED.match(statement or "")
    tables = dict.fromkeys(name for names in _TABLES.findall(statement or "") for name in names if name)
    if said is None or not tables:
        return "be reached or written"
    where = ", ".join(tables)
    return f"read {where}" if said[1].upper() == "SELECT" else f"write {next(iter(tables))}"


def _lost(error: BaseException) -> bool:
    """Return whether the connection is gone; the next one is new, as SQLAlchemy lets go of all of its age."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _taken(asked: deque[_Job[Any]]) -> list[_Job[Any]]:
    """Take a group of those that wait; other threads do the same."""
    group: list[_Job[Any]] = []
    with suppress(IndexError):
        while len(group) < GROUP:
            group.append(asked.popleft())
    return group


def _perform(connection: Connection, group: list[_Job[Any]]) -> None:
    """Run every unit, and each batch once. They all wait at the same time, so none depends on another."""
    batches: dict[Batch[Any, Any], list[_Job[Any]]] = {}
    for job in group:
        if job.batch is None:
            job.answer = job.alone(connection)
        else:
            batches.setdefault(job.batch, []).append(job)
    for batch, jobs in batches.items():
        for job, answer in zip(jobs, batch(connection, [job.row for job in jobs]), strict=True):
            job.answer = answer


def _hand_over(group: list[_Job[Any]]) -> None:
    """Return every job of the group its answer, with one wake-up for each event loop that waits."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job[Any]]] = {}
    for job in group:
        loops.setdefault(job.future.get_loop(), []).append(job)
    for loop, jobs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: list[_Job[Any]]) -> None:
    for job in jobs:
        if job.future.done():  # its caller was cancelled; the unit is committed all the same
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.answer)
