"""A web site on loopback, in a thread: what it answers is set by a test, and what it was asked is kept."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answers; with `endless`, the body never ends."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False
    silent: bool = False
    """Nothing is answered until the site is closed."""


class Site:
    """The pages by path, and the requests that came: path and headers."""

    def __init__(self) -> None:
        """Begin without a page."""
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        self.base = ""

    def puts(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Answer `path` with this; return its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(data, status, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.base + path

    def answer(self, path: str, headers: dict[str, str]) -> Page:
        """Return what to answer; a page that has the ETag of the request has not changed."""
        self.asked.append((path, headers))
        page = self.pages.get(path) or self.pages.get(path.partition("?")[0], Page(b"nothing", 404))
        etag = page.headers.get("ETag")
        return Page(status=304, headers={"ETag": etag}) if etag and headers.get("If-None-Match") == etag else page


@contextlib.contextmanager
def site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve a site until left, over TLS with these certificates if there are some."""
    made = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = made.answer(self.path, dict(self.headers))
            if page.silent:
                made.closing.wait(20)
                return
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(page.body)
                while page.endless and not made.closing.is_set():
                    self.wfile.write(b" " * 1_000_000)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Stay silent: a client that goes away is what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        made.base = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.closing.set()
            server.shutdown()
            thread.join()
