"""The commands on people's and teams' bookmarks: top, export, import, forget me."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bot.bookmarks.personal_data.importing import Importing
from bot.bookmarks.views import personal_data as said
from bot.domain.bookmark import Bookmark, BookmarkLink, Member
from bot.domain.bookmark_file import netscape
from bot.domain.bookmark_file.record import Format
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.slack.api.errors import (
    ChannelRefusedError,
    FileRefusedError,
    RateLimitedError,
    TryLaterError,
    WorkspaceRefusedError,
)
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.store.imports import Imports
from handlers import views
from playground.slack.limits import problems
from tests.handlers.people import NOW, People, StillClock
from tests.handlers.test_home import ANN, AT, OURS, saves


def told(message: Message) -> str:
    """Return a message's text, checked against Slack's limits."""
    assert problems({"text": message.text, "blocks": message.blocks}) == []
    return json.dumps(message.blocks, ensure_ascii=False)


async def types(people: People, typed: str, **fields: str) -> str:
    """Type a command; return the answer that comes after the acknowledgement."""
    assert (await people.types(typed, **fields)).status == 200
    return json.dumps(people.heard[-1], ensure_ascii=False) if people.heard else ""


async def test_the_team_s_list_counts_people_and_not_their_names(people: People) -> None:
    """A link that one person saved is not on the list; buttons switch the period."""
    await saves(people, OURS, user="U1")
    assert "once 2 people have saved it" in await types(people, "top")
    await saves(people, OURS, user="U2")
    text = await types(people, "top month")
    assert "saved by 2" in text
    assert "U2" not in text
    await people.clicks("top:year", "year")
    assert "last 365 days" in str(people.heard[-1])
    await people.clicks("top:never", "never")
    assert "of all time" in str(people.heard[-1])


async def test_a_subscriber_may_switch_the_counts_off(people: People) -> None:
    """After that neither the command, nor the Home tab, nor a digest mentions them."""
    await saves(people, OURS, user="U1")
    await saves(people, OURS, user="U2")
    team = people.services.team
    assert await team.line("-:T1", NOW) == ""
    later = NOW.replace(day=8)
    assert await team.line("-:T1", later) == (
        "Most saved last week: <https://blog.example/cache|How a cache took a site down> (2)"
    )
    assert "Only somebody who subscribed" in await types(people, "top off")
    await people.register.put("-:T1", "C1", "U1", AsItAppears(), Preferences(), NOW)
    assert "Off:" in await types(people, "top off")
    assert "switched it off" in await types(people, "top")
    assert await team.line("-:T1", later) == ""
    await people.sees(type="app_home_opened", user="U1", channel="D1", tab="home")
    assert "your team saves" not in str(people.slack.homes["U1"])
    assert "On:" in await types(people, "top on")
    assert "saved by 2" in await types(people, "top")


@pytest.mark.parametrize("kind", list(Format))
async def test_a_list_goes_out_as_a_file(people: People, kind: Format) -> None:
    """The file is in the direct conversation; the answer says so, and how to search for the words instead."""
    await saves(people, OURS)
    answer = await types(people, f"export {kind.value}")
    assert "Your 1 link is in our direct conversation" in answer
    name, content = people.slack.uploaded
    assert name == kind.file_name
    assert b"blog.example/cache" in content
    assert people.slack.shared == [("DU1", "F1", kind.file_name)]
    assert [told(message) for _, message in people.slack.told]


async def test_a_list_goes_out_as_text_where_files_may_not(people: People) -> None:
    """The text is exactly the file's; if it is too long, a message says how much is missing."""
    await saves(people, OURS)
    people.slack.files_allowed = False
    await types(people, "export")
    (_, intro), (user, text) = people.slack.told
    assert user == "U1"
    assert "1 link" in told(intro)
    piece = text.blocks[0]["elements"][0]["elements"][0]["text"]
    assert [each.url for each in netscape.read(piece.encode(), NOW).bookmarks] == [OURS.url]
    told(text)
    lines = "".join(f"line {number} {'x' * 90}\n" for number in range(2_000))
    sent = list(said.pieces(lines))
    assert len(sent) == said.MAX_PIECES + 1
    whole = "".join(each.blocks[0]["elements"][0]["elements"][0]["text"] for each in sent[:-1])
    assert lines.startswith(whole)
    assert whole.endswith("\n")
    assert f"{len(lines) - len(whole):,} characters are missing" in told(sent[-1])


