"""Imported bookmarks, a team's settings, and erasure, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.bookmark import Bookmark, BookmarkLink, BookmarkSource, Member
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.domain.workspace import workspace_id
from bot.store.store import Store
from bot.store.tables import metadata

NOW = datetime(2024, 5, 6, 7, tzinfo=UTC)
AT = int(NOW.timestamp() * 1_000_000)
ANN, BEN, FAR = Member("T1", "U1"), Member("T1", "U2"), Member("T2", "U3")
HERE = workspace_id(None, "T1")


def link(number: int, issue: str = "one") -> BookmarkLink:
    """Return a link of the archive, or with the issue "" one that it does not know."""
    return BookmarkLink(f"https://example.com/{number}", f"Number {number}", "", issue, number if issue else -1)


def imported(number: int, at: datetime, note: str = "", *, read: bool = False) -> Bookmark:
    """Return a bookmark as a file has it."""
    return Bookmark(link(number).key, link(number, ""), at, read, note)


async def test_imported_bookmarks_keep_their_date_note_and_read_flag(store: Store) -> None:
    """Importing twice is importing once, and existing bookmarks stay as they are."""
    await store.bookmarks.save(ANN, [link(1)], AT, NOW)
    await store.bookmarks.note(ANN, link(1).key, "mine", AT)
    then = NOW - timedelta(days=400)
    file = [imported(1, then, "another", read=True), imported(2, then, "old", read=True), imported(3, then)]
    assert await store.imports.bring(ANN, file, NOW + timedelta(minutes=1)) == 2
    assert await store.imports.bring(ANN, file, NOW + timedelta(minutes=2)) == 0
    kept = {each.link.headline: each for each in await store.bookmarks.all(ANN)}
    assert (kept["Number 2"].at, kept["Number 2"].note, kept["Number 2"].read) == (then, "old", True)
    assert (kept["Number 1"].note, kept["Number 1"].read) == ("mine", False)
    person = await store.people.get(ANN)
    assert (person.saved, person.unread) == (3, 2)


async def test_a_removed_link_can_be_imported_again(store: Store) -> None:
    """A file's date is before the removal, but the person imports it because they want it."""
    await store.bookmarks.save(ANN, [link(1)], AT, NOW)
    await store.bookmarks.remove(ANN, [link(1).key], AT + 1)
    later = NOW + timedelta(hours=1)
    assert await store.imports.bring(ANN, [imported(1, NOW - timedelta(days=9))], later) == 1
    assert [each.at for each in await store.bookmarks.all(ANN)] == [later]


@pytest.mark.long
async def test_a_long_file_is_stored_in_several_batches(store: Store) -> None:
    """All of it is there in the end, in the order of its dates."""
    file = [imported(number, NOW - timedelta(minutes=number)) for number in range(1, 251)]
    assert await store.imports.bring(ANN, file, NOW) == 250
    assert [each.headline for each in await store.bookmarks.all(ANN)][:2] == ["Number 1", "Number 2"]


async def test_unread_links_come_first_however_they_are_paged(store: Store) -> None:
    """Unread, newest first, then read, newest first: pages neither repeat nor skip, even where the two meet."""
    for number in range(1, 8):
        await store.bookmarks.save(ANN, [link(number)], AT + number, NOW)
        await store.bookmarks.read(ANN, link(number).key, AT + number, read=number % 3 == 0)
    pages = [await store.bookmarks.page(ANN, offset, 2, unread_first=True) for offset in range(0, 8, 2)]
    names = [each.headline.removeprefix("Number ") for page in pages for each in page.bookmarks]
    assert names == ["7", "5", "4", "2", "1", "6", "3"]
    assert {(page.total, page.unread) for page in pages} == {(7, 5)}


