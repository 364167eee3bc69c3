"""Membership in a list of any length: the whole list is one parameter.

`column IN (?, ?, …)` takes a parameter for each value, and a statement has at most 32,766 of them on SQLite
(sqlite.org/limits.html) and 65,535 on PostgreSQL (its protocol counts them in 16 bits). So the list goes in as one JSON
text, which the statement takes apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class _JsonList(TypeDecorator[Sequence[Any]]):
    """A list as JSON text. Raises ValueError for a text with a NUL, which SQLite's JSON would cut there."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, dialect: object) -> str:
        del dialect
        text = json.dumps(value, ensure_ascii=False)
        if "\\u0000" in text and _has_nul(value):
            raise ValueError("a text with a NUL in it")
        return text


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    return isinstance(value, list | tuple) and any(map(_has_nul, value))


class _IsAmong(FunctionElement[bool]):
    """The condition: the columns, then the list as the last of its clauses."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite compares it with 1, and uses no index


def is_among(columns: ColumnElement[Any] | Sequence[ColumnElement[Any]], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column's value is one of `values`, however many there are.

    For several columns, `values` are tuples with one value for each.
    """
    return _condition(columns, bindparam(None, list(values), type_=_JsonList(), unique=True))


def is_among_given(columns: ColumnElement[Any] | Sequence[ColumnElement[Any]], name: str) -> ColumnElement[bool]:
    """Return the same condition for a prepared statement: its list is the parameter `name` of each execution."""
    return _condition(columns, bindparam(name, type_=_JsonList()))


def _condition(
    columns: ColumnElement[Any] | Sequence[ColumnElement[Any]], values: BindParameter[Any]
) -> ColumnElement[bool]:
    several = tuple(columns) if isinstance(columns, Sequence) else (columns,)
    return _IsAmong(*several, values)


@compiles(_IsAmong, "sqlite")
def _sqlite(element: _IsAmong, compiler: SQLCompiler, **kwargs: Any) -> str:
    *columns, values = (compiler.process(clause, **kwargs) for clause in element.clauses)
    if len(columns) == 1:
        return f"({columns[0]} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - columns and a parameter
    fields = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(columns)))
    return f"(({', '.join(columns)}) IN (SELECT {fields} FROM json_each({values})))"  # noqa: S608 - columns and a parameter


@compiles(_IsAmong, "postgresql")
def _postgresql(element: _IsAmong, compiler: SQLCompiler, **kwargs: Any) -> str:
    *columns, values = element.clauses
    kinds = [compiler.dialect.type_compiler_instance.process(column.type) for column in columns]
    names = [compiler.process(column, **kwargs) for column in columns]
    given = compiler.process(values, **kwargs)
    if len(names) == 1:
        # An array, whose length the planner sees: it then uses the column's index.
        array = f"ARRAY(SELECT jsonb_array_elements_text(({given})::jsonb)::{kinds[0]})"
        return f"({names[0]} = ANY ({array}))"
    fields = ", ".join(f"(value->>{at})::{kind}" for at, kind in enumerate(kinds))
    rows = f"SELECT {fields} FROM jsonb_array_elements(({given})::jsonb) AS given(value)"  # noqa: S608 - as above
    return f"(({', '.join(names)}) IN ({rows}))"
