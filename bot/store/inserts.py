"""Inserts that leave or change a row which is there already, in the dialect of the connection."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: Table) -> Any:
    return insert_of(dialect, table).on_conflict_do_nothing()


def insert_new(connection: Connection, table: Table) -> Any:
    """Return the insert that leaves rows alone which are there already."""
    return _insert_new(connection.dialect.name, table)


def insert(connection: Connection, table: Table) -> Any:
    """Return the insert of the connection's dialect: both know `on_conflict_do_nothing` and `_do_update`."""
    return insert_of(connection.dialect.name, table)


def insert_of(dialect: str, table: Table) -> Any:
    """Return the insert of a dialect, for a statement that is made once and kept."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 0.02 s that a bot on SQLite need not pay

        return postgresql.insert(table)
    return sqlite.insert(table)
