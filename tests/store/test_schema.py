"""The tables that the code queries are the tables that the migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.store.database import engine_of
from bot.store.migrate import upgrade
from bot.store.tables import metadata


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrations_make_exactly_the_tables_that_are_queried(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Tables, columns, types, indexes and what is unique: no difference."""
    url = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else request.getfixturevalue("postgres").fresh()
    upgrade(url)
    engine = engine_of(url, writes=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
