"""Clicks: real ones, and forged ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bookmarks.views.saved_list import Listing
from bot.digests.views.alerts import SETTLE_LEAVE, SETTLE_POST, SETTLE_THERE
from bot.domain.bookmark import Member
from bot.lookup.views.answer import SearchRequest
from bot.slack.api.errors import SlackError
from bot.slack.blocks.message import Block
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.fakes.subscriptions import FakeBookmark
from tests.handlers.people import People


def buttons(blocks: list[Block]) -> dict[str, str]:
    """Return the value of each button of a message, by action."""
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return {element["action_id"]: element.get("value", "") for element in elements}


async def test_paging_neither_repeats_nor_skips(people: People) -> None:
    """Turning pages with the buttons shows each of the twelve entries once, and the last page has no next one."""
    blocks = (await people.types("kubernetes")).body["blocks"]
    seen: list[str] = []
    while True:
        text = json.dumps(blocks)
        seen += [f"/{n}|" for n in range(12) if f"kubernetes/{n}|" in text]
        if "page:next" not in buttons(blocks):
            break
        await people.clicks("page:next", buttons(blocks)["page:next"])
        blocks = people.heard[-1]["blocks"]
        assert people.heard[-1]["replace_original"]
    assert sorted(seen) == sorted(f"/{n}|" for n in range(12))


async def test_sharing_posts_once(people: People) -> None:
    """The bot posts the page to the channel, numbered; the private answer loses its share button."""
    await people.clicks("share", SearchRequest("kubernetes").as_value())
    ((channel, public),) = people.slack.posted
    assert channel == "C1"
    assert "<@U1> shared" in str(public)
    assert "1. *<https://example.com/kubernetes/" in str(public)
    assert buttons(list(public.blocks)) == {}
    (private,) = people.heard
    assert "share" not in buttons(private["blocks"])
    assert private["replace_original"]


async def test_sharing_where_the_bot_is_no_member(people: People) -> None:
    """The click's response URL takes the page; it is posted once as well."""
    people.slack.elsewhere = {"C1"}
    await people.clicks("share", SearchRequest("kubernetes").as_value())
    public, private = people.heard
    assert (people.slack.posted, public["response_type"]) == ([], "in_channel")
    assert "<@U1> shared" in str(public)
    assert "share" not in buttons(private["blocks"])


async def test_a_number_on_a_shared_answer_saves_that_link(people: People) -> None:
    """What was shared is remembered: a number reaction to it means the link of that number."""
    await people.clicks("share", SearchRequest("kubernetes").as_value())
    await people.reacts("1.000000", "2.000000", emoji="two")
    (mine,) = (await people.store.page(Member("T1", "U1"))).bookmarks
    assert f"2. *<{mine.url}|" in str(people.slack.posted[0][1])


async def test_sharing_a_result_that_is_gone_posts_nothing(people: People) -> None:
    """A result from a while ago may no longer exist."""
    people.library.put([])
    await people.clicks("share", SearchRequest("kubernetes").as_value())
    assert [payload["response_type"] for payload in people.heard] == ["ephemeral"]


@pytest.mark.parametrize(
    ("action", "value", "said"),
    [
        ("help", "", "Find"),
        ("random", "", "The whole issue"),
        ("issue:open", '{"i":"2021-02-28-6","p":1}', "Example Weekly Issue #6"),
        ("issue:next", '{"i":"2021-02-28-6","p":99}', "Example Weekly Issue #6"),
        ("issue:open", '{"i":"nowhere","p":1}', "no issue"),
        ("search:near:0", '{"q":"kubernetes"}', "kubernetes/"),
        ("command", "help", "Find"),
        ("command", "issue 6", "Example Weekly Issue #6"),
        ("command", "status", "not subscribed"),
        ("command", "kubernetes", "kubernetes/"),
        ("command", "", "/weekly help"),
        ("command", "k" * 301, "a topic has at most"),
        ("saved:next", Listing("", 10).as_value(), "You have saved nothing yet"),
        ("saved:next", "-1", "You have saved nothing yet"),
        ("pause", "", "not subscribed"),
        ("resume", "", "not subscribed"),
        ("unsubscribe", "", "not subscribed"),
        ("retract", "1", "I do not know that digest"),
        ("post_again", "1", "I do not know that digest"),
        (SETTLE_POST, "17:5", "do not know that message"),
        (SETTLE_LEAVE, "17:5", "do not know that message"),
        (SETTLE_THERE, "17:5", "do not know that message"),
        ("page:next", '{"q":"kubernetes","o":-5}', "older version"),
        ("page:next", '{"q":"kubernetes","o":true}', "older version"),
        ("page:next", '{"q":"","o":0}', "older version"),
        ("page:next", '{"q":7}', "older version"),
        ("share", "[" * 1500, "older version"),
        ("share", "null", "older version"),
        ("issue:open", '{"i":"x","p":"1"}', "older version"),
    ],
)
async def test_each_button(people: People, action: str, value: str, said: str) -> None:
    """Each button does its work; a value that the bot did not make gets an error, whatever it is."""
    answer = await people.clicks(action, value)
    assert (answer.status, answer.body) == (200, "")
    assert said in str(people.heard[-1])


