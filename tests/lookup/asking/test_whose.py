"""Which newsletter a message names, where there are several."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from archive.search.index import Index
from bot.lookup.asking.answering import reply
from bot.lookup.asking.facts import ArchiveFacts
from bot.lookup.asking.heard import hear
from bot.lookup.asking.reader import Context, read
from bot.lookup.asking.request import MessageKind, Request
from bot.lookup.asking.thread import follow
from bot.lookup.asking.turn import remembered
from bot.lookup.views import asked
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from tests.fakes.checker import breaches
from tests.fakes.several import BREAD, ROPES, TIDES, current, numbered

TODAY = date(2024, 5, 15)
SEVERAL = current([*BREAD, *TIDES, *ROPES])
ONE = current([numbered(1, 0), numbered(2, 2)])
CONTEXT = Context(TODAY, ArchiveFacts(SEVERAL.index, SEVERAL.snapshot))


def slots(text: str, context: Context = CONTEXT) -> dict[str, Any]:
    """Return what is understood of a message."""
    return read(hear(text), context).slots()


def answered(request: Request) -> Message:
    """Return the answer to a request."""
    found = reply(request, SEVERAL.index, SEVERAL.snapshot, TODAY)
    message = asked.answer(found, 1, TODAY, CommandNames())
    assert breaches(message) == []
    return message


@pytest.mark.parametrize(
    ("text", "newsletter", "issue"),
    [
        ("the latest of tide weekly", "tide-weekly", "tide-weekly/issue-3"),
        ("show me Tide Weekly 3", "tide-weekly", "tide-weekly/issue-3"),
        ("what was in tide-weekly #3?", "tide-weekly", "tide-weekly/issue-3"),
        ("tide weekly's latest", "tide-weekly", "tide-weekly/issue-3"),
        ("issue 1 of tide wekly", "tide-weekly", "tide-weekly/issue-1"),
        ("previous issue of tide weekly", "tide-weekly", "tide-weekly/issue-1"),
        ("what's in the newest issue of bread", "bread", "bread/issue-2"),
        ("latest tide", "tide-weekly", "tide-weekly/issue-3"),
        ("issue 7 of ropes", "ropes", "ropes/issue-7"),
    ],
)
def test_an_issue_is_asked_of_the_newsletter_that_is_named(text: str, newsletter: str, issue: str) -> None:
    """By its slug or name, misspelt or begun; its number is its own."""
    assert slots(text) == {"issue": [issue], "newsletter": newsletter}


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("links on knots from tide-weekly", {"topic": "knots", "newsletter": "tide-weekly"}),
        ("what did tide weekly say about knots?", {"topic": "knots", "newsletter": "tide-weekly"}),
        ("tide weekly", {"newsletter": "tide-weekly"}),
        ("a random link from bread & salt", {"random": True, "newsletter": "bread"}),
    ],
)
def test_a_topic_is_looked_up_in_the_newsletter_that_is_named(text: str, understood: dict[str, Any]) -> None:
    """A name that says it is a newsletter's counts anywhere, another of several words behind "from"."""
    assert slots(text) == understood


@pytest.mark.parametrize("text", ["anything about ropes", "bread", "how to bake bread?", "baking bread in ropes"])
def test_a_name_that_may_be_a_topic_is_one(text: str) -> None:
    """It is a newsletter's where an issue is asked for, and nothing else."""
    assert "newsletter" not in slots(text)


def test_with_one_newsletter_a_name_is_a_topic() -> None:
    """Nothing changes."""
    context = Context(TODAY, ArchiveFacts(ONE.index, ONE.snapshot))
    assert slots("links on knots from tide-weekly", context) == {"topic": "knots from tide-weekly"}
    assert slots("the latest issue", context) == {"issue": [2]}


def test_a_number_that_several_have_is_asked_about() -> None:
    """With a button for each."""
    message = answered(Request(MessageKind.ISSUE, issues=(1,)))
    assert message.text == "2 newsletters have an issue #1. Which one?"
    assert [each["value"] for each in message.blocks[1]["elements"]] == ["issue tide-weekly 1", "issue bread 1"]


def test_the_latest_of_all_offers_those_of_the_others() -> None:
    """One that was asked for by its newsletter does not, nor does an older one."""
    latest, named, older = (
        json.dumps(answered(read(hear(text), CONTEXT)).blocks) for text in ("latest", "latest tide", "issue 7")
    )
    assert '"latest bread"' in latest
    assert "latest bread" not in named + older


def test_a_newsletter_alone_narrows_what_was_asked_before() -> None:
    """So does it with "only"; a message with a topic of its own begins again."""
    first = follow(hear("knots"), CONTEXT, None)
    thread = remembered(first, None, ())
    then = follow(hear("and in tide weekly?"), CONTEXT, thread)
    assert then.query() == {"topic": "knots", "newsletter": "tide-weekly"}
    other = follow(hear("sails from tide weekly"), CONTEXT, thread)
    assert other.query() == {"topic": "sails", "newsletter": "tide-weekly"}


def test_an_answer_is_narrowed_and_says_so() -> None:
    """The filter is the search's own."""
    found = reply(read(hear("link from tide-weekly"), CONTEXT), SEVERAL.index, SEVERAL.snapshot, TODAY)
    assert {result.issue.newsletter for result in found.results} == {"tide-weekly"}
    assert "of *tide-weekly*" in json.dumps(asked.answer(found, 1, TODAY, CommandNames()).blocks)


def test_one_before_is_of_the_same_newsletter() -> None:
    """Issues of others stand between."""
    facts = ArchiveFacts(Index.of(SEVERAL.snapshot.issues), SEVERAL.snapshot)
    assert facts.beside("tide-weekly/issue-3", -1) == "tide-weekly/issue-1"
