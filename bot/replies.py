"""Answering after the acknowledgement, by the `response_url` that came with a command or a click.

Such an address takes up to five answers within thirty minutes (Slack: interactivity/handling-user-interaction). Bolt's
own helper opens a session for every answer, sends again when a connection breaks (an answer shared with a channel would
stand there twice) and is silent about a refusal: hence this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.errors import BotError

_SECONDS = 10


class ReplyError(BotError):
    """An answer did not reach the person."""

    def __init__(self, reason: str) -> None:
        """Keep the `reason`: Slack's status and words, or how the connection failed."""
        super().__init__(f"the answer could not be delivered: {reason}; ask again")
        self.reason = reason


class Replies(Protocol):
    """Delivers answers."""

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Send `payload` to the response_url `url`, once. Raises ReplyError."""
        ...

    async def close(self) -> None:
        """Let go of what is held; nothing is sent after that."""
        ...


class HttpReplies:
    """Delivers over HTTP, with one session for all answers. `close` it at the end."""

    def __init__(self) -> None:
        """Prepare; the session is opened with the first answer, on the event loop that runs then."""
        self._session: ClientSession | None = None

    async def send(self, url: str, payload: Mapping[str, Any]) -> None:
        """Send `payload` to `url`, once. Raises ReplyError unless it was taken."""
        if not url:
            raise ReplyError("Slack gave no address for it")
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=_SECONDS), trust_env=True)
        try:
            async with self._session.post(url, json=payload) as response:
                if response.status != 200:
                    raise ReplyError(f"{response.status} {(await response.text(errors='replace'))[:200]}")
        except (ClientError, TimeoutError, ValueError) as error:
            raise ReplyError(type(error).__name__) from error

    async def close(self) -> None:
        """Let the session go."""
        if self._session is not None:
            await self._session.close()
            self._session = None
