"""Answers from memory: what is written in pieces is what the blocks say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from archive.issue import Entry, Issue
from archive.kind import Kind
from archive.loader import load
from archive.search.index import Index
from archive.snapshot import Snapshot
from bot.lookup import commands, typed_command
from bot.lookup.search import Answers, private
from bot.lookup.views.answer import SearchRequest
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.source.library import Current
from playground.demo.held_back import SAMPLE
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.fakes.issues import WHEN, entry, issue, nasty_issues, nasty_text, plain, section


class StillClock:
    """A day in May."""

    def now(self) -> datetime:
        """Give it."""
        return datetime(2024, 5, 6, 12, tzinfo=UTC)


class FakeLibrary:
    """The archive in use: some issues."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        """Index them."""
        self.current = Current(Snapshot(tuple(issues)), Index.of(issues))


def answers(*issues: Issue) -> Answers:
    """Answer from these issues."""
    return Answers(FakeLibrary(issues), CommandNames(), StillClock(), chance=lambda _: 0)


def agrees(some: Answers, typed: str, *, tools: bool = False) -> bool:
    """Return whether what is typed is answered with the JSON of the blocks that a search gives, or as a sub-command."""
    command = typed_command.parse_search(typed) if tools else typed_command.parse(typed)
    if not isinstance(command, commands.Topic):
        return True
    message = some.search(SearchRequest(command.query, tools=tools), command.near)
    said = some.topic(command)
    return said == private(message) or (not tools and '"action_id": "command"' in said)


def asked(some: Answers, typed: str, *, tools: bool = False) -> str:
    """Return the answer to a topic, as JSON."""
    command = typed_command.parse_search(typed) if tools else some.parse(typed)
    assert isinstance(command, commands.Topic)
    return some.topic(command)


@pytest.mark.long
@given(nasty_issues(), nasty_text)
@settings(max_examples=examples(30))
def test_an_answer_written_in_pieces_is_that_of_its_blocks(issue: Issue, text: str) -> None:
    """With any archive and query, the JSON that is sent is that of the rendered blocks."""
    some = answers(issue)
    first = next((entry.text for _, entry in issue.entries() if entry.text), "nothing")
    assert all(agrees(some, typed) for typed in (text, first[:60], f"{first[:20]} in:all", f'"{first[:9]}" {text}'))


@pytest.mark.parametrize(
    "typed", ["queues", "issue with queues", "qeues", "knitting", "in:nowhere queues", "dns", "queues \\n\\u0000"]
)
@pytest.mark.parametrize("tools", [False, True])
def test_each_sort_of_answer_is_written_as_its_blocks_are(typed: str, *, tools: bool) -> None:
    """Found, suggested, corrected, nothing, with an unknown filter: all in the same JSON, and when asked again."""
    some = answers(plain())
    assert agrees(some, typed, tools=tools)
    assert agrees(some, typed, tools=tools)


def test_a_misspelt_command_without_results_is_named() -> None:
    """The command that only searches has no others to offer."""
    some = answers(plain())
    meant = "Did you mean `/weekly subscribe mondays 09:00`?"
    assert meant in asked(some, "subscirbe mondays 09:00")
    assert meant not in asked(some, "subscirbe mondays 09:00", tools=True)
    assert "Did you mean" not in asked(some, "quzzly")


def test_a_misspelt_command_that_is_found_only_as_another_word_is_named() -> None:
    """The command comes first, and the search for the word as typed is a button; no other misspelling is a command."""
    some = answers(*load(SAMPLE).issues)
    said = asked(some, "stauts")
    assert "Did you mean `/weekly status`?" in said
    assert "Search for stauts" in said
    found = str(some.search(SearchRequest("stauts")).blocks)
    assert "Showing *starts*; nothing on *stauts*. Nearest:" in found
    assert "/weekly status" not in asked(some, "kuberntes")


def test_at_most_three_near_results_come_and_say_what_they_lack() -> None:
    """The same entry lacks another word in another question, though its blocks are cached."""
    some = answers(*load(SAMPLE).issues)
    for typed, lacking in (("kubernetes quizzling", "quizzling"), ("kubernetes flumbering", "flumbering")):
        said = asked(some, typed)
        assert said.count(f"lacks *{lacking}*") == said.count("lacks ") == 3
        assert agrees(some, typed)


def _found_by_number(typed: str, *entries: Entry) -> Message:
    """Answer `issue TYPED` from an issue 404 and an issue 7 with these entries; the answer keeps Slack's limits."""
    other = issue(section("News", Kind.NEWS, *entries))
    own = section("News", Kind.NEWS, entry(0, "This page on 404 errors is in its own issue.", "https://own.example/"))
    shown = answers(replace(other, slug="other"), Issue("404", "Weekly #404", 404, WHEN, (own,))).numbered(typed)
    assert problems({"text": shown.text, "blocks": list(shown.blocks)}) == []
    return shown


def test_an_issue_is_shown_by_its_date() -> None:
    """Also beside `issue`; by the day nearest to it, which is said."""
    some = answers(plain())
    assert "There is no issue" in some.numbered("2021-03").text
    for typed, told in ((f"{plain().published:%Y-%m-%d}", False), ("2021-03-12", True)):
        said = str(some.numbered(typed).blocks)
        assert "The whole issue" in said
        assert ("the nearest is that of 7 March 2021" in said) == told


@pytest.mark.parametrize("typed", ["404", "#404"])
def test_an_issue_is_shown_with_the_links_on_its_number_below(typed: str) -> None:
    """A 404 is also a topic: the issue comes first, then what others say of it, each once."""
    said = str(_found_by_number(typed, entry(0, "What a 404 costs.", "https://cost.example/")).blocks)
    assert 0 < said.index("Weekly #404") < said.index("https://own.example/") < said.index("Elsewhere on 404")
    assert said.index("Elsewhere on 404") < said.index("https://cost.example/") < said.index("Everything on 404")
    assert said.count("https://own.example/|") == 1


def test_a_number_that_is_no_issue_s_still_has_its_links() -> None:
    """The answer says that there is no such issue."""
    said = str(_found_by_number("503", entry(0, "What a 503 costs.", "https://cost.example/")).blocks)
    assert "o issue" in said
    assert "https://cost.example/" in said


def test_an_issue_whose_number_nothing_else_says_is_shown_as_ever() -> None:
    """Nothing stands below it."""
    assert "Elsewhere" not in str(_found_by_number("404", entry(0, "Plain.", "https://a.example/")).blocks)
    assert "Elsewhere" not in str(_found_by_number("latest", entry(0, "What a 404 costs.")).blocks)


def test_an_issue_that_fills_its_message_leaves_no_room_for_links_on_its_number() -> None:
    """The message keeps Slack's limits."""
    address = f"https://e.example/{'long/' * 40}"
    about = section("News", Kind.NEWS, *(entry(at, "What a 404 costs.", f"{address}{at}") for at in range(3)))
    shown_below = []
    for size in range(100, 400, 20):
        own = section("News", Kind.NEWS, *(entry(at, "x" * size, f"https://e.example/{at}") for at in range(40)))
        some = answers(Issue("404", "Weekly #404", 404, WHEN, (own,)), Issue("b", "B", 8, WHEN, (about,)))
        shown = some.numbered("404")
        assert problems({"text": shown.text, "blocks": list(shown.blocks)}) == []
        shown_below.append(str(shown.blocks).count("What a 404 costs"))
    assert len(set(shown_below)) > 1