async def test_a_stamp_changes_with_what_can_be_searched(store: Store) -> None:
    """Saving, noting, removing and saving again change it; reading does not. Unknown people have none."""
    assert await store.bookmarks.stamp(ANN) == ()
    stamps = []
    for step in range(6):
        at = AT + step
        if step in {0, 5}:
            await store.bookmarks.save(ANN, [link(1)], at, NOW)
        elif step in {1, 2}:
            await store.bookmarks.note(ANN, link(1).key, "nb"[step - 1], at)
        elif step == 3:
            await store.bookmarks.read(ANN, link(1).key, at)
        else:
            await store.bookmarks.remove(ANN, [link(1).key], at)
        stamps.append(await store.bookmarks.stamp(ANN))
    assert stamps[2] == stamps[3]
    assert len(set(stamps)) == 5
    assert [each.key for each in await store.bookmarks.some(ANN, ["0" * 32, link(1).key])] == [link(1).key]


async def test_a_team_counts_unless_it_switched_that_off(store: Store) -> None:
    """The last setting counts, for that team only."""
    assert await store.teams.counted("T1")
    await store.teams.count("T1", on=False)
    await store.teams.count("T1", on=False)
    assert not await store.teams.counted("T1")
    assert await store.teams.counted("T2")
    await store.teams.count("T1", on=True)
    assert await store.teams.counted("T1")


async def test_only_links_of_the_archive_and_people_of_the_workspace_count(store: Store) -> None:
    """Links that the archive does not know may be private; another workspace's people do not count here."""
    for member in (ANN, BEN, FAR):
        await store.bookmarks.save(member, [link(1), link(2, "")], AT, NOW)
    await store.bookmarks.save(ANN, [link(3)], AT, NOW)
    found = await store.bookmarks.top("T1", 0, AT + 1, 10, at_least=2)
    assert [(each.link.headline, each.people) for each in found] == [("Number 1", 2)]


async def test_erasure_leaves_no_trace_of_the_id(store: Store) -> None:
    """No column of any table has the person's id after it; other people's rows and the channels' posts stay."""
    for member in (ANN, BEN):
        await store.bookmarks.save(member, [link(1)], AT, NOW)
        await store.bookmarks.note(member, link(1).key, "a note", AT)
        await store.people.hint(member, NOW)
    for channel, user in (("C1", "U1"), ("C2", "U2")):
        await store.subscriptions.put(HERE, channel, user, AsItAppears(), Preferences(), NOW)
    assert [each.channel for each in await store.subscriptions.of_person(HERE, "U1")] == ["C1"]
    assert await store.people.forget(ANN, AT + 1) == 1
    assert await store.people.forget(ANN, AT + 2) == 0
    assert "U1" not in await everything(store)
    assert await store.bookmarks.all(ANN) == ()
    assert [each.user for each in await store.subscriptions.list()] == ["", "U2"]
    assert (await store.people.get(BEN)).saved == 1
    assert [each.note for each in await store.bookmarks.all(BEN)] == ["a note"]


async def test_an_old_event_does_not_restore_erased_data(store: Store) -> None:
    """An event from before the erasure is not stored again, nor is its person; a later event is."""
    await store.bookmarks.save(ANN, [link(1)], AT, NOW)
    await store.people.forget(ANN, AT + 10)
    assert await store.bookmarks.save(ANN, [link(1)], AT + 5, NOW) == ()
    for member in (ANN, Member("", ANN.user)):
        await store.bookmarks.react(member, HERE, BookmarkSource("C1", "1.1", "bookmark", HERE), AT + 6, NOW, held=True)
    assert await store.bookmarks.all(ANN) == ()
    assert "U1" not in await everything(store)
    assert len(await store.bookmarks.save(ANN, [link(1)], AT + 20, NOW)) == 1


async def test_erasure_during_an_import_stays_complete(store: Store) -> None:
    """What was already imported is deleted, and the rest is not stored."""
    file = [imported(number, NOW - timedelta(minutes=number)) for number in range(1, 251)]

    async def forget() -> None:
        while not (await store.people.get(ANN)).saved:
            pass
        await store.people.forget(ANN, AT + 1)

    await asyncio.gather(store.imports.bring(ANN, file, NOW), forget())
    assert await store.bookmarks.all(ANN) == ()


async def everything(store: Store) -> set[str]:
    """Return every value of every table, as text."""
    said: set[str] = set()
    for table in metadata.sorted_tables:
        rows = await store.database.read(lambda connection, table=table: list(connection.execute(select(table))))  # type: ignore[misc]
        said.update(str(value) for row in rows for value in row)
    return said
