"""The issue register on both databases: what is new is decided once, by the last good look before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from bot.domain.broken import BrokenFile
from bot.domain.clock import microseconds
from bot.domain.delivery import STRAY_LEFT, THREAD_GONE
from bot.domain.issue_identity import Fingerprint
from bot.domain.likeness import Marks
from bot.domain.newness import Arrival
from bot.domain.newsletter import Newsletter
from bot.store.database import engine_of
from bot.store.issues import Issues
from bot.store.migrate import _config, upgrade
from bot.store.store import Store
from tests.fakes.emptied import new_file

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SUBSCRIBED = (
    'INSERT INTO subscriptions (workspace, channel, "user", schedule, taste, since, ended, again) '
    "VALUES ('W', 'C1', 'U1', 'as soon as it appears', '{}', 0, false, false)"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    where = new_file(tmp_path / "a.db") if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
    return str(where)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Return an empty store."""
    store = Store.open(url, upgrading=True)
    yield store
    await store.close()


def fingerprint(name: str, dated: datetime | None, text: str = "") -> Fingerprint:
    """Return an issue's fingerprint with links of its own."""
    return Fingerprint(name, frozenset({f"{name}-{n}" for n in range(4)}), "read", text or name, dated)


async def test_the_look_before_decides(store: Store) -> None:
    """Nothing is new at the first good look; later, issues dated no more than 14 days before the last one are."""
    first = await store.issues.register([fingerprint("one", NOW)], NOW)
    assert set(first.not_new) == {"one"}
    old, new = fingerprint("old", NOW - 15 * DAY), fingerprint("new", NOW - 13 * DAY)
    second = await store.issues.register([fingerprint("one", NOW), old, new], NOW + DAY / 2)
    assert set(second.not_new) == {"one", "old"}
    assert second.not_new["old"].last_look == NOW
    third = await store.issues.register([fingerprint("one", NOW), old, new], NOW + 60 * DAY)
    assert set(third.not_new) == {"one", "old"}


async def test_an_empty_folder_and_one_that_cannot_be_read_are_no_good_looks(store: Store) -> None:
    """The last good look stays the one that saw issues."""
    await store.issues.register([fingerprint("one", NOW)], NOW)
    await store.issues.register([], NOW + DAY)
    await store.issues.register([fingerprint("one", NOW)], NOW + 2 * DAY, good=False)
    assert await store.issues.last_look() == NOW


async def test_an_issue_dated_ahead_is_not_seen_before_its_date(store: Store) -> None:
    """It gets its place in the order when it is published; a look that only reads says the same and writes nothing."""
    faces = [fingerprint("one", NOW), fingerprint("ahead", NOW + DAY)]
    before = await store.issues.register(faces, NOW)
    assert (set(before.seq), set(before.identity)) == ({"one"}, {"one"})
    looked = await store.issues.recognised(faces, NOW + DAY)
    after = await store.issues.register(faces, NOW + DAY)
    assert looked.seq == after.seq
    assert set(looked.not_new) == set(after.not_new) == {"one"}


@pytest.mark.parametrize(("hours", "is_new"), [(23, True), (25, False)])
async def test_what_the_first_look_saw_ahead_is_new_only_if_somebody_looked_as_its_date_came(
    store: Store, *, hours: int, is_new: bool
) -> None:
    """Without a look for a day the clock may have been wrong then: it was there at the first look."""
    faces = [fingerprint("one", NOW), fingerprint("ahead", NOW + DAY)]
    await store.issues.register(faces, NOW)
    faces += [fingerprint("later", NOW + 2 * DAY)]
    before = NOW + timedelta(hours=20)
    await store.issues.register(faces, before)
    looked = await store.issues.recognised(faces, before + timedelta(hours=hours))
    after = await store.issues.register(faces, before + timedelta(hours=hours))
    assert looked.not_new == after.not_new
    assert set(after.not_new) == ({"one"} if is_new else {"one", "ahead"})
    last = await store.issues.register(faces, NOW + 9 * DAY)
    assert last.not_new == after.not_new


async def test_only_a_changed_text_is_an_edit(store: Store) -> None:
    """A different reading of the same text is not an edit."""
    await store.issues.register([fingerprint("one", NOW)], NOW)
    other = Fingerprint("one", frozenset({"other"}), "read otherwise", "one", NOW)
    assert (await store.issues.register([other], NOW)).edited == frozenset()
    assert (await store.issues.register([fingerprint("one", NOW, "corrected")], NOW)).edited == {"one"}


