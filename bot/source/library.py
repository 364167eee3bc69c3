"""The archive in use: a snapshot and the index over it, replaced together while readers go on with the old pair."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from archive import loader
from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder, Folder
from archive.issue import Issue
from archive.search.index import Index
from archive.search.synonyms import Synonyms
from archive.snapshot import Snapshot
from bot.domain import publication
from bot.domain.clock import Clock
from bot.domain.publication import HeldBack
from bot.runtime.clock import SystemClock
from bot.source.listener import Listener, OnChange

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Current:
    """What is in use at one moment: `index` is over exactly the issues of `snapshot`."""

    snapshot: Snapshot
    index: Index


class Library:
    """Holds the archive in use: the issues that are out. Read `current` once per answer: its two parts belong together.

    `fault` is set while the folder as a whole cannot be read; what was read last stays in use meanwhile.
    """

    def __init__(self, folder: Folder, current: Current, clock: Clock | None = None) -> None:
        """Begin with `current`, read from `folder`; `clock` tells what is out. Use `opened` to read it."""
        self.folder = folder
        self._clock = clock or SystemClock()
        self._told = current.snapshot
        self._use(current, self._clock.now())
        self.fault: FolderError | None = None
        self._listeners: list[Listener] = []
        self._turn = asyncio.Lock()

    @classmethod
    def opened(cls, folder: Folder | Path | str, names: Synonyms | None = None, clock: Clock | None = None) -> Library:
        """Read the whole archive (blocking) and index it, with `names` for the index's table of synonyms.

        Raises:
            FolderError: the folder is missing or cannot be read.
        """
        place = DiskFolder(folder, SUFFIXES) if isinstance(folder, Path | str) else folder
        clock = clock or SystemClock()
        snapshot = publication.released(loader.load(place), clock.now())
        return cls(place, Current(snapshot, Index.of(snapshot.issues, names)), clock)

    @property
    def current(self) -> Current:
        """Return what is out now. An issue whose publication time has just passed is indexed first."""
        now = self._clock.now()
        if self._is_past(now):
            self._use(_turned(self._current, self._current.snapshot, now), now)
        return self._current

    def _is_past(self, now: datetime) -> bool:
        return now < self._taken or (self._next is not None and now >= self._next)

    def _use(self, current: Current, now: datetime) -> None:
        self._current, self._taken = current, now
        self._next = publication.next_turn(current.snapshot.readings.values(), now)

    @property
    def snapshot(self) -> Snapshot:
        """Return the issues in use."""
        return self.current.snapshot

    @property
    def index(self) -> Index:
        """Return the index in use."""
        return self.current.index

    def on_change(self, told: OnChange) -> None:
        """Have `told` called soon after every change; `bot.source.listener` says how."""
        self._listeners.append(Listener(told))

    async def listeners_idle(self) -> None:
        """Wait until every listener has been told of every change so far."""
        for listener in self._listeners:
            await listener.idle()

    async def stop_listeners(self) -> None:
        """Cancel the listeners' running calls and tell them nothing more."""
        stopping, self._listeners = self._listeners, []
        for listener in stopping:
            await listener.stop()

    def announced(self) -> tuple[Issue, ...]:
        """Return the issues that are out or will be by themselves, oldest first: what delivery has to know."""
        return publication.announced(self.snapshot, self._clock.now())

    def held_back(self) -> tuple[HeldBack, ...]:
        """Return what is not out: drafts, what comes out by itself, what has expired."""
        return publication.held_back(self.snapshot, self._clock.now())

    def held(self, asked: str) -> HeldBack | None:
        """Return the issue that `asked` names (a number or slug) and that is held back, None without one."""
        return publication.find_held(self.snapshot, asked, self._clock.now())

    async def refresh(self, names: Iterable[str] | None = None) -> bool:
        """Read what changed, off the event loop, and put it into use; return whether anything changed.

        `names`: the files known to have changed (paths below the folder), or None to look at every file's stamp. One
        refresh runs at a time; readers are never kept waiting.
        """
        known = None if names is None else tuple(names)

        def step(before: Current, now: datetime) -> Current:
            # The folder that could not be read is looked at as a whole: a few names would not tell that it is back.
            return _next(self.folder, before, None if self.fault else known, now)

        return await self._replace(step, reads=True)

    async def keep_time(self) -> bool:
        """Apply publication and expiry dates that have passed; return whether anything changed.

        No file is read, and it costs nothing while there is nothing to do: call it every second.
        """
        now = self._clock.now()
        if not self._is_past(now) and self._current.snapshot is self._told:
            return False
        return await self._replace(lambda before, now: _turned(before, before.snapshot, now), reads=False)

    async def _replace(self, step: Callable[[Current, datetime], Current], *, reads: bool) -> bool:
        """Put into use what `step` returns; only one that `reads` the folder can tell that it is readable again."""
        async with self._turn:
            before, now = self._current, self._clock.now()
            try:
                after = await asyncio.to_thread(step, before, now)
            except FolderError as error:
                self.fault = error
                _log.error("refresh.refused", reason=error.reason)
                return False
            except Exception as error:  # noqa: BLE001 - the watch goes on, and /health says it
                self.fault = FolderError(self.folder.name, f"reading what changed failed ({error!r:.200}); see the log")
                _log.exception("refresh.failed")
                return False
            if reads:
                self.fault = None
            self._use(after, now)
            told, self._told = self._told, after.snapshot
            if told is after.snapshot:
                return False
            for listener in self._listeners:
                listener.tell(told, after.snapshot)
            return True


def _next(folder: Folder, before: Current, names: tuple[str, ...] | None, now: datetime) -> Current:
    """Read and index what changed; return `before` itself if nothing did."""
    old = before.snapshot
    return _turned(before, loader.refresh(folder, old) if names is None else loader.reload(folder, old, names), now)


def _turned(before: Current, read: Snapshot, now: datetime) -> Current:
    """Return `read`, indexed, as it is out at the moment `now`; `before` itself if that is the same."""
    old, new = before.snapshot, publication.released(read, now)
    if new is old:
        return before
    changed, removed = difference(old, new)
    index = before.index.changed(changed, removed) if changed or removed else before.index
    return Current(new, index)


def difference(old: Snapshot, new: Snapshot) -> tuple[tuple[Issue, ...], tuple[str, ...]]:
    """Return the issues of `new` that are not in `old` or differ there, and the slugs of `old` that are gone."""
    changed = tuple(i for i in new.issues if (was := old.get(i.slug)) is not i and was != i)
    return changed, tuple(issue.slug for issue in old.issues if new.get(issue.slug) is None)
