"""What a team saves, as counts without names; end to end on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from playground.slack.channel import Channel
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def save(it: Whole, channel: Channel, people: Sequence[Person], *words: str) -> None:
    """Have everybody save the first word's link, all but one the second's, and so on."""
    digest = await it.digest(people[0], channel, *tales("team", *words))
    for number, reply in enumerate(digest.replies):
        for one in people[number:]:
            await one.reacts(reply, "bookmark")


async def test_counts_and_no_names_in_the_list_and_the_next_digest(it: Whole) -> None:
    """`top` lists links that two people saved, with counts; the next digest has a line; a switch turns both off."""
    people = [it.person("ada-lovelace"), it.person("grace-hopper"), it.person("linus-pauling")]
    channel = it.channel(*people)
    await save(it, channel, people, "mesh", "graph", "queue")
    ada = people[0]
    told = await it.asks(ada, channel, "/weekly top", "Most saved", "saved by 3", "saved by 2", "team.example/mesh")
    text = readable(told)
    assert text.index("team.example/mesh") < text.index("team.example/graph")
    assert "queue" not in text
    assert not any(word in text for one in people for word in (one.user.id, one.user.name))
    await ada.clicks(told, "Last month")
    await it.becomes(told, "last 30 days", "saved by 3")

    it.clock.forward(timedelta(days=6))
    digest = await it.digest(ada, channel, *tales("after", "one"))
    assert "Most saved last week: <https://team.example/mesh|All about mesh> (3)" in readable(digest.parent)

    other = it.person()
    channel.members.add(other.user.id)
    await it.asks(other, channel, "/weekly top off", "Only somebody who subscribed")
    await it.asks(ada, channel, "/weekly subscribe as soon as it appears", "Done")
    await it.asks(ada, channel, "/weekly top off", "Off:")
    await it.asks(other, channel, "/weekly top", "switched it off")
    silent = await it.digest(ada, channel, *tales("silent", "one"))
    assert "Most saved" not in readable(silent.parent)
    await it.asks(ada, channel, "/weekly subscribe as soon as it appears", "Done")
    await it.asks(ada, channel, "/weekly top on", "On:")
    await it.asks(other, channel, "/weekly top", "saved by 3")
    await it.unsubscribes(ada, channel)
