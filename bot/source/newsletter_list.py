"""Changing `newsletters.toml`: tables are added and taken out, and all else in it stays as it was written."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from archive.errors import FolderError
from archive.newsletter import FILE_MAX_BYTES
from bot.domain.errors import SettingsError
from bot.domain.newsletter import Newsletter
from bot.source.finding import LIST_NAME, FoundNewsletters, listed

Table = Mapping[str, str]
_UNFINISHED = ".newsletters-unfinished-"


def table_of(newsletter: Newsletter, base: Path) -> Table:
    """Return what a list in `base` must say of a newsletter's folder: nothing where it is the slug's own."""
    folder = newsletter.folder or base
    if folder.resolve() == (base / newsletter.slug).resolve():
        return {}
    return {"folder": _relative(folder.resolve(), base.resolve())}


def _relative(folder: Path, base: Path) -> str:
    """Return a folder within `base` as the list names it; another with its whole path."""
    return folder.relative_to(base).as_posix() if folder.is_relative_to(base) else str(folder)


def with_table(text: str, slug: str, table: Table) -> str:
    r"""Return the list with a table at its end. The values have to be printable, as `listed` wants them.

    >>> with_table("[bread]\n", "tides", {"folder": "/srv/tides"})
    '[bread]\n\n[tides]\nfolder = "/srv/tides"\n'
    """
    # JSON escapes in a printable text just what TOML does, and alike.
    lines = [f"[{slug}]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items())]
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    return before + "\n".join(lines) + "\n"


def without_table(text: str, slug: str) -> str:
    """Return the list without a newsletter's table. Every comment that stands on a line of its own stays.

    Raises:
        SettingsError: it is written in a way in which it can't be told which lines are the table's.
    """
    lines = text.splitlines(keepends=True)
    header = re.compile(rf"""\s*\[\s*(["']?){re.escape(slug)}\1\s*\]\s*(?:#.*)?""")
    begin = next((at for at, line in enumerate(lines) if header.fullmatch(line.rstrip("\r\n"))), len(lines))
    end = next((at for at in range(begin + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    kept = [line for line in lines[begin + 1 : end] if line.lstrip().startswith("#")]
    after = "".join([*lines[:begin], *kept, *lines[end:]])
    if not _is_without(text, after, slug):
        raise SettingsError(LIST_NAME, f"what it says of {slug} is not a table of its own; take it out by hand")
    return after


def _is_without(text: str, after: str, slug: str) -> bool:
    """Return whether `after` says just what `text` says of all others."""
    try:
        return tomllib.loads(after) == {name: table for name, table in tomllib.loads(text).items() if name != slug}
    except tomllib.TOMLDecodeError:
        return False


class NewsletterList:
    """The `newsletters.toml` of an archive's folder, as it was when it was looked at; perhaps not there yet."""

    def __init__(self, base: Path, found: FoundNewsletters) -> None:
        """Read it (blocking); where there is none, it would name the newsletters that were `found` in `base`.

        Raises FolderError.
        """
        self._base = base
        self._file = (base / LIST_NAME).resolve()
        self._before = self._read()
        self.is_new = self._before is None
        self.text = self._before or ""
        if self.is_new:
            for newsletter in found.newsletters:
                self.text = with_table(self.text, newsletter.slug, table_of(newsletter, base))

    def _read(self) -> str | None:
        try:
            return self._file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise FolderError(str(self._base), f"{LIST_NAME}: it cannot be read: {error}") from error

    def write(self, text: str) -> None:
        """Put `text` in its place, whole or not at all.

        Raises:
            FolderError: `text` is no list of newsletters.
            SettingsError: the file was changed since it was looked at, or cannot be written.
        """
        data = text.encode()
        listed(tomllib.loads(text), self._base)
        if len(data) > FILE_MAX_BYTES:
            raise SettingsError(LIST_NAME, f"it would have more than the {FILE_MAX_BYTES:,} bytes it may have")
        if self._read() != self._before:
            raise SettingsError(LIST_NAME, "somebody changed it meanwhile; nothing was written, so try again")
        try:
            _replace(self._file, data)
        except OSError as error:
            raise SettingsError(str(self._file), f"it cannot be written ({error.strerror}); it is as it was") from error


def _replace(target: Path, data: bytes) -> None:
    """Write a file beside the target and put it in its place, with the rights that the target had."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, path = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(path).chmod(mode)
        Path(path).replace(target)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
