"""Exporting and importing bookmarks, and erasing personal data; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import MetaData, String, create_engine, select
from sqlalchemy import cast as as_type

from bot.bookmarks.views.personal_data import FILE, FILE_MAX_BYTES
from handlers import views
from playground.slack.channel import Channel
from playground.slack.faults import Fault, How
from playground.slack.people import Person, readable
from playground.slack.workspace import SCOPES, View
from tests.fakes.whole import Whole

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def with_links(it: Whole, site: str, *words: str) -> tuple[Person, Channel]:
    """Return a person who saved a link for each word, with a note on the first, and their channel."""
    ada, channel = await it.member(site, *words)
    listed = await it.asks(ada, channel, "/weekly saved", f"You saved {len(words)}")
    await ada.clicks(listed, "Add a note", beside=f"/{words[0]}")
    await ada.submits(await it.modal(ada, "Your note"), {"note": "=1+1 <b>"})
    return ada, channel


@pytest.mark.parametrize("kind", ["html", "markdown", "csv", "jsonl"])
async def test_a_list_is_sent_as_a_file(it: Whole, kind: str) -> None:
    """Each format is a file in the direct conversation, with every link and note; nobody else sees it."""
    ada, channel = await with_links(it, f"file-{kind}", "mesh", "graph")
    before = len(channel.shown_to(ada.user.id))
    await ada.types(f"/weekly export {kind}", channel)
    shown = await it.reads(ada, channel, "direct conversation", after=before)
    assert shown.ephemeral_to == ada.user.id
    files = [file for one in ada.sees(ada.direct) for file in one.files]
    text = files[-1].text
    assert f"file-{kind}.example/mesh" in text
    assert f"file-{kind}.example/graph" in text
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert len(rows) == 2
        assert not any(value.startswith("=") for row in rows for value in row.values())
    if kind == "jsonl":
        assert {json.loads(line)["note"] for line in text.splitlines()} == {"=1+1 <b>", ""}
    if kind == "html":
        assert text.startswith("<!DOCTYPE NETSCAPE-Bookmark-file-1>")
        assert "<b>" not in text


async def test_without_the_scope_it_is_sent_as_text(it: Whole) -> None:
    """If the bot may send no files, the same list is sent as text in the direct conversation."""
    ada, channel = await with_links(it, "text", "mesh", "graph")
    it.workspace.scopes = SCOPES - {"files:write"}
    try:
        await it.asks(ada, channel, "/weekly export markdown", "direct conversation")
    finally:
        it.workspace.scopes = SCOPES
    text = "\n".join(readable(one) for one in ada.sees(ada.direct))
    assert "text.example/mesh" in text
    assert "text.example/graph" in text
    assert not any(one.files for one in ada.sees(ada.direct))


async def test_nothing_to_export(it: Whole) -> None:
    """A person without bookmarks is told so, and gets no file."""
    ada = it.person()
    channel = it.channel(ada)
    await it.asks(ada, channel, "/weekly export", "nothing yet")
    assert ada.sees(ada.direct) == []


@pytest.fixture
def pasting(it: Whole) -> Iterator[Whole]:
    """Return the bot without the scope to read files."""
    it.workspace.scopes = SCOPES - {"files:read"}
    yield it
    it.workspace.scopes = SCOPES


async def test_an_export_is_imported_again(pasting: Whole) -> None:
    """Exported browser bookmarks, pasted by another person, become their list: links, titles, notes."""
    it = pasting
    ada, channel = await with_links(it, "bring", "mesh", "graph")
    await it.asks(ada, channel, "/weekly export", "direct conversation")
    html = next(file.text for one in ada.sees(ada.direct) for file in one.files)
    linus = it.person()
    channel.members.add(linus.user.id)
    for said in ("2 more links are yours now", "2 links you had already"):
        await linus.types("/weekly import", channel)
        form = await it.modal(linus, "Bring your bookmarks")
        await linus.submits(form, {"import": html})
        await linus.closes(await it.modal(linus, said))
    listed = await it.saved(linus, channel, "bring.example/mesh", "bring.example/graph")
    assert "Note: =1+1" in readable(listed)


async def test_invalid_bookmarks_are_refused(pasting: Whole) -> None:
    """Scripts and files are left out, with a line that says so; plain words are refused beside the field."""
    it = pasting
    ada = it.person()
    channel = it.channel(ada)
    await ada.types("/weekly import", channel)
    form = await it.modal(ada, "Bring your bookmarks")
    for pasted in ("just words", '<A HREF="javascript:alert(1)">x</A>', "<DL>" * 700):
        answer = await ada.submits(form, {"import": pasted})
        assert "no bookmark" in answer.json()["errors"]["import"]
    both = '<A HREF="https://kept.example/">Kept</A><A HREF="file:///etc/passwd">x</A><A HREF="javascript:x">y</A>'
    await ada.submits(form, {"import": both})
    await ada.closes(await it.modal(ada, "2 were left out"))
    await it.saved(ada, channel, "kept.example")


async def file_form(it: Whole, you: Person, channel: Channel) -> View:
    """Open the import form with a file field."""
    if you.screen:
        await you.closes(you.screen)
    await you.types("/weekly import", channel)
    return await it.modal(you, "file_input")


async def exported(it: Whole, you: Person, channel: Channel) -> bytes:
    """Export a person's browser bookmarks; return the newest file."""
    before = sum(len(one.files) for one in you.sees(you.direct))
    await it.asks(you, channel, "/weekly export", "direct conversation")
    files = [file for one in you.sees(you.direct) for file in one.files]
    assert len(files) == before + 1
    return files[-1].content or b""


