"""Answering after the acknowledgement, by the `response_url` that came with a command or a click.

Such an address takes up to five answers within thirty minutes (Slack: interactivity/handling-user-interaction). It is a
payload's word, so it is checked here, in the one place that posts to it, before anything is sent. Bolt's own helper
opens a session for every answer, sends again when a connection breaks (an answer shared with a channel would
stand there twice) and is silent about a refusal: hence this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from bot.domain.errors import BotError

_TIMEOUT_SECONDS = 10
_DOMAINS = ("slack.com", "slack-gov.com")
"""Slack's domains: response URLs are on hooks.slack.com, or on a host of a government's or an enterprise's grid."""
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]+")
"""The names that a host of Slack's may have (RFC 1123); a parser lets more through, such as "127.0.0.1&.slack.com"."""


class ResponseUrlError(BotError):
    """An answer could not be delivered."""

    def __init__(self, reason: str) -> None:
        """Keep the `reason`: Slack's status and words, or how the connection failed."""
        super().__init__(f"the answer could not be delivered: {reason}; ask again")
        self.reason = reason


class ResponseUrls(Protocol):
    """Delivers answers."""

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Send `payload` to the response_url `url`, once. Raises ResponseUrlError."""
        ...

    async def close(self) -> None:
        """Close the connections; nothing is sent after that."""
        ...


class HttpResponseUrls:
    """Delivers over HTTP, with one session for all answers. `close` it at the end."""

    def __init__(self, api: str) -> None:
        """Prepare to send to Slack's own hosts, and to the origin of `api`, the Web API's base (a stand-in's).

        The session is opened with the first answer, on the event loop that runs then.
        """
        self._api = api
        self._session: ClientSession | None = None

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Send `payload` to `url`, once, following no redirect. Raises ResponseUrlError unless it was taken."""
        if not url:
            raise ResponseUrlError("Slack gave no address for it")
        address = _checked(url, self._api)
        if address is None:
            raise ResponseUrlError("the payload names an address that is not Slack's")
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=_TIMEOUT_SECONDS), trust_env=True)
        try:
            async with self._session.post(address, json=payload, allow_redirects=False) as response:
                if response.status != 200:
                    words = (await response.content.read(200)).decode(errors="replace")
                    raise ResponseUrlError(f"{response.status} {words}")
        except (ClientError, TimeoutError, ValueError) as error:
            raise ResponseUrlError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _checked(url: str, api: str) -> URL | None:
    """Return a response URL as it will be asked for; None unless it is https on Slack's hosts, or at `api`'s origin.

    It is read by the parser that also sends: two parsers may take one text for two hosts.
    """
    try:
        address = URL(url)
        if address.user is not None or address.password is not None:
            return None
        host, own = address.host or "", address.origin() == URL(api).origin()
    except ValueError:
        return None
    slack = _HOST.fullmatch(host) is not None and any(f".{host}".endswith(f".{domain}") for domain in _DOMAINS)
    return address if own or (slack and address.scheme == "https" and address.port == 443) else None
