"""HTTP servers of this process: they are ended by their owner, and never by a signal of their own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, cast

import uvicorn

from bot.domain.errors import SettingsError
from bot.runtime.connections import BACKLOG, Connections

PAGES_MAX_CONNECTIONS = 16
"""Connections to the health pages' own port at a time."""
LINGER_SECONDS = 1.0
"""Seconds that kept connections have to bring a request that is on its way when a stop begins."""
_LOOK_SECONDS = 0.02


class OwnedServer(uvicorn.Server):
    """uvicorn without signal handlers of its own, which would end the process by the signal, not with exit status 0.

    A stop resets nobody who has sent a request: uvicorn itself closes kept connections in the middle of one.
    """

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        """Serve `connections`."""
        super().__init__(config)
        self._connections = connections

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, answer what comes on those that are there, and then stop."""
        self._connections.leave()
        taken = [one for listening in sockets or [] for one in _accepted(listening)]
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await asyncio.gather(*(self._serve_accepted(one) for one in taken))
        loop = asyncio.get_running_loop()
        end = loop.time() + LINGER_SECONDS
        while self.server_state.connections and loop.time() < end:  # noqa: ASYNC110 - a set gives no sign
            await asyncio.sleep(_LOOK_SECONDS)
        self._connections.drop_unfinished()  # uvicorn would cancel them one by one, each with a trace
        await super().shutdown(sockets)

    async def _serve_accepted(self, connection: socket.socket) -> None:
        def protocol() -> asyncio.Protocol:
            given = {"server_state": self.server_state, "app_state": self.lifespan.state}
            return self._connections.protocol(config=self.config, **given)

        await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)


def _accepted(listening: socket.socket) -> list[socket.socket]:
    """Return the connections that the system has accepted and nobody has taken: they would be reset with the socket.

    At most as many as wait at one moment: more come as long as anybody wants.
    """
    listening.setblocking(False)
    found = []
    with suppress(OSError):
        for _ in range(BACKLOG + 1):  # Linux lets one more wait
            connection, _ = listening.accept()
            connection.setblocking(False)
            found.append(connection)
    return found


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


def configured(asgi: Any, connections: Connections, **more: Any) -> uvicorn.Config:
    """Return the settings of a server of `connections`."""
    return uvicorn.Config(
        asgi,
        http=cast("type[asyncio.Protocol]", connections.protocol),
        log_config=None,
        access_log=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,  # a request is answered in milliseconds
        **more,
    )


@asynccontextmanager
async def served(asgi: Any, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application without a lifespan on a bound socket while the block runs."""
    connections = Connections(PAGES_MAX_CONNECTIONS)
    server = OwnedServer(configured(asgi, connections, lifespan="off"), connections)
    running = asyncio.create_task(server.serve(sockets=[listening]), name="health pages")
    try:
        yield
    finally:
        server.should_exit = True
        await running