def bookmarks(count: int) -> bytes:
    """Return a browser's file: folders, notes on every third, every second unread, ten links for each second."""
    rows = [
        f'<DT><A HREF="https://files.example/{n}" ADD_DATE="{1_600_000_000 - n // 10}" TOREAD="{n % 2}">Tale &amp; {n}'
        f"</A>\n{f'<DD>a note: {n}' if n % 3 == 0 else ''}"
        for n in range(count)
    ]
    head = "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<H1>Bookmarks</H1>\n<DL><p><DT><H3>A folder</H3>\n<DL><p>"
    return "\n".join([head, *rows, '<DT><A HREF="javascript:alert(1)">No</A>', "</DL></DL>"]).encode()


@pytest.mark.long
async def test_a_whole_file_is_imported_and_exported_again(it: Whole) -> None:
    """A person who imports another's 300 exported bookmarks has exactly the same list, even if they do it twice."""
    ada = it.person()
    channel = it.channel(ada)
    linus = it.person()
    channel.members.add(linus.user.id)
    form = await file_form(it, linus, channel)
    linus.chooses(form, FILE, "bookmarks.html", bookmarks(300))
    await linus.submits(form)
    await it.modal(linus, "300 more links are yours now", "1 was left out")
    taken = await exported(it, linus, channel)
    assert taken.count(b"<A HREF=") == 300
    assert taken.count(b"<DD>a note: ") == 100
    for said in ("300 more links are yours now", "300 links you had already"):
        form = await file_form(it, ada, channel)
        ada.chooses(form, FILE, "bookmarks.html", taken)
        await ada.submits(form)
        await it.modal(ada, said)
        assert await exported(it, ada, channel) == taken


