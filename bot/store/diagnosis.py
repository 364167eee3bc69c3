"""Whether a database can be written to, for `backissue doctor`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.database import address

LOCK_TIMEOUT_SECONDS = 2.0
"""Seconds to wait for another process's write."""


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database, None for any other and for one in memory. Raises DatabaseUrlError."""
    place = address(url)
    if place.drivername != "sqlite" or place.database in {None, "", ":memory:"}:
        return None
    return Path(str(place.database))


def write_fault(url: str) -> str:
    """Return why the SQLite database at `url` takes no write now, "" if it does; "" for PostgreSQL, which says so.

    Nothing is written: a transaction is begun and given up.
    """
    file = file_of(url)
    if file is None:
        return ""
    try:
        with closing(sqlite3.connect(file, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)) as opened:
            opened.execute("BEGIN IMMEDIATE")
            opened.execute("ROLLBACK")
    except sqlite3.Error as error:
        return str(error)
    return ""
