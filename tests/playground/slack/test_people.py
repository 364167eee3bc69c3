"""People with verbs, and a real Bolt app on the other end of signed HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.slack.channel import Channel
from playground.slack.fixtures import connect, demo_site
from playground.slack.front import front
from playground.slack.people import Person, WorkspaceFixture, readable, workspace_fixture
from playground.slack.server import Server
from playground.slack.workspace import User, Workspace

SECRET = "a secret of the tests"


def plain(text: str) -> dict[str, str]:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


BUTTONS = [
    {"type": "actions", "elements": [{"type": "button", "action_id": "share", "text": plain("Share"), "value": "7"}]}
]
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "blocks": [
        {
            "type": "input",
            "block_id": "zone",
            "label": plain("Zone"),
            "optional": True,
            "element": {"type": "external_select", "action_id": "zone", "min_query_length": 1},
        },
        {
            "type": "input",
            "block_id": "note",
            "label": plain("Note"),
            "element": {"type": "plain_text_input", "action_id": "note", "initial_value": "none"},
        },
    ],
}

BOXES = {
    "type": "checkboxes",
    "action_id": "kept",
    "options": [{"text": plain(word), "value": word} for word in ("mesh", "graph")],
}
HOME = {
    "type": "home",
    "blocks": [
        {
            "type": "input",
            "block_id": "search",
            "dispatch_action": True,
            "label": plain("Search"),
            "element": {"type": "plain_text_input", "action_id": "search", "placeholder": plain("Look for")},
        },
        {"type": "actions", "block_id": "boxes", "elements": [BOXES]},
    ],
}
CHOOSER = {
    "type": "modal",
    "callback_id": "chooser",
    "title": plain("Keep"),
    "submit": plain("Save"),
    "notify_on_close": True,
    "blocks": [{"type": "input", "block_id": "boxes", "label": plain("Links"), "element": BOXES}],
}


@dataclass
class Trial:
    """A Bolt app that records what it receives, and a person who uses it."""

    fixture: WorkspaceFixture
    you: Person
    channel: Channel
    bolt: AsyncApp
    heard: list[Any] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    broken: int = 0
    silent: asyncio.Event | None = None
    """Until this is set, the app does not answer."""


def listeners(bolt: AsyncApp, trial: Trial) -> None:  # noqa: C901, PLR0915 - a listener of each kind
    """Add one listener of each kind to the app."""

    @bolt.command("/weekly")
    async def command(ack: Any, command: dict[str, str], respond: Any, client: AsyncWebClient) -> None:
        trial.heard.append(command)
        if command["text"] == "form":
            await ack()
            await client.views_open(trigger_id=command["trigger_id"], view=FORM)
        elif command["text"] == "later":
            await ack()
            trial.heard.append((await respond("later it is")).status_code)
        elif command["text"] == "aloud":
            await ack({"response_type": "in_channel", "text": "for all"})
        else:
            if trial.silent:
                await trial.silent.wait()
            await ack({"text": f"you said {command['text']}", "blocks": BUTTONS})

    @bolt.event("reaction_added")
    async def reacted(event: dict[str, Any]) -> None:
        trial.heard.append(event)
        if trial.broken:
            trial.broken -= 1
            raise ValueError("broken")

    @bolt.action("share")
    async def share(ack: Any, respond: Any, action: dict[str, Any]) -> None:
        await ack()
        await respond(text=f"shared {action['value']}", replace_original=True)

    @bolt.options("zone")
    async def zones(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[{"text": plain(f"{payload['value']}/London"), "value": "Europe/London"}])

    @bolt.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        trial.heard.append(event)
        await client.views_publish(user_id=event["user"], view=HOME)

    @bolt.action("search")
    @bolt.action("kept")
    async def set_to(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        trial.heard.append(body)

    @bolt.shortcut("save_links")
    async def used(ack: Any, shortcut: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        trial.heard.append(shortcut)
        await client.views_open(trigger_id=shortcut["trigger_id"], view=CHOOSER)

    @bolt.view_closed("chooser")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        trial.heard.append(body)

    @bolt.view("chooser")
    async def chosen(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        trial.heard.append(view["state"]["values"])

    @bolt.view("form")
    async def sent(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        trial.heard.append(values)
        note = values["note"]["note"]["value"]
        if note == "bad":
            await ack(response_action="errors", errors={"note": "no"})
        elif note in {"push", "update"}:
            await ack(response_action=note, view={**FORM, "title": plain(note)})
        elif note == "clear":
            await ack(response_action="clear")
        else:
            await ack()


@pytest.fixture
async def trial() -> AsyncIterator[Trial]:
    """Run a stand-in and an app on loopback."""
    site, workspace, channel, user = demo_site()
    workspace.trigger_life = timedelta(minutes=1)  # on a busy machine three seconds pass quickly
    async with Server(site) as server, aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=workspace.token, base_url=server.api_url, session=session, retry_handlers=[])
        bolt = AsyncApp(client=client, signing_secret=SECRET, process_before_response=True)

        async def events(request: Request) -> Response:
            return await AsyncSlackRequestHandler(bolt).handle(request)

        pauses: list[float] = []

        async def wait(seconds: float) -> None:
            pauses.append(seconds)

        asgi = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
        async with (
            front(asgi) as url,
            workspace_fixture(
                server, workspace, f"{url}/slack/events", SECRET, wait=wait, answer_seconds=10
            ) as fixture,
        ):
            trial = Trial(fixture, fixture.person(user), channel, bolt, pauses=pauses)
            listeners(bolt, trial)
            yield trial


async def test_a_command_is_answered_in_private(trial: Trial) -> None:
    """The app's immediate answer is shown to the person who asked, and to nobody else."""
    heard = await trial.you.types("/weekly service mesh", trial.channel)
    assert heard.message in trial.you.sees(trial.channel)
    assert heard.message not in trial.fixture.person("ada").sees(trial.channel)
    assert trial.heard[0]["text"] == "service mesh"


