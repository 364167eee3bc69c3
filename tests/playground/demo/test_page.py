"""The page's server as the page uses it: the real app behind it, real HTTP before it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from archive.snapshot import Snapshot
from bot.runtime.settings import Settings
from playground.demo.page.run import DemoOptions, opened
from playground.demo.page.server import PageServer
from playground.slack.channel import ChannelMessage
from playground.slack.files import SlackFile
from tests.playground.visitor import WAIT_SECONDS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class House:
    """A page with the app behind it, and two people who both listen to it."""

    page: PageServer
    ada: Visitor
    grace: Visitor

    async def room(self, name: str) -> str:
        """Create a channel with both people and the bot, used by one test only, and return its id."""
        room = self.page.room
        channel = room.workspace.add_channel(name, room.people)
        room.relist(channel)
        return channel.id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Open an empty page on an archive of six small issues, three of them held back."""
    place, archive = tmp_path_factory.mktemp("page"), tmp_path_factory.mktemp("archive")
    for day in range(1, 7):
        lines = ["---", f"title: Issue {day}", f"date: 2024-01-0{day}", "---", "", "News", "====", ""]
        text = f"A service mesh, part {day}.\n\nhttps://example.com/mesh/{day}\n"
        (archive / f"2024-01-0{day}-{day}.md").write_text("\n".join(lines) + text)
    async with (
        opened(DemoOptions(archive, port=0, empty=True), place, Settings()) as page,
        aiohttp.ClientSession() as session,
    ):
        ada, grace = (Visitor(session, page.url, person.id) for person in page.room.people)
        await page.room.environment()
        async with ada.listening(), grace.listening():
            yield House(page, ada, grace)


async def test_the_state_has_everything_that_the_page_needs_at_first(house: House) -> None:
    """It has people, channels with the conversation with the bot, commands by name, and a mark to listen from."""
    found = await house.ada.state()
    assert found["ready"] is True
    assert [person["name"] for person in found["people"]] == ["Ada", "Grace"]
    assert {"devops", "general"} <= {channel["name"] for channel in found["channels"]}
    assert [channel["with"] for channel in found["channels"] if channel["kind"] == "im"] == [found["bot"]["id"]]
    assert [command["name"] for command in found["commands"]] == ["/weekly", "/tools", "/invite"]
    assert found["emoji"][0] == "bookmark"
    assert found["home"] is None
    assert found["event"]
    assert (await Visitor(house.ada.session, house.ada.url).state())["me"] == found["me"]


async def test_an_answer_is_seen_by_its_person_only(house: House) -> None:
    """A command's answer is pushed to the person who typed it, who can read it, and to nobody else."""
    channel = await house.room("private-words")
    said = await house.ada.does("say", channel=channel, text="/weekly service mesh")
    answer = await house.ada.reads("service mesh", channel)
    assert (said["ok"], answer["ts"], answer["ephemeral"]) == (True, said["ts"], True)
    mine, hers = await house.ada.messages(channel), await house.grace.messages(channel)
    assert [message["ts"] for message in mine["messages"]] == [said["ts"]]
    assert hers["messages"] == []
    await house.ada.does("say", channel=channel, text="and that was it")
    await house.grace.reads("and that was it", channel)
    digests = {"chat.postMessage", "chat.update"}
    calls = [push["call"] for push in house.grace.pushes if push["type"] == "call"]
    heard = [push for push in house.grace.pushes if push.get("message", {}).get("channel") == channel]
    assert "service mesh" not in json.dumps([heard, [call for call in calls if call["method"] not in digests]])
    refused = await house.grace.does(
        "click", channel=channel, ts=answer["ts"], block_id=answer["blocks"][-1]["block_id"], action_id="share"
    )
    assert (refused["ok"], "not there" in refused["problem"]) == (False, True)


async def test_a_mention_and_a_direct_message_reach_the_bot(house: House) -> None:
    """It answers in the thread of each; a message that is not for it is left alone."""
    channel = await house.room("asked")
    state = await house.ada.state()
    direct = next(each["id"] for each in state["channels"] if each["kind"] == "im")
    passing = await house.ada.does("say", channel=channel, text="backissue is a bot")
    for where, text in ((channel, "@Back Issue what is a service mesh?"), (direct, "what is a service mesh?")):
        asked = await house.ada.does("say", channel=where, text=text)
        push = await house.ada.until(
            lambda push, where=where: push["type"] == "thread" and push["channel"] == where  # type: ignore[misc]
        )
        assert push["ts"] == asked["ts"]
        thread = (await house.ada.messages(where, thread=asked["ts"]))["messages"]
        assert [message["is_bot"] for message in thread] == [False, True]
    assert f"<@{state['bot']['id']}>" in (await house.ada.messages(channel))["messages"][-1]["text"]
    assert (await house.ada.messages(channel, thread=passing["ts"]))["messages"][1:] == []


