"""`backissue health`: what the health page says, and an exit status for containers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bot.cli.health import health


@contextmanager
def page(status: int, body: str) -> Iterator[int]:
    """Serve one page on loopback; give its port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer."""
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@pytest.mark.parametrize(
    ("status", "body", "code", "says"),
    [
        (200, json.dumps({"ok": True, "issues": 3}), 0, "issues  3"),
        (503, json.dumps({"ok": False, "posting_fault": "the database is away"}), 1, "the database is away"),
        (200, "<html>", 1, "nothing that is healthy answers"),
        (200, "[]", 1, "something else is served there"),
    ],
)
def test_it_says_what_the_page_says(
    status: int, body: str, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And exits 0 only if the bot is well."""
    with page(status, body) as port:
        monkeypatch.setenv("PORT", str(port))
        assert health() == code
    assert says in capsys.readouterr().out


def test_a_bot_that_does_not_run_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the port that was asked."""
    with page(200, "{}") as port:
        monkeypatch.setenv("PORT", str(port))
    assert health() == 1
    assert f"port {port}" in capsys.readouterr().out
