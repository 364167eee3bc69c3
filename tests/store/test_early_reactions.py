"""Reactions to unknown messages: only those that may be to one of ours are stored, and for a limited time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.bookmark import BookmarkSource, Member
from bot.domain.decision import Decision
from bot.domain.delivery import PartRow, ShownEntry, State
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.store.store import Store
from bot.store.tables import marks

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = ("-:T1", "C1")
ME = Member("T1", "U1")
LATER = int(NOW.timestamp()) * 1_000_000


@pytest.fixture(params=["memory", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return an empty store on each kind of database."""
    url = "sqlite://" if request.param == "memory" else request.getfixturevalue("postgres").fresh()
    found = Store.open(url, upgrading=True)
    yield found
    await found.close()


def ts_at(moment: datetime) -> str:
    """Return the ts of a message posted at that time."""
    return f"{moment.timestamp():.6f}"


async def unconfirmed(store: Store) -> PartRow:
    """Have one unconfirmed message of a digest in the channel, attempted at NOW."""
    made = await store.subscriptions.put(*HERE, "U1", AsItAppears(), Preferences(), NOW)
    held = (await store.leases.claim("me", NOW, MINUTE, limit=1, each=1))[0]
    await store.deliveries.decide(held, "me", NOW, Decision(("one",), NOW, {}, NOW))
    delivery = await store.deliveries.get(*HERE, "one")
    assert delivery is not None
    _, (part,) = await store.deliveries.begin(delivery.id, "", "hash", ("parent",))
    assert await store.parts.sending(part, "me", made.id, NOW, "payload") == 1
    part = replace(part, attempt=1)
    assert await store.parts.settle(part, State.UNKNOWN, "cannot look")
    return part


async def count(store: Store) -> int:
    """Return how many early reactions are stored, for any message."""
    chosen = select(func.count()).select_from(marks)
    return await store.database.read(lambda connection: int(connection.scalar(chosen) or 0))


@pytest.mark.parametrize(
    ("ts", "kept"),
    [
        (ts_at(NOW), 1),
        (ts_at(NOW + timedelta(minutes=59)), 1),
        (ts_at(NOW - timedelta(minutes=2)), 0),
        (ts_at(NOW + timedelta(hours=2)), 0),
        (ts_at(NOW + timedelta(days=200)), 0),
        ("", 0),
        ("nan", 0),
        ("1e400", 0),
        ("-99999999999999", 0),
        ("not a ts", 0),
    ],
)
async def test_only_reactions_to_what_may_be_the_unconfirmed_message_are_stored(
    store: Store, ts: str, kept: int
) -> None:
    """An unconfirmed message does not cause every later reaction in its channel to be stored."""
    await unconfirmed(store)
    done = await store.bookmarks.react(ME, "-:T1", BookmarkSource("C1", ts, "two", "-:T1"), 2, NOW, held=True)
    assert done.shown_links is None
    assert await count(store) == kept


async def test_reactions_to_messages_that_stay_unknown_are_deleted(store: Store) -> None:
    """They are deleted after a day; reactions to a message of a digest stay."""
    part = await unconfirmed(store)
    ours, other = ts_at(NOW), ts_at(NOW + MINUTE)
    for ts in (ours, other):
        await store.bookmarks.react(ME, "-:T1", BookmarkSource("C1", ts, "bookmark", "-:T1"), LATER, NOW, held=True)
    await store.parts.sent(part, 1, ours, (ShownEntry(0, "https://a.org", "a"),))
    assert await store.bookmarks.prune(NOW + timedelta(hours=23)) == 0
    assert await store.bookmarks.prune(NOW + timedelta(days=2)) == 1
    assert (await store.bookmarks.page(ME)).total == 1
