"""Drafts, embargoed and expired issues: never posted, never found, named in the status."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.retract import retract
from playground.slack.channel import Channel
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, entry

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _subscribed(it: Whole) -> tuple[Person, Channel]:
    """Add a person whose channel gets each issue as it appears."""
    you = it.person()
    channel = it.channel(you)
    await it.asks(you, channel, "/weekly subscribe as soon as it appears", "Done")
    return you, channel


async def _writes(it: Whole, name: str, front: str, word: str) -> None:
    """Write an issue about one word, with these lines in its front matter, and have it noticed."""
    words = f"---\ntitle: About {word}\n{front}\n---\n\nNews\n====\n\n{entry(f'All about {word}.', f'https://{word}.example/')}"
    (it.archive / name).write_text(words, "utf-8")
    await it.app.ports.library.refresh([name])
    await it.app.ports.library.listeners_idle()


async def _posted(it: Whole, channel: Channel, *words: str) -> None:
    """Wait until the channel has a digest about each of these words, and no other."""
    await it.until(lambda: len(_posts(channel)) >= len(words), f"{words} are not posted")
    await it.settled()
    assert [word for text in _posts(channel) for word in words if f"About {word}" in text] == list(words)


def _posts(channel: Channel) -> list[str]:
    return [text for message in channel.top if "About" in (text := readable(message))]


def _retracts(it: Whole, channel: Channel) -> None:
    """Have the draft taken back by its number, as an operator does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", it.database)
        retract("9001", None, channel.id, it.archive)


async def test_a_draft_is_posted_when_it_is_no_longer_one(it: Whole) -> None:
    """Until then only the status knows it. An issue that becomes a draft after it was posted stays posted."""
    you, channel = await _subscribed(it)
    day = f"date: {datetime.now(UTC) - timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}"  # noqa: TID251 - the bot's own clock runs from here
    await _writes(it, "harbours.md", f"{day}\ndraft: true\nnumber: 9001", "harbours")
    await _writes(it, "knots.md", day, "knots")
    await _posted(it, channel, "knots")
    await it.asks(you, channel, "/weekly status", "Held back", "About harbours", "draft: true")
    await it.asks(you, channel, "/weekly why 9001", "held back")
    assert "harbours.example" not in readable(await it.asks(you, channel, "/weekly harbours"))
    await it.asks(you, channel, "/weekly issue 9001", "9001")
    await _writes(it, "harbours.md", f"{day}\nnumber: 9001", "harbours")
    await _posted(it, channel, "knots", "harbours")
    await it.asks(you, channel, "/weekly harbours", "harbours.example")
    await _writes(it, "harbours.md", f"{day}\ndraft: true\nnumber: 9001", "harbours")
    await it.asks(you, channel, "/weekly why 9001", "In the archive it is held back now")
    await asyncio.to_thread(_retracts, it, channel)
    await it.until(lambda: not any("About harbours" in text for text in _posts(channel)), "it is not taken back")
    await _writes(it, "tides.md", day, "tides")
    await _posted(it, channel, "knots", "tides")
    await it.unsubscribes(you, channel)


async def test_an_embargo_ends_at_its_moment(it: Whole) -> None:
    """A future issue is posted at its moment while the bot runs, and disappears when it expires."""
    you, channel = await _subscribed(it)
    opens = it.clock.now() + timedelta(hours=3)
    front = f"date: 2026-11-01\npublishDate: {opens.isoformat()}\nexpiryDate: {(opens + timedelta(days=1)).isoformat()}"
    await _writes(it, "lighthouse.md", front, "lighthouse")
    assert "lighthouse.example" not in readable(await it.asks(you, channel, "/weekly lighthouse"))
    await it.asks(you, channel, "/weekly status", "About lighthouse", "its date is")
    assert _posts(channel) == []
    it.clock.forward(timedelta(hours=3))
    await _posted(it, channel, "lighthouse")
    await it.asks(you, channel, "/weekly lighthouse", "lighthouse.example")
    it.clock.forward(timedelta(days=1))
    assert "lighthouse.example" not in readable(await it.asks(you, channel, "/weekly lighthouse"))
    await _posted(it, channel, "lighthouse")
    await it.unsubscribes(you, channel)
