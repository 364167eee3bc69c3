"""Reactions to messages that are not known yet: only those that may be ours are kept, and not for ever."""

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
    """Open an empty store on each kind of database."""
    url = "sqlite://" if request.param == "memory" else request.getfixturevalue("postgres").fresh()
    found = Store.open(url, upgrading=True)
    yield found
    await found.close()


def ts_at(moment: datetime) -> str:
    """Return the ts of a message posted then."""
    return f"{moment.timestamp():.6f}"


async def in_doubt(store: Store) -> PartRow:
    """Have one message of a digest in the channel of which nobody knows; attempted at NOW."""
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
    """Count the wishes that are kept, for whatever message."""
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
async def test_only_what_may_be_the_message_in_doubt_is_kept(store: Store, ts: str, kept: int) -> None:
    """A message left in doubt does not make every later number in its channel be stored."""
    await in_doubt(store)
    done = await store.bookmarks.react(ME, "-:T1", BookmarkSource("C1", ts, "two", "-:T1"), 2, NOW, held=True)
    assert done.shown_links is None
    assert await count(store) == kept


async def test_wishes_for_messages_that_never_became_known_are_forgotten(store: Store) -> None:
    """After a day; what belongs to a message of a digest stays."""
    part = await in_doubt(store)
    ours, other = ts_at(NOW), ts_at(NOW + MINUTE)
    for ts in (ours, other):
        await store.bookmarks.react(ME, "-:T1", BookmarkSource("C1", ts, "bookmark", "-:T1"), LATER, NOW, held=True)
    await store.parts.sent(part, 1, ours, (ShownEntry(0, "https://a.org", "a"),))
    assert await store.bookmarks.prune(NOW + timedelta(hours=23)) == 0
    assert await store.bookmarks.prune(NOW + timedelta(days=2)) == 1
    assert (await store.bookmarks.page(ME)).total == 1
