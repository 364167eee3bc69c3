"""The bot as a process: it answers, posts once, and stops on a signal."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.cli.main import run
from bot.cli.serve import farewell
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.slack import payloads
from playground.slack.channel import Channel, ChannelMessage
from playground.slack.faults import Fault, How
from playground.slack.fixtures import demo_site
from playground.slack.people import Person, WorkspaceFixture, readable, workspace_fixture
from playground.slack.request_sender import signature
from playground.slack.server import Server
from playground.slack.workspace import Workspace

pytestmark = pytest.mark.process

SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"
SECRET = "a secret of the tests"
START_SECONDS = 30.0
"""Seconds that a process may take to start on a busy machine before a test fails."""
STOP_SECONDS = 10.0
"""Seconds within which a stop is complete, as the docs promise."""


@dataclass
class Environment:
    """A stand-in Slack, an archive of one issue that can grow, and what a process needs to know of both."""

    server: Server
    workspace: Workspace
    channel: Channel
    you: str
    archive: Path
    port: int
    variables: Mapping[str, str]

    def publish(self, name: str) -> None:
        """Publish the beginning of an issue, since a channel takes only one message a second."""
        source = next(SAMPLE.glob(f"*{name}*.md"))
        beginning = "\n\n".join(source.read_text("utf-8").split("\n\n")[:6])
        beginning = re.sub(r"(?m)^date: .*$", f"date: {SystemClock().now().isoformat()}", beginning, count=1)
        (self.archive / source.name).write_text(beginning + "\n", "utf-8")


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[Environment]:
    """Run a stand-in, with the sample's first issue in the archive."""
    site, workspace, channel, you = demo_site()
    archive = tmp_path / "issues"
    archive.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    async with Server(site) as server:
        environment = {
            **os.environ,  # noqa: TID251 - handed on to a process
            "SLACK_API_URL": server.api_url,
            "SLACK_BOT_TOKEN": workspace.token,
            "SLACK_SIGNING_SECRET": SECRET,
            "BACKISSUE_ARCHIVE": str(archive),
            "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
            "PORT": str(port),
        }
        env = Environment(server, workspace, channel, you.name, archive, port, environment)
        env.publish("2026-08-16-1")
        yield env


