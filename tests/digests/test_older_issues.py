"""Of several new issues the three newest go out, and what is not posted by itself is asked about once.

Each scene is played on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Progress
from bot.domain.delivery_policy import DEFAULT_POLICY
from bot.domain.due import turn
from bot.domain.numbers import in_runs, of_runs
from bot.store.store import Store
from tests.fakes.newsletter import issue
from tests.fakes.reader import AT_ONCE, SLOT, SUNDAY, Reader, play
from tests.fakes.scene import Scene

OLD = tuple(issue(100 + month, datetime(2012, month, 3, tzinfo=UTC)) for month in range(1, 7))


@pytest.mark.parametrize("schedule", [SLOT, AT_ONCE])
def test_of_several_new_issues_the_three_newest_go_out_in_order(database: Callable[[], Store], schedule: str) -> None:
    """The others are passed over: the subscriber is asked once, and `why` says so."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        week = [issue(n, SUNDAY - timedelta(days=10 - n)) for n in (6, 5, 4, 3, 2)]
        await scene.appear(*week)
        await scene.passes(days=15)
        assert reader.got() == ["Weekly 4", "Weekly 5", "Weekly 6"]
        (letter,) = reader.letters()
        assert letter.startswith("2 older issues came in; they are not posted by themselves in <#")
        assert "Weekly 2, Weekly 3" in letter
        assert "is not posted by itself (newer issues went out in its place)" in await reader.why(week[-1])

    play(database, schedule, scenes)


def test_a_page_beside_dated_issues_is_asked_about_with_what_to_do(database: Callable[[], Store]) -> None:
    """It says neither a date nor a number; with a date in its file it goes out, once."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        page = replace(issue(500, SUNDAY), number=None, date_guessed=True, placed=True, source="bare")
        await scene.appear(page)
        await scene.passes(days=1, minutes=1)
        (letter,) = reader.letters()
        assert letter.startswith("1 older issue came in; it is not posted by itself")
        assert letter.endswith("Give its file a date within 14 days, and it is posted by itself.")
        assert "says neither a date nor a number" in await reader.why(page)
        await scene.appear(replace(page, date_guessed=False, placed=False, source="dated"))
        await scene.passes(days=15)
        assert reader.got() == ["Weekly 500"]
        assert len(reader.letters()) == 1

    play(database, AT_ONCE, scenes, there=[issue(n, SUNDAY - timedelta(days=400 - 7 * n)) for n in range(1, 13)])


@pytest.mark.parametrize("schedule", [SLOT, AT_ONCE])
def test_older_issues_are_asked_about_once_and_all_of_them_are_posted(
    database: Callable[[], Store], schedule: str
) -> None:
    """They go out in order, once, whoever presses twice; the week's real issue goes out beside them on time."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*OLD)
        await scene.passes(days=1, minutes=1)
        (letter,) = reader.letters()
        assert letter.startswith("6 older issues came in")
        assert reader.got() == []
        answers = [str(await reader.presses("older:all")) for _ in range(2)]
        assert "I post 6 issues, one after the other" in answers[0]
        assert "settled already" in answers[1]
        await scene.passes(minutes=5)
        assert reader.got() == [f"Weekly {n}" for n in range(101, 107)]
        assert not any("Late" in text for text in scene.texts(reader.channel))
        await scene.appear(issue(2, scene.clock.now()))
        await scene.passes(days=8)
        assert reader.got()[6:] == ["Weekly 2"]
        assert len(reader.letters()) == 1

    play(database, schedule, scenes)


