"""Many rows in one statement: the rows are its parameters, and it goes through them all.

A statement for each row costs several times as much, and with SQLite it also releases and takes the interpreter's lock
between any two rows. PostgreSQL gets an array for each value, SQLite one JSON text for all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    Table,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import sqlite

from bot.domain.clock import microseconds
from bot.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class BulkRows:
    """The rows inside the statement: calling it with a value's name returns that value of the current row."""

    rows: FromClause
    values: Mapping[str, ColumnElement[Any]]
    insert: Callable[[Table], Any]

    def __call__(self, name: str) -> ColumnElement[Any]:
        """Return the value of that name."""
        return self.values[name]

    def insert_new(self, table: Table) -> Any:
        """Return the insert of every row's values into the columns of the same names; existing rows stay."""
        # Without a condition SQLite would read ON CONFLICT as part of a join (sqlite.org/lang_upsert.html).
        rows = select(*self.values.values()).where(literal_column("1") == literal_column("1"))
        fresh = self.insert(table).from_select(list(self.values), rows)
        return fresh.on_conflict_do_nothing()


_ZERO = "\\u0000"
Build: TypeAlias = Callable[[BulkRows], Any]
"""Builds the statement, once for each database."""


class BulkStatement:
    """A statement over rows that are passed to it. Make it once: building one takes longer than running it."""

    def __init__(self, kinds: Mapping[str, Any], build: Build) -> None:
        """Prepare the statement that `build` returns; `kinds` are the SQL types of the rows' values by name."""
        self._kinds = dict(kinds)
        self._build = build

    # Built when first run: a process uses one database, and building all for the other too took 0.01 s.
    @cached_property
    def _arrays(self) -> Any:
        return self._build(_arrays(self._kinds))

    @cached_property
    def _json(self) -> Any:
        return self._build(_json(self._kinds))

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Run the statement for `rows`, each with a value for every kind; other values are ignored.

        Raises StoreError for text with a lone surrogate or a NUL, before anything is written.
        """
        if connection.dialect.name == "postgresql":
            return connection.execute(self._arrays, {name: [row[name] for row in rows] for name in self._kinds})
        values = [[row[name] for name in self._kinds] for row in rows]
        text = json.dumps(values, default=_plain, ensure_ascii=False)
        if _ZERO in text and any("\0" in value for row in values for value in row if isinstance(value, str)):
            raise StoreError("take this", "a text with a zero in it")
        try:
            return connection.execute(self._json, {"given_rows": text})
        except UnicodeEncodeError as error:
            raise StoreError("take this", "what is no text") from error


def _arrays(kinds: Mapping[str, Any]) -> BulkRows:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a bot on SQLite does not pay for it (0.02 s)

    arrays = [bindparam(name, type_=postgresql.ARRAY(kind)) for name, kind in kinds.items()]
    columns = [column(name, kind) for name, kind in kinds.items()]
    rows = func.unnest(*arrays).table_valued(*columns, name="given").render_derived()
    return BulkRows(rows, {name: rows.c[name] for name in kinds}, postgresql.insert)


def _json(kinds: Mapping[str, Any]) -> BulkRows:
    rows = func.json_each(bindparam("given_rows", type_=Text())).table_valued("value", name="given")
    values = {
        name: func.json_extract(rows.c.value, literal_column(f"'$[{at}]'"), type_=kind)
        for at, (name, kind) in enumerate(kinds.items())
    }
    return BulkRows(rows, values, sqlite.insert)


def _plain(value: object) -> object:
    """Return a value that JSON does not know, as the database stores it."""
    if isinstance(value, datetime):
        return microseconds(value)
    raise TypeError(f"{type(value).__name__} is no value of a row")
