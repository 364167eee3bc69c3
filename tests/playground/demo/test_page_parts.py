"""The deciding parts of the page's server: the feed, pages of messages, allowed requests, element states."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.demo.page.actions import chosen
from playground.demo.page.body import Body, asked
from playground.demo.page.feed import Feed
from playground.demo.page.fixtures import fixtures
from playground.demo.page.guard import wrong_with
from playground.demo.page.operator_panel import OperatorPanel
from playground.demo.page.pages import PageRequest, page, unread
from playground.demo.page.problem import PageError
from playground.demo.page.room import Room
from playground.demo.shifted import ShiftedClock
from playground.slack.channel import Channel, ChannelMessage, micros
from playground.slack.site import CallOutcome
from tests.fakes.examples import examples

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Still:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return the start."""
        return START


async def heard(feed: Feed, person: str, mark: str, most: int = 100_000) -> list[Any]:
    """Return what `person` receives after `mark`, until there is nothing more."""
    found: list[Any] = []
    async with aclosing(feed.follow(person, mark, alive=0.0)) as pieces:
        async for piece in pieces:
            if piece.startswith(": still"):
                break
            found += [json.loads(line[6:]) for line in piece.splitlines() if line.startswith("data: ")]
    return found[:most]


@pytest.mark.parametrize("turns", range(5))
async def test_the_operator_panel_stops_at_once_whatever_happens(turns: int) -> None:
    """Something happens and, so many turns of the loop later, the page is stopped: its watch ends at once."""
    room = Room(fixtures(START, empty=True), ShiftedClock(Still()))
    room.fail(PageError("there is no archive"))
    called = CallOutcome(START, room.workspace.team, "chat.postMessage", "", "", "ok", landed=True)
    watch = asyncio.create_task(OperatorPanel(room).watch())
    for turn in range(20 + turns):
        if turn == 20:
            room.site.tell(called)
        await asyncio.sleep(0)
    watch.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert watch.cancelled()


AUDIENCE = st.one_of(st.none(), st.frozensets(st.sampled_from(["ada", "grace"]), min_size=1))


@settings(max_examples=examples(40), deadline=None)
@given(told=st.lists(AUDIENCE, max_size=450), data=st.data())
def test_everybody_receives_their_pushes_from_any_mark(told: list[frozenset[str] | None], data: st.DataObject) -> None:
    """From any mark, later pushes arrive in order, once, and without those that are somebody else's."""
    feed, marks = Feed("run"), ["run-0"]
    for number, to in enumerate(told):
        feed.tell({"number": number}, to)
        marks.append(feed.mark)
    at = data.draw(st.integers(0, len(told)))
    mine = [{"number": number} for number, to in enumerate(told) if number >= at and (to is None or "ada" in to)]
    assert asyncio.run(heard(feed, "ada", marks[at])) == mine


@pytest.mark.parametrize("mark", ["", "run", "run-", "other-3", "run-x", "run-99", "run-1", "run--1", "run-²"])
async def test_an_unknown_mark_causes_a_reload(mark: str) -> None:
    """Another run's mark, nonsense, a mark of the future and one too old all mean: load everything again."""
    feed = Feed("run", kept=3)
    for number in range(10):
        feed.tell({"number": number})
    assert await heard(feed, "ada", mark) == [{"type": "reload"}]
    assert await heard(feed, "ada", "run-7") == [{"number": 7}, {"number": 8}, {"number": 9}]


async def test_a_client_that_is_too_slow_reloads() -> None:
    """If more happens between two reads than the feed holds, the next push is a reload, and then it goes on."""
    feed = Feed("run", kept=3)
    async with aclosing(feed.follow("ada", "run-0", alive=0.0)) as pieces:
        assert await anext(pieces) == ": hello\n\n"
        assert len(feed) == 1
        for number in range(10):
            feed.tell({"number": number})
        assert "reload" in await anext(pieces)
        assert "still" in await anext(pieces)
        feed.close()
        assert [piece async for piece in pieces] == []
    assert len(feed) == 0


def _channel(count: int, private: list[int]) -> Channel:
    channel = Channel("C1", "devops", members={"ada", "grace"})
    for number in range(count):
        to = "ada" if number in private else None
        ts = channel.next_ts(START + timedelta(seconds=number))
        channel.add(ChannelMessage("C1", ts, "bot", str(number), ephemeral_to=to, deleted=number % 7 == 3))
    return channel


