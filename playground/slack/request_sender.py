"""Sends what people do to the app, as Slack does, and returns what the app answers at once.

Over HTTP every request is signed (authentication/verifying-requests-from-slack); with a Socket Mode line open it goes
over that connection instead. An answer counts only within three seconds. Events are sent again three times: almost
at once, after a minute, after five (apis/events-api).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from playground.slack.clock import WorkspaceClock
from playground.slack.sockets import Sockets

ANSWER_TIMEOUT_SECONDS = 3.0
"""Seconds in which an app must answer."""
RETRY_SECONDS = (0.0, 60.0, 300.0)
"""Seconds before an event is sent again."""

What = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class AppReply:
    """The app's immediate answer: HTTP `status` (0: none), `body` as text, and in Slack's words why it failed."""

    status: int
    body: str = ""
    reason: str = ""
    final: bool = False
    """The app asked not to be sent this again."""

    @property
    def ok(self) -> bool:
        """Return whether Slack would accept it as an acknowledgement."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; a plain text body is a message's text; {} if there is none."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            value = self.body
        return value if isinstance(value, dict) else {"text": str(value)}


@dataclass(frozen=True, slots=True)
class Carried:
    """A payload that was sent, for watchers: its name, user and channel (ids; "" without one).

    `seconds` is how long the app took to answer.
    """

    name: str
    user: str
    channel: str
    answer: AppReply
    seconds: float


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a request: HMAC-SHA256 over "v0:timestamp:body"."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class RequestSender:
    """Delivers to the app at `url`, signing with `secret`. `wait` waits between retries."""

    url: str
    secret: str
    clock: WorkspaceClock
    sockets: Sockets
    session: aiohttp.ClientSession
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep
    answer_seconds: float = ANSWER_TIMEOUT_SECONDS
    sent: list[tuple[str, int]] = field(default_factory=list)
    """Each attempt to send an event: its id, and the answer's status."""
    held: list[Mapping[str, Any]] | None = None
    """The held events, oldest first; None: each is sent as it happens."""

    watchers: list[Callable[[Carried], None]] = field(default_factory=list)
    """Called after each payload."""

    async def send(self, what: What, payload: Mapping[str, Any], retry: int = 0, reason: str = "") -> AppReply:
        """Send one payload once."""
        began = perf_counter()
        answer = await self._send(what, payload, retry, reason)
        for watcher in tuple(self.watchers):
            watcher(carried(payload, answer, perf_counter() - began))
        return answer

    async def _send(self, what: What, payload: Mapping[str, Any], retry: int, reason: str) -> AppReply:
        try:
            async with asyncio.timeout(self.answer_seconds):
                if self.sockets.open:
                    return await self._down_the_line(what, payload, retry, reason)
                return await self._over_http(what, payload, retry, reason)
        except TimeoutError:
            return AppReply(0, reason="http_timeout")
        except (aiohttp.ClientError, OSError):
            return AppReply(0, reason="connection_failed")

    def hold(self) -> None:
        """Hold events back from now on: Slack promises neither their order nor their time (apis/events-api)."""
        self.held = self.held if self.held is not None else []

    async def release(
        self, order: Callable[[list[Mapping[str, Any]]], Iterable[Mapping[str, Any]]] = list, *, copies: int = 1
    ) -> list[AppReply]:
        """Send the held events in the `order` given, each `copies` times; later events are not held."""
        waiting, self.held = self.held or [], None
        return [await self.event(payload) for payload in order(waiting) for _ in range(copies)]

    async def event(self, payload: Mapping[str, Any]) -> AppReply:
        """Send an event until it is accepted, four times at most, and return the last answer."""
        if self.held is not None:
            self.held.append(payload)
            return AppReply(200, reason="held")
        answer = await self.send("events_api", payload)
        self.sent.append((str(payload.get("event_id")), answer.status))
        for retry, pause in enumerate(RETRY_SECONDS, start=1):
            if answer.ok or answer.final:
                break
            await self.wait(pause)
            answer = await self.send("events_api", payload, retry, answer.reason or "http_error")
            self.sent.append((str(payload.get("event_id")), answer.status))
        return answer

    async def _over_http(self, what: What, payload: Mapping[str, Any], retry: int, reason: str) -> AppReply:
        if what == "events_api":
            body, kind = json.dumps(payload).encode(), "application/json"
        else:
            form = payload if what == "slash_commands" else {"payload": json.dumps(payload)}
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        timestamp = str(int(self.clock.now().timestamp()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self.secret, timestamp, body),
        }
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        async with self.session.post(self.url, data=body, headers=headers) as answer:
            final = answer.headers.get("x-slack-no-retry") == "1"
            return AppReply(answer.status, await answer.text(), "" if answer.ok else "http_error", final)

    async def _down_the_line(self, what: What, payload: Mapping[str, Any], retry: int, reason: str) -> AppReply:
        answer = await self.sockets.send(what, payload, retry, reason)
        return AppReply(200, json.dumps(answer) if answer else "")


def carried(payload: Mapping[str, Any], answer: AppReply, seconds: float) -> Carried:
    """Return what a payload was, whatever its kind: a command's name, an event's type, an interaction's."""
    event = payload.get("event") or payload
    item, channel = event.get("item") or event, event.get("channel")
    place = event.get("channel_id") or item.get("channel") or channel or ""
    user = event.get("user_id") or event.get("user") or ""
    return Carried(
        name=str(event.get("command") or event.get("type") or ""),
        user=str(user["id"] if isinstance(user, Mapping) else user),
        channel=str(place["id"] if isinstance(place, Mapping) else place),
        answer=answer,
        seconds=seconds,
    )
