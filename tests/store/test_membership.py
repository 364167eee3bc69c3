"""Lists of any length in a condition, on both databases: 70,000 values are more than either accepts as parameters."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.store import bookmark_events
from bot.store.errors import StoreError
from bot.store.membership import is_among
from bot.store.people import persons
from bot.store.store import Store
from bot.store.tables import bookmarks, metadata

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
MANY = 70_000
ME = Member("T1", "U1")
LINK = BookmarkLink("https://a.org", "a")
STORE = Path(bookmark_events.__file__).parent


@pytest.mark.long
async def test_every_list_may_be_longer_than_the_parameter_limit(store: Store) -> None:
    """Rows among 70,000 subscriptions, issues, links or people are found, and changed."""
    numbers, words = range(1, MANY), [f"word-{number}" for number in range(MANY)]
    held = await store.subscriptions.put("-:T1", "C1", "U1", AsItAppears(), Preferences(), NOW)
    full = [f"-:{word}" for word in words]
    assert len(await store.leases.claim("me", NOW, timedelta(minutes=1), limit=1, each=1, full=full)) == 1
    assert await store.leases.renew("me", numbers, NOW + timedelta(minutes=2)) == 1
    assert await store.schedule.run_now(NOW, numbers) == 1
    assert await store.deliveries.readers_of(words, NOW) == ()
    await store.bookmarks.save(ME, [LINK], 1, NOW)
    keys = [*words, LINK.key]
    assert await store.bookmarks.which(ME, keys) == {LINK.key}
    assert [bookmark.key for bookmark in await store.bookmarks.some(ME, keys)] == [LINK.key]
    assert held.id in numbers


async def test_several_columns_are_compared_together(store: Store) -> None:
    """A pair is found only if both its values match; text with SQL's or JSON's special characters stays text."""
    odd = BookmarkLink("https://a.org/'\"%s{}[]\\u0041é", "odd")
    await store.bookmarks.save(ME, [LINK, odd], 1, NOW)
    await store.bookmarks.save(Member("T1", "U'2\"{}"), [odd], 1, NOW)
    columns = (bookmarks.c.person, bookmarks.c.key)

    async def among(pairs: list[tuple[int, str]]) -> list[Any]:
        chosen = select(*columns).where(is_among(columns, pairs)).order_by(*columns)
        return await store.bookmarks._database.read(lambda connection: [tuple(r) for r in connection.execute(chosen)])

    mine, other = await among([(1, LINK.key), (1, "no"), (2, LINK.key), (2, odd.key)])
    assert (mine, other) == ((1, LINK.key), (2, odd.key))
    assert await among([(number, "none") for number in range(MANY)]) == []
    assert await among([]) == []


async def test_a_text_with_a_nul_is_refused_by_name(store: Store) -> None:
    """Neither database stores one; SQLite's JSON would cut the text there and match another."""
    with pytest.raises(StoreError):
        await store.bookmarks.which(await _known(store), [f"{LINK.key}\0more"])
    members = [(Member("T1", "U'2\"{}"), 1)]
    assert await store.bookmarks._database.write(lambda connection: len(persons(connection, members))) == 1


async def _known(store: Store) -> Member:
    await store.bookmarks.save(ME, [LINK], 1, NOW)
    return ME


def test_a_long_list_uses_the_column_s_index() -> None:
    """SQLite walks through the list, not through the table."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    chosen = select(bookmarks.c.id).where(is_among((bookmarks.c.person, bookmarks.c.key), [(1, "a")]))
    text = str(chosen.compile(engine)).replace("?", "'[]'")
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
    engine.dispose()
    assert "SEARCH bookmarks" in plan
    assert "SCAN bookmarks" not in plan


def test_in_is_used_only_with_short_lists() -> None:
    """`.in_()` is used in the store only with a fixed tuple or a query: all other lists are of unknown length."""
    calls = [
        (file.name, node.args[0])
        for file in STORE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"in_", "not_in"}
    ]
    assert calls
    wrong = [f"{name}:{argument.lineno}" for name, argument in calls if not _is_bounded(argument)]
    assert wrong == []


def _is_bounded(argument: ast.expr) -> bool:
    query = ast.unparse(argument)
    constant = query.startswith("_") and query.isupper()  # a tuple of states, at the module's top
    return isinstance(argument, ast.Tuple) or constant or query == "chosen" or query.startswith("select(")
