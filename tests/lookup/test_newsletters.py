"""Which newsletter is meant, where there are several: named, asked for, or offered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from archive.issue import Issue
from archive.joining import qualified
from archive.kind import Kind
from bot.lookup import commands
from bot.lookup.search import Answers
from bot.lookup.views.newsletters import MAX_OFFERED, which
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from tests.fakes.checker import breaches
from tests.fakes.issues import entry, issue, section
from tests.fakes.several import BREAD, FIRST, ROPES, TIDES, current, numbered


class StillClock:
    """A day in May."""

    def now(self) -> datetime:
        """Give it."""
        return FIRST + timedelta(days=9)


class FakeLibrary:
    """The archive in use: some issues."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Index them."""
        self.current = current(issues)


def answers(*issues: Issue) -> Answers:
    """Answer from these issues; what is picked at random is the first."""
    return Answers(FakeLibrary(issues), CommandNames(), StillClock(), chance=lambda _: 0)


SEVERAL = answers(*BREAD, *TIDES, *ROPES)
ONE = answers(numbered(1, 0), numbered(2, 2))


def buttons(message: Message) -> dict[str, str]:
    """Return the values of a message's command buttons, by what stands on them."""
    assert breaches(message) == []
    rows = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    return {each["text"]["text"]: each["value"] for each in rows if each["action_id"].startswith("command")}


def test_a_number_that_several_newsletters_have_is_asked_about() -> None:
    """The buttons run what could have been typed."""
    message = SEVERAL.numbered("#1")
    assert message.text == "2 newsletters have an issue #1. Which one?"
    assert buttons(message) == {"Tide Weekly": "issue tide-weekly 1", "Bread & Salt": "issue bread 1"}
    assert SEVERAL.parse("issue tide-weekly 1") == commands.ShowIssue("1", "tide-weekly")
    assert "Tide Weekly" in SEVERAL.numbered("1", "tide-weekly").text


def test_a_number_that_one_newsletter_has_is_shown_at_once() -> None:
    """It says whose it is."""
    message = SEVERAL.numbered("3")
    assert (buttons(message), "Tide Weekly" in message.text) == ({}, True)


def test_links_of_other_issues_that_say_the_number_stand_below_the_question() -> None:
    """They name their newsletters."""
    said = issue(section("News", Kind.NEWS, entry(0, "Error 1 again.", "https://example.com/error/")))
    some = answers(*BREAD, *TIDES, qualified("ropes", replace(said, slug="late", number=9), "Ropes"))
    assert "Ropes #9" in json.dumps(some.numbered("1").blocks)


@pytest.mark.parametrize("typed", ["latest", "random", "issue newest"])
def test_what_was_taken_is_named_and_the_others_are_offered(typed: str) -> None:
    """What a button runs is that of its newsletter alone."""
    command, word = SEVERAL.parse(typed), typed.partition(" ")[0].replace("issue", "latest")
    message = (
        SEVERAL.random()
        if command == commands.Random()
        else SEVERAL.latest()
        if command == commands.Latest()
        else SEVERAL.numbered("newest")
    )
    taken = "Bread & Salt" if word == "random" else "Tide Weekly"
    assert f"From *{taken.replace('&', '&amp;')}*" in json.dumps(message.blocks)
    offered = buttons(message)
    assert set(offered) == {"Bread & Salt", "Tide Weekly", "ropes"} - {taken}
    assert offered["ropes"] == f"{word} ropes"
    assert SEVERAL.parse(offered["ropes"]) in {commands.Latest("ropes"), commands.Random("ropes")}


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("latest tide weekly", commands.Latest("tide-weekly")),
        ("latest Tide", commands.Latest("tide-weekly")),
        ("latest tide-wekly", commands.Latest("tide-weekly")),
        ("latest bread & salt", commands.Latest("bread")),
        ("latest from:ropes", commands.Latest("ropes")),
        ("random of tide weekly", commands.Random("tide-weekly")),
        ('random from:"Tide Weekly"', commands.Random("tide-weekly")),
        ("issue tide weekly 3", commands.ShowIssue("3", "tide-weekly")),
        ("issue 3 from:tide", commands.ShowIssue("3", "tide-weekly")),
        ("issue #3 tide-weakly", commands.ShowIssue("#3", "tide-weekly")),
        ("issue ropes issue-7", commands.ShowIssue("issue-7", "ropes")),
        ("issue tide weekly latest", commands.ShowIssue("latest", "tide-weekly")),
        ("issue tide weekly", commands.ShowIssue("latest", "tide-weekly")),
        ("issue tide weekly 2024-05-07", commands.ShowIssue("2024-05-07", "tide-weekly")),
        ("latest tides and moons", commands.Topic("latest tides and moons", "latest")),
        ("issue 3 tracker", commands.Topic("issue 3 tracker", "issue")),
        ("issue 3", commands.ShowIssue("3")),
    ],
)
def test_a_newsletter_may_be_named_by_slug_or_name_misspelt_or_begun(typed: str, command: commands.Command) -> None:
    """Anything else is a topic."""
    assert SEVERAL.parse(typed) == command


