"""Taking one's list along, bringing one, and being forgotten; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json

import pytest
from sqlalchemy import MetaData, String, create_engine, select
from sqlalchemy import cast as as_type

from bot.playground.channel import Channel
from bot.playground.people import Person, readable
from bot.playground.workspace import SCOPES
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def keeper(it: Whole, site: str, *words: str) -> tuple[Person, Channel]:
    """Give somebody who keeps a link for each word, and has a note on the first."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales(site, *words))
    for reply in digest.replies:
        await ada.reacts(reply, "bookmark")
    listed = await it.asks(ada, channel, "/weekly saved", f"You kept {len(words)}")
    await ada.clicks(listed, "Add a note", beside=f"/{words[0]}")
    await ada.submits(await it.modal(ada, "Your note"), {"note": "=1+1 <b>"})
    return ada, channel


@pytest.mark.parametrize("kind", ["html", "markdown", "csv", "jsonl"])
async def test_a_list_is_sent_as_a_file(it: Whole, kind: str) -> None:
    """Each format comes as a file in the direct conversation, with every link and note in it; nobody else sees it."""
    ada, channel = await keeper(it, f"file-{kind}", "mesh", "graph")
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
    """Where the bot may send no files, the same list comes as text in the direct conversation."""
    ada, channel = await keeper(it, "text", "mesh", "graph")
    it.workspace.scopes = SCOPES - {"files:write"}
    try:
        await it.asks(ada, channel, "/weekly export markdown", "direct conversation")
    finally:
        it.workspace.scopes = SCOPES
    text = "\n".join(readable(one) for one in ada.sees(ada.direct))
    assert "text.example/mesh" in text
    assert "text.example/graph" in text
    assert not any(one.files for one in ada.sees(ada.direct))


async def test_nothing_to_take(it: Whole) -> None:
    """Whoever keeps nothing is told so, and gets no file."""
    ada = it.person()
    channel = it.channel(ada)
    await it.asks(ada, channel, "/weekly export", "nothing yet")
    assert ada.sees(ada.direct) == []


async def test_what_was_taken_along_is_brought_back(it: Whole) -> None:
    """The exported browser bookmarks, pasted by somebody else, are their list then: links, titles, notes."""
    ada, channel = await keeper(it, "bring", "mesh", "graph")
    await it.asks(ada, channel, "/weekly export", "direct conversation")
    html = next(file.text for one in ada.sees(ada.direct) for file in one.files)
    linus = it.person()
    channel.members.add(linus.user.id)
    for said in ("2 links more are yours now", "2 links you had already"):
        await linus.types("/weekly import", channel)
        form = await it.modal(linus, "Bring your bookmarks")
        await linus.submits(form, {"import": html})
        await linus.closes(await it.modal(linus, said))
    listed = await it.saved(linus, channel, "bring.example/mesh", "bring.example/graph")
    assert "Note: =1+1" in readable(listed)


async def test_bookmarks_that_are_none(it: Whole) -> None:
    """Scripts and files are left out, with a line that says so; mere words are refused beside the field."""
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


async def test_forget_me(it: Whole) -> None:
    """After a confirmation nothing about the person is left, in no table; the others keep theirs."""
    ada, channel = await keeper(it, "forget", "mesh", "graph")
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
    """Give the columns that name somebody, in the database as it is on disk."""
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
