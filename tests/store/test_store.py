"""The store on both databases: what is stored, what repeats do not change, and what is refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.digests.delivery.issue_registry import IssueRegistry
from bot.domain.bookmark import BookmarkSource, Member, moment
from bot.domain.decision import Decision
from bot.domain.delivery import Delivery, PartRow, Progress, ShownEntry, State
from bot.domain.preferences import Layout, Preferences
from bot.domain.schedule import AsItAppears, parse_schedule
from bot.domain.subscription import Paused, PausedBy
from bot.store.database import Database, address
from bot.store.errors import DatabaseUrlError, SchemaError, StoreError
from bot.store.migrate import check, newest, upgrade
from bot.store.store import Store
from bot.store.tables import subscriptions
from tests.fakes.emptied import new_file
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = ("-:T1", "C1")
ME = Member("T1", "U1")
ENTRY = ShownEntry(0, "https://a.org", "a")


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Return an empty store on each database."""
    kind = str(request.param)
    urls = {"sqlite": new_file(tmp_path / "a.db"), "memory": "sqlite://"}
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    found = Store.open(server.fresh() if server else urls[kind], upgrading=True)
    yield found
    await found.close()


async def subscribe(store: Store, channel: str = "C1", *, workspace: str = "-:T1", now: datetime = NOW) -> int:
    """Subscribe a channel; return the subscription's id."""
    made = await store.subscriptions.put(workspace, channel, "U1", AsItAppears(), Preferences(), now)
    return made.id


async def begun(store: Store, keys: tuple[str, ...]) -> tuple[Delivery, tuple[PartRow, ...]]:
    """Return a delivery whose messages are pending, in a channel that "me" has claimed."""
    await subscribe(store)
    held = await store.leases.claim("me", NOW, MINUTE, limit=1, each=1)
    assert await store.deliveries.decide(held[0], "me", NOW, Decision(("one",), NOW, {}, NOW))
    delivery = await store.deliveries.get(*HERE, "one")
    assert delivery is not None
    _, parts = await store.deliveries.begin(delivery.id, "", "hash", keys)
    return delivery, parts


async def sending(store: Store, keys: tuple[str, ...] = ("parent",)) -> tuple[Delivery, PartRow, int]:
    """Return a delivery at its first attempt."""
    delivery, parts = await begun(store, keys)
    attempt = await store.parts.sending(parts[0], "me", delivery.subscription, NOW, "payload")
    assert attempt == 1
    return delivery, parts[0], attempt


async def first_part(store: Store, delivery: Delivery) -> PartRow:
    """Return a delivery's first message as it is stored now."""
    found = await store.deliveries.by_id(delivery.id)
    assert found is not None
    return found.parts[0]


async def test_a_subscription_comes_back_as_it_was_put(store: Store) -> None:
    """Schedule, preferences and person; a second put changes it and resumes it."""
    schedule, preferences = parse_schedule("mondays 09:00 Europe/London"), Preferences(layout=Layout.FULL)
    made = await store.subscriptions.put(*HERE, "U1", schedule, preferences, NOW)
    assert await store.subscriptions.get(*HERE) == made
    assert (made.schedule, made.preferences, made.user) == (schedule, preferences, "U1")
    assert await store.subscriptions.pause(made.id, Paused(PausedBy.PERSON, "asked"))
    assert not await store.subscriptions.pause(made.id, Paused(PausedBy.PERSON, "again"))
    changed = await store.subscriptions.put(*HERE, "U2", AsItAppears(), Preferences(), NOW)
    assert (changed.id, changed.user, changed.paused) == (made.id, "U1", None)  # who subscribed first owns it
    assert await store.subscriptions.list("-:T1") == (changed,)
    assert await store.subscriptions.end(*HERE)
    assert not await store.subscriptions.end(*HERE)
    assert await store.subscriptions.get(*HERE) is None


