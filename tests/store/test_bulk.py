"""Many rows in one statement: the same as one after the other, with any values, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, Column, Connection, Engine, MetaData, Table, Text, delete, select, update

from bot.store.bulk import BulkStatement
from bot.store.database import engine_of
from bot.store.errors import StoreError
from bot.store.tables import Moment
from tests.fakes.examples import examples
from tests.fakes.postgres import Postgres

THINGS = Table(
    "things",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("words", Text),
    Column("at", Moment),
    Column("more", JSON, nullable=False),
    Column("state", Text, nullable=False, default="new"),
)
KINDS: dict[str, Any] = {"id": BigInteger(), "words": Text(), "at": Moment(), "more": JSON()}
ADD = BulkStatement(KINDS, lambda rows: rows.insert_new(THINGS))
CHANGE = BulkStatement(
    {"which": BigInteger(), "words": Text()},
    lambda rows: update(THINGS).where(THINGS.c.id == rows("which")).values(words=rows("words"), state="changed"),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
MOMENTS = st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ROWS = st.fixed_dictionaries(
    {
        "id": st.integers(0, 2**62),
        "words": st.none() | TEXTS,
        "at": st.none() | MOMENTS,
        "more": st.dictionaries(TEXTS, st.booleans() | TEXTS | st.lists(st.integers(-9, 9)), max_size=3),
    }
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return a database with one table of things."""
    file = tmp_path_factory.mktemp("many") / "a.db"
    postgres: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    found = engine_of(postgres.empty() if postgres else f"sqlite:///{file}")
    THINGS.create(found)
    yield found
    found.dispose()


def all_of(connection: Connection) -> list[tuple[Any, ...]]:
    """Return every row."""
    return [tuple(row) for row in connection.execute(select(THINGS).order_by(THINGS.c.id))]


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=6, unique_by=lambda row: str(row["id"])), text=TEXTS)
def test_many_rows_read_back_unchanged(engine: Engine, rows: list[dict[str, Any]], text: str) -> None:
    """Rows written by one statement read back unchanged, and another statement changes only its own rows."""
    with engine.begin() as connection:
        connection.execute(delete(THINGS))
        ADD.run(connection, rows)
        ADD.run(connection, [{**row, "words": "again"} for row in rows])  # exists already: stays
        wanted = [(row["id"], row["words"], row["at"], row["more"], "new") for row in rows]
        assert all_of(connection) == sorted(wanted, key=lambda row: int(row[0]))
        changed = CHANGE.run(connection, [{"which": rows[0]["id"], "words": text}, {"which": -1, "words": text}])
        assert changed.rowcount == 1
        there = {row[0]: row[1:] for row in all_of(connection)}
        assert there.pop(rows[0]["id"]) == (text, rows[0]["at"], rows[0]["more"], "changed")
        assert all(row[-1] == "new" for row in there.values())


@pytest.mark.parametrize("words", ["\ud800", "a\0b"], ids=["surrogate", "zero"])
def test_invalid_text_is_refused(words: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite would cut it off, or store what nobody can read again."""
    engine = engine_of(f"sqlite:///{tmp_path_factory.mktemp('many')}/b.db")
    THINGS.create(engine)
    row = {"id": 1, "words": words, "at": datetime(2026, 1, 1, tzinfo=UTC), "more": {}}
    with engine.begin() as connection:
        with pytest.raises(StoreError):
            ADD.run(connection, [row])
        assert all_of(connection) == []
    engine.dispose()


def test_a_value_of_an_unknown_type_is_an_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The error names its type."""
    engine = engine_of(f"sqlite:///{tmp_path_factory.mktemp('many')}/c.db")
    with engine.begin() as connection, pytest.raises(TypeError, match="set"):
        ADD.run(connection, [{"id": {1}, "words": "", "at": None, "more": {}}])
    engine.dispose()
