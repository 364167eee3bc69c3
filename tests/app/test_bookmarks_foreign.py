"""Links in other people's messages: by the shortcut, and by reaction; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack.people import readable
from playground.slack.workspace import SCOPES
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_shortcut_saves_a_single_link_at_once(it: Whole) -> None:
    """The bot need not be in the conversation; a link that the archive does not know is saved as it is written."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus, bot=False)
    said = linus.says("read <https://unknown.example/a?b=1&amp;c=2|the tale of a pager> tonight", channel)
    assert (await ada.uses(said)).ok
    told = await it.reads(ada, channel, "Saved:", "the tale of a pager")
    assert told.ephemeral_to == ada.user.id
    listed = await it.saved(ada, channel, "unknown.example/a?b=1&amp;c=2")
    assert "the tale of a pager" in readable(listed)
    before = len(ada.sees(channel))
    await ada.uses(said)
    await it.reads(ada, channel, "already", after=before)
    await it.saved(ada, channel, "unknown.example/a")
    await it.saved(linus, channel)


async def test_the_shortcut_offers_several_links(it: Whole) -> None:
    """A form offers several links; one that the archive knows is saved with the archive's headline."""
    await it.publish(*tales("known", "clerestory"))
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    links = "https://known.example/clerestory?utm_source=chat", "https://else.example/1", "https://else.example/2"
    said = linus.says(" and ".join(f"<{link}>" for link in links), channel)
    await ada.uses(said)
    form = await it.modal(ada, "3 links", "All about clerestory")
    await ada.ticks(form, "1. All about clerestory")
    await ada.submits(form)
    listed = await it.saved(ada, channel, "known.example/clerestory")
    assert "All about clerestory" in readable(listed)
    if ada.screen:
        await ada.closes(ada.screen)
    await ada.uses(said)
    form = await it.modal(ada, "3 links")
    await ada.unticks(form, "1. All about clerestory")
    await ada.ticks(form, *[option["value"] for option in form.payload["blocks"][-1]["element"]["options"][1:]])
    await ada.submits(form)
    await it.saved(ada, channel, "else.example/1", "else.example/2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no link at all", "There is no link in that message"),
        ("<javascript:alert(1)|click me>", "no link that can be saved"),
        ("<file:///etc/passwd> <data:text/html,x|y>", "no link that can be saved"),
        ("<@U1> <#C1|general> <!here> <!subteam^S1>", "There is no link in that message"),
    ],
)
async def test_a_message_without_a_link(it: Whole, text: str, says: str) -> None:
    """The person gets one clear line, and nothing is stored."""
    ada = it.person()
    channel = it.channel(ada)
    await ada.uses(ada.says(text, channel))
    told = await it.until(
        lambda: (
            next((one for one in ada.sees(channel) if says in readable(one)), None)
            or (ada.screen if ada.screen and says in str(ada.screen.payload) else None)
        ),
        f"nobody said {says!r}",
    )
    assert told is not None
    if ada.screen:
        await ada.closes(ada.screen)
    await it.saved(ada, channel)


async def test_the_shortcut_on_a_digest(it: Whole) -> None:
    """On the bot's own messages the shortcut offers the same links as a reaction."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("own", "mesh", "graph"))
    await ada.uses(digest.replies[0])
    await it.saved(ada, channel, "own.example/mesh")
    await ada.uses(digest.parent)
    await it.modal(ada, "2 links", "All about graph")


async def test_a_reaction_on_another_person_s_message(it: Whole) -> None:
    """In the bot's channels the link is saved, and removed with the reaction; several links open a picker."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    one = linus.says("see <https://theirs.example/1|a good read>", channel)
    await ada.reacts(one, "bookmark")
    await it.saved(ada, channel, "theirs.example/1")
    await ada.unreacts(one, "bookmark")
    await it.saved(ada, channel)
    several = linus.says("<https://theirs.example/2> or <https://theirs.example/3>", channel)
    before = len(ada.sees(channel))
    await ada.reacts(several, "bookmark")
    choice = await it.reads(ada, channel, "2 links", after=before)
    await ada.ticks(choice, "2. theirs.example/3")
    await ada.clicks(choice, "Save")
    await it.saved(ada, channel, "theirs.example/3")
    await ada.reacts(linus.says("nothing to see", channel), "bookmark")
    await it.saved(ada, channel, "theirs.example/3")


async def test_a_reply_in_another_person_s_thread(it: Whole) -> None:
    """A reply's own link is saved, not one of its parent."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    parent = linus.says("<https://thread.example/parent>", channel)
    reply = linus.says("<https://thread.example/reply>", channel, thread=parent)
    await ada.reacts(reply, "bookmark")
    await it.saved(ada, channel, "thread.example/reply")


async def test_a_message_that_the_bot_may_not_read(it: Whole) -> None:
    """Without the scope to read it, each person gets one private hint about the shortcut, and later nothing."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    first, second = (linus.says(f"<https://closed.example/{number}>", channel) for number in (1, 2))
    it.workspace.scopes = SCOPES - {"reactions:read", "channels:history", "groups:history"}
    try:
        await ada.reacts(first, "bookmark")
        hint = await it.reads(ada, channel, "Save links")
        assert hint.ephemeral_to == ada.user.id
        before = len(channel.ephemeral)
        await ada.reacts(second, "bookmark")
        await it.settled()
        assert len(channel.ephemeral) == before
        assert not any("Save links" in readable(one) for one in linus.sees(channel))
        await ada.uses(first)
    finally:
        it.workspace.scopes = SCOPES
    await it.saved(ada, channel, "closed.example/1")