@asynccontextmanager
async def process(*arguments: str, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `backissue` and expect it to stop cleanly within its ten seconds."""
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *arguments, env=environment)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.wait() in {0, -signal.SIGTERM}


@asynccontextmanager
async def serving(env: Environment, *arguments: str) -> AsyncIterator[tuple[WorkspaceFixture, Person]]:
    """Run `backissue serve` over HTTP and wait until it is healthy."""
    url = f"http://127.0.0.1:{env.port}"
    async with (
        process("serve", *arguments, environment=env.variables),
        aiohttp.ClientSession() as session,
        workspace_fixture(env.server, env.workspace, f"{url}/slack/events", SECRET) as fixture,
    ):
        await answering(session, f"{url}/health")
        yield fixture, fixture.person(env.you)


async def answering(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until a server answers."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
                    assert url.endswith("/ready"), await response.text()  # it says so until its start is done
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.02)  # another process: it gives no sign when it is ready


def unfinished() -> bytes:
    """Return a request with valid headers and half of its body."""
    now = int(SystemClock().now().timestamp())
    head = f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: v0={'0' * 64}\r\nContent-Length: 9"
    return f"POST /slack/events HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\nhalf".encode()


def posted(env: Environment) -> list[ChannelMessage]:
    """Return the channel messages of the channel's digests, without the lines about its subscription."""
    return [message for message in env.channel.top if message.is_bot and "Undo" not in readable(message)]


def digests(env: Environment) -> list[str]:
    """Return the texts of the channel's digests."""
    return [readable(message) for message in posted(env)]


async def subscribed(env: Environment, fixture: WorkspaceFixture, you: Person) -> None:
    """Subscribe the channel to issues as they appear, and wait until it is."""
    await you.types("/weekly subscribe as soon as it appears", env.channel)
    for said in ("Done", "subscribed this channel"):
        await fixture.until(lambda: any(said in readable(m) for m in you.sees(env.channel)), START_SECONDS)  # noqa: B023 - awaited here


async def test_it_answers_over_http(env: Environment) -> None:
    """A signed command is answered with a page of links."""
    async with serving(env) as (_, you):
        heard = await you.types("/weekly service mesh", env.channel)
        assert "mesh" in heard.text


async def test_a_new_issue_is_posted_once_over_a_restart(env: Environment) -> None:
    """Subscribe, publish an issue, see it; after a restart nothing is posted twice."""
    async with serving(env) as (fixture, you):
        await subscribed(env, fixture, you)
        env.publish("2026-08-23-2")
        await fixture.until(lambda: digests(env), START_SECONDS)
    async with serving(env) as (fixture, you):
        env.publish("2026-08-30-3")
        await fixture.until(lambda: len(digests(env)) > 1, START_SECONDS)
        assert len(digests(env)) == 2


async def test_what_happened_while_it_was_down_is_caught_up_on(env: Environment) -> None:
    """An issue published meanwhile is posted, and one edited meanwhile is edited in the channel."""
    async with serving(env) as (fixture, you):
        await subscribed(env, fixture, you)
        env.publish("2026-08-23-2")
        parent = (await fixture.until(lambda: posted(env), START_SECONDS))[0]
        store = Store.open(env.variables["DATABASE_URL"])
        counts: dict[str, int] = {}
        while "done" not in counts:
            await asyncio.sleep(0.1)  # another process: it gives no sign when it has stored that
            counts = await store.deliveries.counts()
        await store.close()
        assert env.channel.replies(parent.ts)
    file = next(env.archive.glob("*2026-08-23-2*"))
    file.write_text(re.sub("^title: .*$", "title: Put right", file.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    env.publish("2026-08-30-3")
    async with serving(env) as (fixture, _):
        await fixture.until(lambda: len(digests(env)) > 1, START_SECONDS)
        await fixture.until(lambda: any("Put right" in text for text in digests(env)), START_SECONDS)
        assert len(digests(env)) == 2


async def test_a_link_saved_by_reaction_survives_a_restart(env: Environment) -> None:
    """Bookmarks are there after the process was replaced."""
    async with serving(env) as (fixture, you):
        await subscribed(env, fixture, you)
        env.publish("2026-08-23-2")
        parent = (await fixture.until(lambda: posted(env), START_SECONDS))[0]
        reply = (await fixture.until(lambda: env.channel.replies(parent.ts), START_SECONDS))[0]
        answer = await you.reacts(reply, "bookmark")
        assert answer is not None
        assert answer.ok
    async with serving(env) as (fixture, you):
        await you.types("/weekly saved", env.channel)
        await fixture.until(
            lambda: any("You saved 1 link" in readable(m) for m in you.sees(env.channel)), START_SECONDS
        )


async def test_a_worker_posts_beside_a_process_that_only_answers(env: Environment) -> None:
    """`serve --web-only` and `worker` share one database; the issue is posted once."""
    async with serving(env, "--web-only") as (fixture, you), process("worker", environment=env.variables):
        await subscribed(env, fixture, you)
        env.publish("2026-08-23-2")
        await fixture.until(lambda: digests(env), START_SECONDS)
        assert len(digests(env)) == 1


async def test_it_stops_in_time_while_slack_hangs(env: Environment) -> None:
    """A call without an answer and half a request do not delay the stop beyond ten seconds; the latter is closed."""
    async with serving(env) as (fixture, you):
        await subscribed(env, fixture, you)
        env.server.site.faults.add(Fault(How.HANG, effect=True, method="chat.postMessage"))
        env.publish("2026-08-23-2")
        await fixture.until(lambda: digests(env), START_SECONDS)
        reader, writer = await asyncio.open_connection("127.0.0.1", env.port)
        writer.write(unfinished())
        await writer.drain()
    with suppress(ConnectionError):  # or the connection is reset
        assert await reader.read() == b""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_stop_resets_nobody(env: Environment) -> None:
    """Sixteen clients without a pause are answered until the stop, told that the connection ends, and then refused."""
    outcomes: Counter[str] = Counter()
    url = f"http://127.0.0.1:{env.port}/slack/events"
    async with process("serve", "--web-only", environment=env.variables) as running, aiohttp.ClientSession() as session:
        await answering(session, f"http://127.0.0.1:{env.port}/health/ready")
        async with asyncio.TaskGroup() as clients:
            for _ in range(16):
                clients.create_task(insists(env, url, outcomes))
            while outcomes["200"] < 100:  # noqa: ASYNC110 - the clients give no sign
                await asyncio.sleep(0.01)
            running.send_signal(signal.SIGTERM)
    assert outcomes.keys() == {"200", "close", "refused"}
    assert outcomes["refused"] == 16


async def insists(env: Environment, url: str, outcomes: Counter[str]) -> None:
    """Send one command after the other over one connection, and count the answers, until no more is accepted."""
    user, name = next(iter(env.workspace.users.values())), "http://127.0.0.1:9/"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        while not outcomes["reset"]:
            now = SystemClock().now()
            typed = payloads.command(env.workspace, user, env.channel, "/weekly latest", response_url=name, now=now)
            body, sent = urlencode(typed).encode(), str(int(now.timestamp()))
            headers = {"X-Slack-Request-Timestamp": sent, "X-Slack-Signature": signature(SECRET, sent, body)}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            try:
                async with session.post(url, data=body, headers=headers) as answer:
                    await answer.read()
                    outcomes[str(answer.status)] += 1
                    outcomes["close"] += answer.headers.get("Connection") == "close"
            except aiohttp.ClientConnectorError:
                outcomes["refused"] += 1
                return
            except aiohttp.ClientError:
                outcomes["reset"] += 1


async def test_a_second_signal_does_not_interrupt_the_stop(env: Environment) -> None:
    """A call without an answer is waited for; with the database locked too, it still stops."""
    async with serving(env, "--web-only") as (fixture, you), process("worker", environment=env.variables) as worker:
        await subscribed(env, fixture, you)
        env.server.site.faults.add(Fault(How.HANG, effect=True, method="chat.postMessage"))
        env.publish("2026-08-23-2")
        await fixture.until(lambda: digests(env), START_SECONDS)
        with closing(sqlite3.connect(env.variables["DATABASE_URL"].removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            worker.send_signal(signal.SIGTERM)
            await asyncio.sleep(1)
            worker.send_signal(signal.SIGTERM)
            async with asyncio.timeout(STOP_SECONDS):
                assert await worker.wait() == 0


async def test_it_answers_by_socket_mode(env: Environment) -> None:
    """With an app token there is no address to reach it at, and commands still arrive."""
    environment = {**env.variables, "SLACK_APP_TOKEN": env.workspace.app_token, "SLACK_SIGNING_SECRET": ""}
    async with (
        process("serve", environment=environment),
        workspace_fixture(env.server, env.workspace, "", SECRET) as fixture,
    ):
        async with asyncio.timeout(START_SECONDS):
            await env.server.sockets.connected.wait()
        heard = await fixture.person(env.you).types("/weekly service mesh", env.channel)
        assert "mesh" in heard.text


async def test_a_dead_connection_does_not_delay_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """If Slack's end of the connection answers no more, it is still closed at once."""
    monkeypatch.setattr("bot.cli.serve.FAREWELL", 0.01)
    handler = AsyncSocketModeHandler(AsyncApp(token="xoxb-1", signing_secret=SECRET), "xapp-1")

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(handler, "close_async", never)
    async with asyncio.timeout(STOP_SECONDS):
        await farewell(handler)
    assert handler.client.aiohttp_client_session.closed


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        ({"BACKISSUE_ARCHIVE": "/nowhere"}, "/nowhere"),
        ({"DATABASE_URL": "mysql://x"}, "mysql"),
        ({"PORT": "eighty"}, "PORT"),
        ({"SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL"),
        ({"BACKISSUE_SYNONYMS": "/nowhere.txt"}, "/nowhere.txt"),
    ],
)
def test_what_is_missing_is_named_in_one_line(
    missing: dict[str, str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 1, one line, no stack trace. In this process: the next test starts one of its own."""
    known = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    places = {"BACKISSUE_ARCHIVE": str(SAMPLE), "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db", "PORT": "0"}
    for name, value in {**known, **places, **missing}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["backissue", "serve"])
    with pytest.raises(SystemExit) as left:
        run()
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert named in said
    assert said.startswith("backissue: ")
    assert said.count("\n") == 1


async def test_a_port_in_use_is_named_before_anything_starts(env: Environment) -> None:
    """One line and exit 1; the database is not even created."""
    with socket.create_server(("0.0.0.0", 0)) as taken:
        environment = {**env.variables, "PORT": str(taken.getsockname()[1])}
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"), env=environment, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(START_SECONDS):
            _, said = await running.communicate()
    assert running.returncode == 1
    assert said.startswith(b"backissue: PORT: ")
    assert said.count(b"\n") == 1


async def test_it_stops_while_slack_cannot_be_reached(env: Environment) -> None:
    """Socket Mode keeps trying to connect, but not after it is told to stop."""
    nowhere = {"SLACK_API_URL": "http://127.0.0.1:9/api/", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": ""}
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), env={**env.variables, **nowhere}, stderr=asyncio.subprocess.PIPE
    )
    assert running.stderr
    async with asyncio.timeout(START_SECONDS):
        while b"socket.lost" not in await running.stderr.readline():
            assert running.returncode is None
    running.send_signal(signal.SIGTERM)
    async with asyncio.timeout(STOP_SECONDS):
        await running.communicate()
    assert running.returncode == 0


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_token_that_slack_refuses_ends_it_with_one_line(env: Environment, command: str) -> None:
    """The line names the variable and the next step, and there is no trace."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command),
        env={**env.variables, "SLACK_BOT_TOKEN": "xoxb-revoked"},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(START_SECONDS):
        _, said = await running.communicate()
    assert running.returncode == 1
    assert said.decode().splitlines()[-1].startswith("backissue: SLACK_BOT_TOKEN: Slack refuses the bot's token")
    assert b"Traceback" not in said


@pytest.mark.parametrize("way", ["worker", "socket", "http"])
async def test_every_way_to_run_has_the_health_pages(env: Environment, way: str) -> None:
    """On a port of their own; it ends with exit status 0."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    more = {"BACKISSUE_HEALTH_PORT": str(port)}
    if way == "socket":
        more |= {"SLACK_APP_TOKEN": env.workspace.app_token}
    command = "worker" if way == "worker" else "serve"
    async with (
        process(command, environment={**env.variables, **more}) as running,
        aiohttp.ClientSession() as session,
    ):
        for page in ("/health/ready", "/health/live", "/health"):
            await answering(session, f"http://127.0.0.1:{port}{page}")
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.wait() == 0
