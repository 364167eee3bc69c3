"""Missed queries on both databases: summed by day, the frequent first, gone after their time."""

from __future__ import annotations

from datetime import date, timedelta

from archive.search.result import Grade
from bot.domain.missed_query import MissedQuery
from bot.domain.newsletter import Newsletter
from bot.store.misses import Misses
from bot.store.store import Store

TODAY = date(2026, 5, 4)
OLDEST = TODAY - timedelta(days=90)


async def test_counts_add_up_over_writes_and_days(store: Store) -> None:
    """A query's count is that of all its days; the grade and the day told are the last."""
    await store.misses.add({"helm": (Grade.NONE, 2), "solt": (Grade.NEAREST, 1)}, TODAY - timedelta(days=1), OLDEST)
    await store.misses.add({"helm": (Grade.NONE, 1)}, TODAY, OLDEST)
    await store.misses.add({"helm": (Grade.NEAREST, 4)}, TODAY, OLDEST)
    assert await store.misses.list(OLDEST, 10) == (
        MissedQuery("helm", Grade.NEAREST, 7, TODAY),
        MissedQuery("solt", Grade.NEAREST, 1, TODAY - timedelta(days=1)),
    )
    assert [each.words for each in await store.misses.list(OLDEST, 1)] == ["helm"]
    assert [each.count for each in await store.misses.list(TODAY, 10)] == [5]


async def test_what_is_too_old_is_deleted(store: Store) -> None:
    """A write, even of nothing, deletes the days before the oldest."""
    await store.misses.add({"helm": (Grade.NONE, 2)}, OLDEST - timedelta(days=1), OLDEST - timedelta(days=1))
    await store.misses.add({"solt": (Grade.NONE, 2)}, OLDEST, OLDEST)
    assert [each.words for each in await store.misses.list(date.min, 10)] == ["solt"]
    await store.misses.add({}, TODAY, TODAY)
    assert await store.misses.list(date.min, 10) == ()


async def test_newsletters_are_counted_apart(store: Store) -> None:
    """What was missed in one newsletter's archive is not listed for another."""
    other = Misses(store.database, Newsletter("other", "Other"))
    await store.misses.add({"helm": (Grade.NONE, 2)}, TODAY, OLDEST)
    await other.add({"helm": (Grade.NEAREST, 1)}, TODAY, OLDEST)
    assert await store.misses.list(OLDEST, 10) == (MissedQuery("helm", Grade.NONE, 2, TODAY),)
    assert await other.list(OLDEST, 10) == (MissedQuery("helm", Grade.NEAREST, 1, TODAY),)
