"""`backissue demo`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from bot.runtime import logs, loop
from bot.runtime.settings import Settings
from bot.source.incoming import Incoming


def demo(archive: Path | None, port: int | None, source: str | None = None, *, browse: bool, empty: bool) -> None:
    """Run the demo in a browser, on the folder `archive` or on the two newsletters that ship, until stopped.

    With a `source` it runs on what is imported from there, into a folder of its own that has the issues of `archive`
    too, if one was named. `port` is the page's (None: the first free one), `browse` opens it, and `empty` starts
    without messages and subscriptions. Raises FolderError, PortError, SourceError, SettingsError.
    """
    # The product itself doesn't need the playground: only this command does.
    from playground.demo.held_back import NEWSLETTERS
    from playground.demo.page import run as page

    logs.configure("console", level="ERROR")
    with _imported(source, archive) as (folder, polling):
        options = page.DemoOptions(folder or NEWSLETTERS, port, empty, page.browser() if browse else None, polling)
        asyncio.run(page.run(options, _say, loop.settle))


@contextlib.contextmanager
def _imported(
    source: str | None, archive: Path | None
) -> Iterator[tuple[Path | None, Callable[[Path], Incoming] | None]]:
    """Return the folder to run on, and what makes the polling of the demo's copy of it; `archive` without a source."""
    if source is None:
        yield archive, None
        return
    from bot.cli.source import import_once, polling_in

    settings = Settings.read(source=source)
    with tempfile.TemporaryDirectory(prefix="backissue-source-") as place:
        folder = Path(place)
        if archive is not None:
            _copy(archive, folder)
        _say("Importing …")
        report = import_once(settings, folder)
        for fault in report.faults:
            _say(str(fault))
        yield folder, polling_in(settings, folder)


def _copy(archive: Path, folder: Path) -> None:
    for file in DiskFolder(archive, SUFFIXES).files():
        if not file.fault:
            (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(archive / file.name, folder / file.name)


def _say(line: str) -> None:
    print(line, file=sys.stdout, flush=True)  # noqa: T201 - this is the command line
