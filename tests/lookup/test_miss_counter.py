"""Counting missed queries: words and no person, off the answer's path, and kept while the database is away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.result import Grade
from bot.domain.errors import BotError
from bot.domain.missed_query import MISS_MAX_CHARS, missed_words
from bot.lookup import commands
from bot.lookup.miss_counter import MAX_WAITING_QUERIES, MissCounter
from bot.lookup.search import Answers
from bot.lookup.views.answer import SearchRequest
from bot.slack.blocks.command_names import CommandNames
from tests.archive.search.newsletter import issue
from tests.lookup.test_search import FakeLibrary, StillClock


class FakeTable:
    """A table that may be away."""

    def __init__(self) -> None:
        """Start empty, and there."""
        self.rows: list[tuple[dict[str, tuple[Grade, int]], date, date]] = []
        self.away = False

    async def add(self, counts: Mapping[str, tuple[Grade, int]], day: date, oldest: date) -> None:
        """Note what is added."""
        if self.away:
            raise BotError("the database is away")
        self.rows.append((dict(counts), day, oldest))


@pytest.fixture
def table() -> FakeTable:
    """Return an empty table."""
    return FakeTable()


async def test_sums_are_written_by_their_words(table: FakeTable) -> None:
    """The same words in another case or order of signs are one query; the grade is the last."""
    counter = MissCounter(table, StillClock())
    for query in ("Helm charts", "helm, charts?"):
        counter.note(query, Grade.NONE)
    counter.note("helm charts", Grade.NEAREST)
    assert await counter.write()
    assert table.rows == [({"helm charts": (Grade.NEAREST, 3)}, date(2024, 5, 6), date(2024, 2, 6))]
    await counter.write()
    assert table.rows[1][0] == {}


async def test_counts_wait_for_a_database_that_is_away(table: FakeTable) -> None:
    """A write that fails loses nothing, and more queries than there is room for are not counted."""
    counter = MissCounter(table, StillClock())
    table.away = True
    counter.note("helm", Grade.NONE)
    assert not await counter.write()
    for number in range(MAX_WAITING_QUERIES + 10):
        counter.note(f"helm {number}", Grade.NONE)
    counter.note("helm", Grade.NONE)
    table.away = False
    assert await counter.write()
    assert len(table.rows[0][0]) == MAX_WAITING_QUERIES
    assert table.rows[0][0]["helm"] == (Grade.NONE, 2)


async def test_a_day_without_misses_is_written_once(table: FakeTable) -> None:
    """What is too old goes even where nothing is missed; a write that failed is tried at the next minute."""
    counter = MissCounter(table, StillClock())
    table.away = True
    await counter.keep()
    table.away = False
    for _ in range(3):
        await counter.keep()
    assert [counts for counts, _, _ in table.rows] == [{}]
    counter.note("helm", Grade.NONE)
    await counter.keep()
    assert table.rows[1][0] == {"helm": (Grade.NONE, 1)}


async def test_switched_off_it_only_deletes(table: FakeTable) -> None:
    """With the setting off nothing is counted; what is too old still goes."""
    counter = MissCounter(table, StillClock(), counting=False)
    counter.note("helm", Grade.NONE)
    assert await counter.write()
    assert table.rows[0][0] == {}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("Who is <@U024BE7LH|ann> on <#C1|general>", "who is on"),
        ("mail ann@example.com about https://user:pw@host.example/x?token=1", "mail about"),
        ("call 004912345678 about helm", "call about helm"),
        ("<mailto:ann@example.com|ann@example.com>", ""),
        ("helm in:tools", ""),
        ("helm -docker", ""),
        ("helm since 2020", ""),
        ("k8s 404", "k8s 404"),
    ],
)
def test_words_and_no_person(query: str, kept: str) -> None:
    """Mentions, addresses, long numbers are left out, and queries with filters are not counted."""
    assert missed_words(query) == kept


@given(st.text(max_size=400))
def test_any_query_has_short_words_or_none(query: str) -> None:
    """The stored text of any query is short, and at most one word is cut."""
    assert len(missed_words(query)) <= MISS_MAX_CHARS


def test_what_has_no_strong_answer_is_noted_each_time() -> None:
    """Also when the answer comes from the cache; strong answers, tools and mistyped commands are not."""
    noted: list[tuple[str, Grade]] = []
    some = Answers(
        FakeLibrary([issue(1, "Kubernetes in production.")]),
        CommandNames(),
        StillClock(),
        lambda _: 0,
        lambda query, grade: noted.append((query, grade)),
    )
    for typed in ("zeppelin", "zeppelin", "kubernetes", "export pdf", "halp"):
        command = some.parse(typed)
        assert isinstance(command, commands.Topic)
        some.topic(command)
    some.topic(commands.Topic("zeppelin", tools=True))
    some.again(SearchRequest("airship"))
    assert noted == [("zeppelin", Grade.NONE), ("zeppelin", Grade.NONE), ("airship", Grade.NONE)]


async def test_they_are_stored_for_as_long_as_was_set(table: FakeTable) -> None:
    """A write deletes what is older."""
    await MissCounter(table, StillClock(), days=7).write()
    assert [oldest for _, _, oldest in table.rows] == [date(2024, 4, 29)]
