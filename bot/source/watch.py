"""Noticing changes of the archive's files, on disks with and without events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from itertools import chain, repeat
from pathlib import Path, PurePath
from typing import Protocol

import structlog
import watchfiles

from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.newsletter import FILE_NAME
from bot.source.library import Library
from bot.source.settling import SETTLE_SECONDS, Settling

_log = structlog.get_logger(__name__)

QUIET_MS = 40
"""Milliseconds without a further event after which a burst counts as over (an editor's save is several events)."""

BURST_MS = 400
"""Milliseconds after which a burst is handed over even though it goes on (a copy of a whole archive)."""

_SILENCE_MS = 1000
"""Milliseconds of silence after which the watch is heard of. The first time, every file is looked at: what changed
between the last look and the watch's beginning had no event."""

POLL_SECONDS = 2.0
"""Seconds between looks at a folder that is missing or has no events."""

RETRY_SECONDS = (2.0, 10.0, 60.0)
"""Seconds before a watch that broke off is begun again."""


class Watch(Protocol):
    """Reports changes below the archive's folder."""

    def bursts(self) -> AsyncIterator[frozenset[str] | None]:
        """Yield the changed paths below the folder, burst by burst; None if anything may have changed.

        After a second of silence no path is yielded. Ends when the watch is stopped.
        """
        ...

    def stop(self) -> None:
        """End the watch."""
        ...


class DiskWatch:
    """Watches a folder on disk, also while it is away: it may be deleted and come back."""

    def __init__(self, folder: Path | str, *, polling: bool = False, poll_seconds: float = POLL_SECONDS) -> None:
        """Watch `folder`; `polling` for disks that send no events (network and some container mounts)."""
        self.folder = Path(folder)
        self.stopped = asyncio.Event()
        self._polling = polling
        self._poll_seconds = poll_seconds

    def stop(self) -> None:
        """End the watch; `bursts` returns soon after."""
        self.stopped.set()

    async def bursts(self) -> AsyncIterator[frozenset[str] | None]:
        """See `Watch.bursts`."""
        while not self.stopped.is_set():
            watched = self._identity()
            if watched is None:
                await self._pause()
                continue
            yield None
            try:
                looked = False
                async for changes in self._changes(self.folder.resolve()):
                    if changes:
                        yield self._names(changes)
                    else:
                        yield frozenset() if looked else None
                        looked = True
                    if self._identity() != watched:
                        break
            except FileNotFoundError:
                await self._pause()
            except OSError as error:
                if not self._polling:
                    _log.warning("watch.downgraded", to="polling", reason=str(error))
                self._polling = True
                await self._pause()

    def _changes(self, root: Path) -> AsyncIterator[set[tuple[watchfiles.Change, str]]]:
        """Watch the folder as it is called without links and dots: the changes' paths then begin in the same way."""
        return watchfiles.awatch(
            root,
            watch_filter=None,
            debounce=BURST_MS,
            step=QUIET_MS,
            stop_event=self.stopped,
            force_polling=self._polling or None,
            poll_delay_ms=int(self._poll_seconds * 1000),
            rust_timeout=_SILENCE_MS,
            yield_on_timeout=True,
        )

    def _identity(self) -> tuple[int, int] | None:
        """Return what tells the folder from a later one of the same name, None while there is none."""
        try:
            state = self.folder.stat()
        except OSError:
            return None
        return (state.st_dev, state.st_ino) if self.folder.is_dir() else None

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self.stopped.wait()

    def _names(self, changes: set[tuple[watchfiles.Change, str]]) -> frozenset[str] | None:
        """Return the changed paths below the folder; None when a folder may be among them, or one lies elsewhere.

        Elsewhere: what is behind a link below the folder, or the folder's name leads to another place by now.
        """
        root = self.folder.resolve()
        names = set()
        for _, path in changes:
            if not PurePath(path).is_relative_to(root):
                return None
            if PurePath(path) == root / FILE_NAME:  # every issue is read by it
                return None
            if PurePath(path).suffix.lower() in SUFFIXES:
                names.add(PurePath(path).relative_to(root).as_posix())
            elif not Path(path).is_file():
                return None
        return frozenset(names)


class Freshness:
    """Keeps a library up to date until its watch is stopped; a watch that breaks off is begun again.

    `fault` says why nothing is noticed at present, "" while all is well.
    """

    def __init__(
        self,
        library: Library,
        watch: Watch,
        *,
        pauses: tuple[float, ...] = RETRY_SECONDS,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        """Refresh `library` after every burst of `watch`; wait so many seconds before the watch is begun again.

        New files are waited for as `keep_fresh` says.
        """
        self._library, self._watch, self._pauses, self._settle_seconds = library, watch, pauses, settle_seconds
        self.fault = ""

    async def run(self) -> None:
        """Go on until the watch was stopped."""
        for pause in chain(self._pauses, repeat(self._pauses[-1])):
            try:
                await keep_fresh(self._library, self._watch, self._well, self._settle_seconds)
            except Exception as error:  # noqa: BLE001 - changes that nobody notices in silence would be worse
                self.fault = f"changes of the archive are not noticed: {error!r:.200}"
                _log.exception("watch.restarted", seconds=pause)
                await asyncio.sleep(pause)
            else:
                return

    def _well(self) -> None:
        self.fault = ""


class WatchedFolders:
    """Keeps every newsletter of a library up to date, each by a watch of its own."""

    def __init__(self, library: Library, watch: Watch | None = None) -> None:
        """Watch the folders of `library` on disk, or with `watch` the only one that it has."""
        watches = [(part, watch or DiskWatch(part.folder.name)) for part in library.parts()]
        self._watches = [each for _, each in watches]
        self.kept = [Freshness(part, each) for part, each in watches]

    @property
    def fault(self) -> str:
        """Return why nothing is noticed of a folder at present, "" while all is well."""
        return next(filter(None, (each.fault for each in self.kept)), "")

    async def run(self) -> None:
        """Go on until the watches were stopped."""
        await asyncio.gather(*(each.run() for each in self.kept))

    def stop(self) -> None:
        """End the watches."""
        for each in self._watches:
            each.stop()


async def keep_fresh(
    library: Library,
    watch: Watch,
    noticed: Callable[[], None] = lambda: None,
    settle_seconds: float = SETTLE_SECONDS,
) -> None:
    """Refresh the library after every burst until the watch ends, and call `noticed` each time.

    A new file is left until two looks at it agree, `settle_seconds` apart: it may still be being written.
    """
    settling = Settling(library.folder, settle_seconds)
    async for names in watch.bursts():
        looked = names if names is None else names | settling.waiting
        if looked is None or looked:
            known = library.read_files()
            try:
                writing = await asyncio.to_thread(settling.unsettled, looked, known)
            except FolderError:  # which the library finds, too, and says
                writing = frozenset()
            if looked is None:
                await library.refresh(leaving=writing)
            elif rest := looked - writing:
                await library.refresh(rest)
        noticed()
