"""How much a SQLite file grows in a year: every row is written as delivery writes it, with shrinking and without.

Two years are played, since the first one has the month of digests that can still be corrected in addition.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

from archive.issue import Entry, Issue, Link, Section
from archive.kind import Kind
from benchmarks.table import Row
from bot.digests.delivery.rendering import DigestRenderer, RenderedPart
from bot.domain.decision import Decision
from bot.domain.delivery import Progress
from bot.domain.delivery_policy import DEFAULT_POLICY
from bot.domain.preferences import Preferences
from bot.domain.schedule import Slot, Weekly
from bot.domain.subscription import Subscription
from bot.runtime import loop
from bot.slack.cards.digest import digest
from bot.store.store import Store

CHANNELS = 1_000
MEASURED_CHANNELS = 50
"""So many of them are played: the file grows by the row."""
ISSUES_A_YEAR = 52
REPLIES = 16
"""With the channel message 17 messages: what a weekly issue has, in the middle of the public archive that we know."""
LIMIT_MB = 120
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_WEEK = timedelta(days=7)
_TS = count(1)


def run() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        without = loop.run(_two_years(Path(folder) / "whole.db", shrinking=False))
        shrunk = loop.run(_two_years(Path(folder) / "shrunk.db", shrinking=True))
    messages = REPLIES + 1
    figure = (
        f"a SQLite file of {CHANNELS:,} channels grows in a year of {ISSUES_A_YEAR} issues, {messages} messages each"
    )
    limit = f"under {LIMIT_MB} MB"
    return [
        Row(f"{figure}: year {year}", f"{ours:,.0f} MB", f"{whole:,.0f} MB without shrinking", ours / whole, limit,
            ours < LIMIT_MB)
        for year, (ours, whole) in enumerate(zip(shrunk, without, strict=True), 1)
    ]  # fmt: skip


async def _two_years(file: Path, *, shrinking: bool) -> list[float]:
    """Return by how many megabytes the file would have grown in each year with `CHANNELS` channels."""
    store = await asyncio.to_thread(lambda: Store.open(f"sqlite:///{file}", upgrading=True))
    schedule = Weekly((0,), START.time(), "UTC")
    for number in range(MEASURED_CHANNELS):
        place = ("-:T0123456789", f"C{number:010d}", "U0123456789")
        await store.subscriptions.put(*place, schedule, Preferences(), START)
    sizes, renderer = [_size(file)], DigestRenderer(digest)
    for week in range(2 * ISSUES_A_YEAR):
        now = START + (week + 1) * _WEEK
        await _deliver(store, renderer.render(_issue(week), Preferences(), ""), now, week)
        if shrinking:
            await store.shrinking.run(now - DEFAULT_POLICY.revisable_for - timedelta(days=1))
        if (week + 1) % ISSUES_A_YEAR == 0:
            sizes.append(_size(file))
    await store.close()
    return [(after - before) * CHANNELS / MEASURED_CHANNELS / 1e6 for before, after in pairwise(sizes)]


def _size(file: Path) -> int:
    """Return the bytes of a database's pages, with those that only its log has as yet."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


def _issue(week: int) -> Issue:
    """Return an issue with one entry for each reply, with an address and a headline of usual length."""
    entries = tuple(
        Entry(at, f"What the tool number {at} of week {week} is about, in a sentence or two. It does one thing well.",
              f"How we moved {at} of our services in week {week}", (Link(_link(week, at)),), at + 1)
        for at in range(REPLIES)
    )  # fmt: skip
    section = Section("News", Kind.NEWS, entries, 1)
    return Issue(f"2026-week-{week}", f"Weekly {week}", week, START + week * _WEEK, (section,))


def _link(week: int, at: int) -> str:
    return f"https://blog.example.com/2026/{week}/how-we-moved-{at}-of-our-services-to-another-cloud/"


async def _deliver(store: Store, rendered: tuple[RenderedPart, ...], now: datetime, week: int) -> None:
    """Write down what posting an issue to every channel writes down."""
    claimed = await store.leases.claim("worker-0123456789ab", now, timedelta(days=1), limit=CHANNELS, each=CHANNELS)
    assert len(claimed) == MEASURED_CHANNELS
    await _all(_post(store, subscription, rendered, now, week) for subscription in claimed)


async def _post(
    store: Store, subscription: Subscription, rendered: tuple[RenderedPart, ...], now: datetime, week: int
) -> None:
    name, holder, content = f"2026-week-{week}", "worker-0123456789ab", rendered[0].hash
    decision = Decision((name,), now, {}, now, slot=Slot(now, now.date()), outcome="posted")
    assert await store.deliveries.decide(subscription, holder, now, decision)
    delivery = await store.deliveries.get(subscription.workspace, subscription.channel, name)
    assert delivery is not None
    begin = store.deliveries.begin
    _, parts = await begin(delivery.id, "", content, [each.key for each in rendered], version=content[:16])
    for part, each in zip(parts, rendered, strict=True):
        attempt = await store.parts.sending(part, holder, subscription.id, now, each.hash, source=each.source)
        assert attempt is not None
        ts = f"{int(now.timestamp()) + part.at}.{next(_TS) % 1_000_000:06d}"
        await store.parts.sent(part, attempt, ts, each.shown)
    assert await store.deliveries.finish(delivery.id, Progress.DONE)
    await store.leases.release(subscription.id, holder, now + timedelta(seconds=1), now + _WEEK)


async def _all(work: Iterable[Awaitable[object]]) -> None:
    await asyncio.gather(*work)
