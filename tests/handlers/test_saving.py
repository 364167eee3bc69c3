"""Saving by buttons, the shortcut, the link picker, and reactions to other people's messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bookmarks.link_extraction import MAX_LINKS, extract_links
from bot.bookmarks.link_lookup import LinkLookup
from bot.bookmarks.ports import BookmarkTables
from bot.bookmarks.service import BookmarkUseCases
from bot.bookmarks.views.link_picker import PickerState, choose, choose_form, picked
from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.workspace import WorkspaceId
from bot.lookup.views.answer import SearchRequest
from bot.slack.api.errors import ChannelRefusedError, RateLimitedError, UnknownOutcomeError
from bot.slack.api.ports import Posted
from bot.slack.blocks.message import Block
from bot.slack.cards.save_button import SaveToken
from handlers import views
from playground.slack.limits import problems
from tests.fakes.subscriptions import FakeBookmark
from tests.fakes.talk import FakeSlack
from tests.handlers.people import People, StillClock

ME = Member("T1", "U1")
EPHEMERAL = {"container": {"is_ephemeral": True}}


async def saved(people: People, user: str = "U1") -> list[str]:
    """Return the addresses of a person's bookmarks, sorted."""
    return sorted(each.url for each in (await people.store.page(Member("T1", user), 0, 100)).bookmarks)


