"""The stand-in over HTTP, called with Slack's own client."""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack import server
from playground.slack.channel import Channel
from playground.slack.faults import Fault, How
from playground.slack.ledger import read
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import Workspace


@dataclass
class Running:
    """A running stand-in, a client with the bot's token, and a channel."""

    server: Server
    workspace: Workspace
    channel: Channel
    client: AsyncWebClient

    async def post(self, text: str = "hello", **more: object) -> str:
        """Post, and return the ts."""
        answer = await self.client.chat_postMessage(channel=self.channel.id, text=text, **more)  # type: ignore[arg-type]
        return str(answer["ts"])


@pytest.fixture
async def slack() -> AsyncIterator[Running]:
    """Run a stand-in with one workspace."""
    site = Site()
    workspace = site.add(Workspace("T1"))
    channel = workspace.add_channel("devops")
    # Slack's client applies its own time-out only to its own session: a shared one has its own.
    timeout = aiohttp.ClientTimeout(total=0.2)
    async with Server(site) as server, aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(token=workspace.token, base_url=server.api_url, session=session, retry_handlers=[])
        yield Running(server, workspace, channel, client)


async def test_slacks_client_posts_and_reads_back(slack: Running) -> None:
    """Both encodings of Slack's async client are understood: JSON for writing, a query for reading."""
    metadata = {"event_type": "part", "event_payload": {"key": "parent"}}
    ts = await slack.post("hello", metadata=metadata)
    await slack.client.chat_update(channel=slack.channel.id, ts=ts, text="hello again")
    page = await slack.client.conversations_history(channel=slack.channel.id, include_all_metadata=True)
    assert [(one["text"], one["metadata"]) for one in page["messages"]] == [("hello again", metadata)]
    assert (await slack.client.auth_test())["team_id"] == "T1"
    link = await slack.client.chat_getPermalink(channel=slack.channel.id, message_ts=ts)
    assert link["permalink"].endswith(f"/archives/{slack.channel.id}/p{ts.replace('.', '')}")


async def test_second_message_within_a_second_is_limited(slack: Running) -> None:
    """A second post at once gets 429 with Retry-After, and does not land."""
    await slack.post()
    with pytest.raises(SlackApiError) as caught:
        await slack.post()
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert len(slack.server.site.ledger.posts()) == 1


@pytest.mark.parametrize("effect", [True, False])
async def test_reset_connection(slack: Running, effect: bool) -> None:
    """The connection is really reset; the ledger says whether the message landed."""
    slack.server.site.faults.add(Fault(How.CUT, effect=effect))
    with pytest.raises(aiohttp.ClientError):
        await slack.post()
    assert len(slack.server.site.ledger.posts()) == effect


@pytest.mark.parametrize("effect", [True, False])
async def test_silence(slack: Running, effect: bool) -> None:
    """A hanging call runs into the caller's time-out; the ledger says whether the message landed."""
    slack.server.site.faults.add(Fault(How.HANG, effect=effect))
    with pytest.raises(asyncio.TimeoutError):
        await slack.post()
    assert len(slack.server.site.ledger.posts()) == effect


async def test_faults_and_ledger_are_reached_from_outside(slack: Running) -> None:
    """Another process sets faults, lifts them, and reads the ledger."""
    url = f"{slack.server.url}/playground"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/faults", json=[{"how": "refused", "error": "is_archived"}]) as answer:
            assert answer.status == 200
        with pytest.raises(SlackApiError, match="is_archived"):
            await slack.post()
        async with session.delete(f"{url}/faults"):
            await slack.post()
        async with session.get(f"{url}/ledger") as answer:
            lines = (await answer.text()).splitlines()
    assert len(lines) == 2


async def test_unknown_paths_are_not_found(slack: Running) -> None:
    """Other paths, unknown response URLs and sockets without a ticket are not found; junk is an invalid argument."""
    async with aiohttp.ClientSession() as session:
        for path, status in (("/", 404), ("/playground/x", 404), ("/socket/ticket-9", 403), ("/respond/T1-9", 404)):
            async with session.post(slack.server.url + path) as answer:
                assert answer.status == status
        token = {"Authorization": f"Bearer {slack.workspace.token}"}
        for body in (b"{not json", b"[]", b"\xff"):
            headers = {**token, "Content-Type": "application/json"}
            async with session.post(f"{slack.server.api_url}chat.postMessage", data=body, headers=headers) as answer:
                assert (await answer.json())["error"] == "invalid_arguments"
        form = {"token": slack.workspace.token, "channel": slack.channel.id, "text": "x", "blocks": "[]"}
        async with session.post(f"{slack.server.api_url}chat.postMessage", data=form) as answer:
            assert (await answer.json())["ok"]
        async with session.post(f"{slack.server.api_url}apps.connections.open") as answer:
            assert (await answer.json())["error"] == "invalid_auth"


async def test_a_server_error_with_its_body(slack: Running) -> None:
    """HTTP 500 has Slack's error in its body."""
    slack.server.site.faults.add(Fault(How.BROKEN))
    with pytest.raises(SlackApiError, match="internal_error") as caught:
        await slack.post()
    assert caught.value.response.status_code == 500


