"""Folders of issues: in memory, and on disk without a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder, File


class WithoutHistory(DiskFolder):
    """A folder on disk that says nothing of git: to read undated files starts no process."""

    def __init__(self, path: Path) -> None:
        """Read the issues below `path`."""
        super().__init__(path, SUFFIXES)

    def first_commits(self) -> Mapping[str, datetime]:
        """Return that no file was ever committed."""
        return {}


class FakeFolder:
    """An archive's folder whose files can be written, removed and broken.

    `reads` names the files read, in order.
    """

    name = "memory"

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        """Start with `files`: texts by name."""
        self.reads: list[str] = []
        self._texts: dict[str, str] = {}
        self._files: dict[str, File] = {}
        self._faults: dict[str, OSError] = {}
        self._closed: set[str] = set()
        self._gone = False
        self._version = 0
        for name, text in (files or {}).items():
            self.put(name, text)

    def put(self, name: str, text: str, size: int | None = None, written: float = 0) -> None:
        """Write a file, with a `size` other than its text's if given, at the moment `written` (0: long ago)."""
        self._version += 1
        self._texts[name] = text
        self._faults.pop(name, None)
        size = len(text.encode()) if size is None else size
        self._files[name] = File(name, (self._version,), size, written=written)

    def remove(self, name: str) -> None:
        """Delete a file."""
        del self._files[name], self._texts[name]

    def fail(self, name: str, error: OSError) -> None:
        """Make every later read of a file fail."""
        self._version += 1
        self._faults[name] = error
        self._files[name] = File(name, (self._version,))

    def close(self, below: str) -> None:
        """Make a subfolder unreadable."""
        self._closed.add(below)

    def vanish(self) -> None:
        """Delete the folder itself."""
        self._gone = True

    def come_back(self) -> None:
        """Bring the folder back as it was."""
        self._gone = False

    def files(self) -> Iterator[File]:
        """See `archive.folder.Folder`."""
        if self._gone:
            raise FolderError(self.name, "there is no such folder")
        yield from (File(below, fault="the folder cannot be read: Permission denied") for below in self._closed)
        yield from (file for name, file in self._files.items() if name.partition("/")[0] not in self._closed)

    def look(self, name: str) -> File | None:
        """See `archive.folder.Folder`."""
        return self._files.get(name)

    def read(self, name: str) -> bytes:
        """See `archive.folder.Folder`."""
        self.reads.append(name)
        if name in self._faults:
            raise self._faults[name]
        return self._texts[name].encode()
