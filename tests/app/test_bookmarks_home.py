"""The Home tab, end to end: signed HTTP, the real app, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack.people import Person, readable
from playground.slack.workspace import View
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def opened(it: Whole, ada: Person, *says: str, without: str = "") -> View:
    """Open the Home tab and wait until it says all of `says`."""
    before = ada.home.hash if ada.home else ""
    assert await ada.opens_home()
    await it.until(lambda: ada.home and ada.home.hash != before, "no Home tab")
    await it.settled()
    return await it.home(ada, *says, without=without)


async def test_the_first_steps_are_shown_once(it: Whole) -> None:
    """The first opening shows three steps, later ones don't; without bookmarks the tab says how to save."""
    ada = it.person()
    await it.publish(*tales("first", "one"))
    await opened(it, ada, "Welcome to", "*1.*", "*2.*", "*3.*", "Nothing yet")
    await opened(it, ada, "Your bookmarks", "The newest issue", without="Welcome to")
    await opened(it, ada, "Your bookmarks", without="Welcome to")


async def test_links_are_read_noted_and_removed_on_the_tab(it: Whole) -> None:
    """Unread links come first; every action shows at once; nothing appears on anybody else's tab."""
    ada, channel = await it.member("home", "mesh", "graph", "queue")
    home = await opened(it, ada, "You saved 3 links", "3 unread")
    await ada.clicks(home, "Mark as read", beside="home.example/queue")
    await it.home(ada, "2 unread")
    text = readable(home)
    assert text.index("home.example/graph") < text.index("home.example/queue")
    await ada.clicks(home, "Add a note", beside="home.example/graph")
    await ada.submits(await it.modal(ada, "Your note"), {"note": "before the review"})
    await it.home(ada, "Note: before the review")
    await ada.clicks(home, "Remove", beside="home.example/mesh")
    await it.home(ada, "You saved 2 links", without="home.example/mesh")
    await it.saved(ada, channel, "home.example/graph", "home.example/queue")
    await opened(it, it.person(), "Nothing yet", without="home.example/graph|")


async def test_search_on_the_tab(it: Whole) -> None:
    """The search box searches one's bookmarks, even if misspelt, and a button leads back to all of them."""
    ada, _ = await it.member("box", "kubernetes", "postgresql")
    home = await opened(it, ada, "You saved 2 links")
    await ada.fills(home, "home:search", "kuberntes")
    await it.home(ada, "box.example/kubernetes", "1 link of yours", without="box.example/postgresql|")
    await ada.clicks(home, "All my bookmarks")
    await it.home(ada, "You saved 2 links", "box.example/postgresql")
    await ada.fills(home, "home:search", "knitting")
    await it.home(ada, "Nothing you saved is about")
    await ada.fills(home, "home:search", "")
    await it.home(ada, "You saved 2 links")


async def test_pages_of_the_tab(it: Whole) -> None:
    """A long list has pages: the tab stays below a hundred blocks, and an action stays on its page."""
    ada, _ = await it.member("leaf", *(f"w{number:02}" for number in range(13)))
    home = await opened(it, ada, "You saved 13 links", "1–10")
    assert len(home.payload["blocks"]) < 100
    await ada.clicks(home, "Older ›")
    await it.home(ada, "11–13", "/w00|", without="/w05|")
    await ada.clicks(home, "Remove", beside="/w00|")
    await it.home(ada, "You saved 12 links", "11–12")
    await ada.clicks(home, "‹ Newer")
    await it.home(ada, "1–10", "/w12|")


async def test_channels_and_the_newest_issue(it: Whole) -> None:
    """The tab shows one's own channels with their next time, and the newest issue, which opens in a modal."""
    ada = it.person()
    channel = it.channel(ada)
    await it.asks(ada, channel, "/weekly subscribe mondays 09:00 Europe/London", "Done")
    number = await it.publish(*tales("newest", "mesh", "graph"))
    home = await opened(it, ada, f"<#{channel.id}>", "next:", f"The Quiet Pager {number}")
    await ada.clicks(home, "Read it")
    await it.modal(ada, "newest.example/mesh")
    await it.unsubscribes(ada, channel)
    await opened(it, ada, "None yet", without=channel.id)


async def test_what_the_team_saves(it: Whole) -> None:
    """Links that two people saved are listed with their count and a button to save them."""
    ada, _ = await it.member("team", "mesh")
    linus, eve = it.person(), it.person()
    channel = it.channel(linus, eve)
    digest = await it.digest(linus, channel, *tales("team", "mesh", "alone"))
    await linus.reacts(digest.replies[0], "bookmark")
    await linus.reacts(digest.replies[1], "bookmark")
    home = await opened(it, eve, "saved by 2", "team.example/mesh", without="team.example/alone|")
    assert not any(word in str(home.payload) for word in (ada.user.id, linus.user.id))
    await eve.clicks(home, "Save", beside="team.example/mesh")
    await it.home(eve, "You saved 1 link", "saved by 3", "Saved ✓")
    await it.saved(eve, channel, "team.example/mesh")