async def test_an_export_waits_where_slack_says_so(people: People) -> None:
    """A rate-limited message is sent again after the wait that Slack asks for."""
    await saves(people, OURS)
    people.slack.files_allowed = False
    late = RateLimitedError("chat.postMessage", "ratelimited")
    late.retry_after = 0.0
    people.slack.late = [late]
    await types(people, "export")
    assert len(people.slack.told) == 2


async def test_a_failed_export_is_reported(people: People) -> None:
    """A closed conversation and a wait of an hour are reported with Slack's error code."""
    await saves(people, OURS)
    people.slack.late = [ChannelRefusedError("chat.postMessage", "messages_tab_disabled")]
    assert "messages" in await types(people, "export")
    long = RateLimitedError("chat.postMessage", "ratelimited")
    long.retry_after = 3_600.0
    people.slack.files_allowed, people.slack.late = False, [long]
    assert "ratelimited" in await types(people, "export")


class BrokenImports(Imports):
    """A table that refuses every import."""

    def __init__(self) -> None:
        """Have no database."""

    async def bring(self, member: Member, brought: Sequence[Bookmark], now: datetime) -> int:
        """Fail."""
        raise RuntimeError(member, brought, now)


async def test_a_failed_import_is_reported(people: People) -> None:
    """The form is replaced by an apology with a reference; erasing works even if the Home tab cannot be cleared."""
    broken = Importing(BrokenImports(), people.slack, CommandNames(), StillClock())
    people.serves(personal_data=replace(people.services.personal_data, importing=broken))
    pasted = '<A HREF="https://a.example/">A</A>'
    values = {"import": {"import": {"type": "plain_text_input", "value": pasted}}}
    view = {"type": "modal", "callback_id": "import", "id": "V9", "state": {"values": values}}
    assert "ref-1" in (await people.interacts("view_submission", view=view)).said
    people.slack.stuck = ChannelRefusedError("views.publish", "not_enabled")
    await people.clicks(said.FORGET, "yes")
    assert "Nothing about you is stored" in str(people.heard[-1])


async def test_without_bookmarks_nothing_is_exported(people: People) -> None:
    """No empty file is sent."""
    assert "You have saved nothing yet" in await types(people, "export")
    assert people.slack.told == []


async def sends_form(people: People, pasted: Any) -> Any:
    """Open the import form and submit it; return the answer."""
    await people.types("import")
    form = people.slack.views["trigger-1"]
    assert problems(form) == []
    state = {"values": {"import": {"import": {"type": "plain_text_input", "value": pasted}}}}
    return (await people.interacts("view_submission", view={**form, "state": state})).body


async def test_bookmarks_are_imported(people: People) -> None:
    """New ones keep their dates and notes, known ones are counted, others refused; a second import changes nothing."""
    await saves(people, OURS)
    pasted = (
        '<DT><A HREF="https://a.example/" ADD_DATE="1600000000">An <b>old</b> thing</A><DD>wor\0th \u202eit\n'
        f'<DT><A HREF="{OURS.url}">Cache</A><DT><A HREF="javascript:alert(1)">No</A>'
    )
    answer = await sends_form(people, pasted)
    assert answer["response_action"] == "update"
    assert problems(answer["view"]) == []
    assert "1 more link is yours now" in str(answer)
    assert "1 link you had already" in str(answer)
    assert "1 was left out" in str(answer)
    assert "0 more links" in str(await sends_form(people, pasted))
    store = await people.store.store()
    kept = {each.url: each for each in await store.bookmarks.all(ANN)}
    assert len(kept) == 2
    old = kept["https://a.example/"]
    assert (old.headline, old.note, old.at.timestamp()) == ("An old thing", "worth it", 1_600_000_000)


