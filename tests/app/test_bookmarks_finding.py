"""Finding bookmarks again: the list, its search, notes; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack.people import readable
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_link_is_read_noted_and_removed(it: Whole) -> None:
    """The menu beside a row marks it as read, adds a note and removes it; the list shows each at once."""
    ada, channel = await it.member("rows", "mesh", "graph", "queue")
    listed = await it.asks(ada, channel, "/weekly saved", "You saved 3 links", "3 unread")
    await ada.clicks(listed, "Mark as read", beside="mesh")
    await it.becomes(listed, "2 unread", "*<https://rows.example/graph", without="*<https://rows.example/mesh")
    await ada.clicks(listed, "Mark as unread", beside="mesh")
    await it.becomes(listed, "3 unread")
    await ada.clicks(listed, "Add a note", beside="graph")
    form = await it.modal(ada, "Your note", "All about graph")
    await ada.submits(form, {"note": "for *Monday*"})
    again = await it.asks(ada, channel, "/weekly saved", "Note: for")
    await ada.clicks(again, "Edit the note", beside="graph")
    form = await it.modal(ada, "for *Monday*")
    await ada.submits(form, {"note": ""})
    await it.becomes(await it.saved(ada, channel, "/mesh", "/graph", "/queue"), without="Note:")
    await ada.clicks(again, "Remove", beside="queue")
    await it.becomes(again, "You saved 2 links", without="queue")


async def test_a_search_of_one_s_own_bookmarks(it: Whole) -> None:
    """`saved QUERY` searches one's own bookmarks only, even if misspelt, and offers the whole archive."""
    ada, channel = await it.member("own", "kubernetes", "postgresql")
    await it.publish(*tales("own", "kubernetes-operators"))
    linus = it.person()
    it.fixture.workspace.channels[channel.id].members.add(linus.user.id)
    found = await it.asks(ada, channel, "/weekly saved kuberntes", "own.example/kubernetes|")
    assert "operators" not in readable(found)
    assert "postgresql" not in readable(found)
    await ada.clicks(found, "Search the whole archive")
    await it.becomes(found, "operators")
    nothing = await it.asks(linus, channel, "/weekly saved kubernetes", "Nothing you saved is about")
    assert "own.example" not in readable(nothing)
    await ada.clicks(await it.asks(ada, channel, "/weekly saved gardening", "Nothing you saved"), "All my bookmarks")
    await it.reads(ada, channel, "You saved 2 links")


async def test_pages_of_bookmarks(it: Whole) -> None:
    """Ten a page, newest first; turning pages neither repeats nor skips, and an action stays on its page."""
    words = [f"w{number:02}" for number in range(12)]
    ada, channel = await it.member("pages", *words)
    listed = await it.asks(ada, channel, "/weekly saved", "You saved 12 links", "1–10")
    assert "/w11|" in readable(listed)
    await ada.clicks(listed, "Older ›")
    await it.becomes(listed, "11–12", "/w00|", "/w01|", without="/w02|")
    await ada.clicks(listed, "Mark as read", beside="w01")
    await it.becomes(listed, "11–12", "11 unread")
    await ada.clicks(listed, "‹ Newer")
    await it.becomes(listed, "1–10", "/w11|")
