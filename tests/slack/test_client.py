"""The real client over real HTTP against the stand-in: nothing is sent twice, and each refusal has its error class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.domain.workspace import enterprise_of, team_of, workspace_id
from bot.slack.api.client import WebSlack
from bot.slack.api.errors import (
    CannotLookError,
    ChannelRefusedError,
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
    TryLaterError,
    UnknownOutcomeError,
    WorkspaceRefusedError,
    refusal,
)
from bot.slack.api.ports import PartMarker
from bot.slack.blocks.message import Message
from playground.slack.faults import Fault, How
from playground.slack.fixtures import generated_site
from playground.slack.pace import Pace
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import Workspace

HERE = "-:T1"
POST = "chat.postMessage"
HELLO = Message("Hello")
MARK = PartMarker("one", "parent")


class Unlimited(Pace):
    """A Slack that one may post to as fast as one likes."""

    def post_in(self, channel: str, now: float) -> int:
        """Let every post through."""
        del channel, now
        return 0


@dataclass
class Environment:
    """A stand-in over HTTP and a client of it."""

    site: Site
    channel: str
    person: str
    slack: WebSlack


@pytest.fixture
async def env() -> AsyncIterator[Environment]:
    """Serve one workspace with one channel and one person."""
    site = Site()
    workspace = site.add(Workspace("T1"))
    ada = workspace.add_user("ada", "Europe/London")
    channel = workspace.add_channel("devops", (ada,)).id
    async with Server(site) as server:
        slack = WebSlack(workspace.token, base_url=server.api_url, timeout=0.5)
        yield Environment(site, channel, ada.id, slack)
        await slack.close()


async def test_a_message_is_posted_marked_and_found(env: Environment) -> None:
    """The message has its marker, unfurls nothing, and is found by the marker in channel and thread."""
    parent = await env.slack.post(HERE, env.channel, HELLO, marker=MARK)
    reply = await env.slack.post(HERE, env.person, HELLO)
    assert reply.channel.startswith("D")
    assert await env.slack.find_own(HERE, env.channel, MARK) == parent
    assert await env.slack.find_own(HERE, env.channel, PartMarker("one", "other")) is None
    assert await env.slack.find_own(HERE, env.channel, PartMarker("one", "x"), thread=parent.ts) is None
    assert "/archives/" in await env.slack.permalink(HERE, env.channel, parent.ts)
    await env.slack.update(HERE, env.channel, parent.ts, Message("Better"))
    assert (await env.slack.person(HERE, env.person)).zone == "Europe/London"


async def test_of_two_marked_messages_the_newest_is_found(env: Environment) -> None:
    """With the key of its part, so that the one who looked knows which it is."""
    env.site.workspaces["T1"].pace, line = Unlimited(), PartMarker(MARK.issue, "line")
    first = await env.slack.post(HERE, env.channel, HELLO, marker=MARK)
    found = await env.slack.find_own(HERE, env.channel, MARK, other=line)
    assert (found, found.part if found else "") == (first, MARK.part)
    second = await env.slack.post(HERE, env.channel, HELLO, marker=line)
    found = await env.slack.find_own(HERE, env.channel, MARK, other=line)
    assert (found, found.part if found else "") == (second, "line")
    assert await env.slack.find_own(HERE, env.channel, MARK) == first


async def test_a_reply_says_which_thread_it_is_in(env: Environment) -> None:
    """In its thread; in the channel once that is gone, where it is found and deleted."""
    env.site.workspaces["T1"].pace = Unlimited()
    parent, marker = await env.slack.post(HERE, env.channel, HELLO, marker=MARK), PartMarker("one", "reply")
    reply = await env.slack.post(HERE, env.channel, HELLO, thread=parent.ts)
    assert (parent.thread, reply.thread) == ("", parent.ts)
    await env.slack.delete(HERE, env.channel, parent.ts)
    stray = await env.slack.post(HERE, env.channel, HELLO, thread=parent.ts, marker=marker)
    assert stray.thread == ""
    with pytest.raises(ThreadRefusedError, match="thread_not_found"):
        await env.slack.find_own(HERE, env.channel, marker, thread=parent.ts)
    assert await env.slack.find_own(HERE, env.channel, marker, oldest=parent.ts) == stray
    await env.slack.delete(HERE, env.channel, stray.ts)
    with pytest.raises(ThreadRefusedError, match="message_not_found"):
        await env.slack.delete(HERE, env.channel, stray.ts)


async def test_a_tombstone_proves_no_absence(env: Environment) -> None:
    """A reply is found below it; one that is not there may stand in the channel."""
    env.site.workspaces["T1"].tombstones, env.site.workspaces["T1"].pace = True, Unlimited()
    parent, marker = await env.slack.post(HERE, env.channel, HELLO), PartMarker("one", "reply")
    reply = await env.slack.post(HERE, env.channel, HELLO, thread=parent.ts, marker=marker)
    await env.slack.delete(HERE, env.channel, parent.ts)
    assert await env.slack.find_own(HERE, env.channel, marker, thread=parent.ts) == reply
    with pytest.raises(ThreadRefusedError, match="tombstone"):
        await env.slack.find_own(HERE, env.channel, MARK, thread=parent.ts)


async def test_somebody_elses_message_with_our_mark_is_not_ours(env: Environment) -> None:
    """Anybody can write metadata; only what the bot wrote itself is adopted."""
    workspace = env.site.workspaces["T1"]
    channel = workspace.channels[env.channel]
    from bot.runtime.clock import SystemClock  # noqa: PLC0415 - the wall clock is wanted here only

    workspace.post(channel, SystemClock().now(), user=env.person, text="forged", metadata=MARK.metadata())
    assert await env.slack.find_own(HERE, env.channel, MARK) is None


@pytest.mark.parametrize("how", [How.HANG, How.CUT, How.BROKEN])
@pytest.mark.parametrize("effect", [True, False])
async def test_an_unclear_answer_is_unknown_and_sent_once(env: Environment, how: How, effect: bool) -> None:
    """Time-out, reset and 500: one request, whether or not it took effect."""
    env.site.faults.add(Fault(how, effect=effect, method=POST))
    with pytest.raises(UnknownOutcomeError):
        await env.slack.post(HERE, env.channel, HELLO)
    assert env.site.ledger.calls[POST] == 1


async def test_too_fast_says_how_long_to_wait(env: Environment) -> None:
    """Retry-After is passed on as it is."""
    env.site.faults.add(Fault(How.LIMITED, retry_after=17, method=POST))
    with pytest.raises(RateLimitedError) as caught:
        await env.slack.post(HERE, env.channel, HELLO)
    assert caught.value.retry_after == 17


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("is_archived", ChannelRefusedError),
        ("token_revoked", WorkspaceRefusedError),
        ("invalid_blocks", MessageRefusedError),
        ("something_new", TryLaterError),
        ("fatal_error", UnknownOutcomeError),
    ],
)
async def test_a_refusal_is_known_by_its_kind(env: Environment, error: str, kind: type[SlackError]) -> None:
    """The error names the method, the channel, Slack's word and the next step."""
    env.site.faults.add(Fault(How.REFUSED, error=error, method=POST))
    with pytest.raises(kind) as caught:
        await env.slack.post(HERE, env.channel, HELLO)
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.channel, caught.value.workspace) == (error, env.channel, HERE)
    assert f"{POST} for {env.channel} answered {error}: " in str(caught.value)