def step(url: str, to: str, *, down: bool = False) -> None:
    """Migrate the tables to a version, up or down."""
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        (command.downgrade if down or to < "0006" else command.upgrade)(config, to)
    engine.dispose()


def rows(url: str, text: str) -> list[tuple[object, ...]]:
    """Run a statement; return its rows."""
    engine = engine_of(url)
    with engine.begin() as connection:
        result = connection.execute(sa.text(text))
        found = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def before(url: str, seen: dict[str, datetime], *, posted: int = 0) -> Store:
    """Return the store of an upgraded database in which an earlier release saw issues, in this order.

    `posted`: how many of the last moment's issues, the first ones, were delivered to a channel.
    """
    upgrade(url)
    step(url, "0005")
    for name, moment in seen.items():
        links = json.dumps(sorted(fingerprint(name, None).links))
        values = f"'{name}', '{links}', 'read', {microseconds(moment)}"
        rows(url, f"INSERT INTO issues (identity, links, content, seen) VALUES ({values})")
        rows(url, f"INSERT INTO slugs (slug, identity) VALUES ('{name}', '{name}')")
    rows(url, SUBSCRIBED)
    for name in [name for name, moment in seen.items() if moment == max(seen.values())][:posted]:
        rows(url, delivery(name))
    upgrade(url)
    return Store.open(url)


def delivery(issue: str) -> str:
    """Return the statement that stores an issue as delivered to the channel."""
    return (
        "INSERT INTO deliveries (workspace, channel, subscription, issue, due, decided, progress, taste, note, late, "
        "content, reason) "
        f"VALUES ('W', 'C1', (SELECT id FROM subscriptions), '{issue}', 0, 0, 'done', '{{}}', '', '', '', '')"
    )


async def test_a_database_from_before_takes_its_latest_first_sight_as_the_last_look(url: str) -> None:
    """Whether a later issue is new is decided by that look."""
    store = before(url, {"first": NOW - 9 * DAY, "second": NOW})
    assert await store.issues.last_look() == NOW
    known = [fingerprint("first", NOW - 9 * DAY), fingerprint("second", NOW)]
    faces = [*known, fingerprint("old", NOW - 15 * DAY), fingerprint("new", NOW + DAY)]
    assert set((await store.issues.register(faces, NOW + 2 * DAY)).not_new) == {"old"}
    await store.close()


async def test_a_flood_that_an_earlier_release_began_ends_with_the_upgrade(url: str) -> None:
    """Its old issues are new for no channel, even if one has some of them; those of the first look stay new."""
    weeklies = [fingerprint(f"weekly-{n}", NOW - 7 * DAY * (10 - n)) for n in range(10)]
    flood = [fingerprint(f"flood-{n:02}", datetime(2012, 1 + n, 1, tzinfo=UTC)) for n in range(12)]
    at_first = dict.fromkeys((one.slug for one in weeklies), NOW)
    store = before(url, at_first | dict.fromkeys((one.slug for one in flood), NOW + DAY), posted=3)
    looked = await store.issues.recognised([*weeklies, *flood], NOW + 2 * DAY)
    after = await store.issues.register([*weeklies, *flood], NOW + 2 * DAY)
    assert set(after.not_new) == {one.slug for one in flood}
    assert after.not_new == looked.not_new
    assert after.not_new["flood-03"] == Arrival(NOW + DAY, flood[3].dated, NOW)
    await store.close()


async def test_what_an_earlier_release_saw_after_an_outage_stays_new(url: str) -> None:
    """It is dated after the look before the outage, or no more than 14 days earlier."""
    missed = [fingerprint(f"missed-{n}", NOW + 7 * DAY * n) for n in range(-1, 10)]
    late = fingerprint("late", NOW - 15 * DAY)
    seen = {"one": NOW} | dict.fromkeys((one.slug for one in [*missed, late]), NOW + 70 * DAY)
    store = before(url, seen)
    after = await store.issues.register([fingerprint("one", NOW), *missed, late], NOW + 71 * DAY)
    assert set(after.not_new) == {"late"}
    await store.close()


