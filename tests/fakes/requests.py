"""Requests as anybody may send them to the served app, without a socket, and a record of what they cause."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import structlog
from yarl import URL

from bot.runtime import logs
from bot.runtime.clock import SystemClock
from bot.runtime.http import PATH
from playground.slack.request_sender import signature
from tests.fakes.whole import SECRET, Whole

LONGEST_LINE = 500
FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"
FOREIGN = "http://127.0.0.1:9/steal"
MARK = "a-word-of-the-body"
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: its headers as bytes, and its body."""

    headers: Headers
    body: bytes


@dataclass(slots=True)
class Seen:
    """What the app did: the URLs that it called, and what it wrote to its log."""

    log: io.StringIO
    called: list[URL] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Return the log's lines."""
        return self.log.getvalue().splitlines()

    @property
    def refusals(self) -> list[str]:
        """Return the lines about refused requests."""
        return [line for line in self.lines if '"request.refused"' in line]


@contextmanager
def watching() -> Iterator[Seen]:
    """Record every outgoing call and every log line, of all of Python and this process."""
    found, root = Seen(io.StringIO()), logging.getLogger()
    before, request = (root.handlers[:], root.level), aiohttp.ClientSession._request

    async def watched(self: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> Any:
        found.called.append(URL(url))
        return await request(self, method, url, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiohttp.ClientSession, "_request", watched)
        patch.setattr(sys, "stderr", found.log)
        logs.configure("json")
        yield found
    root.handlers[:], root.level = before
    structlog.reset_defaults()


async def ask(app: Any, sent: Sent, *, hangs_up: bool = False) -> tuple[int, bytes]:
    """Send a request to an ASGI application; return the answer's status and body.

    `hangs_up`: the sender leaves before the end of the body.
    """
    given = iter([{"type": "http.request", "body": sent.body, "more_body": hangs_up}])
    answer: dict[str, Any] = {"status": 0, "body": b""}

    async def receive() -> Mapping[str, Any]:
        return next(given, {"type": "http.disconnect"})

    async def send(message: Mapping[str, Any]) -> None:
        answer["status"] = message.get("status", answer["status"])
        answer["body"] += message.get("body", b"")

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "headers": sent.headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    await app(scope, receive, send)
    return answer["status"], answer["body"]


def signed(body: bytes, kind: bytes, *, off: float = 0.0, secret: str = SECRET) -> Sent:
    """Sign a body as Slack does, `off` seconds from now."""
    timestamp = str(int((SystemClock().now() + timedelta(seconds=off)).timestamp()))
    return Sent(
        [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"x-slack-request-timestamp", timestamp.encode()),
            (b"x-slack-signature", signature(secret, timestamp, body).encode()),
        ],
        body,
    )


def with_header(sent: Sent, name: bytes, *values: bytes) -> Sent:
    """Replace a header with these values; with none, remove it."""
    return Sent(
        [*((key, value) for key, value in sent.headers if key != name), *((name, v) for v in values)], sent.body
    )


def payloads(team: str) -> list[tuple[bytes, Mapping[str, Any]]]:
    """Return one payload of each kind, each with a foreign response_url if it has one, and how it is encoded."""
    person = {"team": {"id": team}, "user": {"id": "U1", "team_id": team}, "response_url": FOREIGN, "trigger_id": "1.2"}
    item = {"type": "message", "channel": "C1", "ts": "1.000002"}
    view = {"id": "V1", "type": "modal", "callback_id": "subscribe", "state": {"values": {}}, "private_metadata": ""}
    event = {"type": "event_callback", "team_id": team, "event_id": "Ev1", "authorizations": [{"team_id": team}]}
    place = {"channel": {"id": "C1"}, "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1"}}
    actions = [{"type": "button", "action_id": "unsubscribe", "block_id": "b", "value": MARK, "action_ts": "1.000003"}]
    return [
        (FORM, {"command": "/weekly", "text": f"status {MARK}", "team_id": team, "channel_id": "C1", "user_id": "U1",
                "response_url": FOREIGN, "trigger_id": "1.2"}),
        (FORM, {"command": "/unknown", "text": MARK * 50, "team_id": team, "user_id": "U1", "response_url": FOREIGN}),
        (JSON, {**event, "event": {"type": "reaction_added", "user": "U1", "reaction": "bookmark", "item": item,
                                   "event_ts": "1.000003"}}),
        (JSON, {**event, "event": {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}}),
        (JSON, {**event, "event": {"type": "message", "channel_type": "im", "text": MARK, "user": "U1", "ts": "1.2"}}),
        (JSON, {"type": "url_verification", "challenge": MARK, "token": "unused"}),
        (FORM, {"payload": {"type": "block_actions", **person, **place, "actions": actions}}),
        (FORM, {"payload": {"type": "block_suggestion", **person, "action_id": "zone", "value": MARK}}),
        (FORM, {"payload": {"type": "view_submission", **person, "view": view}}),
        (FORM, {"payload": {"type": "view_closed", **person, "view": view}}),
        (FORM, {"payload": {"type": "message_action", **person, **place, "callback_id": "save",
                            "message": {"ts": "1.2", "text": MARK, "user": "U1"}}}),
        (FORM, {"payload": {"type": "shortcut", **person, "callback_id": MARK * 50}}),
    ]  # fmt: skip


def encoded(kind: bytes, payload: Any) -> bytes:
    """Encode a payload as Slack does."""
    if kind == JSON or not isinstance(payload, Mapping):
        return json.dumps(payload).encode()
    return urlencode(
        {key: one if isinstance(one, str) else json.dumps(one) for key, one in payload.items()},
        errors="surrogatepass",
    ).encode()


async def introduced(it: Whole) -> Any:
    """Return the served app once it has asked Slack who it is (auth.test, at the first signed request)."""
    app, (kind, payload) = it.app.asgi(), payloads(it.workspace.team)[7]
    assert (await ask(app, signed(encoded(kind, payload), kind)))[0] == 200
    return app


@asynccontextmanager
async def nothing_happens(seen: Seen) -> AsyncIterator[None]:
    """Check that nothing was called, and that no log line is long or contains the payload."""
    before, lines = len(seen.called), len(seen.lines)
    yield
    # Who it is the bot asks by itself, at its start and beside the answering (bot.slack.api.introduction).
    assert [url for url in seen.called[before:] if url.name != "auth.test"] == []
    assert [line for line in seen.lines[lines:] if len(line) > LONGEST_LINE or MARK in line] == []
