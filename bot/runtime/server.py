"""HTTP servers of this process: they are ended by their owner, and never by a signal of their own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import uvicorn

from bot.domain.errors import SettingsError
from bot.runtime.door import BACKLOG, Door

PAGES_MOST = 16
"""Connections to the health pages' own port at a time."""


class OwnedServer(uvicorn.Server):
    """uvicorn without signal handlers of its own, which would end the process by the signal, not with exit status 0."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


def bound(port: int, name: str = "PORT") -> socket.socket:
    """Return a socket bound to the port, before anything starts: a second bot fails before it posts anything.

    Raises SettingsError with the setting's `name` if the port can't be used.
    """
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every answer on a reused connection (measured).
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("0.0.0.0", port))  # noqa: S104 - Slack's requests come from outside; each is checked by its signature
    except OSError as error:
        made.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(name, f"{port} cannot be used ({reason}); stop what uses it or name another") from error
    return made


def configured(asgi: Any, door: Door, **more: Any) -> uvicorn.Config:
    """Return the settings of a server whose connections come through `door`."""
    return uvicorn.Config(
        asgi,
        http=cast("type[asyncio.Protocol]", door.protocol),
        log_config=None,
        access_log=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,  # a request is answered in milliseconds
        **more,
    )


@asynccontextmanager
async def served(asgi: Any, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application without a lifespan on a bound socket while the block runs."""
    server = OwnedServer(configured(asgi, Door(PAGES_MOST), lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listening]), name="health pages")
    try:
        yield
    finally:
        server.should_exit = True
        await running
