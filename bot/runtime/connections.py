"""Who may stay connected: deadlines for headers and bodies, and a cap that keeps files for posting and the database.

uvicorn itself waits for ever for a request that has begun, and accepts until the process has no file left.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
_CLOSE = (b"connection", b"close")
HEAD_MAX_BYTES = 65_536
"""Slack's headers take less than one."""
BACKLOG = 256
"""Connections that the system holds until they are accepted: so many may be accepted beyond the cap at once."""
_MAX_CONNECTIONS = 4_096
"""Connections at most, however many files may be open."""
_MAX_CONNECTIONS_WINDOWS = 256
"""As many there, where a process does not know its limit (a select() takes 512 sockets)."""


def max_connections() -> int:
    """Return how many connections may be open: half of the files that this process may have, at most 4,096."""
    if sys.platform == "win32":
        return _MAX_CONNECTIONS_WINDOWS
    import resource  # noqa: PLC0415 - Windows has none

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else min(_MAX_CONNECTIONS, max(16, soft // 2))


class Connections:
    """The connections of one server. Those that `wait` (for a request to come, or to go on) make room, oldest first."""

    def __init__(
        self,
        limit: int | None = None,
        *,
        per_peer: int | None = None,
        head: float = HEAD_SECONDS,
        body: float = BODY_SECONDS,
    ) -> None:
        """Let so many (`limit`) be open; give them `head` seconds for headers and `body` for the rest of a request.

        `per_peer`: so many of one address, None for any number (behind a proxy all come from one).
        """
        self.limit = max_connections() if limit is None else limit
        self.per_peer = per_peer
        self.head, self.body = head, body
        self.waiting: dict[BoundedHttp, None] = {}
        self.open: set[BoundedHttp] = set()
        self.leaving = False
        """Whether each connection ends with its next answer."""
        self.dropped = 0
        """Connections closed so far because they were late, made room, or were too many of one address."""

    def protocol(self, **given: Any) -> BoundedHttp:
        """Make the protocol of a connection, as uvicorn asks for it."""
        return BoundedHttp(self, **given)

    def leave(self) -> None:
        """End each connection with the answer that it is waiting for, or with its next."""
        self.leaving = True
        for connection in self.open:
            connection.leave()

    def make_room(self) -> None:
        """Close the connection that has waited longest."""
        for oldest in self.waiting:
            self.drop(oldest)
            break

    def drop_unfinished(self) -> None:
        """Close those whose request is there in part, at a stop: nobody can say when its rest would come."""
        for connection in [one for one in self.waiting if one.is_receiving]:
            self.drop(connection)

    def drop(self, connection: BoundedHttp) -> None:
        """Close a connection at once."""
        self.waiting.pop(connection, None)
        self.dropped += 1
        connection.transport.abort()


class BoundedHttp(HttpToolsProtocol):
    """A connection with deadlines."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        """Count among `connections`."""
        super().__init__(**given)
        self._server_connections = connections
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    @property
    def is_receiving(self) -> bool:
        """Return whether a request is expected within a deadline, or has come in part."""
        return self._timer is not None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Expect headers soon, and make room if there are too many."""
        super().connection_made(transport)
        self._server_connections.open.add(self)
        self._wait(self._server_connections.head)
        if self._is_beyond_its_peers_share():
            self._server_connections.drop(self)
        elif len(self.connections) > self._server_connections.limit:
            self._server_connections.make_room()

    @property
    def peer(self) -> str:
        """Return the address that it comes from."""
        return self.client[0] if self.client else ""

    def _is_beyond_its_peers_share(self) -> bool:
        share = self._server_connections.per_peer
        return share is not None and sum(one.peer == self.peer for one in self._server_connections.open) > share

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._server_connections.open.discard(self)
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; the headers of one request may not be endless."""
        if self._timer is None and self in self._server_connections.waiting:
            self._wait(self._server_connections.head)  # the next request of a connection that was kept
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_MAX_BYTES and not self.transport.is_closing():
            self._server_connections.drop(self)

    def on_headers_complete(self) -> None:
        """Expect the body soon."""
        self._head_bytes = -(1 << 40)  # bodies are bounded by who reads them
        self._wait(self._server_connections.body)
        super().on_headers_complete()
        if self._server_connections.leaving:
            self.leave()

    def leave(self) -> None:
        """Have the answer that is being made say `Connection: close`, and be the last."""
        cycle: Any = self.cycle  # None before the first request
        if cycle is None or cycle.response_complete:
            return
        if not cycle.response_started and _CLOSE not in cycle.default_headers:
            cycle.default_headers = [*cycle.default_headers, _CLOSE]
        cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The request is there: it takes as long as it takes."""
        self._head_bytes = 0
        self._wait_no_more()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for another request, which uvicorn bounds; it makes room for others meanwhile."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._server_connections.waiting[self] = None

    def _wait(self, seconds: float) -> None:
        self._wait_no_more()
        self._server_connections.waiting[self] = None
        self._timer = self.loop.call_later(seconds, self._server_connections.drop, self)

    def _wait_no_more(self) -> None:
        self._server_connections.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
