"""The real client downloads the files that people upload, over real HTTP."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.slack.api.client import WebSlack
from bot.slack.api.errors import FileRefusedError, RateLimitedError, SlackError, TryLaterError
from playground.slack.server import Server
from playground.slack.site import Site
from playground.slack.workspace import SCOPES, Workspace

HERE = "-:T1"
TOKEN = "xoxb-secret"


@dataclass
class FileServer:
    """A server of files, good and bad, which records the tokens that it received."""

    address: str = ""
    seen: list[str] = field(default_factory=list)

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Answer by the last part of the path."""
        self.seen.append(request.headers.get("Authorization", ""))
        what = request.match_info["what"]
        if what == "endless":
            answer = web.StreamResponse()
            await answer.prepare(request)
            for _ in range(64):
                await answer.write(b"x" * 1_000)
            return answer
        if what == "cut":
            answer = web.StreamResponse(headers={"Content-Length": "500"})
            await answer.prepare(request)
            await answer.write(b"x")
            assert request.transport is not None
            request.transport.abort()
            return answer
        if what == "garbled":
            assert isinstance(request.transport, asyncio.Transport)
            request.transport.write(b"no HTTP at all\r\n\r\n")
            request.transport.close()
        if what.isdigit():
            return web.Response(status=int(what), headers={"Location": f"http://localhost:1/{what}"})
        return web.Response(body=b"content")


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    """Serve files."""
    it, app = FileServer(), web.Application()
    app.router.add_get("/{what}", it.give)
    async with TestServer(app, host="127.0.0.1") as server:
        it.address = str(server.make_url("/"))
        yield it


@pytest.fixture
async def slack(files: FileServer) -> AsyncIterator[WebSlack]:
    """Return a client whose Web API is on the file server."""
    it = WebSlack(TOKEN, base_url=f"{files.address}api/")
    yield it
    await it.close()


async def test_a_file_comes_with_the_token(files: FileServer, slack: WebSlack) -> None:
    """As it is, up to the last byte that is allowed."""
    assert await slack.download(HERE, f"{files.address}file", 7) == b"content"
    assert files.seen == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("file", "too_large"),
        ("endless", "too_large"),
        ("404", "file_not_found"),
        ("410", "file_not_found"),
        ("302", "not_allowed"),
        ("307", "not_allowed"),
        ("403", "not_allowed"),
    ],
)
async def test_a_file_that_cannot_be_had(files: FileServer, slack: WebSlack, what: str, code: str) -> None:
    """It says why; nothing is followed to another place, and the token is in no error."""
    with pytest.raises(FileRefusedError) as caught:
        await slack.download(HERE, f"{files.address}{what}", 6)
    assert caught.value.code == code
    assert TOKEN not in repr(caught.value) + str(caught.value)
    assert len(files.seen) == 1


@pytest.mark.parametrize(("what", "kind"), [("cut", TryLaterError), ("503", TryLaterError), ("429", RateLimitedError)])
async def test_a_file_that_may_come_later(
    files: FileServer, slack: WebSlack, what: str, kind: type[SlackError]
) -> None:
    """A broken line, a server in trouble: another try may help."""
    with pytest.raises(kind):
        await slack.download(HERE, f"{files.address}{what}", 1_000)


@pytest.mark.parametrize(("what", "told"), [("cut", True), ("garbled", False)])
async def test_the_cause_of_a_failure_is_kept(files: FileServer, slack: WebSlack, what: str, *, told: bool) -> None:
    """Unless it holds the token; what is printed of it never does."""
    with pytest.raises(TryLaterError) as caught:
        await slack.download(HERE, f"{files.address}{what}", 1_000)
    assert (caught.value.__cause__ is not None) is told
    assert TOKEN not in repr(caught.value.__cause__)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


async def test_the_token_goes_nowhere_else(files: FileServer, slack: WebSlack) -> None:
    """Another host, port or scheme, a name that only looks like Slack's, something before an @: nothing is sent."""
    port = files.address.rpartition(":")[2]
    for address in (
        f"http://localhost:{port}file",
        f"https://127.0.0.1:{port}file",
        "http://files.slack.com/x",
        "https://files.slack.com.example/x",
        "https://files.slack.com:444/x",
        f"http://files.slack.com@127.0.0.1:{port}file",
        "https://files.slack.com@evil.example/x",
        "file:///etc/passwd",
        "//files.slack.com/x",
        "",
        "http://[",
    ):
        with pytest.raises(FileRefusedError) as caught:
            await slack.download(HERE, address, 1_000)
        assert caught.value.code == "foreign_address"
    assert files.seen == []


async def test_the_stand_in_gives_files_to_those_who_may_read_them() -> None:
    """With the scope, and the workspace's own token; else it leads to a sign-in page, as Slack does."""
    site = Site()
    workspace = site.add(Workspace("T1"))
    ada = workspace.add_user("ada")
    async with Server(site) as server:
        slack, other = (WebSlack(token, base_url=server.api_url) for token in (workspace.token, TOKEN))
        file = workspace.add_file(server.url, ada, "my own.html", b"content")
        assert await slack.grants(HERE, "files:read")
        assert await slack.download(HERE, file.address, 1_000) == b"content"
        assert not await other.grants(HERE, "files:read")
        workspace.scopes = SCOPES - {"files:read"}
        for one in (slack, other):
            with pytest.raises(FileRefusedError, match="not_allowed"):
                await one.download(HERE, file.address, 1_000)
        await slack.check(HERE)
        assert not await slack.grants(HERE, "files:read")
        workspace.scopes = SCOPES
        assert await slack.grants(HERE, "files:read")
        await slack.close()
        await other.close()
