"""The register of issues on both databases: what is new is decided once, by the last good look before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from bot.domain.issue_identity import Fingerprint
from bot.domain.newsletter import Newsletter
from bot.store.database import engine_of
from bot.store.issues import Issues
from bot.store.migrate import _config, upgrade
from bot.store.store import Store

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    return str(where)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Open an empty store."""
    store = Store.open(url, upgrading=True)
    yield store
    await store.close()


def face(name: str, dated: datetime | None, text: str = "") -> Fingerprint:
    """Return an issue's face with links of its own."""
    return Fingerprint(name, frozenset({f"{name}-{n}" for n in range(4)}), "read", text or name, dated)


async def test_the_look_before_decides(store: Store) -> None:
    """Nothing is new at the first good look; then what is dated no more than 14 days before the last one."""
    first = await store.issues.register([face("one", NOW)], NOW)
    assert set(first.not_new) == {"one"}
    old, new = face("old", NOW - 15 * DAY), face("new", NOW - 13 * DAY)
    second = await store.issues.register([face("one", NOW), old, new], NOW + DAY / 2)
    assert set(second.not_new) == {"one", "old"}
    assert second.not_new["old"].last_look == NOW
    third = await store.issues.register([face("one", NOW), old, new], NOW + 60 * DAY)
    assert set(third.not_new) == {"one", "old"}


async def test_an_empty_folder_and_one_that_cannot_be_read_are_no_good_looks(store: Store) -> None:
    """The last good look stays the one that saw issues."""
    await store.issues.register([face("one", NOW)], NOW)
    await store.issues.register([], NOW + DAY)
    await store.issues.register([face("one", NOW)], NOW + 2 * DAY, good=False)
    assert await store.issues.last_look() == NOW


async def test_an_issue_dated_ahead_is_not_seen_before_its_date(store: Store) -> None:
    """It gets its place in the order when it comes out; what only looks says the same and writes nothing."""
    faces = [face("one", NOW), face("ahead", NOW + DAY)]
    before = await store.issues.register(faces, NOW)
    assert (set(before.seq), set(before.identity)) == ({"one"}, {"one"})
    looked = await store.issues.recognised(faces, NOW + DAY)
    after = await store.issues.register(faces, NOW + DAY)
    assert looked.seq == after.seq
    assert set(looked.not_new) == set(after.not_new) == {"one"}


async def test_only_another_text_is_an_edit(store: Store) -> None:
    """A reader that reads the same text otherwise edits nothing."""
    await store.issues.register([face("one", NOW)], NOW)
    other = Fingerprint("one", frozenset({"other"}), "read otherwise", "one", NOW)
    assert (await store.issues.register([other], NOW)).edited == frozenset()
    assert (await store.issues.register([face("one", NOW, "corrected")], NOW)).edited == {"one"}


def step(url: str, to: str) -> None:
    """Bring the tables to a version, up or down."""
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        (command.downgrade if to < "0006" else command.upgrade)(config, to)
    engine.dispose()


def rows(url: str, text: str) -> list[tuple[object, ...]]:
    """Run a statement; return its rows."""
    engine = engine_of(url)
    with engine.begin() as connection:
        result = connection.execute(sa.text(text))
        found = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return found


async def test_a_database_from_before_takes_its_latest_first_sight_as_the_last_look(url: str) -> None:
    """What it knows stays new, so that what waits goes on waiting; what comes later is decided by that look."""
    upgrade(url)
    step(url, "0005")
    for number, seen in ((1, NOW - 9 * DAY), (2, NOW)):
        moment = int(seen.timestamp() * 1e6)
        values = f"'issue-{number}', '[\"{number}\"]', 'read', {moment}"
        rows(url, f"INSERT INTO issues (identity, links, content, seen) VALUES ({values})")
        rows(url, f"INSERT INTO slugs (slug, identity) VALUES ('issue-{number}', 'issue-{number}')")
    upgrade(url)
    store = Store.open(url)
    assert await store.issues.last_look() == NOW
    known = [Fingerprint(f"issue-{n}", frozenset({str(n)}), "read", "text", NOW - 99 * DAY) for n in (1, 2)]
    faces = [*known, face("old", NOW - 15 * DAY), face("new", NOW + DAY)]
    assert set((await store.issues.register(faces, NOW + 2 * DAY)).not_new) == {"old"}
    await store.close()


async def test_a_downgraded_database_has_what_is_not_to_be_posted_as_decided(url: str) -> None:
    """The older release takes every later issue for new, unless it was decided for the channel."""
    upgrade(url)
    rows(
        url,
        'INSERT INTO subscriptions (workspace, channel, "user", schedule, taste, since, ended, again) '
        "VALUES ('W', 'C1', 'U1', 'as soon as it appears', '{}', 0, false, false)",
    )
    store = Store.open(url)
    await store.issues.register([face("one", NOW)], NOW)
    await store.issues.register([face("one", NOW), face("old", NOW - 400 * DAY), face("new", NOW)], NOW)
    await store.close()
    step(url, "0005")
    assert sorted(rows(url, "SELECT issue, progress FROM deliveries")) == [("old", "dropped"), ("one", "dropped")]
    upgrade(url)


async def test_a_look_is_its_newsletters_own(store: Store) -> None:
    """Another newsletter in the same database has not been looked at, whatever was seen of the first."""
    await store.issues.register([face("one", NOW)], NOW)
    other = Issues(store.database, Newsletter("other", "The Other"))
    assert await other.last_look() is None
    await other.register([face("two", NOW)], NOW + DAY)
    assert (await store.issues.last_look(), await other.last_look()) == (NOW, NOW + DAY)
