"""Keeping links by reaction, end to end: signed HTTP, the real app, SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from tests.fakes.whole import Whole, entry

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reaction_on_a_reply_keeps_its_link(it: Whole) -> None:
    """The bookmark emoji on an entry's reply keeps that link; taking it back lets go of it."""
    ada = it.person("ada")
    channel = it.channel(ada)
    digest = await it.digest(
        ada, channel, entry("All about a mesh.", "https://one.example/mesh"), entry("A graph.", "https://one.example/g")
    )
    await ada.reacts(digest.replies[0], "bookmark")
    await it.asks(ada, channel, "/weekly saved", "one.example/mesh")
    await ada.unreacts(digest.replies[0], "bookmark")
    await it.asks(ada, channel, "/weekly saved", "nothing")
