"""The bot with only the scopes that it needs, end to end: exactly what the docs say is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from playground.slack.people import readable
from playground.slack.workspace import REQUIRED, SCOPES
from tests.fakes.whole import Whole, tales

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def bare(it: Whole) -> Iterator[Whole]:
    """Return the bot with every optional scope declined."""
    it.workspace.scopes = REQUIRED
    yield it
    it.workspace.scopes = SCOPES


async def test_everything_works_except_what_the_docs_say(bare: Whole) -> None:
    """Subscribe by form and by words, a digest, reactions, a link picker, the shortcut, Home, text for a file."""
    ada, linus = bare.person(), bare.person()
    channel = bare.channel(ada, linus)
    asked = await bare.asks(ada, channel, "/weekly subscribe mondays 09:00", "Europe/London")
    assert "Done" not in readable(asked)  # the zone has to be given: the person's own cannot be read
    await bare.asks(ada, channel, "/weekly subscribe mondays 09:00 Europe/Paris", "Done")
    digest = await bare.digest(ada, channel, *tales("bare", "mesh", "graph"))
    await ada.reacts(digest.replies[0], "bookmark")
    await ada.reacts(digest.parent, "two")
    await ada.reacts(linus.says("see <https://theirs.example/1>", channel), "bookmark")
    await ada.uses(linus.says("see <https://theirs.example/2>", channel))
    kept = ("bare.example/mesh", "bare.example/graph", "theirs.example/1", "theirs.example/2")
    await bare.saved(ada, channel, *kept)
    await ada.opens_home()
    await bare.home(ada, "You saved 4 links")
    await bare.asks(ada, channel, "/weekly export csv", "direct conversation")
    text = "\n".join(readable(one) for one in ada.sees(ada.direct))
    assert all(url in text for url in kept)


async def test_old_links_have_an_archived_copy(it: Whole) -> None:
    """A link of an issue older than two years has a second one, to the Web Archive's copy of that day."""
    ada = it.person()
    channel = it.channel(ada)
    await it.publish(*tales("old", "palimpsest"), published=datetime(2019, 3, 4, tzinfo=UTC))
    copy = "<https://web.archive.org/web/20190304/https://old.example/palimpsest|as it was>"
    answer = await it.asks(ada, channel, "/weekly palimpsest", copy)
    await ada.clicks(answer, "Save")
    await it.becomes(await it.saved(ada, channel, "old.example/palimpsest"), copy)
    await ada.opens_home()
    await it.home(ada, copy)
    await it.publish(*tales("new", "vellum"))
    assert "as it was" not in readable(await it.asks(ada, channel, "/weekly vellum", "new.example/vellum"))
