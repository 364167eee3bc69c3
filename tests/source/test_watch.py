"""Noticing changes on a real disk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from archive.snapshot import Snapshot
from bot.source.library import Library
from bot.source.watch import DiskWatch, Freshness, keep_fresh

ISSUE = "---\ntitle: Weekly\ndate: 2020-01-01\n---\n\nHello\n"


class Seen:
    """Waits until the library holds what a test expects."""

    def __init__(self, library: Library) -> None:
        """Look at `library` now and after every change."""
        self.library = library
        self._changed = asyncio.Event()
        library.on_change(self._note)

    async def _note(self, _: object, __: object) -> None:
        self._changed.set()

    async def changed(self) -> None:
        """Return after the next change; fail after some seconds."""
        async with asyncio.timeout(10):
            await self._changed.wait()
            self._changed.clear()

    async def slugs(self, *expected: str) -> None:
        """Return once the issues in use are these, in any order; fail after some seconds."""
        async with asyncio.timeout(10):
            while {issue.slug for issue in self.library.snapshot.issues} != set(expected):
                await self._changed.wait()
                self._changed.clear()


@asynccontextmanager
async def watched(folder: Path, *, polling: bool = False, settle_seconds: float = 0.0) -> AsyncIterator[Seen]:
    """Keep a library over `folder` fresh while the test goes on."""
    watch = DiskWatch(folder, polling=polling, poll_seconds=0.02)
    library = Library.opened(folder)
    seen = Seen(library)
    task = asyncio.create_task(keep_fresh(library, watch, settle_seconds=settle_seconds))
    try:
        yield seen
    finally:
        watch.stop()
        async with asyncio.timeout(10):
            await task


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


async def test_what_is_said_about_the_newsletter(tmp_path: Path) -> None:
    """A change of `newsletter.toml` has every issue read again; one that cannot be used leaves all as it was."""
    (tmp_path / "a.md").write_text(f"{ISSUE}\n## Friends\n\n- [x](http://example.org/x)\n")
    async with watched(tmp_path) as seen:
        assert any(section.heading for section in seen.library.snapshot.issues[0].sections)
        (tmp_path / "newsletter.toml").write_text("leave_out = ['Friends']\n")
        await seen.changed()
        assert not any(section.heading for section in seen.library.snapshot.issues[0].sections)
        (tmp_path / "newsletter.toml").write_text("zone = 3\n")
        await seen.library.refresh()
        assert seen.library.fault is not None
        assert "newsletter.toml: zone: " in seen.library.fault.reason
        assert not any(section.heading for section in seen.library.snapshot.issues[0].sections)


async def test_a_file_that_is_still_being_written(tmp_path: Path) -> None:
    """Whatever its writer's pace, no half of it is ever an issue: neither with half its front matter nor its text."""
    whole = f"---\ntitle: Weekly\ndate: 2020-01-01\n---\n\n{'One entry. ' * 40}\n\nThe end.\n"
    async with watched(tmp_path, settle_seconds=0.5) as seen:
        seen_texts: list[str] = []

        async def note(_: object, after: Snapshot) -> None:
            seen_texts.extend(entry.text for issue in after.issues for _, entry in issue.entries())

        seen.library.on_change(note)
        for end in range(0, len(whole), 40):
            (tmp_path / "slow.md").write_text(whole[:end])
            await asyncio.sleep(0.1)  # the writer's pace is what is tested
        (tmp_path / "slow.md").write_text(whole)
        await seen.slugs("slow")
        await seen.library.listeners_idle()
        assert [text for text in seen_texts if "The end." in text] == seen_texts[-1:]
        assert len(seen.library.snapshot.problems) == 0


async def test_folders_that_come_and_go(tmp_path: Path) -> None:
    """A folder moved into place brings its issues, and takes them away with it."""
    archive, outside = tmp_path / "archive", tmp_path / "outside"
    archive.mkdir()
    outside.mkdir()
    (outside / "a.md").write_text(ISSUE)
    async with watched(archive) as seen:
        outside.rename(archive / "below")
        await seen.slugs("a")
        shutil.rmtree(archive / "below")
        await seen.slugs()


