"""Saving in a channel that two workspaces share: each event arrives from both; end to end on both databases."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from playground.slack.fixtures import connect
from playground.slack.people import Person
from playground.slack.workspace import User, Workspace
from tests.fakes.whole import Unlimited, Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


def neighbours(it: Whole) -> Workspace:
    """Return a second workspace that has the app too."""
    site = it.fixture.server.site
    known = site.workspaces.get("T2NEAR")
    bot = User("U2BACKISSUE", "backissue", is_bot=True)
    return known or site.add(Workspace("T2NEAR", token="xoxb-2", app_token="xapp-2", bot=bot, pace=Unlimited()))


async def test_one_bookmark_for_one_person(it: Whole) -> None:
    """An event with two workspaces' ids saves a link once, in any order and any number of times."""
    ada = it.person()
    channel = connect(it.channel(ada), it.workspace, neighbours(it))
    digest = await it.digest(ada, channel, *tales("shared", "mesh", "graph", "queue"))
    it.fixture.sender.hold()
    for reply in digest.replies:
        await ada.reacts(reply, "bookmark")
    await ada.unreacts(digest.replies[2], "bookmark")
    assert len(it.fixture.sender.held or ()) == 8
    chance = random.Random(7)
    await it.fixture.sender.release(lambda held: chance.sample(held, len(held)), copies=2)
    await it.saved(ada, channel, "shared.example/mesh", "shared.example/graph")
    for reply in digest.replies[:2]:
        await ada.unreacts(reply, "bookmark")
    await it.saved(ada, channel)


async def test_a_guest_is_nobody_here(it: Whole) -> None:
    """A reaction of the other workspace's person is in nobody's list here, and their commands are refused."""
    ada, other = it.person(), neighbours(it)
    channel = connect(it.channel(ada), it.workspace, other)
    digest = await it.digest(ada, channel, *tales("guest", "mesh", "graph"))
    guest = Person(replace(it.fixture, workspace=other), User("U2GUEST", "guest"))
    other.users[guest.user.id] = guest.user
    channel.members.add(guest.user.id)
    await guest.reacts(digest.replies[0], "bookmark")
    await ada.reacts(digest.replies[1], "bookmark")
    await it.saved(ada, channel, "guest.example/graph")
    await it.asks(guest, channel, "/weekly saved", "belong to another workspace")