async def test_typed_markup_is_escaped(house: House) -> None:
    """Markup is escaped as Slack does, addresses become links; an unknown command and an empty line get an error."""
    channel = await house.room("text")
    await house.ada.does("say", channel=channel, text="<script>alert(1)</script> & https://example.com/a?b=1&c=2.")
    said = (await house.ada.messages(channel))["messages"][0]
    assert said["text"] == ("&lt;script&gt;alert(1)&lt;/script&gt; &amp; <https://example.com/a?b=1&amp;c=2>.")
    for text, word in (
        ("/nonsense", "/weekly, /tools or /invite"),
        (" ", "Write something"),
        ("x" * 12_001, "too long"),
    ):
        refused = await house.ada.does("say", channel=channel, text=text)
        assert (refused["ok"], word in refused["problem"]) == (False, True)
    in_thread = await house.ada.does("say", channel=channel, text="/weekly mesh", thread=said["ts"])
    assert "threads" in in_thread["problem"]
    await house.ada.does("say", channel=channel, text="below", thread=said["ts"])
    push = await house.ada.until(lambda push: push["type"] == "thread" and push["channel"] == channel)
    assert (push["ts"], push["thread"]["count"]) == (said["ts"], 1)
    thread = await house.ada.messages(channel, thread=said["ts"])
    assert [message["text"] for message in thread["messages"]] == [said["text"], "below"]


async def test_what_others_wrote_is_unread_until_it_is_seen(house: House) -> None:
    """A channel counts what others wrote, not one's own messages, until it is read."""
    channel = await house.room("unread")

    async def unread() -> int:
        state = await house.grace.state()
        return next(int(one["unread"]) for one in state["channels"] if one["id"] == channel)

    await house.ada.does("say", channel=channel, text="one")
    said = await house.ada.does("say", channel=channel, text="two")
    assert await unread() == 2
    await house.grace.does("read", channel=channel, ts=said["ts"])
    assert await unread() == 0
    await house.grace.does("say", channel=channel, text="three")
    assert await unread() == 0


async def test_a_long_channel_is_read_page_by_page(house: House) -> None:
    """Of 5,000 messages one page is loaded at once; all pages together hold each message once, in order."""
    channel = house.page.room.workspace.channels[await house.room("long")]
    begin = house.page.room.clock.now() - timedelta(days=2)
    for number in range(5_000):
        ts = channel.next_ts(begin + timedelta(seconds=number))
        channel.add(ChannelMessage(channel.id, ts, "U0BACKISSUE", f"{number}", is_bot=True))
    found: list[str] = []
    which: dict[str, str] = {}
    while True:
        page = await house.ada.messages(channel.id, limit="200", **which)
        found[:0] = [message["text"] for message in page["messages"]]
        if not page["more"]:
            break
        which = {"before": page["messages"][0]["ts"]}
    assert found == [str(number) for number in range(5_000)]
    after = await house.ada.messages(channel.id, after=channel.top.before(2**62, 3)[0].ts)
    assert ([message["text"] for message in after["messages"]], after["more"]) == (["4998", "4999"], False)


async def test_no_push_is_lost_over_a_reconnect(house: House) -> None:
    """A client that reconnects with its last mark gets everything since; an unknown mark makes it reload."""
    channel = await house.room("line")
    other = Visitor(house.ada.session, house.ada.url, house.ada.me)
    async with other.listening():
        await house.ada.does("say", channel=channel, text="while here")
        await other.reads("while here", channel)
    for number in range(3):
        await house.ada.does("say", channel=channel, text=f"while away {number}")
    async with other.listening(other.mark):
        await other.reads("while away 2", channel)
    here = [push["message"] for push in other.pushes if push["type"] == "posted"]
    texts = [message["text"] for message in here if message["channel"] == channel]
    assert texts == [f"while away {number}" for number in range(3)]
    async with other.listening("of-another-run-7"):
        await other.until(lambda push: push["type"] == "reload")


