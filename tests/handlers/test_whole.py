"""One person's week with the whole bot: real app, real store, real HTTP, in the stand-in workspace."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.app import Ports, build
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings, SlackCredentials
from bot.slack.api.client import WebSlack
from bot.source.library import Library
from bot.store.store import Store
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.fixtures import demo_site
from playground.slack.front import front
from playground.slack.limits import problems
from playground.slack.people import Person, readable, workspace_fixture
from playground.slack.server import Server
from playground.slack.workspace import View
from tests.fakes.emptied import new_file

SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"
SECRET = "a secret of the tests"
WAIT_SECONDS = 20.0


class Life:
    """A person in a channel with the bot, who acts and reads the answers."""

    def __init__(self, you: Person, channel: Channel, archive: Path) -> None:
        """Use the person and the channel."""
        self.you, self.channel, self.archive = you, channel, archive

    def publish(self, name: str) -> None:
        """Publish an issue of the sample."""
        publish(name, self.archive)

    async def screen(self, says: str) -> View:
        """Wait for a modal that contains `says`."""
        shown = await self.you.fixture.until(
            lambda: [view for view in [self.you.screen] if view and says in str(view.payload)], WAIT_SECONDS
        )
        return shown[0]

    async def types(self, typed: str, *until: str) -> ChannelMessage:
        """Type a command and wait for a message that contains all of `until`."""
        before = len(self.you.sees(self.channel))
        await self.you.types(typed, self.channel)
        return await self.reads(*until, after=before)

    async def reads(self, *until: str, after: int = 0) -> ChannelMessage:
        """Wait for a message that contains all of `until`, and check it against Slack's limits."""

        def look() -> ChannelMessage | None:
            fresh = self.you.sees(self.channel)[after:]
            return next((message for message in fresh if all(word in readable(message) for word in until)), None)

        found = await self.you.fixture.until(look, WAIT_SECONDS)
        assert found is not None
        assert problems({"text": found.text, "blocks": found.blocks}) == []
        return found


def publish(name: str, archive: Path) -> None:
    """Copy an issue of the sample into a folder, dated now: an old one would not be posted."""
    source = next(SAMPLE.glob(f"*{name}*.md"))
    dated = re.sub(r"(?m)^date: .*$", f"date: {SystemClock().now().isoformat()}", source.read_text("utf-8"), count=1)
    (archive / source.name).write_text(dated, "utf-8")


@asynccontextmanager
async def life(folder: Path) -> AsyncIterator[Life]:
    """Run the whole bot in the demo's workspace, with the sample's first two issues in its archive."""
    site, workspace, channel, you = demo_site()
    archive = folder / "issues"
    archive.mkdir()
    async with Server(site) as server:
        publish("2026-08-16-1", archive)
        publish("2026-08-23-2", archive)
        store = await asyncio.to_thread(Store.open, new_file(folder / "bot.db"))
        library = Library.opened(archive)
        parts = Ports(library, store, WebSlack(workspace.token, base_url=server.api_url))
        credentials = SlackCredentials(workspace.token, SECRET, None)
        app = build(Settings.read(slack_api_url=server.api_url), credentials, parts)
        async with (
            front(app.asgi()) as url,
            workspace_fixture(server, workspace, f"{url}/slack/events", SECRET) as fixture,
        ):
            yield Life(fixture.person(you.name), channel, archive)


@pytest.mark.long
async def test_a_week(tmp_path: Path) -> None:
    """Search and share; preview, subscribe by the form; a digest, a bookmark; status, why, pause, unsubscribe."""
    async with life(tmp_path) as here:
        answer = await here.types("/weekly kubernetes", "*kubernetes*")
        await here.you.clicks(answer, "Share with channel")
        await here.reads("shared", "kubernetes")

        await here.types("/weekly preview", "Only you see this")
        await here.you.types("/weekly subscribe", here.channel)
        form = await here.screen("submit")
        assert problems(form.payload) == []
        await here.you.submits(form, {"when": "at-once"})
        await here.screen("Subscribed")

        here.publish("2026-08-30-3")
        digest = await here.reads("#3", "Tools")
        reply = (await here.you.fixture.until(lambda: here.channel.replies(digest.ts), WAIT_SECONDS))[0]
        await here.you.reacts(reply, "bookmark")
        await here.types("/weekly saved", "You saved 1 link")
        await here.you.unreacts(reply, "bookmark")
        await here.types("/weekly saved", "You have saved nothing yet")

        status = await here.types("/weekly status", "as soon as it appears", "Last:")
        await here.types("/weekly why 3", "Issue #3")
        await here.types("/weekly why 1", "before this channel subscribed")
        await here.you.clicks(status, "Pause")
        await here.reads("Paused:", "Resume")
        asked = await here.types("/weekly unsubscribe", "This ends", "as soon as it appears")
        await here.you.clicks(asked, "Unsubscribe")
        await here.reads("Done. No more digests here")
        await here.types("/weekly status", "not subscribed")
