"""Payloads that lie, and people who try to look at another's list: refused, nothing shown, nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.playground import forms, payloads
from bot.playground.channel import Channel, ChannelMessage
from bot.playground.courier import Answer
from bot.playground.people import Person, readable
from bot.playground.workspace import View
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


def click(
    it: Whole, who: Person, where: ChannelMessage | View, element: str, value: str, **more: Any
) -> dict[str, Any]:
    """Make the payload of a click by `who` on an element that may be another's, or none at all."""
    now = it.stage.server.clock.now()
    kind = "overflow" if element.startswith("kept") else "button"
    said: dict[str, Any] = {"type": kind, "action_id": element, "block_id": more.pop("block_id", "b"), "value": value}
    if kind == "overflow":
        said["selected_option"] = {"value": value, "text": {"type": "plain_text", "text": "x"}}
    url = ""
    if isinstance(where, ChannelMessage):
        url = it.stage.server.response_url(it.workspace.new_response_url(where.channel, who.user.id, now))
    return {**payloads.actions(it.workspace, who.user, where, said, response_url=url, now=now), **more}


async def send(it: Whole, payload: dict[str, Any]) -> Answer:
    """Send it, signed: from Slack's address, whatever it says. A lie too gets its acknowledgement."""
    answer = await it.stage.courier.send("interactive", payload)
    assert answer.ok
    return answer


async def keeper(it: Whole, site: str) -> tuple[Person, Person, Channel, ChannelMessage]:
    """Give somebody with a list of two links, somebody else, their channel, and the list as the first one sees it."""
    ada, eve = it.person(), it.person()
    channel = it.channel(ada, eve)
    digest = await it.digest(ada, channel, *tales(site, "mesh", "graph"))
    for reply in digest.replies:
        await ada.reacts(reply, "bookmark")
    return ada, eve, channel, await it.saved(ada, channel, f"{site}.example/mesh", f"{site}.example/graph")


def choices(listed: ChannelMessage) -> list[tuple[str, str, str]]:
    """Give all that a list's menus offer: the block, the action and the value."""
    return [
        (block, str(element["action_id"]), str(option["value"]))
        for block, element in forms.elements(listed.blocks)
        if element["type"] == "overflow"
        for option in element["options"]
    ]


async def test_another_s_menu_does_nothing_to_their_list(it: Whole) -> None:
    """Somebody who sends another's menu choices changes nothing of theirs and sees nothing of it."""
    ada, eve, channel, listed = await keeper(it, "menu")
    before = len(eve.sees(channel))
    for block, action, value in choices(listed):
        await send(it, click(it, eve, listed, action, value, block_id=block))
    await it.reads(eve, channel, "do not keep", after=before)
    shown = "\n".join(readable(one) for one in eve.sees(channel)[before:])
    assert "menu.example" not in shown
    assert eve.screen is None
    await it.saved(ada, channel, "menu.example/mesh", "menu.example/graph")
    await it.saved(eve, channel)


async def test_the_same_person_of_another_workspace_has_another_list(it: Whole) -> None:
    """A payload that names a foreign workspace reaches no list of this one, be its user's id the same."""
    ada, _, channel, listed = await keeper(it, "foreign")
    foreign = {
        "team": {"id": "T9FOREIGN", "domain": "foreign"},
        "user": {"id": ada.user.id, "team_id": "T9FOREIGN"},
    }
    for block, action, value in choices(listed):
        await send(it, {**click(it, ada, listed, action, value, block_id=block), **foreign})
    before = len(ada.sees(channel))
    await send(it, {**click(it, ada, listed, "saved:all", json.dumps({"q": "", "o": 0})), **foreign})
    await it.reads(ada, channel, "kept nothing yet", after=before)
    if ada.screen:
        await ada.closes(ada.screen)
    await it.saved(ada, channel, "foreign.example/mesh", "foreign.example/graph")


@pytest.mark.parametrize(
    "value",
    ["remove:", "remove:zz", f"remove:{'0' * 32}", "drop:" + "0" * 32, "", "[" * 2000, "note:" + "f" * 32, "\x00"],
)
async def test_a_choice_that_no_menu_has(it: Whole, value: str) -> None:
    """A value that the bot did not make is met with a line, or with nothing to do."""
    ada = it.person()
    channel = it.channel(ada)
    said = await it.asks(ada, channel, "/weekly saved", "nothing yet")
    before = len(ada.sees(channel))
    await send(it, click(it, ada, said, "kept:0", value))
    told = await it.until(lambda: ada.sees(channel)[before:], "no answer")
    assert any(words in readable(told[-1]) for words in ("older version", "nothing yet", "do not keep"))


async def test_a_note_that_lies(it: Whole) -> None:
    """A note that is too long, on what is not kept, or in a form with parts missing is refused beside its field."""
    ada, eve, channel, listed = await keeper(it, "note")
    await ada.clicks(listed, "Add a note", beside="mesh")
    form = await it.modal(ada, "Your note")
    now = it.stage.server.clock.now()
    field = {"note": {"note": {"type": "plain_text_input", "value": "x" * 3_000}}}
    answer = await send(it, payloads.submission(it.workspace, ada.user, form, field, now))
    assert "at most 500" in answer.json()["errors"]["note"]
    field["note"]["note"]["value"] = "mine now"
    answer = await send(it, payloads.submission(it.workspace, eve.user, form, field, now))
    assert "do not keep" in answer.json()["errors"]["note"]
    lies: list[tuple[str, Any]] = [
        ("state", {"values": {}}), ("state", {"values": {"note": {}}}), ("state", {}), ("state", None),
        ("private_metadata", ""), ("private_metadata", "{}"), ("private_metadata", "[" * 3000),
        ("private_metadata", json.dumps({"key": "x", "home": ""})),
    ]  # fmt: skip
    for name, lie in lies:
        payload = payloads.submission(it.workspace, ada.user, form, field, now)
        payload["view"][name] = lie
        answer = await send(it, payload)
        assert answer.json()["response_action"] == "errors"
    await ada.closes(form)
    await it.becomes(await it.saved(ada, channel, "note.example/mesh", "note.example/graph"), without="Note:")