async def test_a_subscription_is_claimed_by_one_worker_at_a_time(store: Store) -> None:
    """A lease excludes other workers until it expires; then any may claim, and the first one's release does nothing."""
    number = await subscribe(store)
    claim = store.leases.claim
    assert [held.id for held in await claim("a", NOW, MINUTE, limit=9, each=9)] == [number]
    assert await claim("b", NOW, MINUTE, limit=9, each=9) == ()
    assert await store.leases.renew("a", [number], NOW + 2 * MINUTE) == 1
    assert await store.leases.renew("a", [], NOW + 3 * MINUTE) == 0
    assert await claim("b", NOW + MINUTE, MINUTE, limit=9, each=9) == ()
    assert [held.id for held in await claim("b", NOW + 2 * MINUTE, MINUTE, limit=9, each=9)] == [number]
    await store.leases.release(number, "a", NOW, None)
    assert await store.leases.renew("b", [number], NOW + 3 * MINUTE) == 1


async def test_a_subscription_scheduled_while_claimed_is_due_at_release(store: Store) -> None:
    """A change that arrives while a worker looks is not lost."""
    number = await subscribe(store)
    await store.leases.claim("a", NOW, MINUTE, limit=1, each=1)
    await store.schedule.run_now(NOW)
    await store.leases.release(number, "a", NOW, None)
    assert len(await store.leases.claim("b", NOW, MINUTE, limit=1, each=1)) == 1


async def test_a_crowded_workspace_leaves_room_for_the_others(store: Store) -> None:
    """A claim takes a limited number of each workspace's, and none of full workspaces."""
    for number in range(6):
        await subscribe(store, f"C{number}")
    await subscribe(store, "C1", workspace="-:T2", now=NOW + MINUTE)
    later = NOW + 2 * MINUTE
    taken = await store.leases.claim("a", later, MINUTE, limit=4, each=2)
    assert sorted(held.workspace for held in taken) == ["-:T1", "-:T1", "-:T2"]
    assert await store.leases.claim("a", later, MINUTE, limit=9, each=9, full=["-:T1"]) == ()
    assert len(await store.leases.claim("a", later, MINUTE, limit=9, each=3)) == 1  # two are claimed
    assert len(await store.leases.claim("b", later, MINUTE, limit=9, each=2)) == 2


async def test_a_workspace_with_thousands_due_hides_no_other(store: Store) -> None:
    """Six thousand channels of one workspace wait for longer: another's channel is claimed with the first of them."""
    row = {
        "workspace": "-:T1",
        "user": "U1",
        "schedule": "asap",
        "taste": {},
        "since": 0,
        "ended": False,
        "again": False,
    }
    many = [{**row, "channel": f"C{number}", "wake_at": NOW - MINUTE} for number in range(6_000)]
    await store.database.write(lambda connection: connection.execute(subscriptions.insert(), many).rowcount)
    await subscribe(store, "C1", workspace="-:T2")
    taken = await store.leases.claim("me", NOW, MINUTE, limit=100, each=50)
    assert [one.workspace for one in taken].count("-:T2") == 1
    assert len(taken) == 51


async def test_a_lease_from_a_clock_that_was_ahead_is_ended_unless_renewed(store: Store) -> None:
    """A lease longer than any worker takes is found, and ended if it was not renewed meanwhile."""
    number, other = await subscribe(store), await subscribe(store, "C2")
    await store.leases.claim("a", NOW, timedelta(days=3), limit=9, each=9)
    ahead = await store.leases.held_beyond(NOW + MINUTE)
    assert ahead == dict.fromkeys((number, other), NOW + timedelta(days=3))
    assert await store.leases.renew("a", [other], NOW + timedelta(days=4)) == 1
    assert await store.leases.free(ahead, NOW) == 1
    assert [held.id for held in await store.leases.claim("b", NOW, MINUTE, limit=9, each=9)] == [number]