def saves(blocks: list[Block], label: str = "Save") -> dict[str, str]:
    """Return the values of a message's Save buttons by their actions."""
    found = [block.get("accessory") for block in blocks]
    found += [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return {each["action_id"]: each["value"] for each in found if each and each.get("text", {}).get("text") == label}


async def press(people: People, action: str, value: str, **where: Any) -> None:
    """Press a button, each time at a later moment."""
    people.pressed = getattr(people, "pressed", 0) + 1  # type: ignore[attr-defined]  # a clock for one test
    stamp = f"1700000000.{people.pressed:06}"  # type: ignore[attr-defined]  # as above
    await people.interacts(
        "block_actions", actions=[{"action_id": action, "value": value, "action_ts": stamp}], **where
    )


async def test_save_in_a_private_answer_marks_the_link(people: People) -> None:
    """The answer is replaced by one that marks the saved links; pressed again, the button removes the link."""
    blocks = (await people.types("kubernetes")).body["blocks"]
    action, value = next(iter(saves(blocks).items()))
    await press(people, action, value, **EPHEMERAL)
    (mine,) = await saved(people)
    shown = people.heard[-1]
    assert shown["replace_original"]
    ((again, held),) = saves(shown["blocks"], "Saved ✓").items()
    assert again == f"un{action}"
    await press(people, again, held, **EPHEMERAL)
    assert await saved(people) == []
    assert mine.rpartition("/")[2].isdigit()
    assert saves(people.heard[-1]["blocks"], "Saved ✓") == {}


@pytest.mark.parametrize("typed", ["random", "issue 6"])
async def test_save_in_other_private_answers(people: People, typed: str) -> None:
    """A random link and an issue's page are replaced too, with their link marked."""
    blocks = (await people.types(typed)).body["blocks"]
    action, value = next(iter(saves(blocks).items()))
    await press(people, action, value, **EPHEMERAL)
    assert len(await saved(people)) == 1
    assert list(saves(people.heard[-1]["blocks"], "Saved ✓")) == [f"un{action}"]


async def test_save_on_a_public_message(people: People) -> None:
    """Each press has a private answer with a button to remove the link; the first one explains saving."""
    blocks = (await people.types("issue 6")).body["blocks"]
    (first, one), (second, two) = list(saves(blocks).items())[:2]
    await press(people, first, one)
    assert "Only you see this" in str(people.heard[-1])
    assert people.heard[-1]["replace_original"] is False
    assert people.heard[-1]["text"].startswith("Saved: ")
    await press(people, second, two)
    assert len(await saved(people)) == 2
    assert people.heard[-1]["text"].startswith("Saved: ")
    assert "Only you see this" not in str(people.heard[-1])
    await press(people, first, one)
    assert people.heard[-1]["text"].startswith("You saved this already: ")
    ((drop, value),) = saves(people.heard[-1]["blocks"], "Drop").items()
    await press(people, drop, value, **EPHEMERAL)
    assert people.heard[-1]["text"].startswith("Removed: ")
    assert "'replace_original': True" in str(people.heard[-1])
    assert len(await saved(people)) == 1


async def test_save_on_a_reply_is_answered_in_its_thread(people: People) -> None:
    """If the bot may not write in the thread, or there is none, the answer is in the channel."""
    action, value = next(iter(saves((await people.types("issue 6")).body["blocks"]).items()))
    reply = {"container": {"message_ts": "2.000001", "thread_ts": "1.000001"}}
    await press(people, action, value, **reply)
    assert [(user, message.text[:7]) for user, message in people.slack.whispered] == [("U1", "Saved: ")]
    assert people.slack.threads == ["1.000001"]
    assert len(people.heard) == 0
    people.slack.mute = ChannelRefusedError("chat.postEphemeral", "not_in_channel", channel="C1")
    await press(people, action, value, **reply)
    await press(people, action, value, container={"message_ts": "1.000001", "thread_ts": "1.000001"})
    assert [said["text"][:8] for said in people.heard] == ["You save", "You save"]
    assert len(people.slack.whispered) == 1


async def test_an_old_button_finds_its_link_elsewhere(people: People) -> None:
    """A link that moved within the archive is found; for one that was removed, the answer says so."""
    blocks = (await people.types("issue 6")).body["blocks"]
    action, value = next(iter(saves(blocks).items()))
    slug, position, key = json.loads(value)
    await press(people, action, json.dumps([slug, position + 5, key]), **EPHEMERAL)
    assert len(await saved(people)) == 1
    await press(people, action, json.dumps([slug, position, "0" * 12]), **EPHEMERAL)
    assert "not in the archive" in str(people.heard[-1])


@pytest.mark.parametrize(
    "value",
    ["", "[]", "[1,2,3]", '["a",1,"xyz"]', '["a",true,"000000000000"]', "{", "[" * 900, '["a",1,"000000000000"]'],
)
async def test_values_that_no_button_has(people: People, value: str) -> None:
    """They are refused with an explanation, and nothing is saved."""
    await press(people, "save:1:abcd", value, **EPHEMERAL)
    await press(people, "save:1:abcd", value)
    assert "not in the archive" in str(people.heard[-1])
    assert await saved(people) == []


async def shortcut(people: People, message: Mapping[str, Any], **fields: Any) -> str:
    """Use the shortcut on a message in a conversation without the bot; return the answer, "" if there is none."""
    before = len(people.heard)
    body = {"callback_id": "save_links", "action_ts": "1700000000.000009", "channel": {"id": "D9"}, "message": message}
    assert (await people.interacts("message_action", **{**body, **fields})).status == 200
    return "".join(map(str, people.heard[before:]))


async def test_the_shortcut_saves_a_single_link(people: People) -> None:
    """A link of the archive is saved with its issue, any other with its own words."""
    said = await shortcut(people, {"ts": "1.000001", "text": "look: <https://example.com/kubernetes/3?utm_source=x>"})
    assert "Saved: *<https://example.com/kubernetes/3|Kubernetes tale number 3" in said
    said = await shortcut(people, {"ts": "1.000002", "text": "read <https://other.example/a?b=1&amp;c=2|this piece>!"})
    assert "|this piece>" in said
    both = (await people.store.page(ME)).bookmarks
    assert {(each.url, each.headline, each.issue, each.link.text) for each in both} == {
        ("https://example.com/kubernetes/3", "Kubernetes tale number 3.", "2021-02-28-6", ""),
        ("https://other.example/a?b=1&c=2", "this piece", "", "read !"),
    }
    assert "You saved this already" in await shortcut(
        people, {"ts": "1.000003", "text": "<http://other.example/a?b=1&c=2>"}
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"ts": "1.000001", "text": "no link"}, "no link in that message"),
        ({"ts": "1.000001", "text": "<javascript:alert(1)|click>"}, "no link that can be saved"),
        ({"ts": "1.000001", "text": f"<https://example.com/{'a' * 2_985}>"}, "no link that can be saved"),
        ({"ts": "1.000001", "text": f"<https://example.com/{'a' * 3_200}>"}, "at most 3,000 characters"),
        ({"ts": "1.000001", "text": "<https://example.com/\u202e>"}, "that does not show"),
        ({}, "no link in that message"),
        ({"ts": 5, "text": ["<https://example.com>"], "blocks": "x", "attachments": {"a": 1}}, "no link"),
    ],
)
async def test_messages_without_a_link(people: People, message: dict[str, Any], said: str) -> None:
    """They are refused with an explanation, and nothing is saved."""
    assert said in await shortcut(people, message)
    assert await saved(people) == []


