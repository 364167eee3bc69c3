"""Forged payloads, and people who try to see another's list: refused, nothing shown, nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.bookmark import Member
from playground.slack import forms, payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.people import Person, readable
from playground.slack.request_sender import AppReply
from playground.slack.workspace import View
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


def click(
    it: Whole, who: Person, where: ChannelMessage | View, element: str, value: str, **more: Any
) -> dict[str, Any]:
    """Return the payload of a click by `who` on an element that may be another's, or not exist."""
    now = it.fixture.server.clock.now()
    kind = "overflow" if element.startswith("kept") else "button"
    said: dict[str, Any] = {"type": kind, "action_id": element, "block_id": more.pop("block_id", "b"), "value": value}
    if kind == "overflow":
        said["selected_option"] = {"value": value, "text": {"type": "plain_text", "text": "x"}}
    url = ""
    if isinstance(where, ChannelMessage):
        url = it.fixture.server.response_url(it.workspace.new_response_url(where.channel, who.user.id, now))
    return {**payloads.actions(it.workspace, who.user, where, said, response_url=url, now=now), **more}


async def send(it: Whole, payload: dict[str, Any]) -> AppReply:
    """Send it, signed as Slack does. A forged payload is acknowledged too."""
    answer = await it.fixture.sender.send("interactive", payload)
    assert answer.ok
    return answer


async def with_links(it: Whole, site: str) -> tuple[Person, Person, Channel, ChannelMessage]:
    """Return a person with a list of two links, another person, their channel, and the first one's list message."""
    ada, eve = it.person(), it.person()
    channel = it.channel(ada, eve)
    digest = await it.digest(ada, channel, *tales(site, "mesh", "graph"))
    for reply in digest.replies:
        await ada.reacts(reply, "bookmark")
    return ada, eve, channel, await it.saved(ada, channel, f"{site}.example/mesh", f"{site}.example/graph")


def choices(listed: ChannelMessage) -> list[tuple[str, str, str]]:
    """Return all options of a list's menus: the block, the action and the value."""
    return [
        (block, str(element["action_id"]), str(option["value"]))
        for block, element in forms.elements(listed.blocks)
        if element["type"] == "overflow"
        for option in element["options"]
    ]


async def test_another_s_menu_does_not_change_their_list(it: Whole) -> None:
    """A person who sends another's menu choices changes nothing of theirs and sees none of it."""
    ada, eve, channel, listed = await with_links(it, "menu")
    before = len(eve.sees(channel))
    for block, action, value in choices(listed):
        await send(it, click(it, eve, listed, action, value, block_id=block))
    await it.reads(eve, channel, "not among your bookmarks", after=before)
    shown = "\n".join(readable(one) for one in eve.sees(channel)[before:])
    assert "menu.example" not in shown
    assert eve.screen is None
    await it.saved(ada, channel, "menu.example/mesh", "menu.example/graph")
    await it.saved(eve, channel)


async def test_a_payload_of_another_workspace_is_refused(it: Whole) -> None:
    """A payload of another workspace gets an error, shows and changes no list, and leaves nothing behind."""
    ada, _, channel, listed = await with_links(it, "foreign")
    said = await it.asks(ada, channel, "/weekly about mesh", "foreign.example/mesh")
    foreign = {
        "team": {"id": "T9FOREIGN", "domain": "foreign"},
        "user": {"id": ada.user.id, "team_id": "T9FOREIGN"},
    }
    save = next(one for _, one in forms.elements(said.blocks) if one["action_id"].startswith("save:"))
    lies = [
        *choices(listed),
        ("b", "saved:all", json.dumps({"q": "", "o": 0})),
        ("b", save["action_id"], save["value"]),
    ]
    for block, action, value in lies:
        before = len(ada.sees(channel))
        await send(it, {**click(it, ada, listed, action, value, block_id=block), **foreign})
        await it.reads(ada, channel, "belong to another workspace", after=before)
    assert ada.screen is None
    now = it.fixture.server.clock.now()
    typed = payloads.command(it.workspace, ada.user, channel, "/weekly saved", response_url="", now=now)
    answer = await it.fixture.sender.send("slash_commands", {**typed, "team_id": "T9FOREIGN"})
    assert "belong to another workspace" in answer.body
    await ada.clicks(listed, "Add a note", beside="mesh")
    form = await it.modal(ada, "Your note")
    note = {"note": {"note": {"type": "plain_text_input", "value": "not mine"}}}
    answer = await send(it, {**payloads.submission(it.workspace, ada.user, form, note, now), **foreign})
    assert "belong to another workspace" in answer.body
    await ada.closes(form)
    asked = {"type": "block_suggestion", "action_id": "again", "block_id": "b", "value": "mesh", **foreign}
    assert (await send(it, asked)).json() == {"options": []}
    item = {"type": "message", "channel": channel.id, "ts": listed.ts}
    event = {"type": "reaction_added", "user": ada.user.id, "reaction": "bookmark", "item": item}
    wrapped = payloads.event(it.workspace, event, now)
    wrapped["authorizations"][0]["team_id"] = wrapped["team_id"] = "T9FOREIGN"
    assert (await it.fixture.sender.send("events_api", wrapped)).ok
    assert await it.app.ports.store.bookmarks.all(Member("T9FOREIGN", ada.user.id)) == ()
    await it.becomes(await it.saved(ada, channel, "foreign.example/mesh", "foreign.example/graph"), without="Note:")