async def test_one_issue_is_decided_once_for_a_channel(store: Store) -> None:
    """Deciding again adds nothing; without the lease nothing is written at all."""
    await subscribe(store)
    held = (await store.leases.claim("me", NOW, MINUTE, limit=1, each=1))[0]
    decision = Decision(("one", "two"), NOW, {"two": "a note"}, NOW)
    assert await store.deliveries.decide(held, "me", NOW, decision)
    assert await store.deliveries.decide(held, "me", NOW + MINUTE, decision)
    assert not await store.deliveries.decide(held, "another", NOW, Decision(("three",), NOW, {}, NOW))
    assert await store.deliveries.known(held) == {"one": NOW, "two": NOW}
    rows = await store.deliveries.list(channel="C1")
    assert [(row.issue, row.note) for row in rows] == [("two", "a note"), ("one", "")]


async def test_an_attempt_needs_the_lease_and_a_pending_part(store: Store) -> None:
    """Of two attempts at one part only one may be made, and none under a lost lease."""
    delivery, part, _ = await sending(store)
    assert await store.parts.sending(part, "me", delivery.subscription, NOW, "payload") is None
    assert await store.parts.back(part, 1, "refused")
    found = await store.deliveries.by_id(delivery.id)
    assert found is not None
    assert await store.parts.sending(found.parts[0], "another", delivery.subscription, NOW, "payload") is None
    assert await store.parts.sending(part, "me", delivery.subscription, NOW, "payload") is None
    assert await store.parts.sending(found.parts[0], "me", delivery.subscription, NOW, "payload") == 2


async def test_a_late_answer_to_an_old_attempt_changes_nothing(store: Store) -> None:
    """Sent stays sent; another attempt's result is not touched."""
    delivery, part, attempt = await sending(store)
    await store.parts.sent(part, attempt + 1, "9.9", ())
    await store.parts.sent(part, attempt, "1.1", (ENTRY,))
    assert not await store.parts.back(part, attempt, "too late")
    assert not await store.parts.settle(part, State.REFUSED, "too late")
    found = await store.deliveries.by_id(delivery.id)
    assert found is not None
    assert (found.parts[0].state, found.parts[0].ts) == (State.SENT, "1.1")
    posted = await store.posted(*HERE, "1.1")
    assert posted is not None
    assert (posted.issue, posted.entries) == ("one", (ENTRY,))
    assert await store.posted("-:T2", "C1", "1.1") is None


async def test_a_late_refusal_does_not_beat_a_newer_attempt(store: Store) -> None:
    """The first attempt was looked for, not found and made again; then its refusal arrives."""
    delivery, part, attempt = await sending(store)
    stale = replace(part, attempt=attempt)
    assert await store.parts.back(part, attempt, "looked for it: it is not there")
    again = await store.parts.sending(stale, "me", delivery.subscription, NOW, "payload")
    assert again == attempt + 1
    assert not await store.parts.settle(stale, State.REFUSED, "a late refusal")
    await store.parts.looked(stale, "a late look")
    await store.parts.rename(stale, "another", "me", delivery.subscription)
    await store.parts.sent(part, again, "1.1", (ENTRY,))
    found = await store.deliveries.by_id(delivery.id)
    assert found is not None
    row = found.parts[0]
    assert (row.state, row.ts, row.looks, row.key, row.reason) == (State.SENT, "1.1", 0, part.key, "")


async def test_a_person_decides_about_the_attempt_that_they_know(store: Store) -> None:
    """Two people press a button of one alert; in between the first one's wish was attempted, again unconfirmed."""
    delivery, part, attempt = await sending(store)
    known = replace(part, attempt=attempt)
    assert await store.parts.settle(known, State.UNKNOWN, "no answer")
    assert await store.deliveries.post_after_all(known, NOW, "asked")
    again = await store.parts.sending(known, "me", delivery.subscription, NOW, "payload")
    assert again is not None
    newer = replace(part, attempt=again)
    assert await store.parts.settle(newer, State.UNKNOWN, "no answer")
    assert not await store.deliveries.post_after_all(known, NOW, "asked")
    assert not await store.deliveries.there(known, "1.1", NOW)
    assert not await store.deliveries.leave(known, "somebody said to leave it")
    assert (await first_part(store, delivery)).state is State.UNKNOWN
    assert await store.deliveries.leave(newer, "somebody said to leave it")


