"""Proof that a worker is dead: a lock that it holds while it lives, and that its death releases.

Beside a SQLite database each worker locks a file of its own; on PostgreSQL its session holds an advisory lock. The
operating system, or the server, releases it when the process ends in any way, and not while it is slow or stopped.

A wrong proof costs time and nothing else: what was being sent is still looked for, as after a lease that has expired.
"""

from __future__ import annotations

import asyncio
import glob
import hashlib
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol, TypeVar

import structlog
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.daemon_executor import DaemonExecutor
from bot.store.database import Database, engine_of
from bot.store.membership import is_among
from bot.store.next_run import in_order
from bot.store.tables import subscriptions

_log = structlog.get_logger(__name__)
T = TypeVar("T")
LOCKED = ".locked"
"""How the name of a worker ends that holds a lock. A worker of an earlier release has none, and is never judged."""
SETTLING_SECONDS = 30.0
"""Seconds after the server started, or our own session was lost, in which a missing lock proves nothing.

The others may have lost their sessions as well, and take their locks again at their next tick.
"""
SECOND_LOOK_SECONDS = 2.0
"""Seconds between two looks that must both find a session's lock free: twice what a worker takes to take it again."""
_NAMESPACE = 0x4249 << 48
"""What the numbers of our advisory locks begin with, beside those of other programs in the same database."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_S = subscriptions.c


class Lock(Protocol):
    """One worker's lock, and a look at those of others. Its methods block."""

    def take(self, name: str) -> bool:
        """Take the lock of the worker `name`; return whether death will surely release it, and nothing else."""
        ...

    def dead(self, names: Iterable[str]) -> set[str]:
        """Return those of the workers `names` that are surely dead."""
        ...

    def release(self) -> None:
        """Release our own."""
        ...


class WorkerLocks:
    """The lock of this process's worker, and the leases of workers that died."""

    def __init__(self, database: Database) -> None:
        """Lock beside, or in, `database`. In memory, and where units run inline, there are no locks."""
        self._database = database
        self._lock: Lock | None = None
        self._calls = DaemonExecutor(1, "store-lock")
        self._name, self._failing = "", False

    async def enter(self, name: str) -> str:
        """Take the lock of the worker `name`; return the name that its leases are to carry.

        A worker whose start failed enters again: it keeps the lock that it has, or tries once more.
        """
        if self._name:
            return self._name
        await self.leave()
        locked, self._lock = f"{name}{LOCKED}", _lock_of(self._database)
        if self._lock is None or not await self._do(lambda lock: lock.take(locked), otherwise=False):
            return name
        self._name = locked
        return locked

    async def take_over(self, wake_at: datetime) -> int:
        """End the leases of workers that are surely dead, so that anybody may claim at `wake_at`; return how many.

        Raises StoreError.
        """
        if not self._name:
            return 0
        others = await self._database.read(self._others)
        dead = await self._do(lambda lock: lock.dead(others), otherwise=set[str]())
        if not dead:
            return 0
        change = in_order(is_among(_S.holder, sorted(dead))).values(holder=None, wake_at=wake_at)
        return await self._database.change(change)

    async def leave(self) -> None:
        """Release our lock, after our leases."""
        await self._do(lambda lock: lock.release(), otherwise=None)
        self._name = ""

    def _others(self, connection: Connection) -> set[str]:
        """Return the workers that hold leases and have a lock, except us."""
        holders = select(_S.holder).where(_S.holder > "").distinct()  # by the index of holders
        return {name for name in connection.scalars(holders) if name.endswith(LOCKED) and name != self._name}

    async def _do(self, call: Callable[[Lock], T], *, otherwise: T) -> T:
        """Return what `call` returns of our lock; `otherwise` without one, or if it can't be reached."""
        lock = self._lock
        if lock is None:
            return otherwise
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._calls, call, lock)
        except (OSError, SQLAlchemyError) as error:
            if not self._failing:  # said once, not at every look
                _log.warning("worker_lock.failed", error=str(error).splitlines()[0])
            self._failing = True
            return otherwise
        self._failing = False
        return answer


def _lock_of(database: Database) -> Lock | None:
    if database.in_memory or database.inline:
        return None
    if not database.sqlite:
        return _SessionLock(engine_of(database.url))
    # Elsewhere nothing tells the machine's starts apart.
    return _FileLock(database.file) if database.file is not None and _BOOT_ID.exists() else None


