"""HTTP: Slack's requests on one path, and a health page. What Bolt does not check, this does first.

Bolt answers 500 to a request whose timestamp is no number and to a body that is no text (both measured), which Slack
counts against the app and sends again: here they are refused with the status that fits. So is a signed payload whose
parts are of a wrong type, at which Bolt raises before any listener is asked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

_log = structlog.get_logger(__name__)

PATH = "/slack/events"
# Slack's own payloads stay below: a view is at most 250 KB (reference/views), which a form may escape to three times.
LARGEST_BODY = 1_000_000

Lifespan = Callable[[], AbstractAsyncContextManager[None]]
Health = Callable[[], dict[str, object]]


def web(bolt: AsyncApp, *, lifespan: Lifespan, health: Health) -> Starlette:
    """Give the ASGI application.

    `lifespan` is entered before the first request and left after the last; `health` gives the health page's fields,
    whose `ok` decides between 200 and 503.
    """
    handler = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        if refused := await _refusal(request):
            return refused
        try:
            return await handler.handle(request)
        except Exception:  # noqa: BLE001 - Bolt raises before any listener at signed payloads of a wrong shape
            _log.exception("web.unreadable", path=request.url.path)
            return PlainTextResponse("that payload cannot be read", 400)

    async def healthy(_: Request) -> Response:
        fields = health()
        return JSONResponse(fields, status_code=200 if fields.get("ok") else 503)

    @asynccontextmanager
    async def around(_: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield

    return Starlette(
        routes=[Route(PATH, events, methods=["POST"]), Route("/health", healthy, methods=["GET"])], lifespan=around
    )


async def _refusal(request: Request) -> Response | None:
    """Say why a request is none that Bolt can read, or None when it may go on."""
    if not _is_timestamp(request.headers.get("x-slack-request-timestamp", "0")):
        return PlainTextResponse("the timestamp is not a number", 401)
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return PlainTextResponse("say how long the body is", 411)
    if int(length) > LARGEST_BODY:
        return PlainTextResponse("the body is too large", 413)
    try:
        (await request.body()).decode()
    except UnicodeDecodeError:
        return PlainTextResponse("the body is not UTF-8", 400)
    return None


def _is_timestamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
