"""A channel whose id changed keeps its subscription, its deliveries and what people saved there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.bookmark import BookmarkSource, Member
from bot.domain.decision import Decision
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.domain.subscription import Paused, PausedBy
from bot.store.store import Store

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
HERE = "-:T1"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Yield a store with a digest in G1 of one workspace, and a subscription of G1 in another."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    store = Store.open(url, upgrading=True)
    await store.subscriptions.put(HERE, "G1", "U1", AsItAppears(), Preferences(), NOW)
    await store.subscriptions.put("-:T2", "G1", "U1", AsItAppears(), Preferences(), NOW)
    for held in await store.leases.claim("me", NOW, timedelta(minutes=1), limit=9, each=9):
        await store.deliveries.decide(held, "me", NOW, Decision(("one",), NOW, {}, NOW))
        await store.leases.release(held.id, "me", NOW, None)
    yield store
    await store.close()


async def test_everything_moves_once(store: Store) -> None:
    """The subscription goes on where it was paused for its id; the other workspace's channel is left alone."""
    known = await store.subscriptions.get(HERE, "G1")
    assert known is not None
    source, person = BookmarkSource("G1", "1767603600.000100", "bookmark"), Member("T1", "U1")
    await store.bookmarks.react(person, HERE, source, int(NOW.timestamp() * 1e6), NOW, held=True)
    await store.subscriptions.pause(known.id, Paused(PausedBy.CHANNEL, "channel_not_found"))
    assert await store.channel_moves.move(HERE, "G1", "C1", NOW)
    assert not await store.channel_moves.move(HERE, "G1", "C1", NOW)
    moved = await store.subscriptions.get(HERE, "C1")
    assert moved is not None
    assert (moved.id, moved.paused) == (known.id, None)
    assert await store.subscriptions.get(HERE, "G1") is None
    assert await store.deliveries.get(HERE, "C1", "one") is not None
    assert await store.subscriptions.get("-:T2", "G1") is not None
    assert await store.deliveries.get("-:T2", "G1", "one") is not None
    assert [held.channel for held in await store.leases.claim("me", NOW, timedelta(minutes=1), limit=9, each=9)] == [
        "C1"
    ]


async def test_what_a_person_paused_stays_paused(store: Store) -> None:
    """Only the pause for the old id is over."""
    known = await store.subscriptions.get(HERE, "G1")
    assert known is not None
    await store.subscriptions.pause(known.id, Paused(PausedBy.PERSON, "holidays"))
    assert await store.channel_moves.move(HERE, "G1", "C1", NOW)
    moved = await store.subscriptions.get(HERE, "C1")
    assert moved is not None
    assert moved.paused == Paused(PausedBy.PERSON, "holidays")


async def test_a_channel_that_was_subscribed_again_stays_as_it_is(store: Store) -> None:
    """Its new subscription wins, and what both ids have is not there twice."""
    await store.subscriptions.put(HERE, "C1", "U2", AsItAppears(), Preferences(), NOW)
    assert not await store.channel_moves.move(HERE, "G1", "C1", NOW)
    kept = await store.subscriptions.get(HERE, "C1")
    assert kept is not None
    assert kept.user == "U2"
    assert await store.deliveries.get(HERE, "C1", "one") is not None
