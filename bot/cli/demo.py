"""`backissue demo`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.playground import demo as playground


def demo(archive: Path | None) -> None:
    """Run the demo on the folder `archive`, or on the sample that ships. Raises FolderError."""
    asyncio.run(playground.demo(archive))
