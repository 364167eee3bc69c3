"""What runs before every listener, as Bolt wants it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


class BeforeListeners(AsyncMiddleware):
    """Lets a payload through to the listeners, unless the function that it is made with returns a response to it.

    It runs after Bolt has asked Slack once whose token it is (auth.test).
    """

    def __init__(self, check: Callable[[AsyncBoltRequest], Awaitable[BoltResponse | None]]) -> None:
        """Ask `check` about each payload."""
        self._check = check

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - what Bolt hands on
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt names it
    ) -> BoltResponse | None:
        """Return the response that `check` gives, else what the listeners return."""
        refusal = await self._check(req)
        return await next() if refusal is None else refusal
