"""Saving links by reacting to a digest, end to end: signed HTTP, the real app, SQLite and PostgreSQL."""

from __future__ import annotations

import random

import pytest

from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reaction_on_a_reply_saves_its_link(it: Whole) -> None:
    """The bookmark emoji on an entry's reply saves its link for that person; removing the reaction removes it."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    digest = await it.digest(ada, channel, *tales("one", "mesh", "graph"))
    await ada.reacts(digest.replies[0], "bookmark")
    await linus.reacts(digest.replies[1], "bookmark")
    await it.saved(ada, channel, "one.example/mesh")
    await it.saved(linus, channel, "one.example/graph")
    await ada.unreacts(digest.replies[0], "bookmark")
    await it.saved(ada, channel)
    await it.saved(linus, channel, "one.example/graph")


async def test_other_emoji_save_nothing(it: Whole) -> None:
    """A heart on a reply is a heart; a number on a reply with one link is a number."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("other", "mesh", "graph"))
    for emoji in ("heart", "two", "bookmark_tabs"):
        await ada.reacts(digest.replies[0], emoji)
    await it.saved(ada, channel)


@pytest.mark.parametrize("layout", ["thread", "full"])
async def test_a_number_saves_that_entry(it: Whole, layout: str) -> None:
    """Below a table of contents or a full digest, a number emoji saves the entry of that number, up to ten."""
    ada = it.person()
    channel = it.channel(ada)
    site = f"number-{layout}"
    words = [f"w{number}" for number in range(1, 12)]
    digest = await it.digest(ada, channel, *tales(site, *words), layout=layout)
    await ada.reacts(digest.parent, "two")
    await ada.reacts(digest.parent, "keycap_ten")
    await it.saved(ada, channel, f"{site}.example/w2|", f"{site}.example/w10|")
    await ada.unreacts(digest.parent, "two")
    await it.saved(ada, channel, f"{site}.example/w10|")


async def test_a_link_saved_in_two_ways_stays_until_both_are_removed(it: Whole) -> None:
    """A link saved by a reply's reaction and by its number stays when one of them is removed."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("ways", "mesh", "graph"))
    await ada.reacts(digest.parent, "one")
    await ada.reacts(digest.replies[0], "bookmark")
    await ada.unreacts(digest.parent, "one")
    await it.saved(ada, channel, "ways.example/mesh")
    await ada.unreacts(digest.replies[0], "bookmark")
    await it.saved(ada, channel)


async def test_events_in_any_order_any_number_of_times(it: Whole) -> None:
    """Held, doubled and shuffled events leave the state that the last event of each emoji says."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("order", "mesh", "graph", "queue"))
    it.fixture.sender.hold()
    for reply in digest.replies:
        await ada.reacts(reply, "bookmark")
        await ada.unreacts(reply, "bookmark")
    await ada.reacts(digest.replies[1], "bookmark")
    chance = random.Random(5)
    await it.fixture.sender.release(lambda held: chance.sample(held, len(held)), copies=2)
    await it.saved(ada, channel, "order.example/graph")
