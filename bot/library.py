"""The archive in use: a snapshot and the index over it, replaced together while readers go on with the old pair."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import structlog

from archive import loader
from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder, Folder
from archive.issue import Issue
from archive.search.index import Index
from archive.search.synonyms import Synonyms
from archive.snapshot import Snapshot

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Current:
    """What is in use at one moment: `index` is over exactly the issues of `snapshot`."""

    snapshot: Snapshot
    index: Index


OnChange: TypeAlias = Callable[[Snapshot, Snapshot], Awaitable[None]]
"""Told of a change: the snapshot before and the one now in use."""


class Library:
    """Holds the archive in use. Take `current` once per answer: its two halves belong together.

    `fault` is set while the folder as a whole cannot be read; what was read last stays in use meanwhile.
    """

    def __init__(self, folder: Folder, current: Current) -> None:
        """Begin with `current`, read from `folder`. Use `opened` to read it."""
        self.folder = folder
        self.current = current
        self.fault: FolderError | None = None
        self._on_change: list[OnChange] = []
        self._turn = asyncio.Lock()

    @classmethod
    def opened(cls, folder: Folder | Path | str, names: Synonyms | None = None) -> Library:
        """Read the whole archive (blocking) and index it, with `names` for the index's table of synonyms.

        Raises:
            FolderError: the folder is missing or cannot be read.
        """
        place = DiskFolder(folder, SUFFIXES) if isinstance(folder, Path | str) else folder
        snapshot = loader.load(place)
        return cls(place, Current(snapshot, Index.of(snapshot.issues, names)))

    @property
    def snapshot(self) -> Snapshot:
        """Give the issues in use."""
        return self.current.snapshot

    @property
    def index(self) -> Index:
        """Give the index in use."""
        return self.current.index

    def on_change(self, told: OnChange) -> None:
        """Have `told` called (and awaited) after every change, in the order of registration."""
        self._on_change.append(told)

    async def refresh(self, names: Iterable[str] | None = None) -> bool:
        """Read what changed, off the event loop, and put it into use; tell whether anything did change.

        `names`: the files known to have changed (paths below the folder), or None to look at every file's stamp. One
        refresh runs at a time; readers are never kept waiting.
        """
        async with self._turn:
            before = self.current
            try:
                after = await asyncio.to_thread(_next, self.folder, before, None if names is None else tuple(names))
            except FolderError as error:
                self.fault = error
                _log.error("the archive's folder cannot be read; the last state stays in use", reason=error.reason)
                return False
            except Exception as error:  # noqa: BLE001 - the watch goes on, and /health says it
                self.fault = FolderError(self.folder.name, f"reading what changed failed ({error!r:.200}); see the log")
                _log.exception("the archive was not read again; the last state stays in use")
                return False
            self.fault = None
            if after is before:
                return False
            self.current = after
            await self._tell(before.snapshot, after.snapshot)
            return True

    async def _tell(self, before: Snapshot, after: Snapshot) -> None:
        for told in self._on_change:
            try:
                await told(before, after)
            except Exception:  # noqa: BLE001 - one listener's fault is not the others'
                _log.exception("a listener to the archive failed", listener=repr(told))


def _next(folder: Folder, before: Current, names: tuple[str, ...] | None) -> Current:
    """Read and index what changed; give `before` itself if nothing did."""
    old = before.snapshot
    new = loader.refresh(folder, old) if names is None else loader.reload(folder, old, names)
    if new is old:
        return before
    changed, removed = difference(old, new)
    index = before.index.changed(changed, removed) if changed or removed else before.index
    return Current(new, index)


def difference(old: Snapshot, new: Snapshot) -> tuple[tuple[Issue, ...], tuple[str, ...]]:
    """Give the issues of `new` that are not in `old` or differ there, and the slugs of `old` that are gone."""
    changed = tuple(i for i in new.issues if (was := old.get(i.slug)) is not i and was != i)
    return changed, tuple(issue.slug for issue in old.issues if new.get(issue.slug) is None)