class _FileLock:
    """A locked file beside a SQLite database, which holds the number of the machine's start (boot_id).

    Only workers of the same running kernel judge each other, containers among them: on a network file system another
    machine's lock may not be seen.
    """

    def __init__(self, database: Path) -> None:
        """Lock a file beside `database`."""
        self._database = database
        self._boot = _BOOT_ID.read_text("ascii").strip()
        self._file: IO[str] | None = None

    def take(self, name: str) -> bool:
        """Create our file and lock it; only then does it say anything."""
        self._file = self._database.with_name(f"{self._database.name}-{name}").open("w", encoding="ascii")
        locked = _locks(self._file)
        self._file.write(self._boot)
        self._file.flush()
        return locked

    def dead(self, names: Iterable[str]) -> set[str]:
        """Return the workers of this machine whose file is not locked. One without leases loses its file."""
        found, asked, begin = set(), set(names), f"{self._database.name}-"
        for path in self._database.parent.glob(f"{glob.escape(begin)}worker-*{LOCKED}"):
            name = path.name.removeprefix(begin)
            boot = "" if self._is_ours(path) else _unlocked(path)
            if boot and name not in asked:
                path.unlink(missing_ok=True)
            elif boot == self._boot:
                found.add(name)
        return found

    def release(self) -> None:
        """Delete our file, then let go of the lock."""
        if self._file is not None:
            Path(self._file.name).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def _is_ours(self, path: Path) -> bool:
        return self._file is not None and path == Path(self._file.name)


def _locks(file: IO[str]) -> bool:
    """Lock a file unless somebody has; return whether nobody had. Ends with the file, or with its process."""
    import fcntl  # noqa: PLC0415 - Windows has none, and no boot_id either

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlocked(path: Path) -> str:
    """Return what a worker's file says that nobody locks; "" if somebody does, or if it is gone."""
    try:
        with path.open("r+", encoding="ascii") as file:
            return file.read(100) if _locks(file) else ""
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


class _SessionLock:
    """An advisory lock that a session of our own holds in PostgreSQL.

    Behind a pooler that lends a session for a transaction (PgBouncer's transaction mode) a session is not ours, and its
    lock says nothing of us. That is noticed by the sessions' numbers: at once, or else before anybody is judged.
    """

    def __init__(self, engine: Engine) -> None:
        """Hold the lock in a connection of `engine`."""
        self._engine = engine
        self._connection: Connection | None = None
        self._key, self._session, self._held, self._shared = 0, 0, False, False
        self._settled = 0.0
        self._free_since: dict[str, float] = {}

    def take(self, name: str) -> bool:
        """Take the lock; return whether the session is our own."""
        self._key = _key(name)
        connection = self._connect()
        with self._engine.begin() as other:
            # In two transactions at once two sessions of our own have two numbers.
            self._shared = other.scalar(_SESSION) == self._session or connection.scalar(_SESSION) != self._session
        if self._shared:
            _log.warning("sessions.shared", hint=_SHARED)
        if self._shared or not self._held:
            self.release()
            return False
        return True

    def dead(self, names: Iterable[str]) -> set[str]:
        """Return the workers whose lock was free at two looks, after making sure of our own."""
        connection = self._sure()
        if connection is None or time.monotonic() < self._settled:
            return set()
        free = {name for name in names if _key(name) not in set(connection.scalars(_LOCKS))}
        now = time.monotonic()
        self._free_since = {name: self._free_since.get(name, now) for name in free}
        return {name for name, since in self._free_since.items() if now - since >= SECOND_LOOK_SECONDS}

    def release(self) -> None:
        """End the session, and the lock with it."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        self._engine.dispose()

    def _sure(self) -> Connection | None:
        """Return our connection with the lock, a new one if it was lost; None if sessions are not our own."""
        if self._shared:
            return None
        try:
            connection = self._connection or self._connect()
            if not self._held:
                self._held = bool(connection.scalar(_TAKE, {"key": self._key}))
            self._shared = connection.scalar(_SESSION) != self._session
            if self._shared:
                _log.warning("sessions.shared", hint=_SHARED)
        except SQLAlchemyError:
            self._connection, self._held = None, False
            self._engine.dispose()
            raise
        return None if self._shared else connection

    def _connect(self) -> Connection:
        """Open a session and take the lock, unless our last session still has it."""
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if self._session:  # a lost one: the others may have lost theirs
            self._settled = time.monotonic() + SETTLING_SECONDS
        self._session = self._connection.scalar(_SESSION) or 0
        self._held = bool(self._connection.scalar(_TAKE, {"key": self._key}))
        return self._connection


_SHARED = "a pooler lends sessions by the transaction: what a killed worker was doing waits until its lease expires"
_SESSION = text("SELECT pg_backend_pid()")
_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_LOCKS = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""The numbers of all advisory locks of this database that one number names (PostgreSQL: view pg_locks)."""


def _key(name: str) -> int:
    """Return the number of a worker's lock: a hash of its name after our namespace."""
    digits = hashlib.sha256(name.encode()).digest()[:6]
    return _NAMESPACE | int.from_bytes(digits)
