"""A light client that sends signed slash commands over kept-alive connections and times each answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

SECRET = "benchmark"


class AnswerError(Exception):
    """The server's answer is none: its first line."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Latencies of one load: `seconds` per request, sorted; `wall` seconds in all."""

    seconds: tuple[float, ...]
    wall: float

    def percentile(self, share: float) -> float:
        """Return the latency in seconds that `share` (0 to 1) of the requests stay within."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


def command(text: str, name: str = "/weekly") -> bytes:
    """Return one signed request of a person typing `name text`, ready for the wire."""
    return typed(text, command=name)


def typed(text: str, **fields: str) -> bytes:
    """Return a command's signed request with some of its `fields` set otherwise."""
    body = urlencode(
        {
            "team_id": "T1",
            "channel_id": "C00000001",
            "channel_name": "devops",
            "user_id": "U00000001",
            "command": "/weekly",
            "text": text,
            "response_url": "http://127.0.0.1:9/none",
            "trigger_id": "1.1.1",
            "api_app_id": "A1",
            **fields,
        }
    ).encode()
    stamp = str(int(time.time()))  # noqa: TID251 - a signature is of its moment
    signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\n"
        f"X-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + body


async def ask(port: int, request: bytes) -> bytes:
    """Send one request on a connection of its own and give the answer's body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _exchange(reader, writer, request)
    finally:
        writer.close()


async def load(port: int, requests: Sequence[bytes], at_a_time: int) -> Timing:
    """Send all `requests`, `at_a_time` of them in flight, each on one of as many connections."""
    waiting = iter(requests)
    seconds: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            started = time.perf_counter()
            await _exchange(reader, writer, request)
            seconds.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(at_a_time)))
    return Timing(tuple(sorted(seconds)), time.perf_counter() - started)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    if " 200 " not in first:
        raise AnswerError(first)
    length = next(int(f.split(":")[1]) for f in fields if f.lower().startswith("content-length"))
    return await reader.readexactly(length)