def test_two_clicks_at_the_same_moment_and_two_workers_post_each_issue_once(database: Callable[[], Store]) -> None:
    """The first answer that is committed counts."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.worker_comes()
        await scene.appear(*OLD)
        await scene.passes(minutes=11)
        both = await asyncio.gather(reader.presses("older:all"), reader.presses("older:none"))
        assert sum("settled already" in str(said) for said in both) == 1
        await scene.passes(minutes=5)
        assert sorted(reader.got()) in ([], [f"Weekly {n}" for n in range(101, 107)])
        assert len(reader.letters()) == 1

    play(database, AT_ONCE, scenes)


def test_only_what_was_chosen_is_posted(database: Callable[[], Store]) -> None:
    """The form names the issues with their dates; a question that has an answer opens no form."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*OLD)
        await scene.passes(minutes=11)
        assert await reader.presses("older:choose") is None
        assert "I post 2 issues" in await reader.ticks("Weekly 102", "Weekly 105")
        await scene.passes(minutes=5)
        assert reader.got() == ["Weekly 102", "Weekly 105"]
        assert "settled already" in await reader.ticks("Weekly 103")
        assert "settled already" in str(await reader.presses("older:choose"))

    play(database, AT_ONCE, scenes)


def test_none_means_none(database: Callable[[], Store]) -> None:
    """Nothing is posted, now or later."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*OLD)
        await scene.passes(minutes=11)
        assert "None of them is posted" in str(await reader.presses("older:none"))
        assert "settled already" in str(await reader.presses("older:all"))
        await scene.passes(days=15)
        assert reader.got() == []

    play(database, AT_ONCE, scenes)


def test_a_long_row_of_asked_for_issues_does_not_delay_the_new_one(database: Callable[[], Store]) -> None:
    """What comes out meanwhile goes out after the digest that is being posted, before the rest of the row."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*(issue(200 + n, datetime(2013, 1, 1, tzinfo=UTC) + timedelta(days=n)) for n in range(40)))
        await scene.passes(minutes=11)
        await reader.presses("older:all")
        await scene.passes(seconds=30)
        await scene.appear(issue(2, scene.clock.now()))
        await scene.passes(minutes=10)
        assert len(reader.got()) == 41
        assert reader.got().index("Weekly 2") < 12

    play(database, AT_ONCE, scenes)


def test_what_a_crash_left_of_an_answer_goes_on(database: Callable[[], Store]) -> None:
    """The answer is rows in the database: the next worker posts them."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*OLD)
        await scene.passes(minutes=11)
        await scene.everybody_dies()
        await reader.presses("older:all")
        await scene.worker_comes()
        await scene.passes(minutes=5)
        assert reader.got() == [f"Weekly {n}" for n in range(101, 107)]
        rows = await scene.store.deliveries.list(channel=reader.channel)
        assert {row.progress for row in rows} == {Progress.DONE}

    play(database, AT_ONCE, scenes)


def test_a_question_of_another_workspace_or_none_is_not_known(database: Callable[[], Store]) -> None:
    """A button's value comes from outside."""

    async def scenes(scene: Scene, reader: Reader) -> None:
        await scene.appear(*OLD)
        await scene.passes(minutes=11)
        choice, value = await reader.choice(), reader.buttons()["older:all"]
        for where, written in (("-:T9", value), ("-:T1", "77"), ("-:T1", ""), ("-:T1", "1' OR 1"), ("-:T1", "9" * 18)):
            assert "do not know that question" in str(await choice.answer(where, written, post=True, user="U9"))
        await scene.passes(minutes=5)
        assert reader.got() == []

    play(database, AT_ONCE, scenes)


@given(new=st.lists(st.text("abc", min_size=1), unique=True), room=st.integers(-2, 9))
def test_every_new_issue_is_posted_waits_or_is_passed_over(new: list[str], room: int) -> None:
    """In order, none lost, none twice; at most three go out, the newest of all, and none is passed over for nothing."""
    found = turn(new, room, DEFAULT_POLICY)
    assert [*found.passed, *found.waiting, *found.posted] == new
    assert len(found.posted) == min(max(room, 0), 3, len(new))
    if found.posted:
        assert len(found.posted) + len(found.waiting) == min(3, len(new))


@given(numbers=st.sets(st.integers(0, 10**12), max_size=50))
def test_numbers_are_read_as_they_were_written(numbers: set[int]) -> None:
    """Runs of neighbours take no more place than two numbers."""
    assert of_runs(in_runs(numbers)) == tuple(sorted(numbers))


@given(text=st.text("0123456789-, x", max_size=40))
def test_no_text_makes_too_many_numbers(text: str) -> None:
    """A damaged row is read as far as it can be."""
    assert len(of_runs(text)) <= 100_001
