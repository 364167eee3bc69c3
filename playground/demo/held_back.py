"""The demo's archive: a copy of a folder, whose newest issues are held back until they are released."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from archive.issue import Issue
from archive.loader import load
from archive.snapshot import Snapshot
from bot.domain.newsletter import Newsletter
from bot.domain.publication import is_out

SAMPLE = Path(__file__).parent / "sample"
"""An archive that ships: one newsletter's."""
NEWSLETTERS = Path(__file__).parent / "newsletters"
"""Two newsletters that ship: the sample and a smaller one."""
HELD = 10
"""Issues held back: the demo releases the first, the operator the others, one for each fault on the page."""


@dataclass(frozen=True, slots=True)
class WaitingIssue:
    """An issue that is held back: its file's `source`, and where it will appear."""

    issue: Issue
    source: Path
    target: Path


class ArchiveCopy:
    """A working copy in `folder`. The archive it was copied from is only ever read."""

    def __init__(self, place: Path, waiting: list[WaitingIssue], parts: Mapping[str, Snapshot]) -> None:
        """Keep the waiting issues, oldest first. Use `copied` to make one.

        `parts` is what the folder of each newsletter held when it was copied, without them, by slug; "" is the slug of
        the only one, whose folder is `folder` itself.
        """
        self.folder = place / "archive"
        self.waiting = waiting
        self.parts = parts
        self._staging = place / "staging"

    @classmethod
    def copied(
        cls, archive: Path, place: Path, now: datetime, held: int = HELD, newsletters: Sequence[Newsletter] = ()
    ) -> ArchiveCopy:
        """Copy the archive into a folder below `place`, without its `held` newest issues as of `now` (blocking).

        Of a small archive half of the issues are held back, so that there is something to search. Where it holds
        several `newsletters`, each has a folder of its slug; held back are that many of the one with most issues, and
        what came out of the others since then.
        Drafts and issues dated later than `now` are copied: nobody would post them yet. Single files that cannot be
        read are left out. Raises FolderError when the archive itself cannot be read.
        """
        folder = place / "archive"
        folder.mkdir()
        (place / "staging").mkdir()
        sources = {each.slug: each.folder or archive for each in newsletters} or {"": archive}
        whole = {slug: _copied(source, folder / slug) for slug, source in sources.items()}
        dated = {slug: _dated(sources[slug], folder / slug, snapshot, now) for slug, snapshot in whole.items()}
        most = max(dated.values(), key=len)
        first = most[len(most) - min(held, (len(most) + 1) // 2) :][:1]
        waiting = sorted(
            (each for some in dated.values() for each in some if first and _order(each) >= _order(first[0])), key=_order
        )
        for each in waiting:
            each.target.unlink(missing_ok=True)
        gone = {each.target for each in waiting}
        parts = {
            slug: snapshot.with_changes(removed=[name for name in snapshot.readings if folder / slug / name in gone])
            for slug, snapshot in whole.items()
        }
        return cls(place, waiting, parts)

    def release(self) -> Issue | None:
        """Move the oldest held issue into the folder in one step, and return it; None if none is left."""
        if not self.waiting:
            return None
        next_ = self.waiting.pop(0)
        staged = self._staging / "next"
        shutil.copyfile(next_.source, staged)
        staged.replace(next_.target)
        return next_.issue


def _order(each: WaitingIssue) -> tuple[datetime, str]:
    return each.issue.published, each.issue.slug


def _copied(archive: Path, folder: Path) -> Snapshot:
    """Copy one newsletter's files, and return what its folder holds."""
    folder.mkdir(exist_ok=True)
    for file in DiskFolder(archive, SUFFIXES).files():
        if not file.fault:
            _copy(archive / file.name, folder / file.name)
    return load(folder)


def _dated(archive: Path, folder: Path, snapshot: Snapshot, now: datetime) -> list[WaitingIssue]:
    """Return the issues that are out, oldest first."""
    found = [
        WaitingIssue(reading.issue, archive / name, folder / name)
        for name, reading in snapshot.readings.items()
        if reading.issue is not None and is_out(reading.issue, now)
    ]
    return sorted(found, key=_order)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except OSError:
        # A file that cannot be read cannot be shown either; `backissue check` on the archive itself says why.
        target.unlink(missing_ok=True)
