"""Web pages on disk: those below a folder, or in a zip such as Substack's export."""

from __future__ import annotations

import csv
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archive import date
from bot.source.importing.item import ImportFault, ItemOrFault, SourceError
from bot.source.importing.page import Facts, read_page

PAGE_MAX_BYTES = 20_000_000
ZIP_MAX_BYTES = 500_000_000
"""Of all pages of a zip together, when they are unpacked: those of ten years have some 50 MB."""
ZIP_MAX_FILES = 50_000
_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_TABLE = "posts.csv"


def holds_pages(folder: Path) -> bool:
    """Return whether there are web pages below a folder."""
    return next(_pages(folder), None) is not None


def _pages(folder: Path) -> Iterator[Path]:
    """Yield the pages below a folder, in order, without what is hidden and without following links to folders."""
    for below, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in _SUFFIXES and not name.startswith("."):
                yield Path(below, name)


class PageFolder:
    """The web pages below a folder; also an export that was unpacked, with its table of posts."""

    def __init__(self, folder: Path) -> None:
        """Read the pages below `folder`."""
        self._folder = folder
        self._files = [path for path in _pages(folder) if path.is_file()]

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return str(self._folder)

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return len(self._files)

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        table = self._folder / _TABLE
        posts = _Posts(_read(table) if table.is_file() else b"")
        for path in self._files:
            origin = path.relative_to(self._folder).as_posix()
            try:
                data = _read(path)
            except OSError as error:
                yield ImportFault(origin, f"it cannot be read ({error.strerror}); let this user read it")
                continue
            yield posts.found(data, origin)


def _read(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(PAGE_MAX_BYTES + 1)


class PageZip:
    """The web pages in a zip. Nothing is unpacked to the disk, so that no name in it can lead anywhere."""

    def __init__(self, path: Path) -> None:
        """Read the zip `path`."""
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise SourceError(str(path), f"it is a broken zip ({error}); download it again") from error
        self._size = 0

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return str(self._path)

    def __len__(self) -> int:
        """See `Source.__len__`."""
        return len(self._zip.infolist())

    def items(self) -> Iterator[ItemOrFault]:
        """See `Source.items`."""
        with self._zip:
            members = self._zip.infolist()
            if len(members) > ZIP_MAX_FILES:
                raise SourceError(self.name, f"it has {len(members):,} files, more than {ZIP_MAX_FILES:,}")
            pages = [each for each in members if PurePosixPath(each.filename).suffix.lower() in _SUFFIXES]
            if not pages:
                raise SourceError(self.name, "there are no web pages in it (.html)")
            posts = _Posts(self._table(members))
            for page in pages:
                data = self._read(page)
                yield data if isinstance(data, ImportFault) else posts.found(data, page.filename)

    def _table(self, members: list[zipfile.ZipInfo]) -> bytes:
        """Return the table of posts, empty without one."""
        for member in members:
            if PurePosixPath(member.filename).name == _TABLE:
                data = self._read(member)
                return b"" if isinstance(data, ImportFault) else data
        return b""

    def _read(self, member: zipfile.ZipInfo) -> bytes | ImportFault:
        """Return a file's bytes, no more than its limit whatever the zip says of its size."""
        try:
            with self._zip.open(member) as opened:
                data = opened.read(PAGE_MAX_BYTES + 1)
        except RuntimeError:
            return ImportFault(member.filename, "it is encrypted; unpack the zip, and import the folder")
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as error:
            return ImportFault(member.filename, f"it is broken in the zip ({' '.join(str(error).split())[:100]})")
        self._size += len(data)
        if self._size > ZIP_MAX_BYTES:
            raise SourceError(
                self.name, f"its pages have more than {ZIP_MAX_BYTES / 1e6:.0f} MB unpacked; unpack a part"
            )
        return data


@dataclass(frozen=True, slots=True)
class _Row:
    facts: Facts
    is_published: bool


class _Posts:
    """The table of posts in an export of Substack: `post_id`, `post_date`, `is_published`, `title`."""

    def __init__(self, data: bytes) -> None:
        self._rows: dict[str, _Row] = {}
        try:
            for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace"))):
                moment = date.moment(row.get("post_date") or "")
                facts = Facts((row.get("title") or "").strip(), moment, "")
                is_published = (row.get("is_published") or "true").strip().lower() != "false"
                self._rows[(row.get("post_id") or "").strip()] = _Row(facts, is_published)
        except csv.Error:
            self._rows = {}

    def found(self, data: bytes, origin: str) -> ItemOrFault:
        """Return the issue that a page is, with what the table says of it; a draft is none."""
        if len(data) > PAGE_MAX_BYTES:
            return ImportFault(origin, f"it has more than {PAGE_MAX_BYTES / 1e6:.0f} MB; leave it out")
        stem = PurePosixPath(origin).stem
        row = self._rows.get(stem) or self._rows.get(stem.partition(".")[0])
        if row is not None and not row.is_published:
            return ImportFault(origin, "it is a draft, which was not published", skipped=True)
        return read_page(data, origin, row.facts if row else None)