async def test_what_an_earlier_release_saw_is_decided_once(url: str) -> None:
    """Another date, the end of its deliveries and a clock that was put back do not change it."""
    names = ("one", "posted", "new", "old")
    store = before(url, {name: NOW + number * DAY for number, name in enumerate(names)})
    rows(url, delivery("posted"))
    dates = dict.fromkeys(names, NOW - 99 * DAY) | {"new": NOW}
    first = await store.issues.register([fingerprint(name, dated) for name, dated in dates.items()], NOW + 9 * DAY)
    assert set(first.not_new) == {"old", "posted"}
    rows(url, "DELETE FROM deliveries")
    dates = {"one": NOW - 500 * DAY, "posted": NOW - 500 * DAY, "new": NOW - 500 * DAY, "old": NOW + 4 * DAY}
    faces = [fingerprint(name, dated) for name, dated in dates.items()]
    await store.issues.register([*faces, fingerprint("another", NOW - 90 * DAY)], NOW - 80 * DAY)
    assert set((await store.issues.register(faces, NOW + 9 * DAY)).not_new) == {"old", "posted"}
    await store.close()


async def test_what_an_earlier_release_saw_is_decided_when_its_date_is_known(url: str) -> None:
    """A file that is missing at the first look after the upgrade is decided when it is back."""
    store = before(url, {"one": NOW, "old": NOW + DAY})
    assert (await store.issues.register([fingerprint("one", NOW)], NOW + 2 * DAY)).not_new == {}
    both = [fingerprint("one", NOW), fingerprint("old", NOW - 99 * DAY)]
    assert set((await store.issues.register(both, NOW + 3 * DAY)).not_new) == {"old"}
    await store.close()


async def test_a_downgraded_database_has_what_is_not_to_be_posted_as_decided(url: str) -> None:
    """The older release takes every later issue for new, unless it was decided for the channel."""
    upgrade(url)
    rows(url, SUBSCRIBED)
    store = Store.open(url)
    await store.issues.register([fingerprint("one", NOW)], NOW)
    await store.issues.register(
        [fingerprint("one", NOW), fingerprint("old", NOW - 400 * DAY), fingerprint("new", NOW)], NOW
    )
    await store.close()
    step(url, "0005")
    assert sorted(rows(url, "SELECT issue, progress FROM deliveries")) == [("old", "dropped"), ("one", "dropped")]
    upgrade(url)


async def test_a_downgraded_database_leaves_an_older_release_three_issues_to_post(url: str) -> None:
    """The release before posts every later issue that is new and undecided, oldest first: only the newest are left."""
    upgrade(url)
    rows(url, SUBSCRIBED)
    store = Store.open(url)
    await store.issues.register([fingerprint("one", NOW - 60 * DAY)], NOW - 60 * DAY)
    week = [fingerprint(f"w{n}", NOW - 50 * DAY + n * DAY) for n in range(6)]
    await store.issues.register([fingerprint("one", NOW - 60 * DAY), *reversed(week)], NOW)
    (channel,) = [each for each in await store.subscriptions.list() if each.channel == "C1"]
    await store.deliveries.pass_over(channel, ["one", "w4"], NOW, "newer issues went out in its place")
    await store.close()
    step(url, "0007", down=True)
    # What that release takes for new: order number after the subscription's, new when it came, and no row.
    left = rows(
        url,
        "SELECT i.identity FROM issues i JOIN subscriptions s ON i.seq > s.since WHERE i.is_new AND s.channel = 'C1'"
        " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.issue = i.identity AND d.channel = s.channel)"
        " ORDER BY i.dated",
    )
    assert left == [("w2",), ("w3",), ("w5",)]
    assert rows(url, "SELECT DISTINCT progress, decided FROM deliveries WHERE channel = 'C1'") == [("dropped", 0)]
    upgrade(url)


async def test_a_broken_file_counts_from_when_it_first_appeared(store: Store) -> None:
    """Mended three weeks later it is as new as it was; one that was there at the first look is not new."""
    await store.broken_files.register([BrokenFile("old.md", 1, "wrong", "mend it")], NOW - DAY)
    await store.issues.register([fingerprint("one", NOW)], NOW)
    await store.broken_files.register([BrokenFile("folder/late.md", 1, "wrong", "mend it")], NOW + DAY)
    await store.issues.register([fingerprint("one", NOW)], NOW + 22 * DAY)
    mended = [fingerprint("late", NOW + DAY), fingerprint("old", NOW), fingerprint("other", NOW + DAY)]
    found = await store.issues.register([fingerprint("one", NOW), *mended], NOW + 22 * DAY)
    assert found.not_new.keys() == {"one", "old", "other"}