async def test_a_reaction_is_seen_by_all_and_removed(house: House) -> None:
    """A reaction shows who reacted; removed, it is gone; a name that is no emoji's is refused."""
    channel = await house.room("reactions")
    said = await house.ada.does("say", channel=channel, text="look")
    await house.grace.does("react", channel=channel, ts=said["ts"], emoji="tada")
    push = await house.ada.until(lambda push: push["type"] == "reacted" and push["message"]["channel"] == channel)
    assert push["message"]["reactions"] == [{"name": "tada", "count": 1, "users": [house.grace.me]}]
    await house.grace.does("unreact", channel=channel, ts=said["ts"], emoji="tada")
    assert (await house.ada.messages(channel))["messages"][0]["reactions"] == []
    refused = await house.grace.does("react", channel=channel, ts=said["ts"], emoji="<b>")
    assert not refused["ok"]


async def test_a_form_is_filled_in_and_sent(house: House) -> None:
    """The form opens for its person, completes a zone, shows errors beside fields, and closes with an answer."""
    channel = await house.room("form")
    await house.ada.does("say", channel=channel, text="/weekly subscribe")
    view = await house.ada.modal("zone")
    assert [one["id"] for one in (await house.ada.state())["modals"]] == [view["id"]]
    assert (await house.grace.state())["modals"] == []
    assert not (await house.grace.does("submit", view=view["id"]))["ok"]
    zone = {"view": view["id"], "block_id": "zone", "action_id": "zone"}
    options = (await house.ada.does("suggest", **zone, typed="berl"))["options"]
    assert [option["value"] for option in options] == ["Europe/Berlin"]
    empty = await house.ada.does("submit", view=view["id"], values={"days": {"days": []}, "sections": {"sections": []}})
    assert empty["errors"]
    days = next(block for block in view["blocks"] if block["block_id"] == "days")["element"]["options"]
    values = {"zone": {"zone": options[0]}, "days": {"days": days[:1]}, "sections": {"sections": _all(view)}}
    sent = await house.ada.does("submit", view=view["id"], values=values)
    assert sent == {"ok": True, "errors": {}}
    done = (await house.ada.state())["modals"][-1]
    assert "Europe/Berlin" in json.dumps(done)
    await house.ada.does("close_view", view=done["id"])
    await house.ada.until(lambda push: push == {"type": "modal_closed", "id": done["id"]})
    assert "closed already" in (await house.ada.does("close_view", view=done["id"]))["problem"]
    await _unsubscribes(house, channel)


async def _unsubscribes(house: House, channel: str) -> None:
    """Have Ada unsubscribe the channel, and confirm it."""
    await house.ada.does("say", channel=channel, text="/weekly unsubscribe")
    asked = await house.ada.reads("This ends the digest", channel)
    button = {"block_id": asked["blocks"][-1]["block_id"], "action_id": "unsubscribe"}
    assert (await house.ada.does("click", channel=channel, ts=asked["ts"], **button))["ok"]
    await house.ada.reads("unsubscribed this channel", channel)


def _is_digest(message: dict[str, Any], channel: str) -> bool:
    """Return whether a message is a digest, and not an answer or a line about the subscription."""
    ours = message["is_bot"] and not message["ephemeral"] and message["channel"] == channel
    return ours and "Undo" not in json.dumps(message["blocks"])