def test_what_is_of_one_newsletter_is_shown_from_it() -> None:
    """Its newest issue, its own numbers, a link of it, and another link of it after that."""
    assert "Issue 2 · Bread &amp; Salt" in SEVERAL.latest("bread").text
    assert "Issue 1 · Bread &amp; Salt" in SEVERAL.numbered("1", "bread").text
    assert "Issue 7" in SEVERAL.numbered("issue-7", "ropes").text
    assert "Issue 3 · Tide Weekly" in SEVERAL.numbered("latest", "tide-weekly").text
    picked = SEVERAL.random("ropes")
    [another] = [each for each in picked.blocks[2]["elements"] if each["action_id"] == "random"]
    assert (picked.text, another["value"]) == ("Link 7.", "ropes")
    assert SEVERAL.numbered("2024-05-07", "tide-weekly").text.endswith("tide-weekly: 2 found. Link 3.; Link 1.")


def test_a_number_that_a_newsletter_lacks_names_its_nearest() -> None:
    """Those of others are not meant."""
    message = SEVERAL.numbered("7", "tide-weekly")
    assert message.text == "There is no issue '7' in Tide Weekly; nearest: #3, #1."


def test_a_button_of_a_newsletter_that_is_gone_picks_from_all() -> None:
    """It was there when the button was made."""
    assert SEVERAL.random("gone").text == SEVERAL.random().text


def test_with_one_newsletter_nothing_is_asked_or_offered() -> None:
    """Words behind `latest` are a topic, as before."""
    assert [buttons(shown) for shown in (ONE.latest(), ONE.random(), ONE.numbered("1"))] == [{}, {}, {}]
    assert ONE.parse("latest bread") == commands.Topic("latest bread", "latest")
    assert ONE.parse("issue bread 1") == commands.Topic("issue bread 1", "issue")


def test_more_newsletters_than_have_room_are_not_all_offered() -> None:
    """A row of buttons has so many."""
    many = [qualified(f"letter-{n:02}", numbered(1, n)) for n in range(MAX_OFFERED + 5)]
    assert len(buttons(which(1, many))) == MAX_OFFERED
    assert len(buttons(answers(*many).latest())) == MAX_OFFERED


def test_help_shows_how_to_name_a_newsletter_where_there_are_several() -> None:
    """With the newest issue's."""
    assert "from:tide-weekly" in json.dumps(SEVERAL.help().blocks)
    assert "from:" not in json.dumps(ONE.help().blocks)
    assert breaches(SEVERAL.help()) == []


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("knots from:", ["knots from:", "knots from:bread", "knots from:ropes", "knots from:tide-weekly"]),
        ("from:TI", ["from:TI", "from:tide-weekly"]),
        ("knots from:nobody", ["knots from:nobody"]),
    ],
)
def test_type_ahead_completes_from(typed: str, completed: list[str]) -> None:
    """What was typed comes first, as ever."""
    assert [json.loads(each["value"])["q"] for each in SEVERAL.suggest(typed)] == completed
    assert [json.loads(each["value"])["q"] for each in ONE.suggest("from:")] == ["from:"]


def test_a_title_that_says_the_newsletter_is_not_repeated() -> None:
    """A digest and a question say it once."""
    titled = [replace(each, title=f"{each.newsletter_name} #{each.number}") for each in (BREAD[0], TIDES[0])]
    shown = answers(*titled).numbered("1")
    assert "*Tide Weekly #1* · 7 May 2024" in json.dumps(shown.blocks, ensure_ascii=False)
    assert answers(*titled).latest().text.startswith("Tide Weekly #1 · 7 May")
