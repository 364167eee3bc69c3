"""Noticing changes on a real disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.library import Library
from bot.watch import DiskWatch, keep_fresh

ISSUE = "---\ntitle: Weekly\ndate: 2020-01-01\n---\n\nHello\n"


class Seen:
    """Waits until the library holds what a test expects."""

    def __init__(self, library: Library) -> None:
        """Look at `library` now and after every change."""
        self._library = library
        self._changed = asyncio.Event()
        library.on_change(self._note)

    async def _note(self, _: object, __: object) -> None:
        self._changed.set()

    async def slugs(self, *expected: str) -> None:
        """Return once the issues in use are these, in any order; fail after some seconds."""
        async with asyncio.timeout(10):
            while {issue.slug for issue in self._library.snapshot.issues} != set(expected):
                await self._changed.wait()
                self._changed.clear()


@asynccontextmanager
async def watched(folder: Path, *, polling: bool = False) -> AsyncIterator[Seen]:
    """Keep a library over `folder` fresh while the test goes on."""
    watch = DiskWatch(folder, polling=polling, poll_seconds=0.02)
    library = Library.opened(folder)
    seen = Seen(library)
    task = asyncio.create_task(keep_fresh(library, watch))
    try:
        yield seen
    finally:
        watch.stop()
        await asyncio.wait_for(task, 10)


@pytest.mark.parametrize("polling", [False, True])
async def test_files_that_come_change_and_go(tmp_path: Path, *, polling: bool) -> None:
    """New, renamed and removed files are noticed, with events and without; other files do not matter."""
    (tmp_path / "a.md").write_text(ISSUE)
    async with watched(tmp_path, polling=polling) as seen:
        (tmp_path / "b.md").write_text(ISSUE)
        (tmp_path / "logo.png").write_text("")
        await seen.slugs("a", "b")
        (tmp_path / "b.md").rename(tmp_path / "c.md")
        await seen.slugs("a", "c")
        (tmp_path / "a.md").unlink()
        await seen.slugs("c")


async def test_folders_that_come_and_go(tmp_path: Path) -> None:
    """A folder moved into place brings its issues, and takes them away with it."""
    archive, aside = tmp_path / "archive", tmp_path / "aside"
    archive.mkdir()
    aside.mkdir()
    (aside / "a.md").write_text(ISSUE)
    async with watched(archive) as seen:
        aside.rename(archive / "below")
        await seen.slugs("a")
        shutil.rmtree(archive / "below")
        await seen.slugs()


async def test_the_folder_itself_deleted_and_made_again(tmp_path: Path) -> None:
    """What was read stays while the folder is away, and the new one's issues take its place."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "a.md").write_text(ISSUE)
    async with watched(folder) as seen:
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "b.md").write_text(ISSUE)
        await seen.slugs("b")
