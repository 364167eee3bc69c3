"""Reading a folder of issues into a snapshot, whole or file by file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archive import document
from archive.document import LARGEST, SUFFIXES, Reading
from archive.folder import DiskFolder, File, Folder
from archive.problem import Problem
from archive.snapshot import Snapshot


def load(folder: Path | str | Folder) -> Snapshot:
    """Read every issue of `folder` (a path, or a port of your own).

    Broken files are the snapshot's problems; the others load.

    Raises:
        FolderError: the folder itself is missing or cannot be read.
    """
    place = _opened(folder)
    return Snapshot.of(read_one(place, file) for file in place.files())


def reload(folder: Path | str | Folder, snapshot: Snapshot, names: Iterable[str]) -> Snapshot:
    """Give the snapshot after the files with these names (paths below the folder) changed, came or went.

    Only these are read. A file that broke keeps its last good issue.
    """
    place = _opened(folder)
    changed, removed = [], []
    for name in names:
        file = place.look(name)
        if file is None:
            removed.append(name)
        else:
            changed.append(read_one(place, file))
    return snapshot.with_changes(changed, removed)


def read_one(folder: Folder, file: File) -> Reading:
    """Read one file of `folder`; what is wrong with it is in the reading's problems."""
    if file.fault:
        return _unread(file.name, file.fault)
    if file.size > LARGEST:
        return document.too_large(file.name, file.size)
    try:
        data = folder.read(file.name)
    except OSError as error:
        return _unread(file.name, f"it cannot be read: {error.strerror or error}")
    return document.read(file.name, data)


def _unread(name: str, fault: str) -> Reading:
    return Reading(name, None, (Problem(name, 0, fault, "let this user read it, or take it away", lost=True),))


def _opened(folder: Path | str | Folder) -> Folder:
    return DiskFolder(folder, SUFFIXES) if isinstance(folder, Path | str) else folder
