"""HTTP: Slack's requests on one path, and the health pages. What Bolt does not check, this does first.

A request that is not proven to be Slack's gets 401 and an empty body, and one line in the log that holds nothing of it.
Bolt sees only what is left of a verified request: its body and its content type, as nothing else is signed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.clock import Clock
from bot.runtime.health_pages import Pages
from bot.runtime.refusals import Refusals
from bot.runtime.verification import Unverified, signature_of

PATH = "/slack/events"
# Slack's own payloads stay below: a view is at most 250 KB (reference/views), which a form may escape to three times.
BODY_MAX_BYTES = 1_000_000
NO_RETRY = {"x-slack-no-retry": "1"}
"""Tells Slack not to send an event again (apis/events-api)."""

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Verifying:
    """How requests are verified: the signing `secret` ("": none is Slack's) and the `clock` that Slack's agrees with.

    That is the machine's: a clock that was put forward for a demo is not Slack's.
    """

    secret: str
    clock: Clock


class _RefusedError(Exception):
    """A request that Bolt does not get to see: its HTTP `status`, and the `reason` for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class _LeftError(_RefusedError):
    """A request whose sender hung up, or was too slow, before its end."""

    def __init__(self) -> None:
        super().__init__(400, "its sender left")


def web(bolt: AsyncApp, *, verifying: Verifying, lifespan: Lifespan, pages: Pages, refusals: Refusals) -> Starlette:
    """Return the ASGI application. `bolt` should not verify requests again: its clock and its words are its own.

    `lifespan` is entered before the first request and left after the last; `pages` are served beside Slack's path, and
    `refusals` count and tell what is refused.
    """

    def refuse(refused: _RefusedError) -> Response:
        if isinstance(refused, _LeftError):
            refusals.left()
        else:
            refusals.refused(refused.status, refused.reason)
        return Response(status_code=refused.status, headers=None if refused.status == 401 else NO_RETRY)

    async def events(request: Request) -> Response:
        try:
            read = await _read(request, verifying)
        except _RefusedError as refused:
            return refuse(refused)
        try:
            return to_starlette_response(await bolt.async_dispatch(read))
        except Exception as error:  # noqa: BLE001 - what fails in a listener is answered by `handlers.errors`: this is not
            return refuse(_RefusedError(400, f"it cannot be answered ({type(error).__name__})"))

    @asynccontextmanager
    async def around(_: Starlette) -> AsyncIterator[None]:
        async with lifespan():
            yield

    return Starlette(routes=[Route(PATH, events, methods=["POST"]), *pages.routes()], lifespan=around)


async def _read(request: Request, verifying: Verifying) -> AsyncBoltRequest:
    """Return the verified request as Bolt takes it. Raises _RefusedError."""
    body = await _verified(request, verifying)
    kind = request.headers.get("content-type", "")
    try:
        read = AsyncBoltRequest(body=body.decode(), headers={"content-type": kind})
    except Exception as error:
        # Bolt parses here, and reads ids out of whatever it finds: any exception means a payload of a wrong shape.
        raise _RefusedError(400, f"it cannot be read ({type(error).__name__})") from error
    if not isinstance(read.body, dict):
        raise _RefusedError(400, "it is no object")
    return read


def _too_long() -> _RefusedError:
    return _RefusedError(413, f"its body is longer than {BODY_MAX_BYTES} bytes")


async def _body(request: Request) -> bytes:
    """Return the request's body, read no further than a body may be long: a chunked one does not say its length.

    Raises _RefusedError.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_MAX_BYTES:
                raise _too_long()
    except ClientDisconnect as error:
        raise _LeftError from error
    return bytes(body)


async def _verified(request: Request, verifying: Verifying) -> bytes:
    """Return the body of a request that is surely Slack's. Raises _RefusedError; the headers are judged first."""
    headers = request.headers
    timestamps, signatures = (headers.getlist(f"x-slack-{name}") for name in ("request-timestamp", "signature"))
    signature = signature_of(timestamps, signatures, verifying.clock.now())
    if isinstance(signature, Unverified):
        raise _RefusedError(401, signature.reason)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 12 or int(length) > BODY_MAX_BYTES):
        raise _too_long()
    body = await _body(request)
    if not signature.signs(body, verifying.secret):
        raise _RefusedError(401, "its signature is another's")
    return body
