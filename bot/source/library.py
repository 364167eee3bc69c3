"""The archive in use: a snapshot and the index over it, replaced together while readers go on with the old pair."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
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
from bot.domain.broken import BrokenFile, broken_files, find_broken
from bot.domain.clock import Clock
from bot.domain.newsletter import UNNAMED, Newsletter
from bot.domain.publication import HeldBack
from bot.runtime.clock import SystemClock
from bot.source.listener import Listener, OnChange

_log = structlog.get_logger(__name__)
_NAMED = 5
"""Issues, or problems, named each in the log at one change."""


_MANY = 10
"""Issues from which an archive that has none at the next look counts as lost: nobody deletes that many by hand."""
_MOUNT = "mount the folder, or check BACKISSUE_ARCHIVE"
_RESTART = "Mount the folder again; if it is meant to be empty, restart the bot"


@dataclass(frozen=True, slots=True)
class Current:
    """What is in use at one moment: `index` is over exactly the issues of `snapshot`.

    `lost` says in one line that issues are missing which were there before, "" if none are known to be.
    """

    snapshot: Snapshot
    index: Index
    lost: str = ""


class Library:
    """Holds the archive in use: the issues that are out. Read `current` once per answer: its two parts belong together.

    `fault` is set while the folder as a whole cannot be read; what was read last stays in use meanwhile.
    """

    def __init__(
        self,
        folder: Folder,
        current: Current,
        clock: Clock | None = None,
        zone: tzinfo = UTC,
        *,
        newsletter: Newsletter = UNNAMED,
        indexing: bool = True,
    ) -> None:
        """Begin with `current`, read from `folder`; `clock` tells what is out. Use `opened` to read it.

        `zone` is the newsletter's: a date without a time begins at midnight there. Without `indexing` the index stays
        as it is: that of one newsletter among several is not searched by itself.
        """
        self.folder = folder
        self.newsletters: tuple[Newsletter, ...] = (newsletter,)
        self._zone = zone
        self._indexing = indexing
        self._clock = clock or SystemClock()
        self._told = current.snapshot
        self._use(current, self._clock.now())
        self._fault: FolderError | None = None
        self._empty_since: datetime | None = None
        self._listeners: list[Listener] = []
        self._turn = asyncio.Lock()

    @classmethod
    def opened(
        cls,
        folder: Folder | Path | str,
        names: Synonyms | None = None,
        clock: Clock | None = None,
        zone: tzinfo = UTC,
    ) -> Library:
        """Read the whole archive (blocking) and index it, with `names` for the index's table of synonyms.

        Raises:
            FolderError: the folder is missing or cannot be read.
        """
        place = DiskFolder(folder, SUFFIXES) if isinstance(folder, Path | str) else folder
        clock = clock or SystemClock()
        snapshot = publication.released(loader.load(place), clock.now(), zone)
        return cls(place, Current(snapshot, Index.of(snapshot.issues, names)), clock, zone)

    @property
    def current(self) -> Current:
        """Return what is out now. An issue whose publication time has just passed is indexed first."""
        now = self._clock.now()
        if self.is_past(now):
            self._use(self._turned(self._current, self._current.snapshot, now), now)
        return self._current

    @property
    def fault(self) -> FolderError | None:
        """Return why the folder as a whole cannot be read, None while it can."""
        return self._fault

    def of(self, newsletter: str) -> Library:
        """Return the library of one of the `newsletters`, by its slug; its names are without the newsletter's.

        Raises KeyError for a slug that is none of theirs.
        """
        if newsletter != self.newsletters[0].slug:
            raise KeyError(newsletter)
        return self

    def parts(self) -> tuple[Library, ...]:
        """Return the library of each newsletter, whose folder is to be watched; this one if it is the only one."""
        return (self,)

    @property
    def in_use(self) -> Current:
        """Return what was out when it was last looked at: nothing is read or indexed for it."""
        return self._current

    def refuse(self, fault: FolderError) -> None:
        """Record why the folder cannot be read; the next refresh that can read it ends that."""
        self._fault = fault

    def is_past(self, now: datetime) -> bool:
        """Return whether an issue came out or expired since the archive in use was made."""
        return now < self._taken or (self._next is not None and now >= self._next)

    def _use(self, current: Current, now: datetime) -> None:
        self._current, self._taken = current, now
        self._next = publication.next_change(current.snapshot.readings.values(), now, self._zone)

    @property
    def snapshot(self) -> Snapshot:
        """Return the issues in use."""
        return self.current.snapshot

    @property
    def index(self) -> Index:
        """Return the index in use."""
        return self.current.index

    async def prepare_index(self) -> None:
        """Have the index in use look up, off the event loop, what queries share."""
        await asyncio.to_thread(self.index.prepare)

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

    def announced(self, newsletter: str | None = None) -> tuple[Issue, ...]:
        """Return the issues that are out or will be by themselves, oldest first: what delivery has to know.

        `newsletter` is the slug of the one to tell of, None for all. Raises KeyError for one that is not there.
        """
        if newsletter is not None:
            self.of(newsletter)
        return publication.announced(self.snapshot, self._clock.now())

    def held_back(self) -> tuple[HeldBack, ...]:
        """Return what is not out: drafts, what comes out by itself, what has expired."""
        return publication.held_back(self.snapshot, self._clock.now(), self._zone)

    def broken(self, newsletter: str | None = None) -> tuple[BrokenFile, ...]:
        """Return the files that give no issue because of what is wrong with them, by name; as `announced`."""
        if newsletter is not None:
            self.of(newsletter)
        return broken_files(self.snapshot)

    def held(self, asked: str) -> HeldBack | None:
        """Return the issue that `asked` names (a number or slug) and that is held back or broken, None without one."""
        held = publication.find_held(self.snapshot, asked, self._clock.now(), self._zone)
        if held is None and (broken := find_broken(self.snapshot, asked)) is not None:
            return HeldBack(broken.file, broken.file, f"its file cannot be read ({broken})")
        return held

    def is_good(self, newsletter: str | None = None) -> bool:
        """Return whether the last look at the folder (of a newsletter, or of all) could read it."""
        return (self if newsletter is None else self.of(newsletter)).fault is None

    def misses(self, count: int, since: datetime | None) -> None:
        """Record that the archive has no issues although `count` are known, which were last seen at `since`.

        The folder counts as unreadable until it has issues again.
        """
        if not _issues_of(self._current.snapshot) and count:
            lost = gone(count, since)
            fault = self._fault = FolderError(self.folder.name, f"{lost}; {_MOUNT}")
            self._current = replace(self._current, lost=lost)
            _log.error("archive.lost", folder=self.folder.name, issues=count, reason=fault.reason)

    def folder_fault(self) -> str:
        """Return what is wrong with the folder as a whole, for people; "" if nothing is."""
        return self.fault.reason if self.fault is not None else ""

    def read_files(self) -> Collection[str]:
        """Return the names of the files that were read; those that could not be read are not among them."""
        readings = self._current.snapshot.readings.values()
        return {reading.file for reading in readings if reading.issue is not None or not reading.problems}

    async def refresh(self, names: Iterable[str] | None = None, leaving: Collection[str] = ()) -> bool:
        """Read what changed, off the event loop, and put it into use; return whether anything changed.

        `names`: the files known to have changed (paths below the folder), or None to look at every file's stamp, but
        not at those of `leaving`. One refresh runs at a time; readers are never kept waiting.
        """
        known = None if names is None else tuple(names)

        def step(before: Current, now: datetime) -> Current:
            # The folder that could not be read is looked at as a whole: a few names would not tell that it is back.
            old = before.snapshot
            if known is None or self.fault:
                read = loader.refresh(self.folder, old, leaving)
            else:
                read = loader.reload(self.folder, old, known)
            after = self._turned(before, read, now)
            self._check_loss(before, after, now)
            return after

        return await self._replace(step, reads=True)

    async def keep_time(self) -> bool:
        """Apply publication and expiry dates that have passed; return whether anything changed.

        No file is read, and it costs nothing while there is nothing to do: call it every second.
        """
        now = self._clock.now()
        if not self.is_past(now) and self._current.snapshot is self._told:
            return False
        return await self._replace(lambda before, now: self._turned(before, before.snapshot, now), reads=False)

    def _turned(self, before: Current, read: Snapshot, now: datetime) -> Current:
        """Return `read`, indexed, as it is out at the moment `now`; `before` itself if that is the same."""
        old, new = before.snapshot, publication.released(read, now, self._zone)
        if new is old:
            return before
        index = reindexed(before.index, old, new) if self._indexing else before.index
        return Current(new, index, before.lost if not _issues_of(new) else "")

    def _check_loss(self, before: Current, after: Current, now: datetime) -> None:
        """Raise FolderError if the whole archive went away at once; log it if more than half of it did."""
        was, there = _issues_of(before.snapshot), _issues_of(after.snapshot)
        if there or was < _MANY:
            self._empty_since = None
            if was >= _MANY and there < was / 2:
                _log.warning("archive.shrank", folder=self.folder.name, issues=there, before=was)
            return
        self._empty_since = self._empty_since or now
        raise FolderError(self.folder.name, f"{gone(was, self._empty_since)}; the last state stays in use. {_RESTART}")

    async def _replace(self, step: Callable[[Current, datetime], Current], *, reads: bool) -> bool:
        """Put into use what `step` returns; only one that `reads` the folder can tell that it is readable again."""
        async with self._turn:
            before, now = self._current, self._clock.now()
            try:
                after = await asyncio.to_thread(step, before, now)
            except FolderError as error:
                if self.fault is None or self.fault.reason != error.reason:
                    _log.error("refresh.refused", reason=error.reason)
                self._fault = error
                return False
            except Exception as error:  # noqa: BLE001 - the watch goes on, and /health says it
                self._fault = FolderError(
                    self.folder.name, f"reading what changed failed ({error!r:.200}); see the log"
                )
                _log.exception("refresh.failed")
                return False
            if reads and not after.lost:
                self._fault = None
            self._use(after, now)
            told, self._told = self._told, after.snapshot
            if told is after.snapshot:
                return False
            _report(told, after.snapshot)
            self._tell(told, after.snapshot)
            return True

    def _tell(self, before: Snapshot, after: Snapshot) -> None:
        for listener in self._listeners:
            listener.tell(before, after)


def _report(before: Snapshot, after: Snapshot) -> None:
    """Log what changed, and the problems that were not there before."""
    changed, removed = difference(before, after)
    counts = {"changed": len(changed), "removed": len(removed), "issues": len(after.issues)}
    if changed or removed:
        _log.info("archive.changed", **counts, named=[issue.slug for issue in changed[:_NAMED]])
    known = set(before.problems)
    fresh = [problem for problem in after.problems if problem not in known]
    for each in fresh[:_NAMED]:
        _log.warning("problem.found", file=each.file, line=each.line, what=each.message, do=each.advice)
    if fresh[_NAMED:]:
        _log.warning("problems.found", count=len(fresh) - _NAMED, do="run: backissue check")


def _issues_of(snapshot: Snapshot) -> int:
    """Return how many files have an issue, out or held back."""
    return sum(reading.issue is not None for reading in snapshot.readings.values())


def gone(count: int, since: datetime | None) -> str:
    """Return the clause that so many issues are gone, and since when."""
    when = f" since {since:%d %b %H:%M} UTC" if since else ""
    return f"{count:,} issue{'s are' if count != 1 else ' is'} gone{when}"


def reindexed(index: Index, old: Snapshot, new: Snapshot) -> Index:
    """Return the `index` over the issues of `old` as the one over those of `new`."""
    changed, removed = difference(old, new)
    return index.changed(changed, removed) if changed or removed else index


def difference(old: Snapshot, new: Snapshot) -> tuple[tuple[Issue, ...], tuple[str, ...]]:
    """Return the issues of `new` that are not in `old` or differ there, and the slugs of `old` that are gone."""
    changed = tuple(i for i in new.issues if (was := old.get(i.slug)) is not i and was != i)
    return changed, tuple(issue.slug for issue in old.issues if new.get(issue.slug) is None)