@settings(max_examples=examples(40), deadline=None)
@given(
    count=st.integers(0, 60),
    private=st.lists(st.integers(0, 59), max_size=20),
    limit=st.integers(1, 25),
    person=st.sampled_from(["ada", "grace"]),
)
def test_the_pages_of_a_channel_are_all_of_it(count: int, private: list[int], limit: int, person: str) -> None:
    """Read backwards or forwards, page by page, a person reads each message that they may see once."""
    channel = _channel(count, private)
    whole = [message.ts for message in channel.shown_to(person)]
    back: list[str] = []
    more, before = True, None
    while more:
        found, more = page(channel, person, PageRequest(before=before, limit=limit))
        back[:0] = [message.ts for message in found]
        before = micros(back[0]) if back else None
    forth: list[str] = []
    more, after = True, 0
    while more:
        found, more = page(channel, person, PageRequest(after=after, limit=limit))
        forth += [message.ts for message in found]
        after = (micros(forth[-1]) if forth else None) or 0
    assert back == forth == whole
    assert unread(channel, person, 0) == len(whole)


def test_the_first_page_of_a_thread_has_its_parent() -> None:
    """A thread begins with its parent, however short its first page is; a page of newer replies does not repeat it."""
    channel = _channel(1, [])
    parent = channel.top.before(2**62, 1)[0]
    for number in range(5):
        ts = channel.next_ts(START + timedelta(minutes=1 + number))
        channel.add(ChannelMessage("C1", ts, "bot", f"reply {number}", thread_ts=parent.ts))
    newest, more = page(channel, "ada", PageRequest(thread=parent.ts, limit=3))
    assert ([message.text for message in newest], more) == (["reply 2", "reply 3", "reply 4"], True)
    rest, more = page(channel, "ada", PageRequest(thread=parent.ts, limit=3, before=micros(newest[0].ts)))
    assert ([message.text for message in rest], more) == (["0", "reply 0", "reply 1"], False)
    after, more = page(channel, "ada", PageRequest(thread=parent.ts, limit=3, after=micros(newest[0].ts)))
    assert ([message.text for message in after], more) == (["reply 3", "reply 4"], False)
    assert page(channel, "ada", PageRequest(thread="1.000001")) == ([], False)


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("127.0.0.1:8765", True),
        ("localhost:9000", True),
        ("LOCALHOST", True),
        ("[::1]:8765", True),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8765", False),
        ("evil.example", False),
        ("user@127.0.0.1@evil.example", False),
        ("[::1", False),
        ("0.0.0.0:8765", False),
        ("", False),
    ],
)
def test_only_this_machine_s_names_are_answered(host: str, *, fine: bool) -> None:
    """A foreign name that resolves to this machine is refused."""
    assert (wrong_with("GET", "/", {"Host": host}) == "") is fine


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8765"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "http://127.0.0.1:8766"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_only_the_page_itself_may_act(headers: dict[str, str], *, fine: bool) -> None:
    """Programs without an origin and the page itself may; other sites and other pages of this machine may not."""
    every = {"Host": "127.0.0.1:8765", "Content-Type": "application/json; charset=utf-8", **headers}
    assert (wrong_with("POST", "/page/do", every) == "") is fine


def test_an_element_s_value_becomes_slack_s_state() -> None:
    """A whole option, none, a list and a text become Slack's payloads; anything else is refused."""
    option = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}
    select = {"type": "static_select", "action_id": "a", "options": [option], "initial_option": option}
    boxes = {"type": "checkboxes", "action_id": "b", "options": [option]}
    assert chosen(select, option) == {"selected_option": option}
    assert chosen(select, None) == {"selected_option": None}
    assert chosen(boxes, [option]) == {"selected_options": [option]}
    assert chosen(boxes, None) == {"selected_options": []}
    assert chosen({"type": "plain_text_input", "action_id": "c", "initial_value": "x"}, "") == {"value": None}
    with pytest.raises(PageError, match="cannot be chosen"):
        chosen(boxes, 7)


@pytest.mark.parametrize("query", [{"before": "x"}, {"after": "1" * 50}, {"limit": "-1"}, {"limit": "0"}])
def test_an_invalid_page_is_refused(query: dict[str, str]) -> None:
    """An invalid moment and an invalid limit are named."""
    with pytest.raises(PageError, match="must be"):
        asked(query)
    assert asked({"limit": "999"}).limit == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None)
@given(value=JSON)
def test_any_body_is_read_or_refused(value: Any) -> None:
    """In any JSON, each field has its type, or the request is refused in a line."""
    try:
        body = Body.read(json.dumps({"text": value, "values": value}).encode())
        assert isinstance(body.text("text", empty=True), str)
        assert all(isinstance(inner, dict) for inner in body.table("values").values())
    except PageError as error:
        assert "\n" not in error.problem  # noqa: PT017 - either way is right


def test_time_goes_forward_only() -> None:
    """The clock can be put forward any number of times, and never back."""
    clock = ShiftedClock(Still())
    clock.forward(timedelta(days=7))
    clock.forward(timedelta())
    assert clock.now() == START + timedelta(days=7)
    with pytest.raises(ValueError, match="forward"):
        clock.forward(timedelta(seconds=-1))
