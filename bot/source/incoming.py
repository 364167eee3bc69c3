"""What brings new issues into the archive's folder, as the app sees it: nothing of importing is imported for it."""

from __future__ import annotations

from typing import Protocol

TICK_SECONDS = 5.0
"""Seconds between questions whether a look is due: it costs nothing while none is."""


class Incoming(Protocol):
    """Looks at a source of issues in its own time. `fault` says what is wrong, "" while all is well."""

    fault: str

    async def look(self) -> None:
        """Look if it is time to: call this every few seconds. Nothing that goes wrong is raised."""
        ...
