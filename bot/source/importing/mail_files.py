"""Mails on disk: one file, a folder of them, an mbox or a Maildir."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.source.importing.item import ImportFault, ItemOrFault, SourceError
from bot.source.importing.mail import MAIL_MAX_BYTES, is_mail, read_mail, too_large

_START_BYTES = 8_192
"""Bytes of a file that tell whether it is a mail."""


class MailFiles:
    """Mails in files of their own: one, or those below a folder, a Maildir's included."""

    def __init__(self, path: Path) -> None:
        """Read the file `path`, or the files below the folder `path`."""
        self._path = path
        self._files = [path] if path.is_file() else sorted(_files(path))

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return str(self._path)

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return len(self._files)

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        for file in self._files:
            yield self._read(file)

    def _read(self, file: Path) -> ItemOrFault:
        origin = file.name if file == self._path else file.relative_to(self._path).as_posix()
        try:
            with file.open("rb") as opened:
                start = opened.read(_START_BYTES)
                if not is_mail(start):
                    return ImportFault(origin, "it is no mail", skipped=True)
                if (size := os.fstat(opened.fileno()).st_size) > MAIL_MAX_BYTES:
                    return too_large(origin, size)
                return read_mail(start + opened.read(), origin)
        except OSError as error:
            return ImportFault(origin, f"it cannot be read ({error.strerror}); let this user read it")


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, without hidden ones and those that a mail server has not finished."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(str(folder), f"it cannot be read ({error.strerror}); let this user read it") from error
    is_maildir = {"cur", "new", "tmp"} <= {entry.name for entry in entries}
    for entry in entries:
        if entry.name.startswith(".") or (is_maildir and entry.name == "tmp"):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


class Mbox:
    """Mails one after the other in one file, each below a line like `From a@b Sun Mar  3 09:30:00 2024` (RFC 4155)."""

    def __init__(self, path: Path) -> None:
        """Read the file `path`, piece by piece: it may be larger than the memory."""
        self._path = path

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return str(self._path)

    def __len__(self) -> int:
        """See `Source.__len__`: they would have to be read to be counted."""
        return 0

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        try:
            with self._path.open("rb") as opened:
                for place, (data, size) in enumerate(_split(opened), 1):
                    origin = f"{self._path.name}, mail {place}"
                    yield too_large(origin, size) if size > MAIL_MAX_BYTES else read_mail(data, origin)
        except OSError as error:
            raise SourceError(self.name, f"it cannot be read ({error.strerror}); let this user read it") from error


_FROM = re.compile(rb"From \S+ .*\d\d:\d\d")
_LINE_MAX_BYTES = 1_000_000
"""Bytes of a file's line that are read at once; a line of a mail has 998 at most (RFC 5322)."""


def _split(opened: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield each mail of an mbox and its size; of one that is too large, the beginning."""
    lines: list[bytes] = []
    size, after_empty, begun = 0, True, False
    while line := opened.readline(_LINE_MAX_BYTES):
        if after_empty and _FROM.match(line):
            if begun:
                yield b"".join(lines), size
            lines, size, begun = [], 0, True
            continue
        size += len(line)
        if size <= MAIL_MAX_BYTES:
            lines.append(line)
        after_empty = not line.strip()
    if begun:
        yield b"".join(lines), size
