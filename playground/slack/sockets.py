"""Socket Mode: the app connects, and payloads are sent to it (Slack: apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web

from playground.slack.clock import WorkspaceClock
from playground.slack.site import MethodReply

MAX_CONNECTIONS = 10
"""Connections of one app at a time."""


class Sockets:
    """The app's connections. A payload is sent over one of them, and answered on it by its envelope_id."""

    def __init__(self, clock: WorkspaceClock) -> None:
        """Start without a connection."""
        self.open: list[web.WebSocketResponse] = []
        self.clock = clock
        self.connected = asyncio.Event()
        """Set once the app has connected."""
        self._tickets: set[str] = set()
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Mapping[str, Any]]] = {}

    def ticket(self, base: str, *, known: bool) -> MethodReply:
        """Answer apps.connections.open: a URL below `base`, good once; refused unless the token is `known`."""
        if not known:
            return MethodReply({"ok": False, "error": "invalid_auth"})
        name = f"ticket-{next(self._numbers)}"
        self._tickets.add(name)
        return MethodReply({"ok": True, "url": base + name})

    async def serve(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """Serve one connection until the app closes it."""
        if name not in self._tickets or len(self.open) >= MAX_CONNECTIONS:
            return web.Response(status=403)
        self._tickets.discard(name)
        line = web.WebSocketResponse(autoping=True)
        hello = {"num_connections": len(self.open) + 1, "debug_info": {"approximate_connection_time": 3600}}
        try:
            await line.prepare(request)
            await line.send_json({"type": "hello", **hello})
        except ConnectionError:  # the app has gone again
            return line
        self.open.append(line)
        self.connected.set()
        try:
            async for message in line:
                if message.type is WSMsgType.TEXT:
                    self._answered(message.data)
        finally:
            self.open.remove(line)
        return line

    async def send(self, kind: str, payload: Mapping[str, Any], retry: int, reason: str) -> Mapping[str, Any]:
        """Send `payload` and return the app's answer ({} if it only acknowledged)."""
        name = f"envelope-{next(self._numbers)}"
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        envelope = {"type": kind, "envelope_id": name, "payload": payload, "accepts_response_payload": True}
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason, "accepts_response_payload": False}
        try:
            await self.open[0].send_json(envelope)
            return await answer
        finally:
            del self._waiting[name]

    async def close(self) -> None:
        """Close every connection."""
        for line in tuple(self.open):
            await line.close()

    def _answered(self, text: str) -> None:
        try:
            envelope = json.loads(text)
        except ValueError:
            return
        answer = self._waiting.get(str(envelope.get("envelope_id"))) if isinstance(envelope, dict) else None
        if answer is not None and not answer.done():
            payload = envelope.get("payload")
            answer.set_result(payload if isinstance(payload, dict) else {})
