"""Watching a Socket Mode connection: what goes wrong with it ends nothing, until the token is refused for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import SettingsError
from bot.runtime.socket_watch import DEAF_SECONDS, SocketWatch, sdk_log


class RefusedError(Exception):
    """What the SDK raises, as far as it is looked at."""

    response = {"ok": False, "error": "token_revoked"}  # noqa: RUF012 - never changed


class Client:
    """A connection that hears pongs when told to, and whose renewal fails."""

    def __init__(self) -> None:
        """Begin connected."""
        self.last_ping_pong_time: float | None = None
        self.on_message_listeners: list[Callable[[Any], Awaitable[None]]] = []
        self.renewals = 0
        self.error: type[Exception] = RefusedError

    async def issue_new_wss_url(self) -> str:
        """Refuse, or fail otherwise."""
        raise self.error

    async def connect_to_new_endpoint(self, *, force: bool = False) -> None:
        """Ask for an address."""
        assert force
        self.renewals += 1
        await self.issue_new_wss_url()


class AwayError(Exception):
    """What the SDK raises while Slack is away."""


async def test_a_connection_that_is_lost_is_a_line_a_minute() -> None:
    """One when it is made, none for Slack's own renewal, one a minute while it is lost, one when it is back."""
    client, now = Client(), monotonic()
    watch = SocketWatch(client, give_up=60)
    with capture_logs() as log:
        client.last_ping_pong_time = 0.0
        await watch.look(now)
        watch.heard.failed("it is being connected")  # Slack renews a connection every few hours
        await watch.look(now + 5)
        client.last_ping_pong_time = 1.0
        await watch.look(now + 10)
        client.error = AwayError
        for second in range(15, 200, 5):
            with suppress(AwayError):
                await client.issue_new_wss_url()
            await watch.look(now + second)
        client.last_ping_pong_time = 2.0
        await watch.look(now + 200)
    said = [(line["event"], line.get("reason", "")) for line in log]
    assert said[0] == ("socket.connected", "")
    assert said[-1] == ("socket.connected", "")
    assert said.count(("socket.lost", "Slack cannot be reached")) == len(said) - 2
    assert 4 <= len(said) <= 6


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("The session (s_1) seems to be already closed. Reconnecting...", 0),
        ("Failed to connect (error: no route); Retrying...", 0),
        ("Failed to check the current session (s_1) or reconnect to the server", 0),
        ("Failed to run a request listener: oh no, session: s_1", 1),
        ("Failed to process a message: oh no, session: s_1", 1),
    ],
)
def test_the_sdk_s_lines_about_the_connection_are_left_out(
    said: str, kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails in the bot itself is in the log."""
    with caplog.at_level("INFO"):
        sdk_log().error(said)
    assert len(caplog.records) == kept


async def test_a_pong_keeps_a_connection_and_silence_renews_it() -> None:
    """It is renewed within the minute; a renewal that fails ends nothing, and is said."""
    client, now = Client(), monotonic()
    watch = SocketWatch(client, give_up=60)
    for sent in range(10):
        client.last_ping_pong_time = float(sent)
        await watch.look(now + 10 * sent)
    assert (client.renewals, watch.heard.fault) == (0, "")
    last = now + 90
    await watch.look(last + DEAF_SECONDS - 1)
    assert client.renewals == 0
    await watch.look(last + DEAF_SECONDS)
    assert (client.renewals, watch.heard.lasting) == (1, True)
    assert "token_revoked" in watch.heard.fault
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        await watch.look(monotonic() + 61)
