"""Bookmarks are a function of the set of events: in any order, any number of times, with any workspace's id."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.domain.bookmark import BookmarkEvent, BookmarkLink, BookmarkSource, Member, meant, newer, settled
from bot.store.store import Store
from bot.store.tables import bookmarks, forgotten, marks, people
from tests.fakes.examples import examples

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
LINKS = tuple(
    BookmarkLink(f"https://example.com/{word}", word.title(), "", "issue", at) for at, word in enumerate("abc")
)
ONE, SEVERAL = "1700000000.000001", "1700000000.000002"
EMOJI = ("bookmark", "star", "one", "two", "heart")


@dataclass(frozen=True, slots=True)
class Reacts:
    """A reaction on a message with one or several links, reported by one of two workspaces."""

    ts: str
    emoji: str
    held: bool
    at: int
    shared_with: bool


@dataclass(frozen=True, slots=True)
class Saves:
    """A Save button."""

    link: int
    at: int


@dataclass(frozen=True, slots=True)
class Removes:
    """A link removed from the list."""

    link: int
    at: int


Event = Reacts | Saves | Removes
_at = st.integers(1, 8)
events: st.SearchStrategy[list[Event]] = st.lists(
    st.one_of(
        st.builds(
            Reacts, st.sampled_from((ONE, SEVERAL)), st.sampled_from(EMOJI[:4]), st.booleans(), _at, st.booleans()
        ),
        st.builds(Saves, st.integers(0, 2), _at),
        st.builds(Removes, st.integers(0, 2), _at),
    ),
    max_size=10,
)


def expected(happened: Sequence[Event]) -> dict[str, int]:
    """Return the expected bookmarks by address, with their time: the definition, over the set of events."""
    kept: dict[str, int] = {}
    for index, link in enumerate(LINKS):
        removed = max((each.at for each in happened if isinstance(each, Removes) and each.link == index), default=0)
        ways: dict[object, tuple[bool, int]] = {}
        for each in happened:
            if isinstance(each, Saves) and each.link == index:
                way: object = "hand"
                fact = (True, each.at)
            elif isinstance(each, Reacts) and meant(LINKS[:1] if each.ts == ONE else LINKS, each.emoji) == link:
                way, fact = (each.ts, each.emoji), (each.held, each.at)
            else:
                continue
            if newer(*fact, ways.get(way)):
                ways[way] = fact
        if event := settled([BookmarkEvent(held, at, link) for held, at in ways.values()], removed):
            kept[link.url] = event.at
    return kept


@given(events, st.randoms())
def test_the_law_of_bookmark_events(happened: list[Event], chance: random.Random) -> None:
    """In any order and number the events give what the definition says."""
    again = [*happened, *happened]
    chance.shuffle(again)
    assert expected(again) == expected(happened)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["memory", "postgresql"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return one store for all examples on each kind of database; every example has people of its own."""
    url = "sqlite://" if request.param == "memory" else request.getfixturevalue("postgres").fresh()
    found = Store.open(url, upgrading=True)
    for ts, links in ((ONE, LINKS[:1]), (SEVERAL, LINKS)):
        posting = await found.postings.begin("-:T1", "C1", links, NOW)
        await found.postings.sent(posting, "C1", ts)
    yield found
    await found.close()


async def rows_of(store: Store, chosen: Any) -> Sequence[Any]:
    """Return the statement's rows."""
    return await store.database.read(lambda connection: connection.execute(chosen).all())


async def happen(store: Store, user: str, each: Event) -> None:
    """Store an event: a reaction in a channel shared by two workspaces does not say which one its person belongs to."""
    home = Member("T1", user)
    if isinstance(each, Saves):
        await store.bookmarks.save(home, [LINKS[each.link]], each.at, NOW)
    elif isinstance(each, Removes):
        await store.bookmarks.remove(home, [LINKS[each.link].key], each.at)
    else:
        member, workspace = (Member("", user), "-:T2") if each.shared_with else (home, "-:T1")
        source = BookmarkSource("C1", each.ts, each.emoji, workspace, each.shared_with)
        await store.bookmarks.react(member, workspace, source, each.at, NOW, held=each.held)


_users = (f"U{number}" for number in range(1_000_000))


