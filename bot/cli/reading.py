"""Reading the archive for a command, with a note on files that could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.text import Text

from archive.document import SUFFIXES
from archive.errors import BackIssueError
from archive.folder import DiskFolder, File
from archive.issue import Issue
from archive.joining import Joining
from archive.loader import read_one
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.cli.archive_folder import folder_of
from bot.cli.terminal import err, safe
from bot.domain.publication import released
from bot.domain.schedule import zone_of
from bot.runtime.clock import SystemClock
from bot.source.finding import FoundNewsletters, find_newsletters
from bot.source.synonyms import names_in


class EmptyArchiveError(BackIssueError):
    """The archive has no issue to show."""

    def __init__(self) -> None:
        """Say so, and what to do."""
        super().__init__("the archive has no issue that can be read; `backissue check` says what is in its folder")


MAX_PROBLEMS_SHOWN = 2_000
"""From this many files on, reading takes long enough to want a progress bar (about a second)."""


def read(archive: Path | None) -> Snapshot:
    """Return the published issues in the folder `archive`; problems are counted on standard error.

    Raises SettingsError when no folder was named, FolderError when it cannot be read.
    """
    path = folder_of(archive)
    found = find_newsletters(path)
    if found.several:
        return _joined(found)
    folder = DiskFolder(path, SUFFIXES)
    files = list(folder.files())
    whole = Snapshot.of(read_one(folder, file) for file in watched(files, "Reading"))
    snapshot = released(whole, SystemClock().now(), zone_of(folder.newsletter.zone or "UTC"))
    lost = sum(problem.lost for problem in snapshot.problems)
    if lost:
        err.print(f"[yellow]{lost} of {len(files)} files could not be read; `backissue check` says which and why[/]")
    return snapshot


def _joined(found: FoundNewsletters) -> Snapshot:
    """Return the published issues of several newsletters; those that cannot be read are named on standard error."""
    from bot.source.several import open_part

    parts = [open_part(newsletter, SystemClock()) for newsletter in found.newsletters]
    for part in parts:
        if part.fault is not None:
            err.print(Text(safe(str(part.fault)), style="yellow"))
    names = {newsletter.slug: newsletter.name for newsletter in found.newsletters}
    return Joining(names).joined({part.newsletters[0].slug: part.snapshot for part in parts})


def watched(files: list[File], doing: str) -> Iterable[File]:
    """Return the files, with a progress bar on a terminal if there are many."""
    if len(files) < MAX_PROBLEMS_SHOWN or not err.is_terminal:
        return files
    from rich.progress import track

    return track(files, doing, console=err, transient=True)


def find(snapshot: Snapshot, asked: str) -> Issue:
    """Return the issue `asked` for by number, slug or `latest`.

    Raises UnknownIssueError if there is no such issue, EmptyArchiveError if there are no issues.
    """
    if snapshot.latest() is None:
        raise EmptyArchiveError
    return snapshot.find(asked)


def index(snapshot: Snapshot, synonyms: Path | None = None) -> Index:
    """Index a snapshot for searching, with the operator's file of other names before the shipped table.

    Raises SettingsError when that file cannot be read.
    """
    return Index.of(snapshot.issues, names_in(synonyms))