async def test_a_downgraded_database_has_no_state_that_the_older_release_does_not_know(url: str) -> None:
    """A stray reply, and the replies after it, are skipped: they are neither posted again nor offered to anybody."""
    upgrade(url)
    rows(url, SUBSCRIBED)
    for number, states in enumerate([["sent", "sent", "stray", "pending"], ["sent", "pending"]], 1):
        columns = (
            "id, workspace, channel, subscription, issue, due, decided, progress, taste, note, late, content, reason"
        )
        values = f"{number}, 'W', 'C1', 1, 'i{number}', 0, 0, 'posting', '{{}}', '', '', '', ''"
        rows(url, f"INSERT INTO deliveries ({columns}) VALUES ({values})")
        for at, state in enumerate(states):
            rows(
                url,
                "INSERT INTO parts (delivery, key, at, state, ts, hash, attempt, looks, reason, sender)"
                f" VALUES ({number}, 'e{at}', {at}, '{state}', '', '', 0, 0, '', '')",
            )
    step(url, "0005")
    found = rows(url, "SELECT state, reason FROM parts WHERE delivery = 1 ORDER BY at")
    assert found == [("sent", ""), ("sent", ""), ("skipped", STRAY_LEFT), ("skipped", THREAD_GONE)]
    assert rows(url, "SELECT state FROM parts WHERE delivery = 2 ORDER BY at") == [("sent",), ("pending",)]
    upgrade(url)


async def test_each_newsletter_has_its_own_last_look(store: Store) -> None:
    """Another newsletter in the same database has not been looked at, whatever was seen of the first."""
    await store.issues.register([fingerprint("one", NOW)], NOW)
    other = Issues(store.database, Newsletter("other", "The Other"))
    assert await other.last_look() is None
    await other.register([fingerprint("two", NOW)], NOW + DAY)
    assert (await store.issues.last_look(), await other.last_look()) == (NOW, NOW + DAY)


async def test_a_clock_that_is_behind_does_not_take_the_last_look_back(store: Store) -> None:
    """When it is right again, issues that are old by the last good look before are not new."""
    one, old, recent = fingerprint("one", NOW), fingerprint("old", NOW - 80 * DAY), fingerprint("recent", NOW)
    await store.issues.register([one], NOW)
    await store.issues.register([one], NOW - 400 * DAY)
    assert await store.issues.last_look() == NOW
    assert set((await store.issues.register([one, old, recent], NOW + DAY)).not_new) == {"one", "old"}
    assert await store.issues.last_look() == NOW + DAY


async def test_what_a_clock_that_was_ahead_called_old_is_decided_when_it_is_put_right(store: Store) -> None:
    """It comes in then. What was there at the first look stays, and so does what is old by the right clock too."""
    ahead = NOW + 365 * DAY
    faces = [fingerprint("one", NOW), fingerprint("two", NOW - DAY)]
    await store.issues.register(faces, ahead)
    faces += [fingerprint("fresh", NOW + DAY), fingerprint("stale", NOW - 60 * DAY)]
    wrong = await store.issues.register(faces, ahead + 2 * DAY)
    assert set(wrong.not_new) == {"one", "two", "fresh", "stale"}
    right = NOW + 2 * DAY
    looked = await store.issues.recognised(faces, right)
    after = await store.issues.register(faces, right)
    assert looked.not_new == after.not_new
    assert set(after.not_new) == {"one", "two", "stale"}
    assert after.arrivals["fresh"].seen == after.not_new["stale"].seen == right
    assert (await store.issues.register(faces, right + DAY)).not_new == after.not_new


async def test_a_clock_that_falls_behind_makes_nothing_new(store: Store) -> None:
    """Old issues that were added while it was right were decided by a right clock, whatever it says now."""
    await store.issues.register([fingerprint("one", NOW)], NOW)
    faces = [fingerprint("one", NOW), *(fingerprint(f"old-{n}", NOW - (100 + 7 * n) * DAY) for n in range(40))]
    before = await store.issues.register(faces, NOW + DAY)
    for days in (80, 200, 390):
        assert (await store.issues.register(faces, NOW - days * DAY)).not_new.keys() == before.not_new.keys(), days