@pytest.mark.long
async def test_a_week_brings_the_next_digest_once(house: House) -> None:
    """Put forward to a slot, the app posts what is due once, even though a post of it was cut off."""
    channel = await house.room("weekly")
    await house.ada.does("say", channel=channel, text="/weekly subscribe mondays 09:00 Europe/London")
    await house.ada.reads("ondays 09:00", channel)
    held = (await house.ada.state())["backstage"]["held"]
    noticed = asyncio.Event()
    environment = await house.page.room.environment()

    async def notice(_before: Snapshot, _after: Snapshot) -> None:
        noticed.set()

    environment.library.on_change(notice)
    assert (await house.ada.operates("publish"))["ok"]
    assert (await house.ada.state())["backstage"]["held"] == held - 1
    async with asyncio.timeout(WAIT_SECONDS):
        await noticed.wait()
    await house.ada.operates("break", what="cut_after_accept")
    assert (await house.ada.state())["backstage"]["broken"] == ["cut_after_accept"]
    assert (await house.ada.operates("next_slot"))["ok"]
    first = await house.grace.until(lambda push: push["type"] == "posted" and _is_digest(push["message"], channel))
    ahead = (await house.ada.state())["clock"]["ahead"]
    assert ahead > 0
    rows = await house.ada.until(lambda push: push["type"] == "deliveries" and _done(push, channel))
    assert rows["deliveries"]["doubles"] == 0
    await house.ada.operates("week")
    assert (await house.ada.state())["clock"]["ahead"] > ahead + 7 * 86_400 - 1
    there = (await house.grace.messages(channel))["messages"]
    assert [message["ts"] for message in there if _is_digest(message, channel)] == [first["message"]["ts"]]
    row = rows["deliveries"]["deliveries"][0]
    assert row["sent"] == row["parts"] == 1 + there[-1]["thread"]["count"]
    calls = [push["call"] for push in house.ada.pushes if push["type"] == "call"]
    cut = [call for call in calls if call["answer"] == "cut"]
    assert [(call["method"], call["landed"], call["ok"]) for call in cut] == [("chat.postMessage", True, False)]


@pytest.mark.long
async def test_a_jump_of_a_week_stops_at_each_slot(house: House) -> None:
    """The slots on the way are not skipped: what is due at each is posted before the clock moves on."""
    channel = await house.room("slept")
    now = datetime.fromisoformat((await house.ada.state())["clock"]["now"])
    day = (now - timedelta(days=1)).strftime("%A").lower()  # six days ahead: long past when the jump ends
    soon = (now + timedelta(days=2)).strftime("%A").lower()
    await house.ada.does("say", channel=channel, text=f"/weekly subscribe {soon} and {day} 12:00 UTC")
    await house.ada.reads("12:00", channel)
    assert (await house.ada.operates("publish"))["ok"]
    await house.ada.operates("week")
    posted = [each for each in (await house.ada.messages(channel))["messages"] if _is_digest(each, channel)]
    assert len(posted) == 1
    assert "Late" not in json.dumps(posted[-1])
    await _unsubscribes(house, channel)


async def test_a_fault_is_shown_and_mended(house: House) -> None:
    """An archived channel takes no messages and says why; mended, it does again."""
    channel = await house.room("broken")
    await house.ada.operates("break", what="archived", channel=channel)
    told = await house.grace.until(lambda push: push["type"] == "channel" and push["channel"]["archived"])
    assert told["channel"]["id"] == channel
    assert "archived" in (await house.ada.does("say", channel=channel, text="hello"))["problem"]
    await house.ada.operates("mend")
    assert (await house.ada.does("say", channel=channel, text="hello"))["ok"]
    assert (await house.ada.state())["backstage"]["broken"] == []
    assert not (await house.ada.operates("break", what="everything"))["ok"]


@pytest.mark.parametrize("what", ["deleted", "buried"])
async def test_the_bots_newest_message_is_deleted(house: House, what: str) -> None:
    """Its thread is deleted too, or a tombstone stands in its place."""
    channel, room = await house.room(what), house.page.room
    place, bot = room.workspace.channels[channel], room.workspace.bot.id
    parent = room.workspace.post(place, room.clock.now(), user=bot, is_bot=True, text="the digest")
    room.workspace.post(place, room.clock.now(), user=bot, is_bot=True, text="a reply", thread_ts=parent.ts)
    assert (await house.ada.operates("break", what=what, channel=channel))["ok"]
    texts = [message["text"] for message in (await house.ada.messages(channel))["messages"]]
    assert texts == ([] if what == "deleted" else ["This message was deleted."])
    assert (await house.ada.state())["backstage"]["broken"] == []


async def test_the_bot_is_invited_back(house: House) -> None:
    """The bot is invited back to a channel by name; other names are refused, and so is inviting it twice."""
    channel = await house.room("invited")
    await house.ada.operates("break", what="removed", channel=channel)
    out = await house.grace.until(lambda push: push["type"] == "channel" and not push["channel"]["bot"])
    assert out["channel"]["id"] == channel
    refused = await house.ada.does("say", channel=channel, text="/invite @grace")
    assert "@backissue" in refused["problem"]
    assert (await house.ada.does("say", channel=channel, text="/invite @backissue"))["ok"]
    assert "already" in (await house.ada.does("say", channel=channel, text="/invite @backissue"))["problem"]
    assert (await house.ada.state())["backstage"]["broken"] == []


