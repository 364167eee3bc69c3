"""Locks of workers: who is surely dead, and who may be alive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.store import worker_locks
from bot.store.database import address
from bot.store.migrate import upgrade
from bot.store.store import Store
from bot.store.worker_locks import LOCKED, WorkerLocks, _FileLock, _SessionLock
from tests.fakes.postgres import Postgres

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEASE = timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Yield a store with one subscription that is due."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    upgrade(str(where))
    store = Store.open(str(where))
    await store.subscriptions.put("-:T1", "C1", "U1", AsItAppears(), Preferences(), NOW)
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the second look at a session's lock a moment after the first."""
    monkeypatch.setattr(worker_locks, "SECOND_LOOK_SECONDS", 0.05)


async def claims(store: Store, name: str) -> tuple[WorkerLocks, str]:
    """Have a worker come and claim what is due; return its locks, and the name that its leases carry."""
    locks = WorkerLocks(store.database)
    known = await locks.enter(name)
    assert await store.leases.claim(known, NOW, LEASE, limit=9, each=9)
    return locks, known


async def looks(locks: WorkerLocks) -> int:
    """Look a few times, as a worker does; return how many leases it ended."""
    ended = 0
    for _ in range(4):
        ended += await locks.take_over(NOW)
        await asyncio.sleep(0.05)
    return ended


def dies(locks: WorkerLocks) -> None:
    """Let go of a worker's lock as its death would: nothing is tidied up."""
    lock = locks._lock
    if isinstance(lock, _FileLock):
        assert lock._file is not None
        lock._file.close()
    elif isinstance(lock, _SessionLock):
        lock.release()


async def test_the_leases_of_a_dead_worker_are_ended_and_those_of_a_living_one_are_not(store: Store) -> None:
    """As long as its lock is held it lives, whether it does anything or not."""
    one, _ = await claims(store, "worker-1")
    two = WorkerLocks(store.database)
    assert await two.enter("worker-2") == f"worker-2{LOCKED}"
    assert await looks(two) == 0
    dies(one)
    assert await looks(two) == 1
    assert await store.leases.claim("worker-2", NOW, LEASE, limit=9, each=9)
    await two.leave()


async def test_a_worker_that_leaves_leaves_nothing_behind(store: Store) -> None:
    """Its file is deleted, its session ends."""
    one, name = await claims(store, "worker-1")
    await store.leases.drop(name, NOW)
    await one.leave()
    assert await looks(one) == 0
    if store.database.file is not None:
        assert [path.name for path in store.database.file.parent.glob("*worker*")] == []


async def test_a_worker_that_starts_twice_has_one_lock(store: Store) -> None:
    """Its first start failed after it had taken the lock."""
    one = WorkerLocks(store.database)
    known = await one.enter("worker-1")
    assert await one.enter(known) == known
    two = WorkerLocks(store.database)
    await two.enter("worker-2")
    assert await store.leases.claim(known, NOW, LEASE, limit=9, each=9)
    assert await looks(two) == 0
    dies(one)
    assert await looks(two) == 1
    await two.leave()


async def test_a_worker_without_a_lock_is_never_judged(store: Store) -> None:
    """One of an earlier release, or one that could not take its lock: its lease expires."""
    assert await store.leases.claim("worker-old", NOW, LEASE, limit=9, each=9)
    two = WorkerLocks(store.database)
    await two.enter("worker-2")
    assert await looks(two) == 0
    await two.leave()


def file_of(store: Store, name: str) -> Path:
    """Return the lock file of a worker."""
    file = store.database.file
    assert file is not None
    return file.with_name(f"{file.name}-{name}")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("said", [None, "", "another start of a machine"])
async def test_a_file_that_proves_nothing(store: Store, said: str | None) -> None:
    """It is gone, or not written yet, or another machine's: the lease expires."""
    one, name = await claims(store, "worker-1")
    dies(one)
    path = file_of(store, name)
    path.unlink()
    if said is not None:
        path.write_text(said, "ascii")
    two = WorkerLocks(store.database)
    await two.enter("worker-2")
    assert await looks(two) == 0
    assert path.exists() == (said is not None)
    await two.leave()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_files_of_the_dead_are_tidied_up(store: Store) -> None:
    """Once their leases are gone; a file that is being written stays."""
    one, name = await claims(store, "worker-1")
    dies(one)
    empty = file_of(store, f"worker-3{LOCKED}")
    empty.touch()
    two = WorkerLocks(store.database)
    await two.enter("worker-2")
    assert await looks(two) == 1
    assert not file_of(store, name).exists()
    assert empty.exists()
    await two.leave()


class Unwritable:
    """The lock of a folder that takes no file, or of a server that is away."""

    def take(self, name: str) -> bool:
        """Fail."""
        raise PermissionError(13, "Permission denied", name)

    def dead(self, names: Iterable[str]) -> set[str]:
        """Fail."""
        raise PermissionError(13, "Permission denied", sorted(names))

    def release(self) -> None:
        """Have nothing to release."""


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_a_lock_that_cannot_be_taken_is_said_once_and_keeps_nobody_from_working(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker goes on without a lock; one that loses its database later says so once and not at every look."""
    one = WorkerLocks(store.database)
    assert await one.enter("worker-1") != "worker-1"
    monkeypatch.setattr(worker_locks, "_lock_of", lambda _: Unwritable())
    with structlog.testing.capture_logs() as logs:
        assert await WorkerLocks(store.database).enter("worker-2") == "worker-2"
        dies(one)
        one._lock = Unwritable()
        assert await looks(one) == 0
    assert [line["event"] for line in logs] == ["worker_lock.failed"] * 2


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_session_that_is_cut_is_no_death(store: Store) -> None:
    """The living worker takes its lock again at its next look, and judges nobody for a while."""
    one, _ = await claims(store, "worker-1")
    two = WorkerLocks(store.database)
    await two.enter("worker-2")
    lock = one._lock
    assert isinstance(lock, _SessionLock)
    await store.database.write(
        lambda connection: connection.execute(text(f"SELECT pg_terminate_backend({lock._session})"))
    )
    for _ in range(3):
        await one.take_over(NOW)
    assert await looks(two) == 0
    dies(two)
    assert await store.leases.drop(f"worker-1{LOCKED}", NOW) == 1
    assert await store.leases.claim(f"worker-2{LOCKED}", NOW, LEASE, limit=9, each=9)
    assert await looks(one) == 0  # it lost its session just now
    await one.leave()


def test_a_pooler_that_lends_sessions_is_noticed(postgres: Postgres) -> None:
    """Two transactions at once have one session: no lock is taken, and nobody is judged."""
    url = address(postgres.fresh())
    pooler = create_engine(url, poolclass=StaticPool)
    lock = _SessionLock(pooler)
    assert not lock.take(f"worker-1{LOCKED}")
    own = _SessionLock(create_engine(url))
    assert own.take(f"worker-2{LOCKED}")
    own._session += 1  # a later transaction is another session's
    assert own.dead([f"worker-1{LOCKED}"]) == set()
    assert own.dead([f"worker-1{LOCKED}"]) == set()
    own.release()
    lock.release()