@pytest.mark.parametrize(
    "value",
    ["remove:", "remove:zz", f"remove:{'0' * 32}", "drop:" + "0" * 32, "", "[" * 2000, "note:" + "f" * 32, "\x00"],
)
async def test_a_choice_that_no_menu_offers(it: Whole, value: str) -> None:
    """A value that the bot did not make gets an error or nothing."""
    ada = it.person()
    channel = it.channel(ada)
    said = await it.asks(ada, channel, "/weekly saved", "nothing yet")
    before = len(ada.sees(channel))
    await send(it, click(it, ada, said, "kept:0", value))
    told = await it.until(lambda: ada.sees(channel)[before:], "no answer")
    assert any(words in readable(told[-1]) for words in ("older version", "nothing yet", "not among your bookmarks"))


async def test_a_forged_note(it: Whole) -> None:
    """A note that is too long, on an unsaved link, or in an incomplete form is refused beside its field."""
    ada, eve, channel, listed = await with_links(it, "note")
    await ada.clicks(listed, "Add a note", beside="mesh")
    form = await it.modal(ada, "Your note")
    now = it.fixture.server.clock.now()
    field = {"note": {"note": {"type": "plain_text_input", "value": "x" * 3_000}}}
    answer = await send(it, payloads.submission(it.workspace, ada.user, form, field, now))
    assert "at most 500" in answer.json()["errors"]["note"]
    field["note"]["note"]["value"] = "mine now"
    answer = await send(it, payloads.submission(it.workspace, eve.user, form, field, now))
    assert "not among your bookmarks" in answer.json()["errors"]["note"]
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


async def test_another_s_picker_shows_nothing_of_a_private_message(it: Whole) -> None:
    """Sent by somebody else, a picker's choice shows no link of a private channel, and saves none."""
    ada, eve = it.person(), it.person()
    private, public = it.channel(ada, kind="private"), it.channel(ada, eve)
    links = " ".join(f"<https://private.example/{number}>" for number in range(12))
    secret = ada.says(links, private)
    await ada.reacts(secret, "bookmark")
    choice = await it.reads(ada, private, "12 links")
    buttons = [one for _, one in forms.elements(choice.blocks) if one["type"] == "button"]
    said = await it.asks(eve, public, "/weekly saved", "nothing yet")
    state = {"values": {block: {"ticks": one} for block, one in ticks(choice).items()}}
    for button in buttons:
        before = len(eve.sees(public))
        await send(it, click(it, eve, said, button["action_id"], button["value"], state=state))
        answer = await it.until(lambda at=before: eve.sees(public)[at:], "no answer")  # type: ignore[misc]
        assert "no longer know which message" in readable(answer[-1])
    await ada.uses(secret)
    form = await it.modal(ada, "12 links")
    values = forms.state(form.payload["blocks"], {})
    now = it.fixture.server.clock.now()
    told = await send(it, payloads.submission(it.workspace, eve.user, form, values, now))
    assert "private.example" not in told.body
    assert "no longer know which message" in told.body
    await ada.closes(form)
    await it.saved(eve, public)


def ticks(choice: ChannelMessage) -> dict[str, dict[str, Any]]:
    """Return the state of a link picker with every box ticked."""
    return {
        block: {"type": "checkboxes", "selected_options": one["options"]}
        for block, one in forms.elements(choice.blocks)
        if one["type"] == "checkboxes"
    }


