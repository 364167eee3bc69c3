"""The Save button beside every link, and shared answers; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack.people import readable
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_save_beside_a_search_result(it: Whole) -> None:
    """The button of one result saves that link and says so; pressed again it removes it."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("search", "cantilever-mesh", "cantilever-graph"))
    answer = await it.asks(ada, channel, "/weekly cantilever", "search.example/cantilever-graph")
    await ada.clicks(answer, "Save", beside="cantilever-graph")
    await it.becomes(answer, "Saved ✓")
    await it.saved(ada, channel, "search.example/cantilever-graph")
    await ada.clicks(answer, "Saved ✓")
    await it.becomes(answer, "search.example", without="Saved ✓")
    await it.saved(ada, channel)


async def test_save_beside_an_entry_of_a_digest(it: Whole) -> None:
    """The button in a digest's thread saves the link for the person who presses it; nobody else sees anything of it."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    digest = await it.digest(ada, channel, *tales("entry", "mesh", "graph"))
    before = len(linus.sees(channel))
    await ada.clicks(digest.replies[0], "Save")
    await it.saved(ada, channel, "entry.example/mesh")
    await linus.clicks(digest.replies[1], "Save")
    await it.saved(linus, channel, "entry.example/graph")
    assert "Saved" not in "".join(readable(reply) for reply in channel.replies(digest.parent.ts))
    assert all(one.ephemeral_to for one in linus.sees(channel)[before:])


async def test_save_in_a_full_digest_and_an_issue(it: Whole) -> None:
    """Entries of a full digest and of `issue N` have their buttons too."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("issue", "mesh", "graph"), layout="full")
    await ada.clicks(digest.parent, "Save", beside="graph")
    await it.saved(ada, channel, "issue.example/graph")
    number = readable(digest.parent).partition("The Quiet Pager ")[2].split()[0]
    shown = await it.asks(ada, channel, f"/weekly issue {number}", "issue.example/mesh")
    await ada.clicks(shown, "Save", beside="mesh")
    await it.saved(ada, channel, "issue.example/graph", "issue.example/mesh")


async def test_a_link_saved_by_a_button_outlives_the_reaction(it: Whole) -> None:
    """A link saved by reaction and by button stays when the reaction is removed, and goes when the link is removed."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("both", "mesh", "graph"))
    await ada.reacts(digest.replies[0], "bookmark")
    await ada.clicks(digest.replies[0], "Save")
    await ada.unreacts(digest.replies[0], "bookmark")
    listed = await it.saved(ada, channel, "both.example/mesh")
    await ada.clicks(listed, "Remove", beside="mesh")
    await it.saved(ada, channel)


async def test_reactions_on_a_shared_answer(it: Whole) -> None:
    """A shared answer is the bot's own message: a number reaction to it saves that result, for anybody."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    await it.publish(*tales("share", "filigree-mesh", "filigree-graph"))
    answer = await it.asks(ada, channel, "/weekly filigree", "filigree")
    await ada.clicks(answer, "Share with channel")
    shared = await it.reads(linus, channel, "shared", "filigree")
    second = readable(shared).partition("2. ")[2]
    word = "mesh" if "mesh" in second.splitlines()[0] else "graph"
    await linus.reacts(shared, "two")
    await it.saved(linus, channel, f"share.example/filigree-{word}")
    await linus.unreacts(shared, "two")
    await it.saved(linus, channel)


async def test_sharing_in_a_channel_without_the_bot(it: Whole) -> None:
    """If the bot is not in the channel, the answer is shared all the same, and its buttons save its links."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus, bot=False)
    await it.publish(*tales("outside", "gantry-mesh", "gantry-graph"))
    answer = await it.asks(ada, channel, "/weekly gantry", "gantry")
    await ada.clicks(answer, "Share with channel")
    await it.reads(linus, channel, "shared", "gantry")
    await ada.clicks(answer, "Save", beside="gantry-mesh")
    await it.saved(ada, channel, "outside.example/gantry-mesh")