async def test_an_incomplete_shortcut(people: People) -> None:
    """Without a message, a time or a person, nothing happens."""
    whole = {"ts": "1.000001", "text": "<https://example.com>"}
    wrong: list[tuple[Any, dict[str, Any]]] = [("x", {}), (whole, {"action_ts": "soon"})]
    for message, fields in wrong:
        assert await shortcut(people, message, **fields) == ""
    for user in ({}, {"id": ""}, {"id": "U 1"}, {"id": "U" * 5_000}, {"id": "U1\0"}):
        assert "didn't say who sent that" in await shortcut(people, whole, user=user)
    assert await saved(people) == []


def lists(count: int) -> dict[str, Any]:
    """Return a rich text message with `count` links."""
    links = [{"type": "link", "url": f"https://many.example/{n}", "text": f"Number {n}"} for n in range(1, count + 1)]
    section = {"type": "rich_text_section", "elements": links}
    return {"ts": "1.000007", "text": "fallback", "blocks": [{"type": "rich_text", "elements": [section]}]}


def ticked(view: Mapping[str, Any], *numbers: int) -> dict[str, Any]:
    """Return a form's state with the boxes of these numbers ticked."""
    field = next(block for block in view["blocks"] if block["type"] == "input")
    options = [one for one in field["element"]["options"] if int(one["text"]["text"].partition(".")[0]) in numbers]
    assert len(options) == len(numbers)
    return {"values": {field["block_id"]: {"ticks": {"type": "checkboxes", "selected_options": options}}}}


async def test_the_shortcut_offers_several_links_in_a_form(people: People) -> None:
    """It has ten boxes a page; turning the page or submitting saves the ticked ones and removes the unticked ones."""
    await shortcut(people, lists(12))
    view = people.slack.views["trigger-1"]
    assert problems(view) == []
    turn = {"action_id": "choose:next", "value": view["private_metadata"], "action_ts": "1700000000.000010"}
    await people.interacts("block_actions", actions=[turn], view={**view, "id": "V1", "state": ticked(view, 2, 10)})
    after = people.slack.views["V1"]
    assert "11–12" in str(after)
    done = await people.interacts("view_submission", view={**after, "state": ticked(after, 12)})
    assert "Saved 1 link" in done.said
    assert await saved(people) == [f"https://many.example/{n}" for n in (10, 12, 2)]
    back = {"action_id": "choose:back", "value": after["private_metadata"], "action_ts": "1700000000.000011"}
    await people.interacts("block_actions", actions=[back], view={**after, "id": "V1", "state": ticked(after)})
    first = people.slack.views["V1"]
    initial = next(block for block in first["blocks"] if block["type"] == "input")["element"]["initial_options"]
    assert [option["text"]["text"] for option in initial] == ["2. Number 2", "10. Number 10"]
    done = await people.interacts("view_submission", view={**first, "state": ticked(first, 10)})
    assert "dropped 1" in done.said.lower()
    assert await saved(people) == ["https://many.example/10", "https://many.example/12"]