@pytest.mark.parametrize("pasted", [None, "", "hello", "<A HREF='javascript:alert(1)'>x</A>", "<" * 3_000, 5])
async def test_text_without_bookmarks_is_refused_beside_the_field(people: People, pasted: Any) -> None:
    """Nothing is stored, and a line beside the field says what it should contain."""
    answer = await sends_form(people, pasted)
    assert answer["response_action"] == "errors"
    assert (await (await people.store.store()).people.get(ANN)).saved == 0


async def test_a_long_list_is_pasted_in_parts(people: People) -> None:
    """A list that is split anywhere between two fields is read as one."""
    await people.types("import")
    whole = "".join(f'<DT><A HREF="https://a.example/{n}">Number {n} {"x" * 30}</A>\n' for n in range(100))
    parts = [whole[at : at + 2_900] for at in range(0, len(whole), 2_900)]
    names = ["import", *(f"import:{n}" for n in range(2, said.MAX_FIELDS + 1))]
    values = {
        name: {name: {"type": "plain_text_input", "value": parts[at] if at < len(parts) else None}}
        for at, name in enumerate(names)
    }
    form = people.slack.views["trigger-1"]
    seen = {**form, "id": "V9", "state": {"values": values}}
    answer = (await people.interacts("view_submission", view=seen)).body
    assert problems(answer["view"]) == []
    assert "100 more links are yours now" in str(answer)
    seen["state"] = {"values": {"import": {"import": {"value": "x" * 9_000}}}}
    assert "no bookmark" in (await people.interacts("view_submission", view=seen)).body["errors"]["import"]


def holding(**fields: Any) -> dict[str, Any]:
    """Return the submitted file form with a file of U1; `fields` override the file's."""
    file = {"id": "F1", "size": 10, "user": "U1", "url_private": "https://files.slack.com/x", **fields}
    field = {said.FILE: {said.FILE: {"type": "file_input", "files": [file]}}}
    return {"type": "modal", "callback_id": "import", "id": "V9", "state": {"values": field}}


async def test_a_file_is_asked_for_where_it_may_be_read(people: People) -> None:
    """The file form needs the scope; if Slack refuses it even so, the form to paste into opens."""
    people.slack.scopes = {"files:read"}
    await people.types("import")
    assert people.slack.views["trigger-1"] == said.file_form(CommandNames())
    people.slack.refuses = WorkspaceRefusedError("views.open", "missing_scope")
    await people.types("import")
    assert people.slack.views["trigger-1"] == said.import_form(CommandNames())


async def test_a_file_is_imported(people: People) -> None:
    """The result replaces the form."""
    people.slack.files["https://files.slack.com/x"] = b"<DT><A HREF='https://a.example/'>A</A>"
    answer = (await people.interacts("view_submission", view=holding())).body
    assert "1 more link is yours now" in str(answer)
    assert (await (await people.store.store()).people.get(ANN)).saved == 1


@pytest.mark.parametrize("closed", [False, True])
async def test_a_slow_file_is_imported_after_the_answer(
    people: People, monkeypatch: pytest.MonkeyPatch, *, closed: bool
) -> None:
    """The result replaces the form, or is sent to the direct conversation if the form was closed."""
    monkeypatch.setattr(views, "FORM_TIMEOUT_SECONDS", 0.0)
    monkeypatch.setattr(views, "FOLLOW_UP_SECONDS", 0.0)
    people.slack.files["https://files.slack.com/x"] = b"<DT><A HREF='https://a.example/'>A</A>"
    people.slack.closed = {"V9"} if closed else set()
    answer = (await people.interacts("view_submission", view=holding())).body
    assert "Still saving" in str(answer)
    words = [told(message) for _, message in people.slack.told] if closed else [str(people.slack.views["V9"])]
    assert len(words) == 1
    assert "1 more link is yours now" in words[0]
    assert (await (await people.store.store()).people.get(ANN)).saved == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("too_large", "at most 10 MB"),
        ("file_not_found", "not there any more"),
        ("foreign_address", "not stored by Slack"),
        ("not_allowed", "files:read"),
    ],
)
async def test_a_file_that_cannot_be_downloaded_is_reported(people: People, code: str, words: str) -> None:
    """One line says what to do; nothing is stored."""
    people.slack.files["https://files.slack.com/x"] = FileRefusedError("url_private_download", code)
    answer = await people.interacts("view_submission", view=holding())
    assert words in answer.body["errors"][said.FILE]