async def test_a_disk_without_events_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no more events to give, the folder is polled from then on."""
    real, asked = watchfiles.awatch, []

    def awatch(*paths: Path, **how: Any) -> AsyncIterator[set[tuple[watchfiles.Change, str]]]:
        asked.append(how["force_polling"])
        if not how["force_polling"]:
            raise OSError(28, "no space left on device: the limit of watches was reached")
        return real(*paths, **how)

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    async with watched(tmp_path) as seen:
        (tmp_path / "a.md").write_text(ISSUE)
        await seen.slugs("a")
        (tmp_path / "b.md").write_text(ISSUE)
        await seen.slugs("a", "b")
    assert asked == [None, True]


@pytest.mark.parametrize("named", ["link", "x/../issues"])
async def test_a_folder_that_is_named_in_a_roundabout_way(tmp_path: Path, named: str) -> None:
    """By a symbolic link, or with dots: what changes there is noticed."""
    (tmp_path / "issues").mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "issues")
    async with watched(tmp_path / named) as seen:
        for name in ("a", "b"):
            (tmp_path / "issues" / f"{name}.md").write_text(ISSUE)
            await seen.slugs(*"ab"[: "ab".index(name) + 1])


async def test_a_link_that_leads_elsewhere_from_now_on(tmp_path: Path) -> None:
    """As where each release has a folder: the new one's issues take the place of the old one's."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "now").symlink_to(tmp_path / "one")
    async with watched(tmp_path / "now") as seen:
        (tmp_path / "one" / "a.md").write_text(ISSUE)
        await seen.slugs("a")
        (tmp_path / "new").symlink_to(tmp_path / "two")
        (tmp_path / "new").rename(tmp_path / "now")
        (tmp_path / "one" / "b.md").write_text(ISSUE)
        (tmp_path / "two" / "c.md").write_text(ISSUE)
        await seen.slugs("c")


class Breaking:
    """A watch that fails at its first batch, as often as told."""

    def __init__(self, times: int) -> None:
        """Break off so many times."""
        self.times = times
        self.begun: Callable[[], None] = lambda: None

    async def bursts(self) -> AsyncIterator[frozenset[str] | None]:
        """See `bot.source.watch.Watch`."""
        self.begun()
        self.times -= 1
        if self.times >= 0:
            raise LookupError("something odd")
        yield None

    def stop(self) -> None:
        """See `bot.source.watch.Watch`."""


async def test_a_watch_that_breaks_off_is_begun_again(tmp_path: Path) -> None:
    """Meanwhile it says that nothing is noticed."""
    library = Library.opened(tmp_path)
    (tmp_path / "a.md").write_text(ISSUE)
    watch = Breaking(3)
    freshness = Freshness(library, watch, pauses=(0.0,), settle_seconds=0.0)
    said: list[str] = []
    watch.begun = lambda: said.append(freshness.fault)
    await freshness.run()
    assert said[0] == ""
    assert all("something odd" in fault for fault in said[1:])
    assert len(said) == 4
    assert freshness.fault == ""
    assert len(library.snapshot.issues) == 1


@pytest.mark.parametrize("error", [PermissionError, FileNotFoundError])
async def test_a_disk_that_always_fails_is_not_asked_without_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    """After any error, the watch waits before it tries again."""
    watch, pauses = DiskWatch(tmp_path), []

    def awatch(*_: Path, **__: object) -> AsyncIterator[set[tuple[watchfiles.Change, str]]]:
        raise error

    async def pause() -> None:
        pauses.append(1)
        if len(pauses) == 3:
            watch.stop()

    monkeypatch.setattr(watchfiles, "awatch", awatch)
    monkeypatch.setattr(watch, "_pause", pause)
    assert [burst async for burst in watch.bursts()] == [None, None, None]


def test_what_a_burst_names(tmp_path: Path) -> None:
    """Issues by their paths; files of other kinds are passed over; a folder may mean anything."""
    watch = DiskWatch(tmp_path)
    (tmp_path / "logo.png").write_text("")
    issue = (watchfiles.Change.modified, str(tmp_path / "old" / "a.MD"))
    other = (watchfiles.Change.added, str(tmp_path / "logo.png"))
    folder = (watchfiles.Change.deleted, str(tmp_path / "old.2014"))
    assert watch._names({issue, other}) == frozenset({"old/a.MD"})
    assert watch._names({other}) == frozenset()
    assert watch._names({issue, folder}) is None
    assert watch._names({issue, (watchfiles.Change.added, "/elsewhere/a.md")}) is None


async def test_the_folder_gone_for_a_while(tmp_path: Path) -> None:
    """The watch waits for the folder to come back, and stops at once when asked to while waiting."""
    folder, outside = tmp_path / "archive", tmp_path / "outside"
    folder.mkdir()
    async with watched(folder) as seen:
        (folder / "a.md").write_text(ISSUE)
        await seen.slugs("a")
        folder.rename(outside)
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "b.md").write_text(ISSUE)
        (tmp_path / "new").rename(folder)
        await seen.slugs("b")
        shutil.rmtree(folder)


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
