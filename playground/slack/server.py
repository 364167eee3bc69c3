"""The stand-in over HTTP on loopback: Web API, response URLs, Socket Mode, and faults set from other processes.

    /api/METHOD             the Web API (JSON, form or query: reference/web-api)
    /respond/NAME           response URLs
    /upload/NAME            where files are sent to, as they are or as a form
    /files-pri/NAME/…       private files, for the bot's token
    /socket/TICKET          Socket Mode
    /playground/faults      POST a list of faults (fields of `Fault`) to put them in force, DELETE to lift them
    /playground/ledger      GET the ledger as JSON Lines

aiohttp serves it because its handlers reach the transport: a reset connection must really be reset.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from playground.slack.clock import MachineClock, WorkspaceClock
from playground.slack.faults import Fault, How
from playground.slack.fixtures import generated_site
from playground.slack.ledger import Ledger
from playground.slack.limits import message_breaches
from playground.slack.loopback import by_a_browser
from playground.slack.respond import respond
from playground.slack.site import CallOutcome, MethodReply, Site
from playground.slack.sockets import Sockets


class Server:
    """A running stand-in. Use it as an async context manager, inside the loop that it is to run in."""

    def __init__(self, site: Site, clock: WorkspaceClock | None = None, *, port: int = 0) -> None:
        """Serve `site` on 127.0.0.1:`port` (0: any free one, see `url`)."""
        self.site = site
        self.clock = clock or MachineClock()
        self.sockets = Sockets(self.clock)
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        """Return the address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        """Return the base of the Web API."""
        return f"{self.url}/api/"

    def response_url(self, name: str) -> str:
        """Return the address of a response URL's last part."""
        return f"{self.url}/respond/{name}"

    async def start(self) -> None:
        """Listen."""
        server = web.Server(self._handle, access_log=None, handler_cancellation=True)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=4096).start()
        self._port = int(self._runner.addresses[0][1])
        self.site.address = self.url

    async def stop(self) -> None:
        """Let go of every connection, the ones that wait for an answer too."""
        self._closing.set()
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if by_a_browser(request.headers):
            return web.Response(status=403, text="the stand-in answers programs on this machine only")
        return await self._answer(request)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        _, area, name = (*request.path.split("/", 2), "", "")[:3]
        if area == "api":
            return await self._api(request, name)
        if area == "respond":
            return await self._respond(request, name)
        if area in {"upload", "files-pri"}:
            return await self._file(request, area, name)
        if area == "socket":
            return await self.sockets.serve(request, name)
        if area == "playground":
            return await self._back_door(request, name)
        return web.Response(status=404)

    async def _file(self, request: web.BaseRequest, area: str, name: str) -> web.Response:
        """Take an upload; or give a private file to a token that may read it: others are sent to sign in."""
        if area == "upload":
            status, text = self.site.upload(name, await _content(request))
            return web.Response(status=status, text=text)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        status, content = self.site.download(name, token, self.clock.now())
        headers = {"Location": f"{self.url}/signin"} if status == HTTPStatus.FOUND else {}
        return web.Response(status=status, body=content, headers=headers)

    async def _respond(self, request: web.BaseRequest, name: str) -> web.Response:
        payload, now = _arguments(request, await request.read()), self.clock.now()
        status, text = respond(self.site, name, payload, now)
        team, says = name.partition("-")[0], str(payload.get("text") or "")
        wrong = tuple(str(one) for one in message_breaches(payload) if one.code) if status != HTTPStatus.OK else ()
        self.site.tell(CallOutcome(now, team, "response_url", "", says, text, status == HTTPStatus.OK, wrong))
        return web.Response(status=status, text=text)

    async def _api(self, request: web.BaseRequest, method: str) -> web.StreamResponse:
        arguments = _arguments(request, await request.read())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token")
        if method == "apps.connections.open":
            url = self.url.replace("http:", "ws:", 1)
            reply = self.sockets.ticket(f"{url}/socket/", known=token in self.site.app_tokens())
        else:
            reply = self.site.request(method, str(token) if token else None, arguments, self.clock.now())
        return await self._wire(request, reply)

    async def _wire(self, request: web.BaseRequest, reply: MethodReply) -> web.StreamResponse:
        if reply.outcome == "hang":
            await self._closing.wait()
        if reply.outcome != "answer":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        body = json.dumps(reply.body).encode()
        return web.Response(body=body, status=reply.status, headers=reply.headers, content_type="application/json")

    async def _back_door(self, request: web.BaseRequest, name: str) -> web.Response:
        if name == "faults" and request.method == "DELETE":
            self.site.faults.clear()
        elif name == "faults":
            given = json.loads(await request.read())
            self.site.faults.add(*(Fault(**{**fault, "how": How(fault["how"])}) for fault in given))
        elif name == "ledger":
            return web.Response(text="".join(json.dumps(asdict(line)) + "\n" for line in self.site.ledger.lines))
        else:
            return web.Response(status=404)
        return web.Response(text="ok")


async def _content(request: web.BaseRequest) -> bytes:
    """Read a file: the whole body, or the first part of a form."""
    if not request.content_type.startswith("multipart/"):
        return await request.content.read()
    part = await (await request.multipart()).next()
    return bytes(await part.read()) if isinstance(part, BodyPartReader) else b""


def _arguments(request: web.BaseRequest, body: bytes) -> Mapping[str, Any]:
    """Read a call's arguments from its query, a form or JSON, whichever it has."""
    found: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not body:
        return found
    try:
        if request.content_type == "application/json":
            value = json.loads(body)
            return {**found, **value} if isinstance(value, dict) else found
        return {**found, **dict(parse_qsl(body.decode(), keep_blank_values=True))}
    except ValueError:  # no JSON, no UTF-8: as good as no arguments
        return found


async def _serve(port: int, site: Site) -> None:
    """Serve until the process is told to stop; the first line printed is the Web API's base."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    async with Server(site, port=port) as server:
        print(server.api_url, flush=True)  # noqa: T201 - this is a program's output
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a stand-in as a process of its own, for load and for torture."""
    parser = argparse.ArgumentParser(prog="python -m playground.slack.server", description="A stand-in for Slack.")
    parser.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (default: any free port)")
    parser.add_argument("--ledger", type=Path, help="write every call that writes to this file, as JSON Lines")
    parser.add_argument("--workspaces", type=int, default=1, help="how many: T1 with token xoxb-T1, …")
    parser.add_argument("--channels", type=int, default=1, help="how many in each: C00000001, …")
    parser.add_argument("--seed", type=int, default=0, help="decides what faults of chance hit")
    parser.add_argument("--tombstones", action="store_true", help="a deleted message leaves its thread, if it has one")
    given = parser.parse_args(arguments)
    with given.ledger.open("a") if given.ledger else nullcontext() as file:
        site = generated_site(given.workspaces, given.channels, seed=given.seed, ledger=Ledger(file))
        for workspace in site.workspaces.values():
            workspace.tombstones = given.tombstones
        asyncio.run(_serve(given.port, site))


if __name__ == "__main__":
    main()