async def test_what_was_posted_in_a_gap_is_adopted_under_the_lease(store: Store) -> None:
    """A worker that lost it while it looked changes nothing: another may have posted meanwhile."""
    delivery, parts = await begun(store, ("parent", "reply"))
    assert await store.parts.adopt(delivery, "1.1", (ENTRY,), NOW, "somebody") == parts
    assert await store.parts.doubt(delivery, parts, NOW, "somebody") == parts
    adopted = await store.parts.adopt(delivery, "1.1", (ENTRY,), NOW, "me")
    assert [row.state for row in adopted] == [State.SENT, State.SENDING]


async def test_edits_need_the_lease(store: Store) -> None:
    """A worker that lost the lease neither renames a part nor counts its failed edits."""
    delivery, part, attempt = await sending(store)
    await store.parts.sent(part, attempt, "1.1", (ENTRY,))
    stale = replace(part, attempt=attempt)
    await store.parts.rename(stale, "another", "somebody", delivery.subscription)
    await store.parts.not_revised(stale, "somebody", delivery.subscription)
    found = await store.deliveries.by_id(delivery.id)
    assert found is not None
    assert (found.parts[0].key, found.parts[0].refusals) == (part.key, 0)


@pytest.mark.parametrize(("edited", "number"), [(True, 9), (False, 5)])
async def test_a_message_shows_the_numbers_of_its_last_edit(store: Store, number: int, *, edited: bool) -> None:
    """A number emoji means the number that people see, also where the issue's has changed since."""
    delivery, part, attempt = await sending(store)
    two = (replace(ENTRY, number=5), replace(ENTRY, position=9, url="https://b.example/", number=6))
    await store.parts.sent(part, attempt, "1.1", two)
    later = (replace(two[0], number=9), replace(two[1], number=10))
    assert await store.parts.revised(part, "me", delivery.subscription, later, edited=edited)
    shown = await store.postings.shown(delivery.workspace, delivery.channel, "1.1")
    assert shown is not None
    assert [link.number for link in shown.links] == [number, number + 1]


@pytest.mark.parametrize("seed", range(3))
async def test_the_newest_event_counts_in_any_order(store: Store, seed: int) -> None:
    """Added, removed, added: shuffled and repeated at random, the result is the same."""
    _, part, attempt = await sending(store)
    await store.parts.sent(part, attempt, "1.1", (ENTRY,))
    events = [("1.0", True), ("2.0", False), ("3.0", True), ("2.0", False), ("1.0", True)]
    random.Random(seed).shuffle(events)
    for event_ts, saved in events:
        done = await store.bookmarks.react(
            ME, "-:T1", BookmarkSource("C1", "1.1", "bookmark"), moment(event_ts), NOW, held=saved
        )
        assert done.shown_links is not None
    page = await store.bookmarks.page(ME)
    assert [(row.url, row.headline, row.issue) for row in page.bookmarks] == [("https://a.org", "a", "one")]
    assert (page.total, page.unread) == (1, 1)
    assert (await store.bookmarks.page(Member("T1", "U2"))).total == 0


async def test_a_reaction_before_its_message_is_known_is_stored(store: Store) -> None:
    """A person may react to a message whose answer has not arrived yet."""
    ts = f"{NOW.timestamp() + 2:.6f}"
    _, part, attempt = await sending(store)
    done = await store.bookmarks.react(ME, "-:T1", BookmarkSource("C1", ts, "bookmark", "-:T1"), 2, NOW, held=True)
    assert (done.shown_links, done.unconfirmed, done.saved) == (None, True, None)
    await store.parts.sent(part, attempt, ts, (ENTRY,))
    assert (await store.bookmarks.page(ME)).total == 1


async def test_every_process_learns_the_same_identities(store: Store) -> None:
    """Registered twice, in any order and by any process, each issue keeps its identity and number."""
    issues = [issue(number, NOW) for number in range(5)]
    one, other = IssueRegistry(store.issues), IssueRegistry(store.issues)
    await asyncio.gather(one.put(issues, NOW), other.put(list(reversed(issues)), NOW))
    assert one.current.order == other.current.order
    assert len(set(one.current.order.values())) == 5


