"""Death at a chosen step: a worker whose database and Slack port count their steps and never return from the last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import UpdateBase

from bot.slack.api.ports import Poster
from bot.store.database import Batch, Database, Unit
from bot.store.store import Store

T = TypeVar("T")
R = TypeVar("R")


def _nothing() -> None:
    """Do nothing."""


class Fuse:
    """Counts steps; from step `last` on, every caller is dead. `blown` is set then."""

    def __init__(self, last: int, meanwhile: Mapping[int, Callable[[], None]] | None = None) -> None:
        """Die at step `last` (from 1; 0: never); `meanwhile` maps a step to what happens just before it."""
        self.last = last
        self.meanwhile = meanwhile or {}
        self.count = 0
        self.blown = asyncio.Event()

    async def step(self) -> None:
        """Take a step, or die."""
        if self.burn():
            await asyncio.get_running_loop().create_future()

    def burn(self) -> bool:
        """Take a step; return whether the caller is dead."""
        self.count += 1
        self.meanwhile.get(self.count, _nothing)()
        if self.count == self.last:
            self.blown.set()
        return self.blown.is_set()


class _Database:
    """A database whose caller may die before or after each use."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self._database, self._fuse = database, fuse

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, unit: Unit[T]) -> T:
        await self._fuse.step()
        answer = await self._database.write(unit)
        await self._fuse.step()
        return answer

    async def change(self, statement: UpdateBase) -> int:
        return await self.write(lambda connection: int(connection.execute(statement).rowcount))

    async def write_one_of(self, batch: Batch[R, T], row: R) -> T:
        return await self.put_one_of(batch, row)

    def put_one_of(self, batch: Batch[R, T], row: R) -> asyncio.Future[T]:
        never: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._fuse.burn():
            return never
        answer = self._database.put_one_of(batch, row)
        return never if self._fuse.burn() else answer

    async def read_one_of(self, batch: Batch[R, T], row: R) -> T:
        await self._fuse.step()
        return await self._database.read_one_of(batch, row)

    async def read(self, unit: Unit[T]) -> T:
        await self._fuse.step()
        return await self._database.read(unit)


class _Slack:
    """A Slack port whose caller may die before or after each call."""

    def __init__(self, slack: Poster, fuse: Fuse) -> None:
        self._slack, self._fuse = slack, fuse

    def since(self) -> str:
        return self._slack.since()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._slack, name)

        async def doomed(*given: Any, **named: Any) -> Any:
            await self._fuse.step()
            answer = await call(*given, **named)
            await self._fuse.step()
            return answer

        return doomed


def doomed_store(store: Store, fuse: Fuse) -> Store:
    """Return the store as a doomed worker sees it."""
    return Store(cast("Database", _Database(store.database, fuse)))


def doomed_slack(slack: Poster, fuse: Fuse) -> Poster:
    """Return the Slack port as a doomed worker sees it."""
    return cast("Poster", _Slack(slack, fuse))