async def test_a_file_is_downloaded_by_its_recipient_only(house: House) -> None:
    """A file's address comes with its message only, and is a download; other addresses are not found."""
    room, direct = house.page.room, await house.ada.channel("")
    file = SlackFile("F1", 'saved".html', 12, room.workspace.bot.id, "Saved", b"<b>links</b>", shared=True)
    room.workspace.files[file.id] = file
    room.workspace.post(room.workspace.channels[direct], room.clock.now(), user=file.user, text="", files=[file])
    described = (await house.ada.reads("Saved", direct))["files"][0]
    assert (described["name"], described["size"]) == ('saved".html', 12)
    async with house.ada.session.get(house.ada.url + described["url"].lstrip("/")) as answer:
        assert await answer.read() == b"<b>links</b>"
        assert (answer.content_type, answer.headers["Content-Disposition"]) == (
            "application/octet-stream",
            'attachment; filename="saved.html"',
        )
    for key in ("", "F1", described["url"][-5:]):
        async with house.ada.session.get(f"{house.ada.url}page/file?key={key}") as answer:
            assert answer.status == 404
    assert "Saved" not in json.dumps([push for push in house.grace.pushes if push["type"] == "posted"])


async def test_the_shortcut_is_offered_for_public_messages(house: House) -> None:
    """The shortcut saves links of a person's message; it isn't offered for messages that one person sees."""
    channel = await house.room("shortcut")
    said = await house.grace.does("say", channel=channel, text="look: https://example.com/shortcut")
    used = {"channel": channel, "callback_id": "save_links"}
    assert (await house.ada.does("shortcut", ts=said["ts"], **used))["ok"]
    answer = await house.ada.does("say", channel=channel, text="/weekly help")
    assert "no shortcut" in (await house.ada.does("shortcut", ts=answer["ts"], **used))["problem"]
    assert not (await house.ada.does("shortcut", ts=said["ts"], channel=channel, callback_id="other"))["ok"]


async def test_a_button_or_menu_that_is_not_there_is_an_error(house: House) -> None:
    """Using a button that is gone, or a menu that the bot does not handle, gets an error."""
    channel = await house.room("buttons")
    said = await house.ada.does("say", channel=channel, text="/weekly service mesh")
    where = {"channel": channel, "ts": said["ts"], "block_id": "nowhere", "action_id": "nothing"}
    assert "'nothing'" in (await house.ada.does("click", **where))["problem"]
    offered = (await house.ada.does("suggest", **{**where, "action_id": "search"}, typed="servi"))["options"]
    assert "servi" in json.dumps(offered[0])
    deliveries = await house.ada.session.get(f"{house.ada.url}page/deliveries")
    assert (await deliveries.json())["doubles"] == 0


async def test_a_broken_limit_shows_slack_s_error(house: House) -> None:
    """A call that Slack would refuse for its blocks shows Slack's error, and which block caused it."""
    environment = await house.page.room.environment()
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}]
    fields = {
        "channel": environment.workspace.channels[await house.room("limits")].id,
        "text": "too long",
        "blocks": blocks,
    }
    environment.site.request("chat.postMessage", environment.workspace.token, fields, house.page.room.clock.now())
    told = await house.ada.until(lambda push: push["type"] == "call" and push["call"]["answer"] == "invalid_blocks")
    assert (told["call"]["ok"], told["call"]["landed"]) == (False, False)
    assert "/blocks/0/text" in told["call"]["details"][0]


async def test_backstage_hides_the_text_of_private_calls(house: House) -> None:
    """Backstage, which everybody can open, lists a private call without its text, whatever the fields' names."""
    environment, words = await house.page.room.environment(), "a word for Ada"
    places = {house.ada.me, await house.ada.channel("")}
    for channel in places:
        fields = {"channel": channel, "text": words}
        environment.site.request("chat.postMessage", environment.workspace.token, fields, house.page.room.clock.now())
        house.page.room.clock.forward(timedelta(seconds=2))
    await house.ada.reads(words, await house.ada.channel(""))
    listed = (await house.grace.state())["backstage"]["calls"]
    assert words not in json.dumps([listed, house.grace.pushes])
    direct = [call for call in listed if call["method"] == "chat.postMessage" and call["channel"] in places]
    assert {call["summary"] for call in direct} == {"for one person only"}


