"""Sharing some links of an answer, one link or an issue, with a line of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.search.result import Answer, Result
from bot.domain.bookmark import Member
from bot.domain.text import one_line
from bot.lookup.views import sharing
from bot.lookup.views.answer import SearchRequest
from bot.lookup.views.issue import issue_page, picked
from bot.lookup.views.sharing import LINE, LINKS, Shareable, ShareForm, read_form
from bot.slack.blocks.message import Message
from playground.slack.limits import problems
from tests.fakes.checker import breaches
from tests.fakes.issues import nasty_issues, nasty_text, plain
from tests.handlers.people import URL, People

TODAY = date(2021, 5, 6)
PAGE = Shareable(SearchRequest("kubernetes"))
ISSUE, LINK = Shareable(slug="2021-02-28-6"), Shareable(slug="2021-02-28-6", position=3)


async def opened(people: People, what: Shareable) -> dict[str, Any]:
    """Press "Share …", and return the form that opens."""
    await people.clicks("sharing:x", what.as_value())
    view = people.slack.views["trigger-1"]
    assert problems(dict(view)) == []
    return dict(view)


async def sends(people: People, view: dict[str, Any], line: str = "", ticks: Sequence[int] = ()) -> Any:
    """Send the form with a line and, of a page, with some links ticked; return what Slack is answered."""
    values: dict[str, Any] = {LINE: {LINE: {"value": line or None}}}
    if any(block.get("block_id") == LINKS for block in view["blocks"]):
        values[LINKS] = {LINKS: {"selected_options": [{"value": str(number)} for number in ticks]}}
    sent = {**view, "id": "V1", "state": {"values": values}}
    return (await people.interacts("view_submission", view=sent)).body


async def test_some_links_of_a_page_with_a_line(people: People) -> None:
    """Only those ticked are posted, numbered from 1, below the line; a number emoji means the link of that number."""
    form = await opened(people, PAGE)
    assert [block["block_id"] for block in form["blocks"][1:]] == [LINKS, LINE]
    assert await sends(people, form, "For <!channel> *you*", ticks=(1, 3)) == ""
    ((channel, public),) = people.slack.posted
    assert channel == "C1"
    said = str(public.blocks)
    assert "<@U1> shared 2 links on *kubernetes*" in said
    assert "&lt;!channel&gt;" in said
    assert ("1. *<https://" in said, "2. *<https://" in said, "3. *<https://" in said) == (True, True, False)
    await people.reacts("1.000000", "2.000000", emoji="two")
    (mine,) = (await people.store.page(Member("T1", "U1"))).bookmarks
    assert f"2. *<{mine.url}|" in said


async def test_one_link(people: People) -> None:
    """A link that `random` picked is posted alone, without a number."""
    assert await sends(people, await opened(people, LINK), "Read this") == ""
    ((_, public),) = people.slack.posted
    assert public.blocks[0]["text"]["text"] == "<@U1> shared a link:\nRead this"
    assert "*<https://example.com/kubernetes/3|" in str(public.blocks)
    assert "1. " not in str(public.blocks)


async def test_an_issue(people: People) -> None:
    """Its contents are posted; a number emoji means the entry of that number."""
    assert await sends(people, await opened(people, ISSUE)) == ""
    ((_, public),) = people.slack.posted
    assert "<@U1> shared this issue" in str(public.blocks[0])
    await people.reacts("1.000000", "2.000000", emoji="three")
    (mine,) = (await people.store.page(Member("T1", "U1"))).bookmarks
    assert f"3. <{mine.url}|" in str(public.blocks)


def test_what_can_be_shared_has_a_button() -> None:
    """The page of an issue (so `latest` too) and the link that `random` picked."""
    section, entry = next(pair for pair in plain().entries() if pair[1].links)
    for message in (issue_page(plain()), picked(plain(), section, entry, TODAY)):
        (value,) = [
            each["value"]
            for block in message.blocks
            if block["type"] == "actions"
            for each in block["elements"]
            if each["action_id"].startswith("sharing:")
        ]
        assert Shareable.read(value) is not None


async def test_where_the_bot_cannot_post_the_click_does(people: People) -> None:
    """The response URL takes the message; where that is used up the form says so beside the line."""
    form = await opened(people, ISSUE)
    people.slack.elsewhere = {"C1"}
    assert await sends(people, form, "Look") == ""
    assert (people.slack.posted, people.heard[-1]["response_type"]) == ([], "in_channel")
    people.replies.refusing = True
    assert "Invite me" in (await sends(people, form, "Look"))["errors"][LINE]


@pytest.mark.parametrize("what", [PAGE, ISSUE, LINK])
async def test_what_is_gone_is_said(people: People, what: Shareable) -> None:
    """No form opens for it, and a form that is open posts nothing."""
    form = await opened(people, what)
    people.library.put([])
    assert await sends(people, form) == ""
    await people.clicks("sharing:x", what.as_value())
    assert (len(people.slack.views), people.slack.posted) == (1, [])
    assert "not in the archive any more" in str(people.heard[-1])


@pytest.mark.parametrize(
    "value", ["", "null", "[1]", '{"i": 1}', '{"i": "a", "e": "b"}', '{"i": "a", "e": -9}', "[" * 999]
)
async def test_a_button_of_another_version_is_told(people: People, value: str) -> None:
    """Nothing opens."""
    await people.clicks("sharing:x", value)
    assert "older version" in str(people.heard[-1])
    assert people.slack.views == {}


@pytest.mark.parametrize("metadata", ["", "{}", '["C1", "u", "{}"]', '["C1", 1, 2]', "[" * 2_000])
async def test_a_form_of_another_version_is_told(people: People, metadata: str) -> None:
    """Beside the line."""
    form = await opened(people, ISSUE)
    answered = await sends(people, form | {"private_metadata": metadata})
    assert answered["errors"] == {LINE: "That form is from an older version; please open it again."}
    assert people.slack.posted == []


@given(st.text(max_size=400), st.integers(-1, 100), st.text(max_size=400))
def test_what_is_shared_comes_back_from_a_button(slug: str, position: int, query: str) -> None:
    """A value that `as_value` made reads as what it was, or as nothing."""
    for what in (Shareable(slug=slug, position=position), Shareable(SearchRequest(query))):
        assert Shareable.read(what.as_value()) in {what, None, Shareable(SearchRequest(one_line(query)))}


@settings(deadline=None)
@given(nasty_issues(), nasty_text, st.integers(0, 5))
def test_any_message_and_form_keeps_every_limit(nasty: Issue, said: str, count: int) -> None:
    """Whatever is in the issue, in the query and in the line."""
    results = [Result(nasty, section, entry, 1.0) for section, entry in nasty.entries()][:count]
    request, line = SearchRequest(said[:300] or "a"), said[:300]
    made: list[Message] = [sharing.issue(nasty, "U1", line)[0]]
    made += [sharing.one(result, TODAY, "U1", line) for result in results]
    made += [sharing.page(Answer(said, tuple(results), 9), request, TODAY, "U1", line)] if results else []
    assert [breaches(message) for message in made] == [[]] * len(made)
    form = sharing.form(sharing.named(nasty), results, "C1", URL, Shareable(request))
    assert form is None or problems(dict(form)) == []


def test_a_form_is_read_as_it_was_filled_in() -> None:
    """With ticks that no box has left out."""
    view = {
        "private_metadata": json.dumps(["C1", "u", ISSUE.as_value()]),
        "state": {"values": {LINE: {LINE: {"value": " a\n b "}}, LINKS: {LINKS: {"selected_options": [
            {"value": "1"}, {"value": "77"}, {"value": "x"}]}}}},
    }  # fmt: skip
    assert read_form(view) == ShareForm("C1", "u", ISSUE, "a b", frozenset({1}))
