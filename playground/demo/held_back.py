"""The demo's archive: a copy of a folder, whose newest issues are held back until they are released."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from archive.issue import Issue
from archive.loader import load
from archive.snapshot import Snapshot
from bot.domain.publication import is_out

SAMPLE = Path(__file__).parent / "sample"
"""The archive that ships."""
HELD = 10
"""Issues held back: the demo releases the first, the operator the others, one for each fault on the page."""


class ArchiveCopy:
    """A working copy in `folder`. The archive it was copied from is only ever read."""

    def __init__(self, archive: Path, place: Path, waiting: list[tuple[Issue, str]], snapshot: Snapshot) -> None:
        """Keep the waiting issues, oldest first, each with its file's name in `archive`. Use `copied` to make one.

        `snapshot` is what `folder` held when it was made, without them.
        """
        self.folder = place / "archive"
        self.waiting = waiting
        self.snapshot = snapshot
        self._archive = archive
        self._staging = place / "staging"

    @classmethod
    def copied(cls, archive: Path, place: Path, now: datetime, held: int = HELD) -> ArchiveCopy:
        """Copy the archive into a folder below `place`, without its `held` newest issues as of `now` (blocking).

        Of a small archive half of the issues are held back, so that there is something to search.
        Drafts and issues dated later than `now` are copied: nobody would post them yet. Single files that cannot be
        read are left out. Raises FolderError when the archive itself cannot be read.
        """
        folder = place / "archive"
        folder.mkdir()
        (place / "staging").mkdir()
        for file in DiskFolder(archive, SUFFIXES).files():
            if not file.fault:
                _copy(archive / file.name, folder / file.name)
        whole = load(folder)
        dated = [
            (reading.issue, name)
            for name, reading in whole.readings.items()
            if reading.issue is not None and is_out(reading.issue, now)
        ]
        dated.sort(key=lambda one: (one[0].published, one[0].slug))
        newest = dated[len(dated) - min(held, (len(dated) + 1) // 2) :]
        for _, name in newest:
            (folder / name).unlink(missing_ok=True)
        return cls(archive, place, newest, whole.with_changes(removed=[name for _, name in newest]))

    def release(self) -> Issue | None:
        """Move the oldest held issue into the folder in one step, and return it; None if none is left."""
        if not self.waiting:
            return None
        issue, name = self.waiting.pop(0)
        staged = self._staging / "next"
        shutil.copyfile(self._archive / name, staged)
        staged.replace(self.folder / name)
        return issue


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except OSError:
        # A file that cannot be read cannot be shown either; `backissue check` on the archive itself says why.
        target.unlink(missing_ok=True)
