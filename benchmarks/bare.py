"""The peer of a `/weekly` command: a bare Bolt listener that acknowledges a constant, on the same server.

SLACK_API_URL=… PORT=… python -m benchmarks.bare [before]

With `before` it is made as the bot is, with process_before_response: Bolt as it comes looks every 10 ms whether a
listener has acknowledged, so that it never answers sooner than that.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

LINKS = 8
"""As many links as one page of our answer has, so that both send as much."""


def constant() -> dict[str, Any]:
    """Return the constant answer: a page of links."""
    section = (
        "*<https://example.org/a-page-about-something|A page about something>*\nWhat it says, in a sentence or two."
    )
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": section}} for _ in range(LINKS)]
    return {"text": "8 links", "blocks": blocks, "response_type": "ephemeral"}


BEFORE = "before"
"""The argument that asks for process_before_response."""


def app(*, before: bool = False) -> Starlette:
    """Build the bare app: Bolt as it comes, or with process_before_response."""
    environment = os.environ  # noqa: TID251 - a benchmark's peer, not part of the bot
    client = AsyncWebClient(token="xoxb-T1", base_url=environment["SLACK_API_URL"])
    secret = environment["SLACK_SIGNING_SECRET"]
    bolt = AsyncApp(client=client, signing_secret=secret, process_before_response=before)

    @bolt.command("/weekly")
    async def weekly(ack: AsyncAck) -> None:
        await ack(**constant())

    @bolt.event("reaction_added")
    async def added() -> None:
        """Acknowledge."""

    @bolt.event("reaction_removed")
    async def removed() -> None:
        """Acknowledge."""

    handler = AsyncSlackRequestHandler(bolt)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


if __name__ == "__main__":
    port = int(os.environ["PORT"])  # noqa: TID251 - as above
    uvicorn.run(app(before=BEFORE in sys.argv), host="127.0.0.1", port=port, log_level="warning", access_log=False)