def weekly(number: int | None, day: str) -> Fingerprint:
    """Return the fingerprint of an issue of that name with these marks; without a day its date is a guess."""
    marks = Marks(number, f"weekly {number}{day}", day, frozenset())
    return replace(fingerprint(f"w{number}-{day}", NOW), marks=marks, placed=not day)


@pytest.mark.parametrize(
    ("others", "late", "is_new"),
    [
        pytest.param([weekly(n, "2025-01-01") for n in range(10)], weekly(None, ""), False, id="a page"),
        pytest.param([weekly(n, "") for n in range(10)], weekly(None, ""), False, id="beside numbers"),
        pytest.param(
            [weekly(None, f"2025-01-{n + 1:02}") for n in range(10)], weekly(None, ""), False, id="beside days"
        ),
        pytest.param([weekly(n, "2025-01-01") for n in range(10)], weekly(10, ""), True, id="the next number"),
        pytest.param([weekly(n, "2025-01-01") for n in range(9)], weekly(None, ""), True, id="a young archive"),
        pytest.param(
            [fingerprint(f"plain-{n}", NOW) for n in range(10)], weekly(None, ""), True, id="others say none either"
        ),
    ],
)
async def test_a_lone_file_without_date_and_number_is_no_issue_beside_issues_that_have_one(
    store: Store, others: list[Fingerprint], late: Fingerprint, *, is_new: bool
) -> None:
    """It is a page such as note.md, unless it says a date within a fortnight."""
    await store.issues.register(others, NOW)
    there = [*others, late]
    looked = await store.issues.recognised(there, NOW + DAY)
    after = await store.issues.register(there, NOW + DAY)
    assert looked.not_new == after.not_new
    assert (late.slug not in after.not_new) == is_new
    if not is_new:
        came = after.not_new[late.slug]
        assert (came.is_bare, came.is_new(99 * DAY)) == (True, False)
        assert "says neither a date nor a number" in came.reason()
    given = replace(late, placed=False, dated=NOW, source="given", marks=replace(late.marks, day="2026-01-05"))
    assert late.slug not in (await store.issues.register([*others, given], NOW + 3 * DAY)).not_new


def dated(name: str, moment: datetime, title: str = "") -> Fingerprint:
    """Return an issue's fingerprint with marks, as a file with this date has."""
    marks = Marks(None, title or name, f"{moment:%Y-%m-%d}", frozenset({len(name) * 100 + n for n in range(40)}))
    return replace(fingerprint(name, moment, f"{moment}{title}"), marks=marks)


@pytest.mark.parametrize(
    ("days", "mended", "becomes_new"),
    [
        pytest.param(2, [dated("typo", NOW)], True, id="alone"),
        pytest.param(13, [dated("typo", NOW)], True, id="a fortnight later"),
        pytest.param(16, [dated("typo", NOW)], False, id="too late"),
        pytest.param(2, [dated("typo", NOW - 20 * DAY)], False, id="to an old date"),
        pytest.param(2, [dated("typo", NOW), dated("other-one", NOW)], False, id="many at once"),
        pytest.param(2, [dated("typo", NOW, "Weekly of 2026-01-05")], True, id="with its title"),
        pytest.param(2, [replace(dated("typo", NOW), links=frozenset({"typo-1"}))], False, id="with its links"),
        pytest.param(2, [dated("one", NOW)], False, id="what was there at the first look"),
    ],
)
async def test_a_date_that_is_mended_soon_counts_as_if_it_had_been_there(
    store: Store, days: int, mended: list[Fingerprint], *, becomes_new: bool
) -> None:
    """2025-11-30 for 2026-11-30: the issue came in with a wrong date. It is decided once, and then stays new."""
    year = 365 * DAY
    there = {each.slug: each for each in (dated("one", NOW - year), dated("typo", NOW - year))}
    there["other-one"] = dated("other-one", NOW - year)
    await store.issues.register([there["one"]], NOW - DAY)
    await store.issues.register(there.values(), NOW)
    there |= {each.slug: each for each in mended}
    now = NOW + days * DAY
    looked = await store.issues.recognised(there.values(), now)
    after = await store.issues.register(there.values(), now)
    assert looked.not_new == after.not_new
    assert set(after.not_new) == ({"one", "other-one"} if becomes_new else {"one", "typo", "other-one"})
    there["typo"] = dated("typo", NOW - year)
    assert (await store.issues.register(there.values(), now + DAY)).not_new.keys() == after.not_new.keys()
