"""A real HTTP server on loopback for the app under test."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


class _Quiet(uvicorn.Server):
    """uvicorn without its own signal handlers: the owner of the loop decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


@asynccontextmanager
async def front(asgi: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on a free port of 127.0.0.1 and return its URL, without a slash at the end."""
    # A TCP socket, or asyncio leaves Nagle's algorithm on: 40 ms for every answer (measured).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(asgi, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3)
    server = _Quiet(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            if serving.done():
                await serving
                raise RuntimeError("the app did not start; its log says why")
            await asyncio.sleep(0.005)  # uvicorn gives no sign when it is ready
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()
