"""Connections that do not get on with their requests: they are closed, and keep nobody out."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.runtime.connections import BACKLOG, HEAD_MAX_BYTES, Connections
from bot.runtime.server import OwnedServer, _accepted, configured

HALF_OPEN = 1_500
FILES = 1_024
BEGUN = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"
ANSWER_SECONDS = 0.25


@asynccontextmanager
async def serving(connections: Connections) -> AsyncIterator[int]:
    """Serve a page that reads its request's body; give the port."""

    async def page(request: Request) -> Response:
        with suppress(ClientDisconnect):
            await request.body()
        return PlainTextResponse("hello")

    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/", page, methods=["GET", "POST"])])
    server = OwnedServer(configured(app, connections, lifespan="off"), connections)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def opened(port: int, begun: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect and send the beginning of a request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    await writer.drain()
    return reader, writer


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what is still said until the connection is closed."""
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("begun", [b"", b"POST / HT", BEGUN])
async def test_a_request_that_does_not_go_on_is_closed(begun: bytes) -> None:
    """Without a word, after the seconds for headers or for the body."""
    connections = Connections(10, head=0.05, body=0.05)
    async with serving(connections) as port:
        reader, writer = await opened(port, begun)
        assert await ended(reader) == b""
        writer.close()
    assert connections.dropped == 1
    assert not connections.waiting


@pytest.mark.parametrize("begun", [b"", b"POST / HT", BEGUN])
async def test_a_stop_closes_requests_that_are_there_in_part(begun: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """At once, with no trace in the log: only what has come whole is answered."""
    connections = Connections(10)
    async with serving(connections) as port:
        reader, writer = await opened(port, begun)
        async with asyncio.timeout(10):
            while not connections.open:  # noqa: ASYNC110 - a set gives no sign
                await asyncio.sleep(0)
    assert await ended(reader) == b""
    writer.close()
    assert connections.dropped == 1
    assert caplog.records == []


async def test_headers_without_an_end_are_closed() -> None:
    """Long before they fill the memory."""
    connections = Connections(10)
    async with serving(connections) as port:
        reader, writer = await opened(port, b"GET / HTTP/1.1\r\nX: " + b"x" * HEAD_MAX_BYTES + b"\r\n")
        await ended(reader)
        writer.close()
    assert connections.dropped == 1


async def test_a_connection_that_is_kept_serves_many_requests() -> None:
    """Deadlines count for each request; one in time is never closed."""
    connections = Connections(10, head=0.3, body=0.3)
    async with serving(connections) as port, aiohttp.ClientSession() as session:
        for _ in range(8):
            async with session.post(f"http://127.0.0.1:{port}/", data=b"x" * 100_000) as answer:
                assert await answer.text() == "hello"
            await asyncio.sleep(0.05)
    assert connections.dropped == 0


async def test_too_many_connections_make_room_for_new_ones() -> None:
    """The one that has waited longest goes; a whole request is answered however many are half open."""
    connections = Connections(5)
    async with serving(connections) as port:
        lines = [await opened(port, BEGUN) for _ in range(20)]
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
            assert await answer.text() == "hello"
        assert connections.dropped >= 15
        for _, writer in lines:
            writer.close()


async def test_one_address_has_no_more_than_its_share() -> None:
    """Further connections of it are closed at once, whoever waits; one that ends makes room for another."""
    connections = Connections(10, per_peer=3)
    async with serving(connections) as port:
        lines = [await opened(port, BEGUN) for _ in range(3)]
        reader, writer = await opened(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await ended(reader) == b""
        writer.close()
        assert connections.dropped == 1
        lines[0][1].close()
        async with asyncio.timeout(10):
            while len(connections.open) == 3:  # noqa: ASYNC110 - a set gives no sign
                await asyncio.sleep(0)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
            assert await answer.text() == "hello"
        for _, left in lines[1:]:
            left.close()


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process open as many files as it needs, or skip."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < HALF_OPEN * 2:
        pytest.skip("this machine allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (HALF_OPEN * 2, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


SERVER = """
import asyncio, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from bot.runtime import loop
from bot.runtime.connections import Connections
from bot.runtime.server import OwnedServer, configured

async def page(request):
    open("/dev/null").close()  # a file is left for posting
    return PlainTextResponse("hello")

async def main():
    app = Starlette(routes=[Route("/", page)])
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    connections = Connections()
    await OwnedServer(configured(app, connections, lifespan="off"), connections).serve(sockets=[listening])

loop.run(main())
"""


@pytest.mark.process
async def test_1500_half_open_connections_keep_nobody_waiting() -> None:
    """With 1,024 files a page answers in a quarter of a second, and still has files to open."""
    root = str(Path(__file__).parents[2])
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER.format(files=FILES)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},  # noqa: TID251 - handed on to a process
    )
    assert running.stdout
    port = int(await running.stdout.readline())
    with many_files():
        lines = [await opened(port, BEGUN) for _ in range(HALF_OPEN)]
        times = []
        async with aiohttp.ClientSession() as session:
            for _ in range(20):
                began = monotonic()
                async with session.get(f"http://127.0.0.1:{port}/", headers={"Connection": "close"}) as answer:
                    assert await answer.text() == "hello"
                times.append(monotonic() - began)
        for _, writer in lines:
            writer.close()
    running.terminate()
    await running.wait()
    assert sorted(times)[-2] < ANSWER_SECONDS, times


class Flooded(socket.socket):
    """A listening socket at which somebody waits however many are taken."""

    taken = 0

    def accept(self) -> tuple[socket.socket, None]:
        """Take one more."""
        self.taken += 1
        assert self.taken < 10 * BACKLOG
        return self, None


def test_a_stop_takes_no_more_connections_than_wait_at_one_moment() -> None:
    """Otherwise a client that keeps connecting would keep it from ending."""
    with Flooded() as listening:
        assert BACKLOG <= len(_accepted(listening)) < 2 * BACKLOG
