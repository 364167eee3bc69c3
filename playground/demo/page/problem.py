"""Errors of the page, in one line for the person who looks at it."""

from __future__ import annotations

from bot.domain.errors import BotError


class PageError(BotError):
    """An invalid request (`status` 400, or 404 for what does not exist): the message says what is wrong."""

    def __init__(self, problem: str, status: int = 400) -> None:
        """Take the message and the HTTP status."""
        super().__init__(problem)
        self.problem = problem
        self.status = status


class CannotError(BotError):
    """A valid request that cannot be met now: the message says why, and what would help."""
