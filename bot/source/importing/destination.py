"""The folder that issues are imported into. Each file is whole or not there, and one import runs at a time."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from bot.source.importing.item import SourceError

LEDGER = ".backissue-import.jsonl"
"""The file of what was imported, in the folder itself; the archive does not read names with a leading dot."""
_UNFINISHED = ".backissue-unfinished-"


class BusyError(SourceError):
    """Another import into the folder is running."""


class Destination(Protocol):
    """Where imported issues are written."""

    def names(self) -> frozenset[str]:
        """Return the paths of the files that are there, with /."""
        ...

    def text(self, name: str) -> str | None:
        """Return a file's text, None if it is not there. Raises SourceError if it cannot be read."""
        ...

    def write(self, name: str, text: str) -> None:
        """Write a file, whole or not at all. Raises SourceError if it cannot be written."""
        ...

    def ledger(self) -> str:
        """Return the text of the ledger, "" before the first import."""
        ...

    def note(self, line: str) -> None:
        """Add a line to the ledger."""
        ...


class DiskDestination:
    """A folder on disk; open it with `opened`."""

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, which is there."""
        self._folder = folder

    def names(self) -> frozenset[str]:
        """See `Destination.names`."""
        found = set()
        for below, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]  # git's own has thousands
            found |= {Path(below, name).relative_to(self._folder).as_posix() for name in names}
        return frozenset(found)

    def text(self, name: str) -> str | None:
        """See `Destination.text`. A file that is no text, or not ours to read, has some that we did not write."""
        try:
            return (self._folder / name).read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(str(self._folder / name), f"it cannot be read ({error.strerror})") from error

    def write(self, name: str, text: str) -> None:
        """See `Destination.write`."""
        try:
            self._replace(name, text.encode("utf-8", "replace"))
        except OSError as error:
            raise SourceError(
                str(self._folder / name), f"it cannot be written ({error.strerror}); nothing of it was"
            ) from error

    def _replace(self, name: str, data: bytes) -> None:
        (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=_UNFINISHED, dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(path).chmod(0o644)
            Path(path).replace(self._folder / name)
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise

    def ledger(self) -> str:
        """See `Destination.ledger`."""
        return self.text(LEDGER) or ""

    def note(self, line: str) -> None:
        """See `Destination.note`."""
        try:
            with (self._folder / LEDGER).open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise SourceError(str(self._folder / LEDGER), f"it cannot be written ({error.strerror})") from error


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[DiskDestination]:
    """Return the folder, made if it is not there, for one import at a time.

    Raises SourceError if it cannot be written to, or while another import runs.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / f"{LEDGER}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        reason = "it is a file" if isinstance(error, FileExistsError | NotADirectoryError) else str(error.strerror)
        raise SourceError(str(folder), f"issues cannot be written into it ({reason}); name another folder") from error
    try:
        _lock(lock, folder)
        for left in folder.glob(f"{_UNFINISHED}*"):
            left.unlink(missing_ok=True)
        yield DiskDestination(folder)
    finally:
        os.close(lock)


def _lock(handle: int, folder: Path) -> None:
    """Take the folder's lock; it ends with the process, however that ends."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system; without it nothing is locked
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BusyError(str(folder), "another import into it is running; wait until it is done") from error
