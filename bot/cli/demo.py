"""`backissue demo`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.runtime import logs, loop


def demo(archive: Path | None, port: int | None, *, browse: bool, empty: bool) -> None:
    """Run the demo in a browser, on the folder `archive` or on the sample that ships, until stopped.

    `port` is the page's (None: the first free one), `browse` opens it, and `empty` starts without messages and
    subscriptions. Raises FolderError, PortError.
    """
    # The product itself doesn't need the playground: only this command does.
    from playground.demo.held_back import SAMPLE  # noqa: PLC0415 - as said
    from playground.demo.page import run as page  # noqa: PLC0415 - as said

    logs.configure("console", level="ERROR")
    options = page.DemoOptions(archive or SAMPLE, port, empty, page.browser() if browse else None)
    asyncio.run(page.run(options, _say, loop.settle))


def _say(line: str) -> None:
    print(line, file=sys.stdout, flush=True)  # noqa: T201 - this is the command line