async def test_a_choice_is_answered_in_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the database is slow, a modal says so at once and is replaced by the result."""
    monkeypatch.setattr(views, "FORM_TIMEOUT_SECONDS", 0.0)
    monkeypatch.setattr(views, "FOLLOW_UP_SECONDS", 0.0)
    await shortcut(people, lists(2))
    view = people.slack.views["trigger-1"]
    people.store.busy = 0.02
    answer = await people.interacts("view_submission", view={**view, "id": "V1", "state": ticked(view, 2)})
    assert ("Still saving" in answer.said, answer.body["view"]["title"]["text"]) == (True, "Save links")
    assert "Saved 1 link" in str(people.slack.views["V1"])


@pytest.mark.parametrize(
    "lie", ["", "[]", '["C1","1.0",-10,[],0]', '["C1","1.0",0,["a"],0]', "x" * 2_500, '["C8","9.0",0,[],0]']
)
async def test_a_forged_form(people: People, lie: str) -> None:
    """Unknown messages and invalid states are refused with an explanation, and nothing is saved."""
    await shortcut(people, lists(12))
    view = people.slack.views["trigger-1"]
    forged = {**view, "private_metadata": lie, "state": ticked(view, 1)}
    assert "no longer know" in (await people.interacts("view_submission", view=forged)).said
    await people.interacts("view_submission", view={"callback_id": "choose_links", "type": "modal"})
    await press(people, "choose:save", lie)
    assert await saved(people) == []


async def test_boxes_that_are_not_on_the_page(people: People) -> None:
    """Values of another page, or with the key of another link, are ignored."""
    await shortcut(people, lists(12))
    view = people.slack.views["trigger-1"]
    options = [{"value": value} for value in ("11:abc", "0:000000000000", "99:1", 5, None)]
    state = {"values": {"b": {"ticks": {"selected_options": options}}, "c": 1}}
    assert "Nothing changed" in (await people.interacts("view_submission", view={**view, "state": state})).said
    assert await saved(people) == []


async def test_a_reaction_on_another_person_s_message(people: People) -> None:
    """If the bot may read it, its one link is saved, with a hint the first time; removing the reaction removes it."""
    people.slack.readable["C1", "7.000001"] = {"ts": "7.000001", "text": "<https://found.example/x|A find>"}
    await people.reacts("7.000001", "8.000001")
    assert await saved(people) == ["https://found.example/x"]
    assert [user for user, _ in people.slack.whispered] == ["U1"]
    await people.reacts("7.000001", "8.000001")
    await people.reacts("7.000001", "8.000002", added=False)
    assert await saved(people) == []
    await people.reacts("7.000001", "8.000003")
    assert (await saved(people), len(people.slack.whispered), people.slack.reads) == (["https://found.example/x"], 1, 1)


async def test_a_reaction_on_an_unreadable_message(people: People) -> None:
    """The person is told once how to save its links; numbers and other emoji cause no read."""
    for at in range(3):
        await people.reacts("7.000001", f"8.{at:06}", emoji=("bookmark", "one", "heart")[at])
    await people.reacts("7.000002", "8.000009")
    assert people.slack.reads == 2
    ((user, message),) = people.slack.whispered
    assert user == "U1"
    assert "Save links" in message.text
    assert await saved(people) == []


async def test_a_message_of_several_links_offers_a_choice_once(people: People) -> None:
    """By the bot or by others, the person gets one private choice, even if the event comes twice."""
    people.slack.readable["C1", "1.000007"] = lists(3)
    people.store.posts("C1", "1.000008", *(FakeBookmark(f"https://b.example/{n}", f"B{n}", "x") for n in range(2)))
    for ts in ("1.000007", "1.000008"):
        await people.reacts(ts, "8.000001")
        await people.reacts(ts, "8.000001")
    assert ["tick what you want" in str(message.blocks) for _, message in people.slack.whispered] == [True, True]
    assert await saved(people) == []
    await people.reacts("1.000008", "8.000002", emoji="two")
    await people.reacts("1.000007", "8.000002", emoji="two")
    assert await saved(people) == ["https://b.example/1"]


_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["<https://a.b|c>", "link", "mrkdwn"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "url", "text", "elements", "blocks", "attachments", "x"]), inner)
    ),
    max_leaves=12,
)


def test_a_long_list_of_links_is_read_whole() -> None:
    """All links are read that the pages of the picker can show."""
    text = " ".join(f"<https://example.com/{number}>" for number in range(MAX_LINKS))
    assert len(extract_links({"text": text}).links) == MAX_LINKS == 1_000


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments", "ts"]), _ANYTHING))
def test_any_message_is_read(message: dict[str, Any]) -> None:
    """Any shape yields http and https addresses only, each once, or nothing."""
    found = extract_links(message)
    assert len(found.links) == len(dict(found.links)) <= MAX_LINKS
    assert all(url.lower().startswith(("http://", "https://")) for url, _ in found.links)


@given(_ANYTHING | st.text().map(lambda text: json.dumps([text, text, 0, [], 1])))
def test_any_value_from_outside_is_read_or_refused(value: Any) -> None:
    """Values of buttons, metadata and states of any shape never raise."""
    for each in (value, json.dumps(value)):
        token, place = SaveToken.read(each), PickerState.read(each)
        assert token is None or SaveToken.read(token.as_value()) == token
        assert place is None or PickerState.read(place.as_value()) == place
        assert all(isinstance(one, str) for one in picked(each))


@given(st.lists(st.tuples(st.text(max_size=400), st.text(max_size=400)), min_size=1, max_size=35), st.integers(0, 34))
def test_any_choice_keeps_every_limit(links: list[tuple[str, str]], offset: int) -> None:
    """Any text of a link fits Slack's limits, in a message and in a modal."""
    made = [BookmarkLink(f"https://example.com/{n}?{url}", words) for n, (url, words) in enumerate(links)]
    place = PickerState("C1", "1.000001", offset // 10 * 10 if offset < len(made) else 0, frozenset({0, offset}), 5)
    message = choose(made, place, "Saved 1 link.")
    assert problems({"text": message.text, "blocks": list(message.blocks)}) == []
    assert problems(choose_form(made, place)) == []
    assert SearchRequest.read(place.as_value()) is None


class FailingSlack(FakeSlack):
    """A fake Slack whose first calls fail with a given error."""

    def __init__(self, error: Exception, times: int = 99) -> None:
        """Fail with `error`, so many times."""
        super().__init__()
        self.error, self.times = error, times

    def _fail(self) -> None:
        self.times -= 1
        if self.times >= 0:
            raise self.error

    async def post(self, *given: Any, **named: Any) -> Posted:
        """Fail, or post."""
        self._fail()
        return await super().post(*given, **named)

    async def read(self, workspace: WorkspaceId, channel: str, ts: str) -> Mapping[str, Any] | None:
        """Fail, or read."""
        self._fail()
        return await super().read(workspace, channel, ts)


def through(people: People, slack: FakeSlack) -> BookmarkUseCases:
    """Return the use cases over another fake Slack."""
    answers, names, store = people.services.answers, people.services.names, people.store.opened
    tables = BookmarkTables(people.store, store.people, store.postings)
    return BookmarkUseCases.of(tables, LinkLookup(people.library, str), answers, slack, names, StillClock(), "secret")


async def test_an_answer_that_may_have_been_shared_is_not_shared_again(people: People) -> None:
    """The outcome is unknown, so sending it once more could show it twice."""
    people.serves(bookmarking=through(people, FailingSlack(UnknownOutcomeError("chat.postMessage", "timeout"))))
    await people.clicks("share", SearchRequest("kubernetes").as_value())
    assert [payload["response_type"] for payload in people.heard] == ["ephemeral"]


@pytest.mark.parametrize(("times", "found"), [(2, ["https://found.example/x"]), (3, [])])
async def test_a_read_that_slack_postpones_is_tried_again(people: People, times: int, found: list[str]) -> None:
    """It is tried three times; after that the reaction counts once the next person's reaction is followed."""
    limited = RateLimitedError("reactions.get", "ratelimited")
    limited.retry_after = 0.0
    slack = FailingSlack(limited, times)
    slack.readable["C1", "7.000001"] = {"ts": "7.000001", "text": "<https://found.example/x|A find>"}
    people.serves(bookmarking=through(people, slack))
    await people.reacts("7.000001", "8.000001")
    assert await saved(people) == found
    item = {"type": "message", "channel": "C1", "ts": "7.000001"}
    await people.sees(type="reaction_added", user="U2", reaction="bookmark", item=item, event_ts="8.000002")
    assert await saved(people) == await saved(people, "U2") == ["https://found.example/x"]


async def test_a_bookmark_is_saved_even_if_slack_refuses_the_hint(people: People) -> None:
    """The bookmark does not depend on the hint."""
    people.store.posts("C1", "7.000001", FakeBookmark("https://b.example/1", "B", "x"))
    people.slack.mute = ChannelRefusedError("chat.postEphemeral", "user_not_in_channel")
    assert (await people.reacts("7.000001", "8.000001")).status == 200
    assert await saved(people) == ["https://b.example/1"]


async def test_each_save_button_says_of_what(people: People) -> None:
    """Screen readers get the visible word, then the link's headline, in at most 75 characters (Slack's limit)."""
    blocks = (await people.types("kubernetes")).body["blocks"]
    buttons = [block["accessory"] for block in blocks if "accessory" in block]
    named = [each["accessibility_label"] for each in buttons]
    assert len(set(named)) == len(named) > 1
    assert all(name.startswith("Save Kubernetes tale number") and len(name) <= 75 for name in named)
