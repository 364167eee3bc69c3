"""The real client's Home tabs and files, over real HTTP against the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.slack.api.client import WebSlack
from bot.slack.api.errors import MessageRefusedError, SlackError, TryLaterError, WorkspaceRefusedError
from bot.slack.blocks.message import Message
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import Workspace

HERE = "-:T1"
VIEW = {"type": "home", "blocks": [{"type": "divider"}]}


class Shut(Site):
    """A Slack whose file store is out of order."""

    def upload(self, name: str, content: bytes) -> tuple[int, str]:
        """Take nothing."""
        del name, content
        return 503, "not now"


@asynccontextmanager
async def standing(site: Site) -> AsyncIterator[tuple[Workspace, str, WebSlack]]:
    """Serve one workspace with one person; return it, them and a client."""
    workspace = site.add(Workspace("T1"))
    ada = workspace.add_user("ada", "Europe/London").id
    async with Server(site) as server:
        slack = WebSlack(workspace.token, base_url=server.api_url, timeout=2)
        try:
            yield workspace, ada, slack
        finally:
            await slack.close()


async def test_a_home_tab_is_shown_and_a_stale_one_is_a_conflict() -> None:
    """With another tab's hash nothing is published, and Slack's error is raised."""
    async with standing(Site()) as (workspace, ada, slack):
        await slack.publish_home(HERE, ada, VIEW)
        with pytest.raises(SlackError) as stale:
            await slack.publish_home(HERE, ada, VIEW, "1.old")
        assert stale.value.code == "hash_conflict"
        await slack.publish_home(HERE, ada, VIEW, workspace.homes[ada].hash)


async def test_a_file_is_uploaded_and_then_shown() -> None:
    """Nobody sees it before it is shared, in the direct conversation that a message was posted to."""
    async with standing(Site()) as (workspace, ada, slack):
        content = "a,b\n1,é\n".encode()
        file = await slack.upload(HERE, "bookmarks.csv", content)
        assert not workspace.files[file].shared
        there = await slack.direct(HERE, ada, Message("Here it is"))
        await slack.share_file(HERE, there.channel, file, "Your list")
        found = workspace.files[file]
        assert (found.content, found.title, found.shared) == (content, "Your list", True)


async def test_why_a_file_is_not_uploaded() -> None:
    """Without the scope, with nothing in it, and where the store is out of order: each by its kind."""
    async with standing(Site()) as (workspace, _, slack):
        with pytest.raises(MessageRefusedError):
            await slack.upload(HERE, "empty.csv", b"")
        workspace.scopes = frozenset()
        with pytest.raises(WorkspaceRefusedError) as refused:
            await slack.upload(HERE, "a.csv", b"x")
        assert refused.value.code == "missing_scope"
    async with standing(Shut()) as (_, _, slack):
        with pytest.raises(TryLaterError):
            await slack.upload(HERE, "a.csv", b"x")
