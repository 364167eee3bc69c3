"""Figures are counted of what was asked for, and put in words that are true of them."""

from __future__ import annotations

from datetime import date

import pytest

from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.lookup.asking.answering import reply
from bot.lookup.asking.figures import Fact, in_words
from bot.lookup.asking.heard import hear
from bot.lookup.asking.reader import read
from bot.lookup.asking.request import Form
from bot.lookup.views import asked as views
from bot.slack.blocks.command_names import CommandNames
from tests.archive.search import newsletter
from tests.fakes.asked_archive import context

TODAY = date(2019, 6, 1)
ISSUES = (
    newsletter.issue(1, "A chef cooks.", "Chefs sing.", "Knight Capital lost money."),
    newsletter.issue(2, "The last chef.", "On postgres."),
    newsletter.issue(60, "On postgresql."),
    *(newsletter.issue(number, f"Something else, volume {number}.") for number in range(3, 12)),
)


def figure(text: str) -> Fact | None:
    """Return what is counted for a message."""
    return reply(read(hear(text), context()), Index.of(ISSUES), Snapshot.of(()), TODAY).fact


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("how often was chef mentioned?", "3 entries say <chef>, from #1 (13 Jan 2019) to #2 (20 Jan 2019)."),
        ("how many issues mention chef?", "2 issues mention <chef>, from #1 (13 Jan 2019) to #2 (20 Jan 2019)."),
        (
            "in how many issues was chef mentioned?",
            "2 issues mention <chef>, from #1 (13 Jan 2019) to #2 (20 Jan 2019).",
        ),
        ("how often was knight capital mentioned?", "One entry says <knight capital>: #1 (13 Jan 2019)."),
        ("how many issues mention money?", "One issue mentions <money>: #1 (13 Jan 2019)."),
        ("when was chef last mentioned?", "<chef> was last in #2 (20 Jan 2019); in 3 entries in all."),
        (
            "how often was postgres mentioned?",
            "2 entries say <postgres> or the like, from #2 (20 Jan 2019) to #60 (1 Mar 2020).",
        ),
        ("when was postgres first mentioned?", "<postgres> was first in #2 (20 Jan 2019); in 2 entries in all."),
    ],
)
def test_a_figure_says_what_was_counted(text: str, said: str) -> None:
    """Issues or entries, one or many, by name or by a synonym as well."""
    found = figure(text)
    assert found is not None
    assert in_words(found, lambda topic: f"<{topic}>") == said


def test_one_year_has_no_chart() -> None:
    """A chart of one bar tells nothing."""
    for topic, drawn in (("chef", False), ("postgres", True)):
        request = read(hear(f"how often was {topic} mentioned?"), context())
        answer = reply(request, Index.of(ISSUES), Snapshot.of(()), TODAY)
        shown = views.answer(answer, 1, TODAY, CommandNames("/weekly")).blocks[0]["text"]["text"]
        assert ("█" in shown) is drawn


def test_how_much_asks_for_a_figure_only_of_what_is_written() -> None:
    """How much somebody lost stands in a sentence."""
    forms = [
        read(hear(text), context()).form
        for text in ("how much did knight capital lose?", "how much did you write about knight capital?")
    ]
    assert forms == [Form.SENTENCES, Form.COUNTS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("how many issues were there in 2019?", "4 issues, from"),
        ("how many links since 2019", "5 entries, from"),
    ],
)
def test_everything_of_a_time_is_counted(text: str, said: str) -> None:
    """Where no topic is named."""
    issues = (
        newsletter.issue(9, "Old.", days=-30),
        newsletter.issue(1, "One.", "Two."),
        *(newsletter.issue(number, "Three.") for number in (2, 3, 4)),
    )
    snapshot = Snapshot(issues)
    found = reply(read(hear(text), context()), Index.of(issues), snapshot, TODAY)
    assert found.fact is not None
    assert in_words(found.fact, str).startswith(said)
    assert said in str(views.answer(found, 1, TODAY, CommandNames("/weekly")).blocks)
