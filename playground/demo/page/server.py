"""The page over HTTP on loopback (the package's docstring documents the requests)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from archive.errors import BackIssueError
from bot.runtime.settings import Settings
from playground.demo.page import as_json
from playground.demo.page.actions import Actions
from playground.demo.page.body import Body, asked
from playground.demo.page.guard import HEADERS, UPLOAD, wrong_with
from playground.demo.page.menu import commands, emoji
from playground.demo.page.operator_panel import OperatorPanel
from playground.demo.page.problem import PageError
from playground.demo.page.room import Room
from playground.slack.files import CHOSEN_FILE_MAX_BYTES

STATIC = Path(__file__).parent / "static"
KINDS: Mapping[str, str] = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""The files served from `STATIC`, with their types."""
BODY_MAX_BYTES = 1_000_000
"""Bytes of the largest request."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageServer:
    """A page on 127.0.0.1:`port` (0: any free one, see `url`). Use it as an async context manager."""

    def __init__(self, room: Room, settings: Settings, *, port: int = 0) -> None:
        """Show `room`; of `settings` the names of commands and the bookmark's emoji count."""
        self.room = room
        self.operator_panel = OperatorPanel(room)
        self._settings = settings
        self._actions = Actions(room, (settings.command, settings.tools_command))
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the address, with the slash at its end."""
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError where the port is taken."""
        app = web.Application(middlewares=[_guarded], client_max_size=BODY_MAX_BYTES)
        app.router.add_get("/", _static)
        app.router.add_get("/static/{name:.+}", _static)
        app.router.add_get("/page/state", self._state)
        app.router.add_get("/page/messages", self._messages)
        app.router.add_get("/page/push", self._push)
        app.router.add_get("/page/deliveries", self._deliveries)
        app.router.add_get("/page/file", self._file)
        app.router.add_post("/page/do", self._do)
        app.router.add_post(UPLOAD, self._upload)
        app.router.add_post("/page/backstage", self._backstage)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; open streams end first."""
        self.room.feed.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _state(self, request: web.Request) -> web.Response:
        room, person = self.room, self.room.person(request.query.get("as", ""))
        clock = await self.operator_panel.clock()
        # No await from here on, so that the state and its mark belong together.
        home = room.workspace.homes.get(person.id)
        everybody = as_json.users(room.workspace, room.bot)
        return _json(
            {
                "ready": room.here is not None,
                "problem": room.problem,
                "workspace": {"id": room.workspace.team, "name": room.workspace.domain},
                "me": person.id,
                "people": [{"id": one.id, "name": as_json.called(one), "zone": one.zone} for one in room.people],
                "users": everybody,
                "bot": {"id": room.workspace.bot.id, "name": room.bot},
                "channels": [room.listed(person, channel) for channel in room.channels(person)],
                "commands": commands(self._settings, room.here.library.snapshot.newest_number() if room.here else None),
                "shortcuts": [
                    {"name": one.name, "callback_id": one.callback}
                    for one in room.workspace.shortcuts
                    if one.kind == "message"
                ],
                "everywhere": [
                    {"name": one.name, "callback_id": one.callback}
                    for one in room.workspace.shortcuts
                    if one.kind == "global"
                ],
                "prompts": [{"title": title, "message": message} for title, message in room.workspace.prompts],
                "emoji": emoji(self._settings),
                "home": as_json.view(home) if home else None,
                "modals": room.modals(person),
                "clock": clock,
                "backstage": {**self.operator_panel.backstage(), "calls": list(room.calls.newest)},
                "event": room.feed.mark,
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        person = self.room.person(request.query.get("as", ""))
        channel = self.room.channel(person, request.query.get("channel", ""))
        return _json(self.room.page(person, channel, asked(request.query)))

    async def _push(self, request: web.Request) -> web.StreamResponse:
        person = self.room.person(request.query.get("as", ""))
        mark = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        line = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        with suppress(ConnectionError):  # the browser disconnected, perhaps at once
            await line.prepare(request)
            async with aclosing(self.room.feed.follow(person.id, mark)) as pieces:
                async for piece in pieces:
                    if piece:
                        await line.write(piece.encode(errors="replace"))
        return line

    async def _deliveries(self, _: web.Request) -> web.Response:
        return _json(await self.operator_panel.deliveries())

    async def _file(self, request: web.Request) -> web.Response:
        file = self.room.file(request.query.get("key", ""))
        # Never shown in the browser: an export is HTML with any words that an archive has.
        name = "".join(letter for letter in file.name if letter.isascii() and (letter.isalnum() or letter in "._-"))
        headers = {"Content-Disposition": f'attachment; filename="{name or "file"}"', "Cache-Control": "no-store"}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)

    async def _do(self, request: web.Request) -> web.Response:
        return _json({"ok": True, **await self._actions.do(Body.read(await request.read()))})

    async def _upload(self, request: web.Request) -> web.Response:
        content = bytearray()
        async for piece in request.content.iter_chunked(65_536):
            content += piece
            if len(content) > CHOSEN_FILE_MAX_BYTES:
                break  # one byte too many is enough for an error in one line
        return _json({"ok": True, "file": self._actions.upload(Body(dict(request.query)), bytes(content))})

    async def _backstage(self, request: web.Request) -> web.Response:
        return _json({"ok": True, **await self.operator_panel.do(Body.read(await request.read()))})


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse forbidden requests, answer errors in one line, and add the headers to every answer."""
    problem = wrong_with(request.method, request.path, request.headers)
    answer = _problem(problem, 403) if problem else await _answered(request, handler)
    if not answer.prepared:
        answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
    return answer


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except PageError as error:
        return _problem(error.problem, error.status)
    except BackIssueError as error:  # it cannot be done now, or there is no archive or database: the page says so
        return _problem(str(error), 200)
    except web.HTTPException as error:
        return _problem(f"the page has nothing at {request.path[:80]}: {error.reason}", error.status)


def _problem(problem: str, status: int) -> web.Response:
    return _json({"ok": False, "problem": problem}, status)


def _json(fields: Mapping[str, Any], status: int = 200) -> web.Response:
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


async def _static(request: web.Request) -> web.Response:
    """Return a file of the page as it is on disk now."""
    found = _on_disk(request.match_info.get("name", "index.html"))
    if found is None:
        raise PageError("the page has no such file", 404)
    body, kind = found
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type=kind, charset="utf-8")


def _on_disk(name: str) -> tuple[bytes, str] | None:
    """Return a file of `STATIC` and its type; None for anything else, including impossible names."""
    try:
        asked_for = (STATIC / name).resolve()
        kind = KINDS.get(asked_for.suffix)
        return (asked_for.read_bytes(), kind) if kind and asked_for.is_relative_to(STATIC) else None
    except (OSError, ValueError):
        return None
