"""Searching bookmarks: the index follows their changes, and is not rebuilt without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.joining import qualified
from archive.kind import Kind
from archive.search.index import Index
from bot.bookmarks import personal_index
from bot.bookmarks.personal_index import PersonalIndexes, document
from bot.domain.bookmark import Bookmark, BookmarkLink, Member
from tests.fakes.examples import examples
from tests.fakes.issues import entry, issue, plain, section

ANN = Member("T1", "U1")
WHEN = datetime(2024, 5, 6, tzinfo=UTC)
EMPTY = Index.of(())


def bookmark(number: int, words: str, note: str = "") -> Bookmark:
    """Return a bookmark of a link that is not in the archive."""
    link = BookmarkLink(f"https://a.example/{number}", words)
    return Bookmark(link.key, link, WHEN, note=note)


class FakeBookmarks:
    """One person's bookmarks, and how often all of them were loaded."""

    def __init__(self, *bookmarks: Bookmark) -> None:
        """Hold these."""
        self.bookmarks: Sequence[Bookmark] = bookmarks
        self.stamp, self.loads = (1,), 0

    def replace_with(self, *bookmarks: Bookmark) -> None:
        """Hold others instead, with a new stamp."""
        self.bookmarks, self.stamp = bookmarks, (self.stamp[0] + 1,)

    async def all(self) -> Sequence[Bookmark]:
        """Return all, counting the call."""
        self.loads += 1
        return self.bookmarks


async def found(known: PersonalIndexes, table: FakeBookmarks, query: str, member: Member = ANN) -> list[str]:
    """Return the addresses that a search finds, best first."""
    _, keys = await known.search(member, table.stamp, table.all, query, limit=10)
    return [each.url for key in keys for each in table.bookmarks if each.key == key]


def indexes_over(*issues: Issue) -> PersonalIndexes:
    """Return indexes over an archive of these issues."""
    return PersonalIndexes(lambda: EMPTY, {each.slug: each for each in issues}.get)


async def test_a_link_is_found_by_its_own_words_its_note_and_its_site() -> None:
    """Misspelt queries find it too; another person's search does not."""
    known, table = (
        indexes_over(),
        FakeBookmarks(bookmark(1, "Kubernetes operators"), bookmark(2, "Cats", "ask the gardener")),
    )
    assert await found(known, table, "kuberntes") == ["https://a.example/1"]
    assert await found(known, table, "gardener") == ["https://a.example/2"]
    assert len(await found(known, table, "site:a.example")) == 2
    assert await found(known, FakeBookmarks(), "kubernetes", Member("T1", "U2")) == []


async def test_bookmarks_are_loaded_only_after_a_change() -> None:
    """A second search loads nothing; the next one after a change, an addition or a removal sees it."""
    known, table = indexes_over(), FakeBookmarks(bookmark(1, "Kubernetes operators"), bookmark(2, "Cats"))
    assert len(await found(known, table, "cats")) == 1
    assert len(await found(known, table, "kubernetes")) == 1
    assert table.loads == 1
    table.replace_with(bookmark(2, "Cats", "kubernetes too"), bookmark(3, "Dogs"))
    assert await found(known, table, "kubernetes") == ["https://a.example/2"]
    assert await found(known, table, "dogs") == ["https://a.example/3"]
    assert table.loads == 2
    known.forget(ANN)
    assert len(await found(known, table, "dogs")) == 1
    assert table.loads == 3


async def test_an_archive_s_link_is_found_by_its_whole_entry() -> None:
    """By text, section, number and date, even if the entry has another position since the issue was edited."""
    link = BookmarkLink("https://blog.example/cache", "How a cache took a site", "", "2021-03-07-7", 2)
    table = FakeBookmarks(Bookmark(link.key, link, WHEN))
    for at in (2, 0, 99, -1):
        table.replace_with(Bookmark(link.key, replace(link, position=at), WHEN))
        for query in ("site down", "in:news cache", "issue:7 cache", "before:2022 cache"):
            assert await found(indexes_over(plain()), table, query) == [link.url]
    assert await found(indexes_over(plain()), table, "cache after:2022") == []
    assert await found(indexes_over(), table, "cache after:2022") == [link.url]


def test_an_entry_without_a_link_is_found_by_its_headline() -> None:
    """Its whole text is searched."""
    alone = issue(section("News", Kind.NEWS, entry(0, "A quiet week, and a long tale.", headline="A quiet week")))
    link = BookmarkLink("", "A quiet week", "", alone.slug, 5)
    made = document(Bookmark(link.key, link, WHEN), alone)
    assert [each.text for _, each in made.entries()] == ["A quiet week, and a long tale."]


async def test_the_least_recently_used_index_is_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more bookmarks are indexed than the limit, but the person who searches always gets an answer."""
    monkeypatch.setattr(personal_index, "MAX_INDEXED_BOOKMARKS", 2)
    known = indexes_over()
    tables = {Member("T1", f"U{n}"): FakeBookmarks(bookmark(1, "Cats"), bookmark(2, "Dogs")) for n in range(3)}
    for member, table in [*tables.items(), *tables.items()]:
        assert await found(known, table, "cats", member) == ["https://a.example/1"]
    assert [table.loads for table in tables.values()] == [2, 2, 2]


async def test_a_long_list_is_indexed_in_a_thread() -> None:
    """The answers are the same."""
    table = FakeBookmarks(
        *(bookmark(number, f"Tale of {number}") for number in range(personal_index.MAX_INLINE_CHANGES + 20))
    )
    assert await found(indexes_over(), table, '"tale of 7"') == ["https://a.example/7"]


@settings(max_examples=examples(25))
@given(st.lists(st.sets(st.integers(0, 6), max_size=5), min_size=1, max_size=4))
async def test_a_search_finds_exactly_the_current_bookmarks(steps: list[Iterable[int]]) -> None:
    """After any changes, a search for a word they all have finds exactly the bookmarks of that moment."""
    known, table = indexes_over(), FakeBookmarks()
    for step in steps:
        table.replace_with(*(bookmark(number, f"Tale number {number}", "again" * (number % 2)) for number in step))
        assert sorted(await found(known, table, "tale")) == sorted(each.url for each in table.bookmarks)


async def test_from_narrows_bookmarks_to_a_newsletter_of_the_archive() -> None:
    """One of which nothing was saved leaves nothing; a bookmark from elsewhere is from none."""
    own = [qualified(slug, replace(plain(), slug=slug), slug.upper()) for slug in ("bread", "tides", "ropes")]
    some = [replace(bookmark(n, "knots"), link=BookmarkLink(f"https://a.example/{n}", "knots", issue=each.slug))
            for n, each in enumerate(own[:2])]  # fmt: skip
    archive = Index.of(own)
    known = PersonalIndexes(lambda: archive, {each.slug: each for each in own}.get)
    table = FakeBookmarks(*some, bookmark(9, "knots"))
    assert await found(known, table, "knots from:bread") == ["https://a.example/0"]
    assert await found(known, table, 'knots from:"TIDES"') == ["https://a.example/1"]
    assert await found(known, table, "knots from:ropes") == []
    assert len(await found(known, table, "knots")) == 3
    table.replace_with(*some[1:])
    assert await found(known, table, "from:bread") == []
