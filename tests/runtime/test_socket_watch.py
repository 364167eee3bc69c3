"""Watching a Socket Mode connection: what goes wrong with it ends nothing, until the token is refused for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import pytest

from bot.domain.errors import SettingsError
from bot.runtime.socket_watch import DEAF_SECONDS, SocketWatch


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

    async def issue_new_wss_url(self) -> str:
        """Refuse."""
        raise RefusedError

    async def connect_to_new_endpoint(self, *, force: bool = False) -> None:
        """Ask for an address."""
        assert force
        self.renewals += 1
        await self.issue_new_wss_url()


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