async def test_forged_picker_choices_save_nothing(it: Whole) -> None:
    """Boxes of no message, or of links that the message does not have, save nothing."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("boxes", "mesh", "graph"))
    await ada.reacts(digest.parent, "bookmark")
    choice = await it.reads(ada, channel, "tick what you want to save")
    button = next(one for _, one in forms.elements(choice.blocks) if one["type"] == "button")
    option = {"text": {"type": "plain_text", "text": "x"}, "value": "0:000000000000"}
    for value, values in (
        (button["value"], {"ticks:0": {"ticks": {"selected_options": [option, {"value": 7}, None]}}}),
        (button["value"], {"ticks:0": None}),
        (button["value"], [1, 2]),
        (button["value"].replace("[]", '[0, "x"]'), {}),
        ("", {}),
        ("[" * 2000, {}),
        (json.dumps([channel.id, digest.parent.ts, 0, [], 0, "0" * 24]), {}),
        (json.dumps([channel.id, digest.parent.ts, 0, [], 0, "\ud800"]), {}),
    ):
        await send(it, click(it, ada, choice, "choose:save", value, state={"values": values}))
    await it.saved(ada, channel)


@pytest.mark.parametrize("action", ["save:0:0000", "unsave:0:0000"])
async def test_a_forged_save_button(it: Whole, action: str) -> None:
    """A button without a link of the archive, or with another than its message shows, saves nothing and says so."""
    ada = it.person()
    channel = it.channel(ada)
    number = await it.publish(*tales("button", "mesh"))
    slug = next(path.stem for path in it.archive.iterdir() if path.stem.endswith(f"-{number}"))
    said = await it.asks(ada, channel, "/weekly saved", "nothing yet")
    for value in (
        json.dumps([slug, 0, "0" * 12]), json.dumps([slug, 99, "0" * 12]), json.dumps(["nowhere", 0, "0" * 12]),
        json.dumps([slug, -1, "0" * 12]), json.dumps(["../../etc/passwd", 0, "0" * 12]), "[]", "", "x", "[" * 2000,
        json.dumps([slug, True, "0" * 12]), json.dumps({"slug": slug}),
    ):  # fmt: skip
        before = len(ada.sees(channel))
        await send(it, click(it, ada, said, action, value))
        told = await it.until(lambda at=before: ada.sees(channel)[at:], f"no answer to {value}")  # type: ignore[misc]
        assert any(words in readable(told[-1]) for words in ("not in the archive any more", "older version"))
    await it.saved(ada, channel)


async def test_a_forged_home_tab(it: Whole) -> None:
    """Another's Home tab changes nothing; invalid metadata and values show the first page, or nothing at all."""
    ada, eve, channel, _ = await with_links(it, "tab")
    await ada.opens_home()
    home = await it.home(ada, "You saved 2 links")
    rows = [
        (block, str(one["action_id"]), str(option["value"]))
        for block, one in forms.elements(home.payload["blocks"])
        if one["type"] == "overflow"
        for option in one["options"]
    ]
    for block, action, value in rows:
        await send(it, click(it, eve, home, action, value, block_id=block))
    odd = click(it, ada, home, "home:next", json.dumps({"q": "", "o": 10**9}))
    for metadata in ("", "[]", "[" * 3000, json.dumps({"q": 7, "o": "x"}), json.dumps({"q": "x" * 400, "o": 0})):
        await send(it, {**odd, "view": {**odd["view"], "private_metadata": metadata}})
    await send(it, click(it, ada, home, "home:keep:0", "0" * 32))
    await send(it, click(it, ada, home, "home:search", "x" * 3_000))
    await it.settled()
    for one in (eve, ada):
        while one.screen:
            await one.closes(one.screen)
    assert "tab.example" not in (readable(eve.home) if eve.home else "")
    await it.saved(eve, channel)
    await it.saved(ada, channel, "tab.example/mesh", "tab.example/graph")


async def test_a_forged_confirmation_deletes_its_sender_s_data_only(it: Whole) -> None:
    """A forged confirmation deletes the data of the person who sends it, and nobody else's."""
    ada, eve, channel, _ = await with_links(it, "oblivion")
    asked = await it.asks(ada, channel, "/weekly forget me", "Forget everything about you?")
    await send(it, click(it, eve, asked, "forget:me", "yes"))
    await it.saved(eve, channel)
    await it.saved(ada, channel, "oblivion.example/mesh", "oblivion.example/graph")


@pytest.mark.parametrize("ahead", [90_000, 10**11])
async def test_a_reaction_from_the_future_saves_nothing(it: Whole, ahead: int) -> None:
    """No later event could undo it, and a time after the year 9999 cannot be shown."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales(f"future{ahead}", "mesh"))
    now = it.fixture.server.clock.now()
    item = {"type": "message", "channel": channel.id, "ts": digest.replies[0].ts}
    wrapped = payloads.event(
        it.workspace, {"type": "reaction_added", "user": ada.user.id, "reaction": "bookmark", "item": item}, now
    )
    wrapped["event"]["event_ts"] = f"{int(now.timestamp()) + ahead}.000000"
    assert (await it.fixture.sender.send("events_api", wrapped)).ok
    await it.saved(ada, channel)
    await ada.reacts(digest.replies[0], "bookmark")
    await it.saved(ada, channel, f"future{ahead}.example/mesh")


async def test_a_click_from_the_future_can_be_undone(it: Whole) -> None:
    """It counts as of now, so that removing the bookmark by hand works as always."""
    ada = it.person()
    channel = it.channel(ada)
    await it.digest(ada, channel, *tales("ahead", "mesh"))
    said = await it.asks(ada, channel, "/weekly about mesh", "ahead.example/mesh")
    save = next(one for _, one in forms.elements(said.blocks) if one["action_id"].startswith("save:"))
    payload = click(it, ada, said, save["action_id"], save["value"])
    payload["actions"][0]["action_ts"] = "253402300800.000000"
    await send(it, payload)
    listed = await it.saved(ada, channel, "ahead.example/mesh")
    removal = next(one for one in choices(listed) if one[2].startswith("remove:"))
    await send(it, click(it, ada, listed, removal[1], removal[2], block_id=removal[0]))
    await it.saved(ada, channel)
