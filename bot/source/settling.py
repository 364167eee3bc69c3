"""Files that are still being written: no half of an issue is posted."""

from __future__ import annotations

from collections.abc import Iterable

from archive.folder import File, Folder
from bot.domain.clock import Clock
from bot.runtime.clock import SystemClock

SETTLE_SECONDS = 2.0
"""Seconds after which a new file must look as it did before it is read: programs that write one pause for less."""


class Settling:
    """Tells which new files have been written to the end: two looks at them agree."""

    def __init__(self, folder: Folder, seconds: float = SETTLE_SECONDS, clock: Clock | None = None) -> None:
        """Look in `folder`; two looks are at least so many seconds apart."""
        self._folder, self._seconds, self._clock = folder, seconds, clock or SystemClock()
        self._looks: dict[str, tuple[tuple[int, ...], float]] = {}

    @property
    def waiting(self) -> frozenset[str]:
        """Return the files that were still being written at the last look."""
        return frozenset(self._looks)

    def unsettled(self, names: Iterable[str] | None, known: Iterable[str]) -> frozenset[str]:
        """Look at the files `names` (None: at every file) and return those still being written; blocking.

        Only new files are waited for: those that are not `known`, and were written a moment ago or look otherwise than
        at the look before. A correction of a known file counts at once.

        Raises:
            FolderError: the folder cannot be read.
        """
        old = frozenset(known)
        looked = self._folder.files() if names is None else map(self._folder.look, set(names) - old)
        new = {file.name: file for file in looked if file is not None and file.name not in old}
        gone = self.waiting - new.keys() if names is None else (self.waiting & set(names)) - new.keys()
        for name in gone:
            del self._looks[name]
        return frozenset(name for name, file in new.items() if not self._is_settled(file))

    def _is_settled(self, file: File) -> bool:
        now = self._clock.now().timestamp()
        stamp, since = self._looks.get(file.name, (None, now))
        if stamp is None and now - file.written >= self._seconds:
            return True
        if stamp == file.stamp and now - since >= self._seconds:
            del self._looks[file.name]
            return True
        if stamp != file.stamp:
            self._looks[file.name] = file.stamp, now
        return False
