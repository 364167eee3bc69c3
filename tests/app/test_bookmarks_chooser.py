"""The private hint and the link picker, end to end: signed HTTP, the real app, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from playground.slack import forms
from playground.slack.channel import ChannelMessage
from playground.slack.people import Person, readable
from playground.slack.workspace import View
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ticked(it: Whole, ada: Person, where: ChannelMessage | View) -> list[str]:
    """Return what is ticked in a link picker, as its person sees it."""
    blocks = where.blocks if isinstance(where, ChannelMessage) else where.payload["blocks"]
    state = forms.state(blocks, it.workspace.draft(ada.user.id, where))
    chosen = [one for block in state.values() for one in block.values() if one["type"] == "checkboxes"]
    return [option["text"]["text"] for one in chosen for option in one["selected_options"]]


async def chooser(it: Whole, ada: Person, message: ChannelMessage, *says: str) -> ChannelMessage:
    """React with the bookmark emoji and wait for the link picker that only this person sees."""
    channel = it.workspace.channels[message.channel]
    before = len(ada.sees(channel))
    await ada.reacts(message, "bookmark")
    found = await it.reads(ada, channel, "tick what you want to save", *says, after=before)
    assert found.ephemeral_to == ada.user.id
    return found


async def test_saving_is_quiet(it: Whole) -> None:
    """A person's first saved link is answered with a private hint, later ones with nothing; others see neither."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    digest = await it.digest(linus, channel, *tales("quiet", "mesh", "graph"))
    before = (len(linus.sees(channel)), len(channel.replies(digest.parent.ts)))
    await ada.reacts(digest.replies[0], "bookmark")
    hint = await it.reads(ada, channel, "/weekly saved")
    assert hint.ephemeral_to == ada.user.id
    mine = len(channel.ephemeral)
    await ada.reacts(digest.replies[1], "bookmark")
    await ada.unreacts(digest.replies[0], "bookmark")
    await it.saved(ada, channel, "quiet.example/graph")
    assert len(channel.ephemeral) == mine + 1
    assert before == (len(linus.sees(channel)), len(channel.replies(digest.parent.ts)))


@pytest.mark.parametrize("layout", ["thread", "full"])
async def test_the_bookmark_on_several_links_offers_a_choice(it: Whole, layout: str) -> None:
    """There are ten boxes a page; ticked links are saved, and a page that is shown again shows them ticked."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    site = f"choice-{layout}"
    digest = await it.digest(linus, channel, *tales(site, *(f"w{number:02}" for number in range(1, 13))), layout=layout)
    choice = await chooser(it, ada, digest.parent, "12 links", "1–10")
    await ada.ticks(choice, "2. All about w02", "10. All about w10")
    await ada.clicks(choice, "Save, next 2 ›")
    await it.becomes(choice, "11–12")
    await ada.ticks(choice, "12. All about w12")
    await ada.clicks(choice, "Save")
    await it.becomes(choice, "/weekly saved")
    await it.saved(ada, channel, f"{site}.example/w02", f"{site}.example/w10", f"{site}.example/w12")
    assert not any("tick what you want" in readable(one) for one in linus.sees(channel))
    await it.saved(linus, channel)


async def test_unticking_removes_the_bookmark(it: Whole) -> None:
    """A picker that is opened again shows the current bookmarks; unticking one removes it, however it was saved."""
    ada = it.person()
    channel = it.channel(ada)
    digest = await it.digest(ada, channel, *tales("untick", "mesh", "graph", "queue"))
    await ada.reacts(digest.replies[0], "bookmark")
    await ada.reacts(digest.parent, "two")
    choice = await chooser(it, ada, digest.parent, "3 links")
    assert ticked(it, ada, choice) == ["1. All about mesh", "2. All about graph"]
    await ada.unticks(choice, "1. All about mesh", "2. All about graph")
    await ada.ticks(choice, "3. All about queue")
    await ada.clicks(choice, "Save")
    await it.saved(ada, channel, "untick.example/queue")
    await ada.unreacts(digest.parent, "bookmark")
    await it.saved(ada, channel, "untick.example/queue")


async def test_a_link_picker_below_a_shared_answer(it: Whole) -> None:
    """A bookmark reaction to a shared answer offers its links."""
    ada, linus = it.person(), it.person()
    channel = it.channel(ada, linus)
    await it.publish(*tales("offer", "espalier-mesh", "espalier-graph"))
    await ada.clicks(await it.asks(ada, channel, "/weekly espalier", "espalier"), "Share with channel")
    shared = await it.reads(linus, channel, "shared", "espalier")
    choice = await chooser(it, linus, shared, "2 links")
    boxes = [one for _, one in forms.elements(choice.blocks) if one["type"] == "checkboxes"]
    await linus.ticks(choice, *(str(option["value"]) for option in boxes[0]["options"]))
    await linus.clicks(choice, "Save")
    await it.saved(linus, channel, "offer.example/espalier-mesh", "offer.example/espalier-graph")
