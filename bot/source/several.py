"""Several newsletters in use as one archive: each is read by itself, and all are looked up together."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from archive import loader
from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder
from archive.issue import Issue
from archive.joining import Joining, qualified
from archive.search.index import Index
from archive.search.synonyms import Synonyms
from archive.snapshot import Snapshot
from bot.domain import publication
from bot.domain.broken import BrokenFile
from bot.domain.clock import Clock
from bot.domain.newsletter import Newsletter
from bot.domain.publication import HeldBack
from bot.domain.schedule import zone_of
from bot.runtime.clock import SystemClock
from bot.source.finding import FoundNewsletters
from bot.source.library import Current, Library, reindexed

_NO_SEPARATE_INDEX = Index.of(())


def open_part(newsletter: Newsletter, clock: Clock) -> Library:
    """Read one of several newsletters (blocking). One that cannot be read is empty, with its fault set."""
    try:
        return part_of(newsletter, loader.load(DiskFolder(newsletter.folder or Path(), SUFFIXES)), clock)
    except FolderError as error:
        part = part_of(newsletter, Snapshot(), clock)
        part.refuse(error)
        return part


def part_of(newsletter: Newsletter, read: Snapshot, clock: Clock) -> Library:
    """Return the library of one of several newsletters, whose folder was `read`."""
    folder, zone = DiskFolder(newsletter.folder or Path(), SUFFIXES), zone_of(newsletter.zone)
    current = Current(publication.released(read, clock.now(), zone), _NO_SEPARATE_INDEX)
    return Library(folder, current, clock, zone, newsletter=newsletter, indexing=False)


def open_library(
    folder: Path, found: FoundNewsletters, names: Synonyms | None = None, clock: Clock | None = None
) -> Library:
    """Read what was `found` in `folder` (blocking) and index it, with `names` for the index's table of synonyms.

    Raises:
        FolderError: nothing of it can be read.
    """
    if found.several:
        return SeveralLibrary.of_newsletters(folder, found.newsletters, names, clock)
    return Library.opened(folder, names, clock, zone_of(found.newsletters[0].zone))


class SeveralLibrary(Library):
    """The archive of several newsletters. What is wrong with one holds up no other.

    Slugs and names of files begin with the newsletter's slug; `of` gives a newsletter's own library, without that.
    """

    def __init__(self, folder: Path, parts: Collection[Library], clock: Clock, names: Synonyms | None = None) -> None:
        """Join the libraries `parts`, one a newsletter; `folder` is what the operator named."""
        self._parts = {part.newsletters[0].slug: part for part in parts}
        self._names = {slug: part.newsletters[0].name for slug, part in self._parts.items()}
        self._joining = Joining(self._names)
        snapshot = self._joining.joined(self._snapshots())
        super().__init__(DiskFolder(folder, SUFFIXES), Current(snapshot, Index.of(snapshot.issues, names)), clock)
        self.newsletters = tuple(part.newsletters[0] for part in parts)
        for part in parts:
            part.on_change(self._part_changed)

    @classmethod
    def of_newsletters(
        cls, folder: Path, newsletters: Iterable[Newsletter], names: Synonyms | None = None, clock: Clock | None = None
    ) -> SeveralLibrary:
        """Read every newsletter (blocking) and index them together.

        Raises:
            FolderError: none of them can be read.
        """
        clock = clock or SystemClock()
        parts = [open_part(newsletter, clock) for newsletter in newsletters]
        if parts and all(part.fault is not None for part in parts) and (fault := parts[0].fault) is not None:
            raise fault
        return cls(folder, parts, clock, names)

    @property
    def current(self) -> Current:
        """Return what is out now. An issue whose publication time has just passed is indexed first."""
        now = self._clock.now()
        if any(part.is_past(now) for part in self._parts.values()):
            for part in self._parts.values():
                part.snapshot  # noqa: B018 - asking for it takes out what expired and in what came out
            self._current = self._rejoined(self._current)
        return self._current

    @property
    def fault(self) -> FolderError | None:
        """Return what is wrong with the folders that cannot be read, each by its newsletter; None while all can."""
        faults = [f"{slug}: {part.fault.reason}" for slug, part in self._parts.items() if part.fault is not None]
        return FolderError(self.folder.name, "; ".join(faults)) if faults else None

    def of(self, newsletter: str) -> Library:
        """See `Library.of`."""
        return self._parts[newsletter]

    def parts(self) -> tuple[Library, ...]:
        """See `Library.parts`."""
        return tuple(self._parts.values())

    def announced(self, newsletter: str | None = None) -> tuple[Issue, ...]:
        """See `Library.announced`; the issues are those of the snapshot."""
        if newsletter is None:
            each = (issue for slug in self._parts for issue in self.announced(slug))
            return tuple(sorted(each, key=lambda issue: (issue.published, issue.slug)))
        shown = self.snapshot
        found = self._parts[newsletter].announced()
        name = self._names[newsletter]
        return tuple(shown.get(f"{newsletter}/{issue.slug}") or qualified(newsletter, issue, name) for issue in found)

    def held_back(self) -> tuple[HeldBack, ...]:
        """See `Library.held_back`."""
        each = (_held(slug, held) for slug, part in self._parts.items() for held in part.held_back())
        return tuple(sorted(each, key=lambda held: (held.over, held.until is not None, held.file)))

    def broken(self, newsletter: str | None = None) -> tuple[BrokenFile, ...]:
        """See `Library.broken`."""
        parts = self._parts if newsletter is None else {newsletter: self._parts[newsletter]}
        return tuple(
            replace(broken, file=f"{slug}/{broken.file}") for slug, part in parts.items() for broken in part.broken()
        )

    def held(self, asked: str) -> HeldBack | None:
        """See `Library.held`; `asked` may begin with a newsletter's slug."""
        slug, _, rest = asked.strip().partition("/")
        if rest and (part := self._parts.get(slug)):
            found = part.held(rest)
            return _held(slug, found) if found is not None else None
        each = ((slug, part.held(asked)) for slug, part in self._parts.items())
        return next((_held(slug, found) for slug, found in each if found is not None), None)

    def read_files(self) -> Collection[str]:
        """See `Library.read_files`."""
        return {f"{slug}/{file}" for slug, part in self._parts.items() for file in part.read_files()}

    async def refresh(self, names: Iterable[str] | None = None, leaving: Collection[str] = ()) -> bool:
        """Look at every newsletter's folder as `Library.refresh` does; `names` and `leaving` begin with its slug."""
        known = None if names is None else tuple(names)
        results = [
            await part.refresh(None if known is None else _of_one(known, slug), _of_one(leaving, slug))
            for slug, part in self._parts.items()
            if known is None or _of_one(known, slug)
        ]
        await self._join()
        return any(results)

    async def keep_time(self) -> bool:
        """See `Library.keep_time`."""
        changed = [await part.keep_time() for part in self._parts.values()]
        return any(changed) and await self._join()

    async def listeners_idle(self) -> None:
        """See `Library.listeners_idle`."""
        for part in self._parts.values():
            await part.listeners_idle()
        await super().listeners_idle()

    async def stop_listeners(self) -> None:
        """See `Library.stop_listeners`."""
        for part in self._parts.values():
            await part.stop_listeners()
        await super().stop_listeners()

    async def _part_changed(self, _before: Snapshot, _after: Snapshot) -> None:
        await self._join()

    async def _join(self) -> bool:
        """Put what the newsletters have by now into use, off the event loop; return whether anything changed."""
        async with self._turn:
            self._current = await asyncio.to_thread(self._rejoined, self._current)
            told, self._told = self._told, self._current.snapshot
            if told is self._told:
                return False
            self._tell(told, self._told)
            return True

    def _rejoined(self, before: Current) -> Current:
        """Return what the newsletters have by now, indexed; `before` itself if that is the same."""
        new, lost = self._joining.joined(self._snapshots()), self._lost()
        old = before.snapshot
        if new is old:
            return before if lost == before.lost else replace(before, lost=lost)
        return Current(new, reindexed(before.index, old, new), lost)

    def _snapshots(self) -> dict[str, Snapshot]:
        return {slug: part.in_use.snapshot for slug, part in self._parts.items()}

    def _lost(self) -> str:
        """Return in one line which newsletters have lost issues, and how many; "" if none has."""
        return "; ".join(f"{slug}: {lost}" for slug, part in self._parts.items() if (lost := part.in_use.lost))


def _held(slug: str, held: HeldBack) -> HeldBack:
    return replace(held, file=f"{slug}/{held.file}")


def _of_one(names: Iterable[str], slug: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(f"{slug}/") for name in names if name.startswith(f"{slug}/"))