async def test_an_answer_in_the_channel_shows_the_command(trial: Trial) -> None:
    """An answer in the channel is seen by all, below the typed command."""
    await trial.you.types("/weekly aloud", trial.channel)
    assert [message.text for message in trial.fixture.person("ada").sees(trial.channel)] == ["/weekly aloud", "for all"]


async def test_an_answer_beyond_a_limit_is_not_shown(trial: Trial) -> None:
    """An answer that Slack would refuse is shown as the error with which it is refused."""
    shown = await trial.you.types(f"/weekly {'x' * 40_001}", trial.channel)
    assert "/weekly failed with the error “msg_too_long”" in shown.text
    assert [message.user for message in trial.you.sees(trial.channel)] == ["USLACKBOT"]


async def test_a_late_answer_is_sent_to_the_response_url(trial: Trial) -> None:
    """An answer that the app sends to the response URL is shown too."""
    await trial.you.types("/weekly later", trial.channel)
    seen = await trial.fixture.until(lambda: trial.you.sees(trial.channel))
    assert [message.text for message in seen] == ["later it is"]


async def test_a_silent_app_times_out(trial: Trial) -> None:
    """An app that answers too late is shown as operation_timeout, one without such a command as failed."""
    trial.silent = asyncio.Event()
    trial.fixture.sender.answer_seconds = 0.05
    assert "operation_timeout" in (await trial.you.types("/weekly x", trial.channel)).text
    trial.silent.set()
    trial.fixture.sender.answer_seconds = 5
    assert "dispatch_failed" in (await trial.you.types("/other x", trial.channel)).text


async def test_a_wrong_signature_is_refused(trial: Trial) -> None:
    """The request sender signs for real: with another secret, the app refuses."""
    trial.fixture.sender.secret = "another"
    assert (await trial.you.types("/weekly x", trial.channel)).answer.status == 401


async def test_a_reaction_is_sent_until_it_is_acknowledged(trial: Trial) -> None:
    """A failed event is sent again almost at once, after a minute and after five, with the same id."""
    message = trial.fixture.person("ada").says("hello", trial.channel)
    trial.broken = 2
    answer = await trial.you.reacts(message, "bookmark")
    assert answer is not None
    assert answer.ok
    assert trial.pauses == [0.0, 60.0]
    assert len({name for name, _ in trial.fixture.sender.sent}) == 1
    assert trial.heard[0]["item"] == {"type": "message", "channel": trial.channel.id, "ts": message.ts}
    assert await trial.you.reacts(message, "bookmark") is None


async def test_a_reaction_in_a_channel_without_the_bot(trial: Trial) -> None:
    """A channel without the bot sends no event."""
    general = trial.fixture.workspace.channel("general")
    assert general is not None
    assert await trial.you.reacts(trial.you.says("hello", general), "bookmark") is None


async def test_a_button_s_answer_replaces_its_message(trial: Trial) -> None:
    """A click sends the button's value to the app, whose answer replaces the message."""
    message = (await trial.you.types("/weekly x", trial.channel)).message
    assert message is not None
    assert (await trial.you.clicks(message, "Share")).ok
    await trial.fixture.until(lambda: readable(message) == "shared 7")
    with pytest.raises(LookupError, match="nothing"):
        await trial.you.clicks(message, "Share")


