"""What a reaction is answered with: the first that saves, and every one that can't; end to end, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from playground.slack.channel import ChannelMessage
from playground.slack.people import readable
from tests.fakes.whole import Whole, tales, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")
EIGHT = ("one", "two", "three", "four", "five", "six", "seven", "eight")


def private(it: Whole, message: ChannelMessage) -> list[ChannelMessage]:
    """Return what was said to single people in a message's channel."""
    return it.fixture.workspace.channels[message.channel].ephemeral


async def test_the_first_reaction_that_saves_is_answered_once(it: Whole) -> None:
    """With the link's title, where the list is, and that everybody sees the reaction; the next ones are quiet."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    digest = await it.digest(linus, channel, *tales("first", "mesh", "graph"))
    await ada.reacts(digest.replies[0], "bookmark")
    told = await it.reads(ada, channel, "Saved: *<https://first.example/mesh|All about mesh>*", "/weekly saved")
    assert told.ephemeral_to == ada.user.id
    assert "everybody sees the reaction" in readable(told)
    before = len(private(it, digest.parent))
    await ada.reacts(digest.replies[1], "bookmark")
    await it.saved(ada, channel, "first.example/mesh", "first.example/graph")
    assert len(private(it, digest.parent)) == before + 1  # the list itself


async def test_one_bookmark_on_eight_links_says_why(it: Whole) -> None:
    """The chooser is headed by the reason, and by how a number would do; what it saves is named."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("eight", *EIGHT), layout="full")
    await ada.reacts(digest.parent, "bookmark")
    choice = await it.reads(ada, channel, "Nothing is saved yet: that message has 8 links", ":keycap_ten:")
    await ada.ticks(choice, "2. All about two")
    await ada.clicks(choice, "Save")
    await it.becomes(choice, "Saved 1 link: All about two.")
    await it.saved(ada, channel, "eight.example/two")


@pytest.mark.parametrize(
    ("emoji", "why"),
    [("nine", "8 links, and none with the number 9"), ("eleven", "numbers go up to ten"), ("keycap_12", "up to ten")],
)
async def test_a_number_that_saves_nothing_says_why(it: Whole, emoji: str, why: str) -> None:
    """The links are offered instead; on somebody else's message a number is a vote, and is not answered."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    site = f"number-{emoji.replace('_', '-')}"
    digest = await it.digest(ada, channel, *tales(site, *EIGHT), layout="full")
    vote = linus.writes("https://a.example/1 or https://a.example/2?", channel)
    await ada.reacts(vote, emoji)
    await it.settled()
    before = len(private(it, digest.parent))
    await ada.reacts(digest.parent, emoji)
    choice = await it.reads(ada, channel, why, "8. All about eight")
    assert choice.ephemeral_to == ada.user.id
    assert len(private(it, digest.parent)) == before + 1
    await ada.ticks(choice, "8. All about eight")
    await ada.clicks(choice, "Save")
    await it.becomes(choice, "Saved 1 link: All about eight.")


async def test_a_message_without_a_link_says_so(it: Whole) -> None:
    """In private; the reaction stays, and nothing is saved."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    said = linus.writes("no link in here", channel)
    await ada.reacts(said, "bookmark")
    told = await it.reads(ada, channel, "no link in that message")
    assert told.ephemeral_to == ada.user.id
    await it.saved(ada, channel)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("layout", ["thread", "full"])
async def test_a_digest_of_five_years_ago(
    tmp_path: Path, database: str, layout: str, request: pytest.FixtureRequest
) -> None:
    """Its messages are known for as long as the database is: a reaction saves the link, as on the first day."""
    url = f"sqlite:///{tmp_path}/bot.db" if database == "sqlite" else request.getfixturevalue("postgres").fresh()
    async with whole(tmp_path, url) as it:
        ada = it.person()
        channel = it.channel(ada)
        digest = await it.digest(ada, channel, *tales("aged", "mesh", "graph"), layout=layout)
        it.clock.forward(timedelta(days=5 * 365 + 1))
        await it.app.ports.store.bookmarks.prune(it.clock.now())
        await it.publish(*tales("young", "queue"), published=it.clock.now())
        if layout == "thread":
            await ada.reacts(digest.replies[1], "bookmark")
        else:
            await ada.reacts(digest.parent, "two")
        await it.reads(ada, channel, "Saved: *<https://aged.example/graph|")
        await it.saved(ada, channel, "aged.example/graph")