async def test_a_choice_from_the_menu_searches(people: People) -> None:
    """The menu's choice arrives as an option, not as a value."""
    option = {"action_id": "again", "selected_option": {"value": SearchRequest("kubernetes").as_value()}}
    await people.interacts("block_actions", actions=[option])
    assert "kubernetes/" in str(people.heard[-1])


async def test_a_link_is_only_acknowledged(people: People) -> None:
    """Buttons that open a page send a click as well, which must not cause an error."""
    answer = await people.clicks("anything-else", "x")
    assert (answer.status, answer.body) == (200, "")
    assert people.heard == []


async def test_changing_opens_the_form_as_it_is_now(people: People) -> None:
    """The form shows the current subscription."""
    await people.types("subscribe fridays 17:30 Asia/Kathmandu")
    await people.clicks("subscription:change")
    assert "Asia/Kathmandu" in str(people.slack.views["trigger-1"])
    assert "17:30" in str(people.slack.views["trigger-1"])


async def test_a_form_that_cannot_be_filled_in_says_so(people: People) -> None:
    """The form does not keep waiting, and the person gets a reference."""
    people.register.fail_with(RuntimeError("no"))
    await people.clicks("subscription:change")
    assert "did not work" in str(people.slack.views["trigger-1"])
    assert "ref-1" in str(people.heard[-1])


async def test_saved_pages(people: People) -> None:
    """Older and newer bookmarks are one click away."""
    for number in range(15):
        ts = f"1.{number:06d}"
        people.store.posts("C1", ts, FakeBookmark(f"https://example.com/{number}", f"Thing {number}", "2021-02-28-6"))
        await people.reacts(ts, f"2.{number:06d}")
    await people.types("saved")
    first = people.heard[-1]["blocks"]
    await people.clicks("saved:next", buttons(first)["saved:next"])
    assert "11–15" in str(people.heard[-1])
    assert set(buttons(people.heard[-1]["blocks"])) == {"saved:back"}
    await people.clicks("saved:next", Listing("", 5_000).as_value())
    assert "11–15" in str(people.heard[-1])


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
_ACTIONS = st.sampled_from(
    ["page:next", "share", "issue:open", "saved:next", "search:x", "help", SETTLE_POST, SETTLE_LEAVE, "", "zzz"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(
    _ACTIONS,
    st.one_of(_ANYTHING, st.text(max_size=300)),
    st.sampled_from(["channel", "user", "response_url"]),
    _ANYTHING,
)
async def test_forged_clicks(people: People, action: str, value: Any, field: str, odd: Any) -> None:
    """No value, and no field of another type, causes an error or a payload that Slack refuses."""
    answer = await people.clicks(action, value)
    assert answer.status == 200
    # Bolt itself looks for ids in the person and the channel, and fails on what is no object.
    answer = await people.clicks(action, value, **{field: odd if field == "response_url" else {"id": odd}})
    assert answer.status == 200
    chosen = [{"action_id": action, "selected_option": odd}]
    assert (await people.interacts("block_actions", actions=chosen)).status == 200
    assert "ref-" not in str(people.heard)


async def test_a_form_that_slack_refuses_is_an_error(people: People) -> None:
    """An expired trigger is explained to the person."""

    async def late(*_: object) -> str:
        raise SlackError("views.open", "expired_trigger_id", workspace="-:T1")

    people.slack.open_view = late  # type: ignore[method-assign,assignment]
    await people.types("subscribe")
    assert people.heard
    assert problems(people.heard[-1]) == []


async def test_the_question_about_older_issues_is_answered_by_its_buttons_and_its_form(people: People) -> None:
    """A question that nobody knows, or an action of another version, changes nothing and is said."""
    for action in ("older:all", "older:none", "older:choose"):
        await people.clicks(action, "17")
        assert "do not know that question" in str(people.heard[-1])
    await people.clicks("older:some", "17")
    assert "older version" in str(people.heard[-1])
    said = await people.submits({"older": {"older": {"selected_options": [{"value": "5"}]}}}, "older")
    assert "do not know that question" in said.said
    assert "do not know that question" in (await people.submits(None, "older")).said


async def test_an_unconfirmed_post_is_settled_by_its_buttons() -> None:
    """A person says whether the message is there; what happens next replaces the buttons."""
    asked: list[tuple[str, str, bool, str]] = []

    class Settling:
        """Records the decisions."""

        async def decide(self, workspace: str, value: str, *, post: bool, user: str) -> str:
            """Record a decision."""
            asked.append((workspace, value, post, user))
            return "Posting it now in <#C1>."

    settling = People([])
    settling.serves(unconfirmed=Settling())
    await settling.clicks(SETTLE_POST, "17:5")
    assert "Posting it now in <#C1>." in str(settling.heard[-1])
    await settling.clicks(SETTLE_LEAVE, "17:5")
    await settling.clicks("doubt:anything", "17:5")
    assert "older version" in str(settling.heard[-1])
    assert asked == [("-:T1", "17:5", True, "U1"), ("-:T1", "17:5", False, "U1")]
    assert all(said["replace_original"] for said in settling.heard)
