"""The real client reads messages and tells one person something, over real HTTP against the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.slack.api.client import WebSlack
from bot.slack.api.errors import ChannelRefusedError, SlackError
from bot.slack.blocks.message import Message
from playground.slack.channel import Channel
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import User, Workspace

HERE = "-:T1"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Environment:
    """A stand-in over HTTP, a person in it, and a client of it."""

    workspace: Workspace
    channel: Channel
    ada: User
    slack: WebSlack

    def says(self, text: str, thread: str | None = None) -> str:
        """Have the person say something; give its ts."""
        return self.workspace.post(self.channel, NOW, user=self.ada.id, text=text, thread_ts=thread).ts


@pytest.fixture
async def env() -> AsyncIterator[Environment]:
    """Serve one workspace with one channel and one person."""
    site = Site()
    workspace = site.add(Workspace("T1"))
    ada = workspace.add_user("ada", "Europe/London")
    channel = workspace.add_channel("devops", (ada,))
    async with Server(site) as server:
        slack = WebSlack(workspace.token, base_url=server.api_url)
        yield Environment(workspace, channel, ada, slack)
        await slack.close()


@pytest.mark.parametrize("scope", ["reactions:read", "channels:history"])
async def test_a_message_is_read_with_either_scope(env: Environment, scope: str) -> None:
    """A message and a reply to it, by the reaction it carries or by the history."""
    parent = env.says("one <https://a.example>")
    reply = env.says("two", parent)
    env.workspace.scopes = frozenset({"chat:write", scope})
    for ts, text in ((parent, "one <https://a.example>"), (reply, "two")):
        found = await env.slack.read(HERE, env.channel.id, ts)
        assert found is not None
        assert (found["ts"], found["text"]) == (ts, text)


async def test_a_message_that_may_not_be_read(env: Environment) -> None:
    """Without a scope, outside the channel, or without the message: None, and no error."""
    ts = env.says("one")
    assert await env.slack.read(HERE, env.channel.id, "1.000001") is None
    env.workspace.scopes = frozenset({"chat:write"})
    assert await env.slack.read(HERE, env.channel.id, ts) is None
    assert await env.slack.read(HERE, "C99999999", ts) is None


async def test_an_ephemeral_message_is_sent(env: Environment) -> None:
    """Only that person sees it, in the thread if one is named; a person who is not in the channel is an error."""
    parent = env.says("one")
    await env.slack.whisper(HERE, env.channel.id, env.ada.id, Message("Kept."), thread=parent)
    (told,) = env.channel.ephemeral
    assert (told.text, told.ephemeral_to, told.thread_ts) == ("Kept.", env.ada.id, parent)
    with pytest.raises(SlackError, match="user_not_in_channel"):
        await env.slack.whisper(HERE, env.channel.id, "U99", Message("Kept."))


async def test_a_channel_that_the_bot_is_in_is_told_from_others(env: Environment) -> None:
    """With either scope: a public channel without the bot, a private one and one that is not; never without both."""
    elsewhere = env.workspace.add_channel("random", (env.ada,), bot=False)
    hidden = env.workspace.add_channel("secret", (env.ada,), kind="private", bot=False)
    for scopes in ({"reactions:read"}, {"channels:history"}):
        env.workspace.scopes = frozenset({"chat:write", *scopes})
        await env.slack.check_channel(HERE, env.channel.id)
        for channel in (elsewhere.id, hidden.id, "C0NOWHERE"):
            with pytest.raises(ChannelRefusedError):
                await env.slack.check_channel(HERE, channel)
    env.workspace.scopes = frozenset({"chat:write"})
    await env.slack.check_channel(HERE, env.channel.id)