async def test_a_form_is_opened_filled_in_and_sent(trial: Trial) -> None:
    """A modal opens, suggests, shows errors and closes."""
    await trial.you.types("/weekly form", trial.channel)
    view = await trial.fixture.until(lambda: trial.you.screen)
    assert view is not None
    options = await trial.you.asks(view, "zone", "Europe")
    assert [option["text"]["text"] for option in options] == ["Europe/London"]
    answer = await trial.you.submits(view, {"zone": options[0], "note": "bad"})
    assert answer.json()["errors"] == {"note": "no"}
    assert view.open
    await trial.you.submits(view, {"zone": options[0]})
    assert trial.you.screen is None
    assert trial.heard[-1]["zone"]["zone"]["selected_option"] == options[0]
    assert trial.heard[-1]["note"]["note"]["value"] == "none"


async def test_a_form_s_answer_changes_the_stack(trial: Trial) -> None:
    """The answer to a form changes it, pushes another one, or clears them all."""
    await trial.you.types("/weekly form", trial.channel)
    view = await trial.fixture.until(lambda: trial.you.screen)
    assert view is not None
    await trial.you.submits(view, {"note": "update"})
    assert view.payload["title"]["text"] == "update"
    await trial.you.submits(view, {"note": "push"})
    top = trial.you.screen
    assert top is not None
    assert top is not view
    assert top.payload["title"]["text"] == "push"
    await trial.you.submits(top, {"note": "clear"})
    assert trial.you.screen is None


async def test_a_reaction_is_removed(trial: Trial) -> None:
    """Removing a reaction sends an event of its own, if there was one."""
    message = trial.you.says("hello", trial.channel)
    assert await trial.you.unreacts(message, "bookmark") is None
    await trial.you.reacts(message, "bookmark")
    await trial.fixture.person("ada").reacts(message, "bookmark")
    answer = await trial.you.unreacts(message, "bookmark")
    assert answer is not None
    assert answer.status == 404  # the app under test does not listen to it, and so it was sent four times
    assert trial.pauses == [0.0, 60.0, 300.0]
    assert message.reactions == {"bookmark": [trial.fixture.person("ada").user.id]}


async def test_an_unreachable_app(trial: Trial) -> None:
    """An address where nobody listens is a failed connection."""
    trial.fixture.sender.url = "http://127.0.0.1:1/nowhere"
    heard = await trial.you.types("/weekly x", trial.channel)
    assert heard.answer.reason == "connection_failed"
    with pytest.raises(TimeoutError):
        await trial.fixture.until(lambda: None, within=0.01)


async def test_socket_mode_works_like_http(trial: Trial) -> None:
    """With an open Socket Mode connection, commands and events are sent and answered on it."""
    handler: Any = AsyncSocketModeHandler(trial.bolt, trial.fixture.workspace.app_token)
    try:
        await handler.connect_async()
        async with asyncio.timeout(5):
            await trial.fixture.server.sockets.connected.wait()
        trial.fixture.sender.url = "http://127.0.0.1:1/nowhere"
        assert "you said x" in readable_answer(await trial.you.types("/weekly x", trial.channel))
        answer = await trial.you.reacts(trial.you.says("hello", trial.channel), "bookmark")
        assert answer is not None
        assert answer.ok
    finally:
        await handler.close_async()


def readable_answer(heard: Any) -> str:
    """Return an answer's text as phones would show it."""
    return str(heard.message.text)


async def test_opening_the_home_tab_sends_an_event(trial: Trial) -> None:
    """Opening the Home tab sends an event, with the view from the second time on; using its elements sends actions."""
    assert trial.you.home is None
    await trial.you.opens_home()
    home = await trial.fixture.until(lambda: trial.you.home)
    assert home is not None
    assert home.is_home
    await trial.you.opens_home()
    first, second = trial.heard
    assert (first["tab"], first["channel"], "view" in first) == ("home", trial.you.direct.id, False)
    assert second["view"]["hash"]
    await trial.you.fills(home, "Look for", "mesh")
    await trial.you.ticks(home, "graph")
    typed, ticked = trial.heard[2:]
    assert typed["actions"][0]["value"] == "mesh"
    values = ticked["view"]["state"]["values"]
    assert values["search"]["search"]["value"] == "mesh"
    assert [one["value"] for one in values["boxes"]["kept"]["selected_options"]] == ["graph"]
    assert ticked["view"]["hash"] == home.hash
    assert trial.fixture.person("ada").home is None


async def test_no_home_tab(trial: Trial) -> None:
    """An app that did not subscribe, or whose Home tab is switched off, receives no event."""
    trial.fixture.workspace.home_tab = False
    assert await trial.you.opens_home() is None
    assert trial.heard == []


