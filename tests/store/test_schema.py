"""The tables that the code queries are the tables that the migrations make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Inspector, inspect, text

from bot.store.database import engine_of
from bot.store.migrate import _migrate, check, upgrade
from bot.store.tables import metadata


def migrated(url: str) -> None:
    """Make the tables by every migration, one after another, as a database that is older than all of them gets them."""
    engine = engine_of(url)
    with engine.connect() as connection:
        _migrate(connection)
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrations_make_exactly_the_tables_that_are_queried(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Tables, columns, types, indexes and what is unique: no difference."""
    url = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else request.getfixturevalue("postgres").empty()
    migrated(url)
    engine = engine_of(url, writes=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def described(url: str) -> dict[str, Any]:
    """Return everything that SQLite knows of a database's tables, and their rows."""
    engine = engine_of(url, writes=False)
    with engine.connect() as connection:
        known: Inspector = inspect(connection)
        found: dict[str, Any] = {
            table: {
                "columns": {column["name"]: _column(column) for column in known.get_columns(table)},
                "key": known.get_pk_constraint(table),
                "indexes": _in_order(known.get_indexes(table)),
                "unique": _in_order(known.get_unique_constraints(table)),
                "foreign": _in_order(known.get_foreign_keys(table)),
                "checks": _in_order(known.get_check_constraints(table)),
                "words": _words(connection, table),
                "rows": [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))],
            }
            for table in known.get_table_names()
        }
        found["other"] = sorted(connection.scalars(text("SELECT name FROM sqlite_master WHERE type != 'table'")))
    engine.dispose()
    return found


def _words(connection: Connection, table: str) -> list[str]:
    """Return what SQLAlchemy does not read back of a table's statement."""
    made = str(connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table})).upper()
    return [word for word in ("AUTOINCREMENT", "WITHOUT ROWID", "STRICT", "COLLATE", "GENERATED") if word in made]


def _column(column: Any) -> tuple[str, ...]:
    return tuple(str(column.get(what)) for what in ("type", "nullable", "default", "primary_key", "autoincrement"))


def _in_order(found: list[Any]) -> list[str]:
    return sorted(str(sorted(each.items(), key=str)) for each in map(_as_text, found))


def _as_text(described: Any) -> dict[str, Any]:
    """Return what is known of an index with its conditions as text: they are objects that equal only themselves."""
    options = {name: str(value) for name, value in described.get("dialect_options", {}).items()}
    return {**described, "dialect_options": options}


def test_a_new_file_has_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    """It is made at once, without them: with the same columns, keys, indexes, defaults, version and rows.

    Only the order of columns may differ, on which nothing depends.
    """
    made, moved = f"sqlite:///{tmp_path}/made.db", f"sqlite:///{tmp_path}/moved.db"
    upgrade(made)
    migrated(moved)
    check(made)
    assert described(made) == described(moved)