async def test_the_home_tab_opens(house: House) -> None:
    """Opening the Home tab sends the bot an event; it fills the tab for that person."""
    assert (await house.grace.does("open_home"))["ok"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"say"',
        b"[" * 100_000,
        b'{"do": "say"}',
        b'{"do": 1}',
        b'{"do": "fly"}',
        b'{"do": "say", "channel": "C0", "text": "x"}',
        b'{"do": "say", "as": "U0BACKISSUE", "channel": "C0", "text": "x"}',
        b'{"do": "say", "channel": {"a": 1}, "text": ["x"]}',
        b'{"do": "say", "text": "\\ud800"}',
        b'{"do": "submit", "view": "V0", "values": [1]}',
        b"\xff\xfe",
    ],
)
async def test_an_invalid_request_is_refused_with_a_reason(house: House, body: bytes) -> None:
    """Every such request gets one line that says what is wrong, and nothing happens."""
    before = house.page.room.feed.mark
    headers = {"Content-Type": "application/json"}
    for path in ("page/do", "page/backstage"):
        async with house.ada.session.post(house.ada.url + path, data=body, headers=headers) as answer:
            found = await answer.json()
        assert answer.status in {400, 404}
        assert (found["ok"], "\n" in found["problem"]) == (False, False)
    marks = (before, house.page.room.feed.mark)
    assert len({mark.rpartition("-")[0] for mark in marks}) == 1


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "", {"Host": "evil.example"}),
        ("GET", "page/state", {"Host": "evil.example:80"}),
        ("GET", "page/state", {"Host": ""}),
        ("GET", "page/push", {"Sec-Fetch-Site": "cross-site"}),
        ("GET", "page/state", {"Origin": "http://evil.example"}),
        ("GET", "page/state", {"Origin": "null"}),
        ("POST", "page/do", {"Origin": "http://127.0.0.1:1", "Content-Type": "application/json"}),
        ("POST", "page/do", {"Content-Type": "text/plain"}),
        ("POST", "page/backstage", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)
async def test_requests_of_other_sites_are_refused(
    house: House, method: str, path: str, headers: dict[str, str]
) -> None:
    """Another host name, another site and another content type are refused; every answer has the security headers."""
    async with house.ada.session.request(method, house.ada.url + path, headers=headers, data=b"{}") as answer:
        assert answer.status == 403
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_page_is_served_with_its_security_policy(house: House) -> None:
    """The page and its parts carry the policy, are revalidated by their tag, and lead nowhere else on disk."""
    session, url = house.ada.session, house.ada.url
    async with session.get(url) as answer:
        policy, tag = answer.headers["Content-Security-Policy"], answer.headers["ETag"]
        assert (answer.status, answer.content_type) == (200, "text/html")
    assert "default-src 'none'; script-src 'self'" in policy
    assert "unsafe" not in policy
    async with session.get(url, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    elsewhere = ("static/%2e%2e/server.py", "static/..%2f__init__.py", "static//etc/passwd", "static/nothing.js", "x")
    no_names = ("static/%00.js", f"static/{'a' * 300}.js", "static/main.js/x.js")
    for path in (*elsewhere, *no_names):
        async with session.get(url + path) as answer:
            assert answer.status in {400, 404}
            assert answer.headers["Content-Security-Policy"] == policy


async def test_a_page_that_disconnects_at_once_is_no_error(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A page that is reloaded just after it connected causes no line in the operator's terminal."""
    host, port = str(URL(house.page.url).host), URL(house.page.url).port
    asked = f"GET /page/push?as={house.ada.me} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    for _ in range(20):
        # Not asyncio's streams: the request and the hang-up have to arrive in one packet.
        with socket.create_connection((host, port)) as line:
            line.sendall(asked)
    assert (await house.ada.state())["ready"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def _all(view: dict[str, Any]) -> list[Any]:
    block = next(block for block in view["blocks"] if block["block_id"] == "sections")
    options: list[Any] = block["element"]["options"]
    return options


def _done(push: dict[str, Any], channel: str) -> bool:
    return any(row["channel"] == channel and row["state"] == "done" for row in push["deliveries"]["deliveries"])