@pytest.mark.long
@pytest.mark.asyncio(loop_scope="module")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(25))
@given(events, st.randoms())
async def test_the_store_keeps_the_law(store: Store, happened: list[Event], chance: random.Random) -> None:
    """Shuffled, doubled, reported by two workspaces: list, counts and read flags are what the law says."""
    user = next(_users)
    again = [*happened, *chance.sample(happened, len(happened) // 2)]
    chance.shuffle(again)
    # Some at the same time, as in a burst: they share a transaction, in the order in which they arrived.
    while again:
        together, again = again[: (size := chance.randrange(1, 6))], again[size:]
        await asyncio.gather(*(happen(store, user, each) for each in together))
    page = await store.bookmarks.page(Member("T1", user))
    since = {each.url: round(each.at.timestamp() * 1_000_000) for each in page.bookmarks}
    assert since == expected(happened)
    assert (page.total, page.unread) == (len(since), len(since))
    assert (await store.people.get(Member("T1", user))).saved == len(since)
    assert (await store.bookmarks.page(Member("T2", user))).total == 0


@pytest.mark.asyncio(loop_scope="module")
async def test_a_person_counts_in_no_workspace_until_they_are_known(store: Store) -> None:
    """A reaction in a shared channel counts in no workspace; once its person is known, it counts there once."""
    user = next(_users)
    source = BookmarkSource("C1", ONE, "bookmark", "-:T2", shared=True)
    await store.bookmarks.react(Member("", user), "-:T2", source, 5, NOW, held=True)
    before = await store.bookmarks.top("T1", 0, 9, 10), await store.bookmarks.top("T2", 0, 9, 10)
    assert not any(each.link == LINKS[0] for each in before[1])
    assert (await store.bookmarks.page(Member("T9", user))).total == 1
    assert (await store.bookmarks.page(Member("T1", user))).total == 0
    await store.bookmarks.react(Member("", user), "-:T1", source, 5, NOW, held=True)
    assert (await store.bookmarks.page(Member("T9", user))).total == 1
    assert await store.bookmarks.top("T1", 0, 9, 10) == before[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_two_processes_rows_of_one_person_are_merged(store: Store) -> None:
    """A row without a home workspace and one with it become one, with the content of both."""
    user = next(_users)
    stray = {"home": "", "user": user, "kept": 0, "unread": 0, "since": 0}
    await store.bookmarks.save(Member("T1", user), LINKS[:2], 3, NOW)
    await store.database.write(lambda connection: connection.execute(people.insert().values(stray)).rowcount)
    chosen = select(people.c.id).where(people.c.user == user, people.c.home.not_in(["T1"]))
    twin = await store.database.read(lambda connection: connection.scalar(chosen))
    gone = {"person": twin, "key": LINKS[1].key, "kept": False, "removed": 4}
    await store.database.write(lambda connection: connection.execute(bookmarks.insert().values(gone)).rowcount)
    page = await store.bookmarks.page(Member("T1", user))
    assert [each.url for each in page.bookmarks] == [LINKS[0].url]
    assert (page.total, page.unread) == (1, 1)


@pytest.mark.asyncio(loop_scope="module")
async def test_erased_data_stays_erased(store: Store) -> None:
    """An earlier event changes nothing; later ones count; no table has the person's id meanwhile."""
    user = next(_users)
    me, source = Member("T1", user), BookmarkSource("C1", ONE, "bookmark", "-:T1")
    await store.bookmarks.react(me, "-:T1", source, 5, NOW, held=True)
    assert await store.people.forget(me, 6) == 1
    for table in (people, marks, bookmarks, forgotten):
        assert not any(user in map(str, row) for row in await rows_of(store, table.select()))
    await store.bookmarks.react(me, "-:T1", source, 5, NOW, held=True)
    assert (await store.bookmarks.page(me)).total == 0
    await store.bookmarks.react(me, "-:T1", BookmarkSource("C1", ONE, "star", "-:T1"), 7, NOW, held=True)
    assert (await store.bookmarks.page(me)).total == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_note_and_the_read_flag_go_with_the_removal(store: Store) -> None:
    """They stay when a reaction is removed and added again, and are gone once the link was removed."""
    me, source = Member("T1", next(_users)), BookmarkSource("C1", ONE, "bookmark", "-:T1")
    key = LINKS[0].key
    await store.bookmarks.react(me, "-:T1", source, 1, NOW, held=True)
    assert await store.bookmarks.note(me, key, "for Monday", 2)
    assert await store.bookmarks.read(me, key, 2)
    assert (await store.people.get(me)).unread == 0
    await store.bookmarks.react(me, "-:T1", source, 3, NOW, held=False)
    assert not await store.bookmarks.note(me, key, "nothing to note", 4)
    await store.bookmarks.react(me, "-:T1", source, 5, NOW, held=True)
    mine = await store.bookmarks.get(me, key)
    assert mine is not None
    assert (mine.note, mine.read) == ("for Monday", True)
    assert await store.bookmarks.remove(me, [key], 6) == 1
    await store.bookmarks.save(me, LINKS[:1], 7, NOW)
    mine = await store.bookmarks.get(me, key)
    assert mine is not None
    assert (mine.note, mine.read) == ("", False)
    assert (await store.people.get(me)).unread == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_old_removals_are_pruned(store: Store) -> None:
    """What was removed days ago leaves nothing behind; bookmarks stay."""
    me = Member("T1", next(_users))
    old = int((NOW - timedelta(days=9)).timestamp()) * 1_000_000
    await store.bookmarks.save(me, LINKS, old, NOW)
    await store.bookmarks.remove(me, [LINKS[0].key], old + 1)
    await store.bookmarks.react(me, "-:T1", BookmarkSource("C1", ONE, "star", "-:T1"), old, NOW, held=False)
    await store.bookmarks.prune(NOW)
    assert (await store.bookmarks.page(me)).total == 2
    chosen = bookmarks.select().join(people, people.c.id == bookmarks.c.person).where(people.c.user == me.user)
    rows = await rows_of(store, chosen)
    assert {row.key for row in rows} == {LINKS[1].key, LINKS[2].key}


@pytest.mark.asyncio(loop_scope="module")
async def test_pages(store: Store) -> None:
    """Newest first, or unread first; past the end is the last page; `which` and `all` agree."""
    me = Member("T1", next(_users))
    links = [BookmarkLink(f"https://pages.example/{n}", str(n)) for n in range(25)]
    for at, link in enumerate(links, 1):
        await store.bookmarks.save(me, [link], at, NOW)
    await store.bookmarks.read(me, links[24].key, 99)
    pages = [await store.bookmarks.page(me, offset) for offset in (0, 10, 20, 990)]
    assert [each.headline for page in pages[:3] for each in page.bookmarks] == [str(n) for n in reversed(range(25))]
    assert pages[3] == pages[2]
    assert {(page.total, page.unread) for page in pages} == {(25, 24)}
    unread = await store.bookmarks.page(me, 0, 25, unread_first=True)
    assert unread.bookmarks[-1].headline == "24"
    keys = [link.key for link in links]
    assert await store.bookmarks.which(me, [*keys, "0" * 32]) == set(keys)
    assert len(await store.bookmarks.all(me)) == 25