async def test_a_shortcut_sends_the_whole_message(trial: Trial) -> None:
    """The shortcut sends the message even if the app is not in the channel; private ones do not offer it."""
    general = trial.fixture.workspace.channel("general")
    assert general is not None
    said = trial.fixture.person("ada").says("see <https://example.com>", general)
    assert (await trial.you.uses(said)).ok
    assert trial.heard[0]["message"]["text"] == said.text
    assert (trial.heard[0]["message_ts"], trial.heard[0]["channel"]["id"]) == (said.ts, general.id)
    private = (await trial.you.types("/weekly x", trial.channel)).message
    assert private is not None
    with pytest.raises(LookupError, match="there is: nothing"):
        await trial.you.uses(private)
    with pytest.raises(LookupError, match="there is: Save links"):
        await trial.you.uses(said, "Translate")


async def test_boxes_are_sent_with_their_form(trial: Trial) -> None:
    """Ticked boxes of an input are sent with the form; a required input without any keeps it from being sent."""
    await trial.you.uses(trial.you.says("hello", trial.channel))
    view = await trial.fixture.until(lambda: trial.you.screen)
    assert view is not None
    assert "Links" in (await trial.you.submits(view)).reason
    assert view.open
    await trial.you.ticks(view, "mesh", "graph")
    await trial.you.unticks(view, "graph")
    assert len(trial.heard) == 1
    assert (await trial.you.submits(view)).ok
    assert [one["value"] for one in trial.heard[1]["boxes"]["kept"]["selected_options"]] == ["mesh"]


async def test_a_form_is_closed(trial: Trial) -> None:
    """Closing a form sends an event only if the form asks for it."""
    await trial.you.uses(trial.you.says("hello", trial.channel))
    view = await trial.fixture.until(lambda: trial.you.screen)
    assert view is not None
    assert await trial.you.closes(view) is not None
    assert trial.heard[-1]["type"] == "view_closed"
    assert trial.you.screen is None
    await trial.you.types("/weekly form", trial.channel)
    form = await trial.fixture.until(lambda: trial.you.screen)
    assert form is not None
    assert await trial.you.closes(form) is None


async def test_an_element_is_used_by_its_ids(trial: Trial) -> None:
    """An element without a text is found by its ids; if it is gone, the error says so."""
    await trial.you.opens_home()
    home = await trial.fixture.until(lambda: trial.you.home)
    assert home is not None
    await trial.you.acts(home, "boxes", "kept", ["mesh"])
    assert [one["value"] for one in trial.heard[-1]["actions"][0]["selected_options"]] == ["mesh"]
    await trial.you.clicks(home, "graph")
    assert [one["value"] for one in trial.heard[-1]["actions"][0]["selected_options"]] == ["graph"]
    with pytest.raises(LookupError, match="any more"):
        await trial.you.acts(home, "boxes", "gone")
    with pytest.raises(LookupError, match="no 'queue' to tick here; there is: mesh, graph"):
        await trial.you.ticks(home, "queue")


async def test_held_events_are_released_in_any_order_any_number_of_times(trial: Trial) -> None:
    """Held events are sent when they are released, in the given order, each as often as asked."""
    trial.fixture.sender.hold()
    for word in ("one", "two"):
        await trial.you.reacts(trial.you.says(word, trial.channel), "bookmark")
    assert trial.heard == []
    answers = await trial.fixture.sender.release(lambda waiting: waiting[::-1], copies=2)
    assert [answer.ok for answer in answers] == [True] * 4
    told = [event["item"]["ts"] for event in trial.heard]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == 2


async def test_a_shared_channel_sends_events_to_each_workspace(trial: Trial) -> None:
    """A reaction in a channel of two workspaces is sent once for each, with the same time and different ids."""
    other = trial.fixture.server.site.add(Workspace("T2", token="xoxb-2", bot=User("U2BOT", "backissue", is_bot=True)))
    connect(trial.channel, trial.fixture.workspace, other)
    trial.fixture.sender.hold()
    guest = Person(replace(trial.fixture, workspace=other), other.add_user("linus"))
    await guest.reacts(trial.you.says("hello", trial.channel), "bookmark")
    here, there = trial.fixture.sender.held or []
    assert (here["context_team_id"], there["context_team_id"]) == ("T2", "T0DEMO")
    assert here["team_id"] == there["team_id"] == "T2"
    assert [one["authorizations"][0]["team_id"] for one in (here, there)] == ["T2", "T0DEMO"]
    assert here["event"] == there["event"]
    assert here["event_id"] != there["event_id"]
    assert here["is_ext_shared_channel"]