async def test_a_form_that_was_closed_is_answered_in_the_conversation(
    it: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who closes the form before the file is read gets the answer in the direct conversation, privately."""
    ada = it.person()
    channel = it.channel(ada)
    form = await file_form(it, ada, channel)
    ada.chooses(form, FILE, "bookmarks.html", bookmarks(3))
    seen = len(channel.shown_to(ada.user.id))
    monkeypatch.setattr(views, "FORM_TIMEOUT_SECONDS", 0.0)
    monkeypatch.setattr(views, "FOLLOW_UP_SECONDS", 0.0)
    faults = it.fixture.server.site.faults
    faults.add(Fault(How.REFUSED, error="not_found", method="views.update"))
    try:
        await ada.submits(form)
        await it.settled()
    finally:
        faults.clear()
    assert "3 more links are yours now" in "\n".join(readable(one) for one in ada.sees(ada.direct))
    assert len(channel.shown_to(ada.user.id)) == seen


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"just words", "no file of bookmarks"),
        (b"<html><a href='https://a.example/'>a page of the web</a>", "no file of bookmarks"),
        ("<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF='https://a.example/'>".encode("utf-16"), "no file of"),
        (b"\x89PNG\r\n\x1a\n\0\0<DT><A HREF='https://a.example/'>", "no file of bookmarks"),
        (b"<!DOCTYPE NETSCAPE-Bookmark-file-1><DT><A HREF='javascript:x'>x</A>", "no bookmark in that"),
        (b"", "no file of bookmarks"),
    ],
)
async def test_a_file_without_bookmarks(it: Whole, content: bytes, said: str) -> None:
    """One clear line, and nothing is saved."""
    ada = it.person()
    channel = it.channel(ada)
    form = await file_form(it, ada, channel)
    ada.chooses(form, FILE, "bookmarks.html", content)
    answer = await ada.submits(form)
    assert said in answer.json()["errors"][FILE]
    await it.saved(ada, channel)


async def test_a_file_that_cannot_be_downloaded(it: Whole) -> None:
    """Gone, larger than it says, forbidden, stored elsewhere: one clear line each, and nothing is saved."""
    ada = it.person()
    channel = it.channel(ada)
    good = bookmarks(2)

    async def sends(lie: Mapping[str, str], *, content: bytes = good, gone: bool = False, said: str) -> None:
        form = await file_form(it, ada, channel)
        file = ada.uploads("bookmarks.html", content)
        held = {**ada.holds(file), "size": 10, **lie}
        if gone:
            del it.workspace.files[file.id]
        answer = await ada.submits(form, {FILE: [held]})
        assert said in answer.json()["errors"][FILE]

    await sends({}, gone=True, said="not there any more")
    await sends({}, content=b"<" * (FILE_MAX_BYTES + 1), said="too large")
    elsewhere = {"url_private_download": "https://files.example/x", "url_private": "https://files.example/x"}
    await sends(elsewhere, said="not stored by Slack")
    form = await file_form(it, ada, channel)
    ada.chooses(form, FILE, "bookmarks.html", good)
    it.workspace.scopes = SCOPES - {"files:read"}
    try:
        answer = await ada.submits(form)
        assert "does not let me read" in answer.json()["errors"][FILE]
    finally:
        it.workspace.scopes = SCOPES
    await it.saved(ada, channel)


async def test_a_forbidden_file_is_refused_beside_the_field(it: Whole) -> None:
    """Another person's file, and one that says that it is too large, are not downloaded."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada)
    theirs = linus.holds(linus.uploads("bookmarks.html", bookmarks(2)))
    form = await file_form(it, ada, channel)
    for held, said in (
        (theirs, "somebody else"),
        ({**theirs, "user": ada.user.id, "size": FILE_MAX_BYTES + 1}, "too large"),
    ):
        answer = await ada.submits(form, {FILE: [held]})
        assert said in answer.json()["errors"][FILE]
    answer = await ada.submits(form, {FILE: [{"id": "F1"}]})
    assert "older version" in answer.json()["errors"][FILE]
    await it.saved(ada, channel)


async def test_forget_me(it: Whole) -> None:
    """After a confirmation no table has anything about the person; the others' bookmarks stay."""
    ada, channel = await with_links(it, "forget", "mesh", "graph")
    linus = it.person()
    channel.members.add(linus.user.id)
    parent = next(one for one in channel.top if "Quiet Pager" in readable(one))
    await linus.reacts(channel.replies(parent.ts)[0], "bookmark")
    asked = await it.asks(ada, channel, "/weekly forget me", "Forget everything about you?", "2 links")
    await ada.clicks(asked, "Keep everything")
    await it.becomes(asked, "Nothing was deleted")
    await it.saved(ada, channel, "forget.example/mesh", "forget.example/graph")
    asked = await it.asks(ada, channel, "/weekly forget me", "Forget everything about you?")
    await ada.clicks(asked, "Forget me")
    await it.becomes(asked, "Done.")
    assert mentions(it, ada.user.id) == []
    await it.saved(ada, channel)
    await it.saved(linus, channel, "forget.example/mesh")


def mentions(it: Whole, user: str) -> list[str]:
    """Return the columns that name a person, in the database file."""
    engine = create_engine(it.database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        found = [
            str(column)
            for table in metadata.sorted_tables
            for column in table.columns
            if connection.execute(select(column).where(as_type(column, String).contains(user))).first()
        ]
    engine.dispose()
    return found
