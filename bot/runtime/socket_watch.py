"""Whether a Socket Mode connection still hears Slack: a deaf one is renewed, one that is refused for long ends."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import Any

import structlog

from bot.domain.errors import SettingsError
from bot.domain.health import Attempts
from bot.runtime.fault_log import REMIND_SECONDS

_log = structlog.get_logger(__name__)
LOOK_SECONDS = 5.0
DEAF_SECONDS = 45.0
"""Seconds without a pong or an envelope after which a connection is renewed. Slack is pinged every ten."""
_REFUSED = frozenset(
    {"account_inactive", "invalid_auth", "not_allowed_token_type", "not_authed", "token_expired", "token_revoked"}
)
"""What Slack says of an app token that no longer works (reference/methods/apps.connections.open)."""
_OF_OURS = ("Failed to run", "Failed to process")
"""How the SDK's lines begin about what this bot does with a message. Its others are about the connection."""


def sdk_log() -> logging.Logger:
    """Return the log for the SDK's client: it holds what fails in the bot itself.

    What the SDK says of the connection comes every ten seconds while Slack is away, in part with a stack trace;
    `SocketWatch` says the same in a line a minute.
    """
    log = logging.getLogger(f"{__name__}.sdk")
    if _is_of_ours not in log.filters:
        log.addFilter(_is_of_ours)
    return log


def _is_of_ours(record: logging.LogRecord) -> bool:
    return record.getMessage().startswith(_OF_OURS)


class SocketWatch:
    """Watches a client. `heard` tells when Slack was last heard, and why not."""

    def __init__(self, client: Any, *, give_up: float) -> None:
        """Watch `client`, the SDK's `SocketModeClient` (its types do not say what is set here).

        End after `give_up` seconds in which Slack refused the app token.
        """
        self.heard = Attempts()
        self._client, self._give_up = client, give_up
        self._pong: float | None = None
        self._refused: float | None = None
        self._renewed = monotonic()
        self._was_connected = False
        self._lost: float | None = None
        self._told: float | None = None
        self._issue = client.issue_new_wss_url
        client.issue_new_wss_url = self._issued
        client.on_message_listeners.append(self._envelope)

    async def run(self) -> None:
        """Look every few seconds. Raises SettingsError once the app token was refused for too long."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look(monotonic())

    async def look(self, now: float) -> None:
        """Note a pong; renew the connection if it is deaf, or give up. `now` is the monotonic clock's."""
        if self._refused is not None:
            self._tell(now)
            if now - self._refused >= self._give_up:
                reason = f"{self.heard.fault}; make another on your app's page “Basic Information”"
                raise SettingsError("SLACK_APP_TOKEN", reason)
            return
        pong = self._client.last_ping_pong_time
        if pong is not None and pong != self._pong:
            self._pong = pong
            self.heard.worked(now)
        if self.heard.at is not None and now - max(self.heard.at, self._renewed) >= DEAF_SECONDS:
            self._renewed = now
            if self._told is None:
                _log.warning("socket.renewed", silent_seconds=round(now - self.heard.at))
            self.heard.failed("it is connected and hears nothing")
            await self._renew()
        self._tell(now)

    def _tell(self, now: float) -> None:
        """Log a connection that is there, and one that is lost for longer than Slack's own renewals: once a minute."""
        if not self.heard.fault:
            if self.heard.at is not None and (self._told is not None or not self._was_connected):
                self._was_connected = True
                _log.info("socket.connected", after_seconds=0 if self._lost is None else round(now - self._lost))
            self._lost = self._told = None
            return
        if self._lost is None:
            self._lost = now
            if self._was_connected:
                return
        if self._told is None or now - self._told >= REMIND_SECONDS:
            self._told = now
            _log.warning("socket.lost", reason=self.heard.fault, seconds=round(now - self._lost))

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(DEAF_SECONDS):
                await self._client.connect_to_new_endpoint(force=True)
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises: it is tried again
            if not self.heard.lasting:
                self.heard.failed(f"it cannot be renewed ({type(error).__name__})")

    async def _issued(self) -> str:
        """Return an address to connect to, and note what Slack says."""
        try:
            address = str(await self._issue())
        except Exception as error:
            self._noted(error)
            raise
        self._refused = None
        self.heard.failed("it is being connected")
        return address

    def _noted(self, error: Exception) -> None:
        """Note why Slack gives no address."""
        response: Any = getattr(error, "response", None) or {}
        code = str(response.get("error") or "")
        if code not in _REFUSED:
            self.heard.failed(f"Slack gives no connection ({code})" if code else "Slack cannot be reached")
            return
        self._refused = self._refused or monotonic()
        self.heard.failed(f"Slack refuses the app token ({code})", lasting=True)

    async def _envelope(self, _: Any) -> None:
        self.heard.worked(monotonic())