async def test_a_failing_unit_does_not_fail_the_others(store: Store) -> None:
    """Units share a commit; one that fails fails alone, with its own error."""

    def fails(connection: Connection) -> None:
        connection.execute(text("SELECT * FROM nowhere"))

    results = await asyncio.gather(
        subscribe(store, "Ca"),
        store.database.write(fails),
        subscribe(store, "Cb"),
        return_exceptions=True,
    )
    assert isinstance(results[1], StoreError)
    assert [row.channel for row in await store.subscriptions.list()] == ["Ca", "Cb"]


async def test_a_closed_store_says_so(store: Store) -> None:
    """A write after the end is refused with an error."""
    await store.database.close()
    with pytest.raises(StoreError, match="closed"):
        await subscribe(store)


def test_tables_are_checked_before_use(tmp_path: Path) -> None:
    """A file that is not there, and one without tables, are each named with the command that helps."""
    url = f"sqlite:///{tmp_path}/a.db"
    with pytest.raises(StoreError, match=r"there is no file .*run: backissue db upgrade"):
        Store.open(url)
    assert not (tmp_path / "a.db").exists()
    (tmp_path / "a.db").touch()
    with pytest.raises(SchemaError, match="run: backissue db upgrade"):
        Store.open(url)
    assert upgrade(url) == upgrade(url) == newest()
    check(url)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("sqlite:///x.db", "sqlite"),
    ],
)
def test_database_urls_as_hosts_write_them(given: str, used: str) -> None:
    """The usual forms all work."""
    assert address(given).drivername == used


@pytest.mark.parametrize("given", ["", "nonsense", "mysql://u:secret@h/d"])
def test_other_urls_are_refused_without_their_password(given: str) -> None:
    """The error says what to write, without the secret."""
    with pytest.raises(DatabaseUrlError) as caught:
        address(given)
    assert "secret" not in str(caught.value)


def test_an_unreachable_server_is_named() -> None:
    """The next step is in the message."""
    with pytest.raises(StoreError, match="check DATABASE_URL"):
        check("postgresql://nobody@127.0.0.1:1/none")


async def test_concurrent_units_share_commits(tmp_path: Path) -> None:
    """A hundred concurrent writes take far fewer commits, and all are there."""
    url = f"sqlite:///{tmp_path}/a.db"
    upgrade(url)
    store = Store(Database(url))
    await asyncio.gather(*(subscribe(store, f"C{n}") for n in range(100)))
    assert len(await store.subscriptions.list()) == 100
    await store.close()


async def test_concurrent_writes_of_many_jobs_are_one_statement_each(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement for many rows fails because it got many: then each row would be written alone."""
    for number in range(12):
        await subscribe(store, f"C{number}")
    held = await store.leases.claim("me", NOW, MINUTE, limit=20, each=20)
    assert len(held) == 12
    alone: list[object] = []
    database: Any = store.database
    run = database._run

    def watched(job: Any) -> None:
        alone.append(job.batch)
        run(job)

    monkeypatch.setattr(database, "_run", watched)
    deliveries, parts = store.deliveries, store.parts
    await asyncio.gather(*(deliveries.decide(one, "me", NOW, Decision(("one",), NOW, {}, NOW)) for one in held))
    made = [await deliveries.get("-:T1", one.channel, "one") for one in held]
    begun = await asyncio.gather(*(deliveries.begin(each.id, "", "hash", ("parent",)) for each in made if each))
    firsts = [theirs[0] for _, theirs in begun]
    attempts = await asyncio.gather(
        *(parts.sending(part, "me", one.id, NOW, "payload") for part, one in zip(firsts, held, strict=True))
    )
    assert attempts == [1] * 12
    await asyncio.gather(*(parts.sent(part, 1, f"5.00000{at}", ()) for at, part in enumerate(firsts)))
    ended = await asyncio.gather(*(deliveries.finish(part.delivery, Progress.DONE) for part in firsts))
    assert ended == [True] * 12
    await asyncio.gather(*(store.leases.release(one.id, "me", NOW, None) for one in held))
    assert alone == []