async def test_a_file_that_slack_did_not_return_may_be_sent_again(people: People) -> None:
    """The form shows Slack's error, within Slack's limits."""
    people.slack.files["https://files.slack.com/x"] = TryLaterError("url_private_download", "http_503")
    answer = await people.interacts("view_submission", view=holding())
    assert "http_503" in answer.said
    assert problems(answer.body["view"]) == []


@pytest.mark.parametrize(
    "fields", [{"user": "U2"}, {"size": said.FILE_MAX_BYTES + 1}, {"size": "x"}, {"url_private": 5}, {"user": None}]
)
async def test_a_forged_file_is_not_downloaded(people: People, fields: dict[str, Any]) -> None:
    """Another person's file, one too large and one without its fields each get a line beside the field."""
    answer = (await people.interacts("view_submission", view=holding(**fields))).body
    assert list(answer["errors"]) == [said.FILE]
    assert "V9" not in people.slack.views


async def test_a_form_with_missing_keys_is_refused(people: People) -> None:
    """Such a form may come from an older version."""
    answer = (await people.interacts("view_submission", view={"type": "modal", "callback_id": "import"})).body
    assert "older version" in str(answer)


async def test_erasing_asks_first_and_then_deletes_everything(people: People) -> None:
    """Notes, events and the Home tab too; other people's bookmarks stay; a second time is no error."""
    await saves(people, OURS)
    await saves(people, OURS, user="U2")
    await people.sees(type="app_home_opened", user="U1", channel="D1", tab="home")
    assert "deletes your 1 link" in await types(people, "forget me")
    await people.clicks(said.STAY, "no")
    assert "Nothing was deleted" in str(people.heard[-1])
    store = await people.store.store()
    assert (await store.people.get(ANN)).saved == 1
    for words in ("Your 1 link and everything else about you are gone", "Nothing about you is stored"):
        await people.clicks(said.FORGET, "yes")
        assert words in str(people.heard[-1])
    assert "blog.example" not in str(people.slack.homes["U1"])
    assert (await store.people.get(ANN)).saved == 0
    assert (await store.people.get(Member("T1", "U2"))).saved == 1


async def test_a_long_list_is_read_a_page_at_a_time(people: People) -> None:
    """`saved` with words searches one's bookmarks; a row's menu stays on the page and its query."""
    await saves(people, OURS, *(BookmarkLink(f"https://a.example/{n}", f"Tale number {n}") for n in range(12)))
    text = await types(people, "saved tale")
    assert "12 links of yours, 1–10" in text
    place = next(block["block_id"] for block in people.heard[-1]["blocks"] if "block_id" in block)
    await people.interacts(
        "block_actions",
        actions=[{"action_id": "kept:0", "block_id": place, "selected_option": {"value": f"remove:{place[5:37]}"}}],
    )
    assert "11 links of yours" in json.dumps(people.heard[-1], ensure_ascii=False)
    assert "Nothing you saved is about *gardening*" in await types(people, "saved gardening")
    await saves(people, BookmarkLink("https://b.example/", "An odd one", "with gardening in its own words"))
    assert "An odd one" in await types(people, "saved gardening")
    store = await people.store.store()
    await store.bookmarks.note(ANN, OURS.key, "ask the gardeners", AT + 1)
    assert "2 links of yours" in await types(people, "saved gardening")


@pytest.mark.parametrize(
    "names", [CommandNames(), CommandNames(command="/" + "x" * 31, bookmark="y" * 100, bot="z" * 300)]
)
def test_every_word_keeps_the_limits(names: CommandNames) -> None:
    """Any command name fits Slack's limits."""
    messages = [said.sent(1, names, typed="export csv"), said.nothing_to_take(names), said.forgotten(0), said.stayed()]
    messages += [said.confirm_forgetting(2, names), *(said.taken(10_000, kind) for kind in Format)]
    assert all(told(message) for message in messages)
    assert problems(said.import_form(names)) == []
    assert problems(said.file_form(names)) == []
    assert all(told(one) for one in (said.brought(10_000, 1, 2, names, beyond=1),))
