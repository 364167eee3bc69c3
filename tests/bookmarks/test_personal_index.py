"""Searching what people keep: the index follows what they keep, and is built no more often than it must be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.kind import Kind
from archive.search.index import Index
from bot.bookmarks import personal_index
from bot.bookmarks.documents import document
from bot.bookmarks.personal_index import PersonalIndexes
from bot.domain.bookmark import Bookmark, BookmarkLink, Member
from tests.fakes.issues import entry, issue, plain, section

ANN = Member("T1", "U1")
WHEN = datetime(2024, 5, 6, tzinfo=UTC)
EMPTY = Index.of(())


def kept(number: int, words: str, note: str = "") -> Bookmark:
    """Make a bookmark of a link that the archive does not know."""
    link = BookmarkLink(f"https://a.example/{number}", words)
    return Bookmark(link.key, link, WHEN, note=note)


class Shelf:
    """What somebody keeps, and how often all of it was asked for."""

    def __init__(self, *bookmarks: Bookmark) -> None:
        """Keep these."""
        self.bookmarks: Sequence[Bookmark] = bookmarks
        self.stamp, self.asked = (1,), 0

    def becomes(self, *bookmarks: Bookmark) -> None:
        """Keep others."""
        self.bookmarks, self.stamp = bookmarks, (self.stamp[0] + 1,)

    async def all(self) -> Sequence[Bookmark]:
        """Give everything."""
        self.asked += 1
        return self.bookmarks


async def found(known: PersonalIndexes, shelf: Shelf, query: str, member: Member = ANN) -> list[str]:
    """Search; give the addresses found."""
    _, keys = await known.search(member, shelf.stamp, shelf.all, query, limit=10)
    return [each.url for key in keys for each in shelf.bookmarks if each.key == key]


def indexes_over(*issues: Issue) -> PersonalIndexes:
    """Give indexes that know these issues."""
    return PersonalIndexes(lambda: EMPTY, {each.slug: each for each in issues}.get)


async def test_a_link_is_found_by_its_own_words_its_note_and_its_site() -> None:
    """Misspelt too, and never by another's."""
    known, shelf = indexes_over(), Shelf(kept(1, "Kubernetes operators"), kept(2, "Cats", "ask the gardener"))
    assert await found(known, shelf, "kuberntes") == ["https://a.example/1"]
    assert await found(known, shelf, "gardener") == ["https://a.example/2"]
    assert len(await found(known, shelf, "site:a.example")) == 2
    assert await found(known, Shelf(), "kubernetes", Member("T1", "U2")) == []


async def test_all_is_read_only_when_something_changed() -> None:
    """A second search asks for nothing; what was changed, added and removed is found or not at the next."""
    known, shelf = indexes_over(), Shelf(kept(1, "Kubernetes operators"), kept(2, "Cats"))
    assert len(await found(known, shelf, "cats")) == 1
    assert len(await found(known, shelf, "kubernetes")) == 1
    assert shelf.asked == 1
    shelf.becomes(kept(2, "Cats", "kubernetes too"), kept(3, "Dogs"))
    assert await found(known, shelf, "kubernetes") == ["https://a.example/2"]
    assert await found(known, shelf, "dogs") == ["https://a.example/3"]
    assert shelf.asked == 2
    known.forget(ANN)
    assert len(await found(known, shelf, "dogs")) == 1
    assert shelf.asked == 3


async def test_an_archive_s_link_is_found_by_its_whole_entry() -> None:
    """Its text, section, number and date; at its position, or by its link where the issue was edited since."""
    link = BookmarkLink("https://blog.example/cache", "How a cache took a site", "", "2021-03-07-7", 2)
    shelf = Shelf(Bookmark(link.key, link, WHEN))
    for at in (2, 0, 99, -1):
        shelf.becomes(Bookmark(link.key, replace(link, position=at), WHEN))
        for query in ("site down", "in:news cache", "issue:7 cache", "before:2022 cache"):
            assert await found(indexes_over(plain()), shelf, query) == [link.url]
    assert await found(indexes_over(plain()), shelf, "cache after:2022") == []
    assert await found(indexes_over(), shelf, "cache after:2022") == [link.url]


def test_what_an_entry_without_a_link_is_found_by() -> None:
    """Its headline tells which entry it is."""
    alone = issue(section("News", Kind.NEWS, entry(0, "A quiet week, and a long tale.", headline="A quiet week")))
    link = BookmarkLink("", "A quiet week", "", alone.slug, 5)
    made = document(Bookmark(link.key, link, WHEN), alone)
    assert [each.text for _, each in made.entries()] == ["A quiet week, and a long tale."]


async def test_who_asked_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is held than there is room for, but the one who asks is always answered."""
    monkeypatch.setattr(personal_index, "MAX_INDEXED_BOOKMARKS", 2)
    known = indexes_over()
    shelves = {Member("T1", f"U{n}"): Shelf(kept(1, "Cats"), kept(2, "Dogs")) for n in range(3)}
    for member, shelf in [*shelves.items(), *shelves.items()]:
        assert await found(known, shelf, "cats", member) == ["https://a.example/1"]
    assert [shelf.asked for shelf in shelves.values()] == [2, 2, 2]


async def test_a_long_list_is_indexed_beside_the_loop() -> None:
    """In a thread, with the same answers."""
    shelf = Shelf(*(kept(number, f"Tale of {number}") for number in range(personal_index.MAX_INLINE_CHANGES + 20)))
    assert await found(indexes_over(), shelf, '"tale of 7"') == ["https://a.example/7"]


@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(0, 6), max_size=5), min_size=1, max_size=4))
async def test_what_is_found_is_what_is_kept(steps: list[Iterable[int]]) -> None:
    """Whatever was kept and removed before, a search for what all have in common finds exactly what is there now."""
    known, shelf = indexes_over(), Shelf()
    for step in steps:
        shelf.becomes(*(kept(number, f"Tale number {number}", "again" * (number % 2)) for number in step))
        assert sorted(await found(known, shelf, "tale")) == sorted(each.url for each in shelf.bookmarks)
