"""Subscriptions that another version wrote, or whose zone is gone: read as paused, resumed when readable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears, next_slot
from bot.domain.subscription import Paused, PausedBy
from bot.store.store import Store
from bot.store.tables import subscriptions

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
HERE = ("-:T1", "C1")


@pytest.fixture(params=["memory", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return a store on each kind of database, with one subscription that cannot be read and one that can."""
    url = "sqlite://" if request.param == "memory" else request.getfixturevalue("postgres").fresh()
    found = Store.open(url, upgrading=True)
    await found.subscriptions.put(*HERE, "U1", AsItAppears(), Preferences(), NOW)
    await found.subscriptions.put("-:T1", "C2", "U1", AsItAppears(), Preferences(), NOW)
    await writes(found, schedule="mondays 09:00 Mars/Olympus")
    yield found
    await found.close()


async def writes(store: Store, **values: object) -> None:
    """Change the row of C1."""
    change = update(subscriptions).where(subscriptions.c.channel == "C1").values(**values)
    await store.database.write(lambda connection: connection.execute(change).rowcount)


async def test_it_is_claimed_and_listed_beside_the_others(store: Store) -> None:
    """It is read as paused, with the reason, so that the worker that claims it stores that."""
    taken = await store.leases.claim("me", NOW, timedelta(minutes=1), limit=9, each=9)
    assert {held.channel: held.active for held in taken} == {"C1": False, "C2": True}
    assert [each.channel for each in await store.subscriptions.list()] == ["C1", "C2"]


async def test_an_old_mirrored_offset_keeps_its_time(store: Store) -> None:
    """A row with Etc/GMT+1 keeps its time, an hour west of Greenwich, and is shown as that."""
    await writes(store, schedule="mondays 09:00 Etc/GMT+1")
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert str(kept.schedule) == "mondays 09:00 UTC-1"
    slot = next_slot(kept.schedule, NOW)
    assert slot is not None
    assert slot.at == datetime(2026, 1, 5, 10, tzinfo=UTC)


async def test_it_resumes_once_it_is_readable(store: Store) -> None:
    """No other pause is lifted."""
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert kept.paused is not None
    assert await store.subscriptions.pause(kept.id, kept.paused)
    other = await store.subscriptions.get("-:T1", "C2")
    assert other is not None
    await store.subscriptions.pause(other.id, Paused(PausedBy.PERSON, "asked"))
    assert await store.subscriptions.resume_readable(NOW) == 0
    await writes(store, schedule="mondays 09:00 UTC")
    assert await store.subscriptions.resume_readable(NOW) == 1
    assert [each.active for each in await store.subscriptions.list()] == [True, False]


async def test_a_pause_of_another_version_stays_a_pause(store: Store) -> None:
    """Its meaning is unknown here, except that nothing should be posted."""
    await writes(store, schedule=str(AsItAppears()), pause_by="eclipse", pause_reason="dark")
    kept = await store.subscriptions.get(*HERE)
    assert kept is not None
    assert kept.paused is not None
    assert "eclipse: dark" in kept.paused.reason


async def test_subscribing_again_mends_it(store: Store) -> None:
    """That is what the reason says."""
    mended = await store.subscriptions.put(*HERE, "U1", AsItAppears(), Preferences(), NOW)
    assert mended.active
