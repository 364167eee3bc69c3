"""Copies of the database, taken and put back while the bot runs.

SQLite has its own online backup (sqlite.org/backup.html): the copy is of one moment, and a writer is kept waiting only
while it ends. Copying the file instead loses what is still in its write-ahead log. PostgreSQL's tools do it for
PostgreSQL: `pg_dump` in its custom format, and `pg_restore`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.engine import URL

from bot.store.database import BUSY_MS, address
from bot.store.errors import BackupError
from bot.store.migrate import newest

PAGES = 1_024
"""Pages copied at a time, between which a writer gets its turn: 4 MB."""
MAX_CHECKED_BYTES = 100_000_000
"""A database of this size is checked in a third of a second (measured, in the page cache)."""
Progress: TypeAlias = Callable[[float], None]
"""Is told which part of the work is done, from 0 to 1."""


def backup(url: str, file: Path, progress: Progress = lambda _: None) -> None:
    """Write a copy of the database at `url` to `file`, which must not exist yet.

    Raises BackupError, after which there is no such file, DatabaseUrlError or StoreError.
    """
    if file.exists():
        raise BackupError(f"{file} is there already; name a new file")
    if not file.parent.is_dir():
        raise BackupError(f"there is no folder {file.parent}; make it first")
    place = address(url)
    with _whole(file) as part:
        if place.drivername == "sqlite":
            _copied(_existing(place), part, progress)
        else:
            _run("pg_dump", place, "--format=custom", f"--file={part}")


def restore(url: str, file: Path, progress: Progress = lambda _: None) -> None:
    """Put the copy `file` in the place of the database at `url`.

    Raises BackupError, before anything is changed, if the file is no copy that this version can read.
    """
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    place = address(url)
    if place.drivername == "sqlite":
        check_copy(file)
        _copied(file, Path(str(place.database)), progress)
    else:
        with file.open("rb") as opened:
            if opened.read(5) != b"PGDMP":
                raise BackupError(f"{file} is no copy of a PostgreSQL database that `backissue db backup` made")
        _run("pg_restore", place, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))


def check_copy(file: Path) -> None:
    """Raise BackupError unless `file` is a whole SQLite database of this bot, of this version or an earlier one."""
    try:
        with closing(sqlite3.connect(f"file:{_quoted(file)}?mode=ro&immutable=1", uri=True)) as copy:
            (fault,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            found = [str(row[0]) for row in copy.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.Error as error:
        raise BackupError(f"{file} is no copy of the bot's database ({error})") from error
    if fault != "ok":
        raise BackupError(f"{file} is damaged ({fault}); take another copy, with `backissue db backup`")
    if any(version > newest() for version in found):
        raise BackupError(f"{file} is of a newer release (tables {found[0]}, this one knows {newest()}); install that")


def damage(url: str) -> str:
    """Return what is wrong with the file of the SQLite database at `url`, "" for nothing and for PostgreSQL.

    A file that was copied while the bot wrote to it may be torn. The check reads the file once; one of more than
    `MAX_CHECKED_BYTES` is not checked, so that the start does not wait for it.
    """
    place = address(url)
    file = Path(str(place.database))
    if place.drivername != "sqlite" or not file.is_file() or file.stat().st_size > MAX_CHECKED_BYTES:
        return ""
    try:
        with closing(sqlite3.connect(str(place.database), timeout=BUSY_MS / 1000)) as opened:
            (fault,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if fault == "ok" else str(fault)


def _existing(place: URL) -> Path:
    file = Path(str(place.database))
    if not file.is_file():
        raise BackupError(f"there is no database {file}")
    return file


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a file beside `file` to write to, which takes its name once it is whole; nothing is left otherwise."""
    part = file.with_name(f".{file.name}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written ({error.strerror or error})") from error
    finally:
        part.unlink(missing_ok=True)


def _copied(source: Path, target: Path, progress: Progress) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        progress(1 - remaining / max(1, total))

    try:
        with (
            closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True, timeout=BUSY_MS / 1000)) as one,
            closing(sqlite3.connect(target, timeout=BUSY_MS / 1000)) as other,
        ):
            one.backup(other, pages=PAGES, progress=told, sleep=0.01)
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise BackupError(f"{source} could not be copied to {target}: {error}") from error


def _quoted(file: Path) -> str:
    """Return a path as SQLite's addresses take it."""
    return str(file.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _run(tool: str, place: URL, *options: str) -> None:
    """Run one of PostgreSQL's tools on the database; its password goes by the environment, never by the command."""
    found = shutil.which(tool)
    if found is None:
        raise BackupError(
            f"{tool} is not installed here; install PostgreSQL's client tools, or take a copy where your database is"
        )
    plain = place.set(drivername="postgresql", password=None)
    options = (*options, f"--dbname={plain.render_as_string(hide_password=False)}")
    if tool == "pg_restore":
        options = (*options[:-2], options[-1], options[-2])
    secret = {"PGPASSWORD": str(place.password)} if place.password else {}
    environment = {**os.environ, **secret}  # noqa: TID251 - handed on to the tool, not read
    done = subprocess.run([found, *options], capture_output=True, text=True, env=environment, check=False)  # noqa: S603 - a tool of PostgreSQL's with our own options
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]
        raise BackupError(f"{tool} failed: {said[:300]}")
