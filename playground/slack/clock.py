"""The stand-in's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class WorkspaceClock(Protocol):
    """Tells the time. Fakes set it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class MachineClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the stand-in imports nothing of the bot, and somebody has to read it