@pytest.mark.process
async def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    """The stand-in is started by its module's name, prints its URL, and writes its ledger to a file."""
    ledger = tmp_path / "ledger.jsonl"
    arguments = ("--ledger", str(ledger), "--workspaces", "2", "--channels", "3", "--seed", "7")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground.slack.server", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session:
            for token in ("xoxb-T1", "xoxb-T2"):
                client = AsyncWebClient(token=token, base_url=url, session=session, retry_handlers=[])
                await client.chat_postMessage(channel="C00000003", text="hello")
        with ledger.open() as lines:
            assert [line.workspace for line in read(iter(lines)).posts()] == ["T1", "T2"]
    finally:
        process.terminate()
        assert await process.wait() == 0


ALONE = """
import importlib, pkgutil, sys
for name in ("bot", "handlers", "archive", "playground.demo"):
    sys.modules[name] = None  # an import of it fails
import playground.slack
for module in pkgutil.walk_packages(playground.slack.__path__, "playground.slack."):
    importlib.import_module(module.name)
print(playground.slack.__file__)
"""
"""Import every module of the stand-in where nothing else of ours can be imported."""


@pytest.mark.process
async def test_it_runs_without_the_rest_of_the_product(tmp_path: Path) -> None:
    """Copied into an empty folder, all its modules can be imported without the rest of the product."""
    copy = shutil.copytree(Path(server.__file__).parent, tmp_path / "playground" / "slack")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ALONE, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    assert Path(told.decode().strip()) == copy / "__init__.py"


async def test_a_file_is_uploaded_into_a_direct_conversation(slack: Running) -> None:
    """Slack's own client announces, uploads and shares a file; everybody there sees it with its comment."""
    ada = slack.workspace.add_user("ada")
    direct = slack.workspace.direct(ada.id)
    await slack.client.files_upload_v2(
        channel=direct.id, filename="kept.csv", title="Kept", content="url\n", initial_comment="here"
    )
    shown = direct.shown_to(ada.id)[-1]
    assert (shown.text, [(file.name, file.title, file.text) for file in shown.files]) == (
        "here",
        [("kept.csv", "Kept", "url\n")],
    )
    page = await slack.client.reactions_get(channel=direct.id, timestamp=shown.ts)
    assert page["message"]["files"][0]["size"] == 4


async def test_a_file_may_be_uploaded_as_a_form(slack: Running) -> None:
    """A form's first part is the file; an upload URL is valid once, for as many bytes as were announced."""
    announced = await slack.client.files_getUploadURLExternal(filename="a.txt", length=3)
    url = str(announced["upload_url"])
    form = {"filename": io.BytesIO(b"abc")}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=b"four") as answer:
            assert answer.status == 400
        async with session.post(url, data=form) as answer:
            assert await answer.text() == "OK - 3"
        async with session.post(url, data=b"abc") as answer:
            assert answer.status == 404
        async with session.post(f"{slack.server.url}/upload/T9-F1", data=b"abc") as answer:
            assert answer.status == 404


async def test_a_file_that_cannot_be_shared(slack: Running) -> None:
    """A file is shared once, after its upload, where the bot is, by its id, and only with files:write."""
    slack.workspace.add_channel("elsewhere", bot=False)
    announced = await slack.client.files_getUploadURLExternal(filename="a.txt", length=3)
    file, url = str(announced["file_id"]), str(announced["upload_url"])

    async def told(channel: str | None) -> str:
        try:
            await slack.client.files_completeUploadExternal(files=[{"id": file}], channel_id=channel)
        except SlackApiError as error:
            return str(error.response["error"])
        return "ok"

    assert await told(None) == "file_not_found"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"abc"):
        pass
    assert await told(slack.workspace.add_user("ada").id) == "channel_not_found"
    elsewhere = slack.workspace.channel("elsewhere")
    assert elsewhere is not None
    assert await told(elsewhere.id) == "not_in_channel"
    slack.channel.archived = True
    assert await told(slack.channel.id) == "is_archived"
    assert await told(None) == "ok"
    assert await told(None) == "file_not_found"
    slack.workspace.scopes -= {"files:write"}
    assert await told(None) == "missing_scope"


async def test_an_invalid_file_is_refused(slack: Running) -> None:
    """An announcement needs a name and a length in bytes, sharing a list of files."""
    for arguments in ({"filename": "a", "length": "many"}, {"filename": "a", "length": 0}, {"length": 3}):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await slack.client.api_call("files.getUploadURLExternal", params=arguments)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await slack.client.api_call("files.completeUploadExternal", params={"files": "[]"})


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "none"}]
)
async def test_browsers_are_refused(slack: Running, headers: dict[str, str]) -> None:
    """A web page can neither set faults nor read the ledger, by this server's name or by one that resolves to it."""
    async with aiohttp.ClientSession() as session:
        for method, path in (("GET", "/playground/ledger"), ("POST", "/playground/faults")):
            async with session.request(method, slack.server.url + path, headers=headers, data="[]") as answer:
                assert answer.status == 403