async def test_workspaces_that_hang_delay_nobody() -> None:
    """However many calls of one method hang in some workspaces, other workspaces and methods have their turn."""
    site = generated_site(12)
    for number in range(2, 13):
        site.faults.add(Fault(How.HANG, method=POST, workspace=f"T{number}", times=None))
    async with Server(site) as server:
        slack = WebSlack(lambda workspace: f"xoxb-{team_of(workspace)}", base_url=server.api_url, timeout=60)
        hanging = [
            asyncio.create_task(slack.post(f"-:T{number}", "C00000001", HELLO))
            for number in range(2, 13)
            for _ in range(40)
        ]
        async with asyncio.timeout(20):
            assert (await slack.post("-:T1", "C00000001", HELLO)).ts
            await slack.check("-:T2")
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        await slack.close()


async def test_without_the_scope_nobody_can_look(env: Environment) -> None:
    """That is said apart: it means neither found nor absent."""
    env.site.workspaces["T1"].scopes = frozenset({"chat:write"})
    with pytest.raises(CannotLookError):
        await env.slack.find_own(HERE, env.channel, MARK)


async def test_where_nobody_listens_nothing_was_sent() -> None:
    """A connection that never was is a clear failure."""
    slack = WebSlack("xoxb-1", base_url="http://127.0.0.1:9/api/")
    with pytest.raises(TryLaterError, match="no_connection"):
        await slack.post(HERE, "C1", HELLO)
    await slack.close()


async def test_a_workspace_without_a_token_is_refused_before_any_call() -> None:
    """The bot was uninstalled there."""
    slack = WebSlack(lambda _workspace: None)
    with pytest.raises(WorkspaceRefusedError, match="not_authed"):
        await slack.post(HERE, "C1", HELLO)
    await slack.close()


def test_a_5xx_is_unclear_whatever_its_body_says() -> None:
    """Part of the work may have been done."""
    assert refusal("is_archived", 503) is UnknownOutcomeError


def test_a_workspace_has_one_key() -> None:
    """Organisation and team, a dash for what is absent, and back."""
    assert workspace_id(None, "T1") == "-:T1"
    assert workspace_id("E1", None) == "E1:-"
    assert (enterprise_of("E1:-"), team_of("E1:-"), team_of("-:T1")) == ("E1", None, "T1")
