"""Creating a database's tables, and removing them again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.decision import Decision
from bot.domain.issue_identity import Fingerprint
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.domain.second_bot import Sighting
from bot.store.database import engine_of
from bot.store.errors import SchemaError
from bot.store.migrate import _config, check, downgrade, newest, upgrade
from bot.store.store import Store
from bot.store.tables import metadata

ANN = Member("T1", "U1")
NOW = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").empty()
    return str(where)


def tables(url: str) -> set[str]:
    """Return the names of the tables."""
    engine = engine_of(url, writes=False)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found - {"alembic_version"}


async def test_an_upgrade_keeps_the_rows(url: str) -> None:
    """Upgrading current tables changes nothing."""
    assert upgrade(url) == newest()
    store = Store.open(url)
    await store.bookmarks.save(ANN, [BookmarkLink("https://a.example/", "A thing")], 1, NOW)
    await store.close()
    assert upgrade(url) == newest()
    store = Store.open(url)
    assert [each.headline for each in (await store.bookmarks.page(ANN)).bookmarks] == ["A thing"]
    await store.close()


def test_downgrade_and_upgrade(url: str) -> None:
    """A downgrade leaves no table; another upgrade creates them all."""
    upgrade(url)
    assert tables(url) == set(metadata.tables)
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()
    assert tables(url) == set()
    upgrade(url)
    assert tables(url) == set(metadata.tables)


async def test_two_upgrades_in_one_process_do_not_interfere(tmp_path: Path) -> None:
    """Each creates its own tables, even though a migration's operations are global to the process."""
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(6)]
    versions = await asyncio.gather(*(asyncio.to_thread(upgrade, url) for url in urls))
    assert set(versions) == {newest()}
    for url in urls:
        check(url)


def test_the_newest_version_is_alembics_head() -> None:
    """The version read from the migrations' file names is Alembic's head."""
    assert newest() == ScriptDirectory.from_config(_config()).get_current_head()


def test_tables_without_a_version_are_refused(url: str) -> None:
    """A database whose version was lost is refused with an error, as one of another version is."""
    upgrade(url)
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()
    with pytest.raises(SchemaError):
        check(url)


async def test_a_downgrade_leaves_a_channel_one_subscription(url: str) -> None:
    """It neither fails nor posts: the others end, one for one newsletter is paused, and what was posted stays known."""
    upgrade(url)
    store = Store.open(url)
    for slug, seq in (("sre", "sre/1"), ("devops", "devops/1")):
        there = [Fingerprint(seq, frozenset({seq}), seq, seq, NOW)]
        await store.issues.of(slug, ("sre", "devops")).register(there, NOW)
    for channel, slugs in (("C1", ("sre", "devops", "")), ("C2", ("sre", "devops")), ("C3", ("",))):
        for slug in slugs:
            await store.subscriptions.of(slug).put("-:T1", channel, "U1", AsItAppears(), Preferences(), NOW)
    for number in range(2):
        now = NOW + timedelta(hours=number)
        for held in await store.leases.claim("me", now, timedelta(minutes=1), limit=9, each=9):
            issue = f"{held.newsletter}/9"
            await store.deliveries.decide(held, "me", now, Decision((issue,), now, {}, now))
            await store.leases.release(held.id, "me", now, now + timedelta(days=1))
    later = [Fingerprint(f"devops/{n}", frozenset({f"{n}"}), f"{n}", f"{n}", NOW) for n in (1, 2)]
    await store.issues.of("devops", ("sre", "devops")).register(later, NOW)
    await store.close()
    downgrade(url, "0020")
    engine = engine_of(url, writes=False)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT channel, pause_by, wake_at FROM subscriptions ORDER BY channel")).all()
        rows = connection.execute(text("SELECT channel, issue, progress FROM deliveries ORDER BY channel, issue")).all()
    engine.dispose()
    assert [(row.channel, row.pause_by) for row in kept] == [("C1", None), ("C2", "person"), ("C3", None)]
    assert kept[1].wake_at is None
    assert [tuple(row) for row in rows if row.channel == "C2"] == [
        ("C2", "devops/2", "passed"), ("C2", "devops/9", "dropped"), ("C2", "sre/9", "waiting")
    ]  # fmt: skip
    upgrade(url)
    store = Store.open(url)
    assert [(each.channel, each.newsletter) for each in await store.subscriptions.list()] == [
        ("C1", ""), ("C2", ""), ("C3", "")
    ]  # fmt: skip
    await store.close()


async def test_a_downgrade_forgets_a_second_bot(url: str) -> None:
    """An older release knows of none; what it stored besides is there after the next upgrade."""
    upgrade(url)
    store = Store.open(url)
    await store.bookmarks.save(ANN, [BookmarkLink("https://a.example/", "A thing")], 1, NOW)
    await store.second_bots.register(Sighting("-:T1", "C1", "issue-1", "1.000001", NOW))
    await store.close()
    assert downgrade(url, "0015") == "0015"
    assert "second_bots" not in tables(url)
    upgrade(url)
    store = Store.open(url)
    assert await store.second_bots.list(NOW) == ()
    assert [each.headline for each in (await store.bookmarks.page(ANN)).bookmarks] == ["A thing"]
    await store.close()
