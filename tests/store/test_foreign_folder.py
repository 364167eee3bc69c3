"""A folder in which none of the known issues is: another newsletter's, or the beginning of a copy. Both databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.issue_identity import Fingerprint
from bot.domain.likeness import Marks
from bot.store.errors import ForeignArchiveError
from bot.store.store import Store
from tests.store.test_register import fingerprint

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
OURS = [fingerprint(f"ours-{n:02}", NOW - (20 - n) * 7 * DAY) for n in range(20)]
THEIRS = [fingerprint(f"theirs-{n:02}", NOW - (20 - n) * 7 * DAY + DAY) for n in range(20)]
NEW = fingerprint("new", NOW)


async def names_not_new(store: Store, there: Iterable[Fingerprint], now: datetime) -> set[str]:
    """Register these; return the names of those there that are not new, the same for those who only look."""
    faces = list(there)
    looked = await store.issues.recognised(faces, now)
    found = await store.issues.register(faces, now)
    assert looked.not_new == found.not_new
    return set(found.not_new) & {face.slug for face in faces}


@pytest.mark.parametrize("known", [5, 20])
@pytest.mark.parametrize("begins", [1, 2])
async def test_a_folder_that_is_copied_back_newest_first_has_its_new_issue(
    store: Store, known: int, begins: int
) -> None:
    """What came before any known issue was back is decided with the first that is."""
    ours = OURS[-known:]
    await names_not_new(store, ours, NOW - DAY)
    newest_first = [NEW, *(fingerprint(f"missed-{n}", NOW - 99 * DAY) for n in range(begins - 1)), *reversed(ours)]
    found: set[str] = set()
    for done in range(begins, len(newest_first) + 1):
        found = await names_not_new(store, newest_first[:done], NOW + done * SECOND)
    assert found == {face.slug for face in newest_first} - {"new"}


async def test_a_folder_that_is_back_hours_later_has_no_new_issue_of_another_newsletter(store: Store) -> None:
    """What came in while another newsletter's folder was there was no beginning of a copy."""
    await names_not_new(store, OURS, NOW - DAY)
    assert await names_not_new(store, [NEW], NOW) == {"new"}
    assert "new" in await names_not_new(store, [NEW, *OURS], NOW + 60 * MINUTE)


@pytest.mark.parametrize("known", [3, 20])
async def test_another_newsletters_archive_is_looked_at_for_the_first_time(store: Store, known: int) -> None:
    """At once or file by file nothing of it is new; two minutes after the last file the next one is."""
    await names_not_new(store, OURS[:known], NOW - DAY)
    for done in (2, 3, 12, 20):
        assert len(await names_not_new(store, THEIRS[:done], NOW + done * SECOND)) == done
    assert await store.issues.last_look() == NOW - DAY
    assert "new" not in await names_not_new(store, [*THEIRS, NEW], NOW + 3 * MINUTE)
    assert await store.issues.last_look() == NOW + 3 * MINUTE


async def test_one_issue_alone_in_a_young_archive_is_the_next_one(store: Store) -> None:
    """The folder holds only the newest file."""
    for week in range(9):
        moment = NOW + week * 7 * DAY
        found = await names_not_new(store, [fingerprint(f"week-{week}", moment)], moment)
        assert found == ({"week-0"} if week == 0 else set())


@pytest.mark.parametrize(("number", "is_new"), [(20, True), (21, False), (None, False)])
async def test_one_issue_alone_that_has_the_next_number_is_the_next_one(
    store: Store, number: int | None, *, is_new: bool
) -> None:
    """However many were known. A test.md in the place of an archive is none."""
    numbered = [replace(face, marks=Marks(at, face.slug)) for at, face in enumerate(OURS)]
    await names_not_new(store, numbered, NOW - DAY)
    found = await names_not_new(store, [replace(NEW, marks=Marks(number, "new"))], NOW)
    assert found == (set() if is_new else {"new"})


async def test_a_guess_that_came_back_first_is_no_date(store: Store) -> None:
    """Several undated files that come back before any known one are old ones, as if they were added."""
    await names_not_new(store, OURS, NOW - DAY)
    undated = [replace(fingerprint(f"undated-{n}", NOW), placed=True) for n in range(3)]
    await names_not_new(store, undated, NOW)
    assert {face.slug for face in undated} <= await names_not_new(store, [*undated, *OURS], NOW + SECOND)


async def test_a_bot_with_another_archive_is_refused_while_one_is_at_work(store: Store) -> None:
    """It would post into the other's channels. Nothing is written; three minutes after the other's end it may begin."""
    await store.issues.register(OURS, NOW - DAY)
    await store.heartbeats.beat(NOW, None)
    with pytest.raises(ForeignArchiveError, match="none of the 20 issues"):
        await store.issues.register(THEIRS, NOW + 2 * MINUTE)
    assert await store.issues.count() == len(OURS)
    assert await store.issues.last_look() == NOW - DAY
    assert len((await store.issues.register(THEIRS, NOW + 4 * MINUTE)).not_new) == 40


async def test_a_bot_whose_own_archive_is_replaced_goes_on(store: Store) -> None:
    """It has registered the archive before, so the heartbeat is its own; and so has one that is started again."""
    await store.heartbeats.beat(NOW, None)
    await store.issues.register(OURS, NOW)
    await store.issues.register(OURS, NOW + MINUTE)
    found = await store.issues.register(THEIRS, NOW + 2 * MINUTE, read={"ours-01": "text"})
    assert found.identity.keys() == {face.slug for face in THEIRS}
