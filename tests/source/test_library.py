"""The archive in use: replaced whole, kept through every fault, with its changes sent to its listeners."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from archive.errors import FolderError
from archive.snapshot import Snapshot
from bot.source.library import Library
from bot.source.watch import keep_fresh
from playground.demo.shifted import ShiftedClock
from tests.fakes.folder import FakeFolder
from tests.fakes.watch import FakeWatch


def text(day: int, words: str) -> str:
    """Return the text of an issue with one entry."""
    return f"---\ntitle: Weekly\ndate: 2020-01-{day:02}\n---\n\nNews\n====\n\n{words}\n<br>[http://example.org/{day}](http://example.org/{day})\n"


@pytest.fixture
def folder() -> FakeFolder:
    """Return a folder with one issue about kubernetes."""
    return FakeFolder({"a.md": text(1, "About kubernetes clusters.")})


def found(library: Library, query: str) -> list[str]:
    """Return the slugs of what a search in use finds."""
    return [result.issue.slug for result in library.current.index.search(query).results]


def fault(library: Library) -> type[object]:
    """Return the type of what is wrong with the folder."""
    return type(library.fault)


async def test_a_change_is_in_the_answers(folder: FakeFolder) -> None:
    """A new file is found, a removed one is not, and only the new one was read."""
    library = Library.opened(folder)
    assert found(library, "kubernetes") == ["a"]
    folder.reads.clear()
    folder.put("b.md", text(2, "About terraform modules."))
    assert await library.refresh(["b.md"])
    assert found(library, "terraform") == ["b"]
    assert folder.reads == ["b.md"]
    folder.remove("a.md")
    assert await library.refresh()
    assert found(library, "kubernetes") == []
    assert library.index is library.current.index
    assert library.snapshot is library.current.snapshot


async def test_an_index_is_prepared_beside_searches(folder: FakeFolder) -> None:
    """Preparing the index in use keeps nobody waiting and changes no answer."""
    library = Library.opened(folder)
    preparing = asyncio.create_task(library.prepare_index())
    assert found(library, "kubernetes") == ["a"]
    await preparing
    assert found(library, "kubernets") == ["a"]


async def test_readers_keep_what_they_hold(folder: FakeFolder) -> None:
    """A pair taken before a change goes on giving the answers of its moment."""
    library = Library.opened(folder)
    held = library.current
    folder.remove("a.md")
    await library.refresh()
    assert [result.issue.slug for result in held.index.search("kubernetes").results] == ["a"]
    assert held.snapshot.get("a") is not None


async def test_nothing_new_changes_nothing(folder: FakeFolder) -> None:
    """A refresh without a change tells nobody and swaps nothing; a touched file with the same text is no news."""
    library = Library.opened(folder)
    told: list[Snapshot] = []

    async def note(_: Snapshot, after: Snapshot) -> None:
        told.append(after)

    library.on_change(note)
    held = library.current
    assert not await library.refresh()
    assert library.current is held
    folder.put("a.md", text(1, "About kubernetes clusters."))
    await library.refresh()
    assert library.current.index is held.index


async def test_a_listener_that_fails_stops_nobody(folder: FakeFolder) -> None:
    """The next listener is still called, with the snapshots before and after."""
    library = Library.opened(folder)
    told: list[tuple[int, int]] = []

    async def fail(_: Snapshot, __: Snapshot) -> None:
        raise RuntimeError

    async def note(before: Snapshot, after: Snapshot) -> None:
        told.append((len(before.issues), len(after.issues)))

    library.on_change(fail)
    library.on_change(note)
    folder.put("b.md", text(2, "More."))
    assert await library.refresh()
    await library.listeners_idle()
    assert told == [(1, 2)]


async def test_a_hanging_listener_delays_nobody(folder: FakeFolder) -> None:
    """Changes are still read and sent to the others; the one that hung then gets the last state, once."""
    library = Library.opened(folder)
    free, newest_heard = asyncio.Event(), asyncio.Event()
    slow: list[tuple[int, int]] = []

    async def hang(before: Snapshot, after: Snapshot) -> None:
        slow.append((len(before.issues), len(after.issues)))
        await free.wait()

    async def note(_: Snapshot, after: Snapshot) -> None:
        if len(after.issues) == 4:
            newest_heard.set()

    library.on_change(hang)
    library.on_change(note)
    async with asyncio.timeout(10):
        for day in (2, 3, 4):
            folder.put(f"{day}.md", text(day, "About harbours."))
            assert await library.refresh()
        await newest_heard.wait()
    assert (slow, len(library.snapshot.issues)) == ([(1, 2)], 4)
    free.set()
    await library.listeners_idle()
    assert slow == [(1, 2), (2, 4)]


async def test_a_stop_ends_a_listener_that_hangs(folder: FakeFolder) -> None:
    """Its call is cancelled, and it is not called for later changes."""
    library = Library.opened(folder)
    calls: list[str] = []

    async def hang(_: Snapshot, __: Snapshot) -> None:
        calls.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            calls.append("ended")

    library.on_change(hang)
    folder.put("b.md", text(2, "More."))
    await library.refresh()
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await library.stop_listeners()
    folder.remove("b.md")
    assert await library.refresh()
    await library.listeners_idle()
    assert calls == ["begun", "ended"]


async def test_a_folder_that_disappears_and_returns(folder: FakeFolder) -> None:
    """While it is away the last state stays in use and the fault says why; then all goes on."""
    library = Library.opened(folder)
    folder.vanish()
    assert not await library.refresh()
    assert fault(library) is FolderError
    assert found(library, "kubernetes") == ["a"]
    folder.come_back()
    folder.put("b.md", text(2, "About terraform."))
    assert await library.refresh()
    assert fault(library) is type(None)
    assert found(library, "terraform") == ["b"]


async def test_only_a_look_at_the_folder_tells_that_it_is_back(folder: FakeFolder) -> None:
    """An issue is published while the folder is missing, and a late event names one of its files: the fault stays."""
    clock = ShiftedClock()
    folder.put("b.md", text(2, "About terraform.").replace("2020-01-02", f"{clock.now() + timedelta(days=2):%Y-%m-%d}"))
    library = Library.opened(folder, clock=clock)
    folder.vanish()
    await library.refresh()
    clock.ahead = timedelta(days=3)
    assert await library.keep_time()
    assert fault(library) is FolderError
    assert not await library.refresh(["a.md"])
    assert fault(library) is FolderError
    assert found(library, "terraform") == ["b"]


async def test_a_broken_file_stays_in_the_answers(folder: FakeFolder) -> None:
    """Its last good version is found still; its problem is in the snapshot."""
    library = Library.opened(folder)
    folder.put("a.md", "---\ntitle: a: b\n---\n")
    assert await library.refresh()
    assert found(library, "kubernetes") == ["a"]
    assert len(library.snapshot.problems) == 1


async def test_bursts_are_taken_up_until_the_watch_ends(folder: FakeFolder) -> None:
    """Named files are read, an empty burst reads nothing, and "anything" looks at all."""
    library = Library.opened(folder)
    watch = FakeWatch()
    folder.put("b.md", text(2, "About terraform."))
    folder.put("c.md", text(3, "About ansible."))
    folder.reads.clear()
    watch.changed()
    watch.changed("b.md")
    watch.stop()
    await keep_fresh(library, watch)
    assert folder.reads == ["b.md"]
    watch.anything()
    watch.stop()
    await keep_fresh(library, watch)
    assert folder.reads == ["b.md", "c.md"]


async def test_an_error_while_reading_does_not_end_the_watch(folder: FakeFolder) -> None:
    """The last state stays in use, the fault is reported, and the next change is read."""
    library = Library.opened(folder)
    folder.put("b.md", text(2, "About terraform."))
    folder.fail("b.md", ArithmeticError())  # type: ignore[arg-type]  # nothing that a disk raises
    watch = FakeWatch()
    watch.changed("b.md")
    watch.stop()
    await keep_fresh(library, watch)
    assert "ArithmeticError" in str(library.fault)
    folder.put("b.md", text(2, "About terraform."))
    assert found(library, "kubernetes") == ["a"]
    assert await library.refresh(["b.md"])
    assert library.fault is None
    assert found(library, "terraform") == ["b"]


def test_a_missing_folder_is_reported_at_once(folder: FakeFolder) -> None:
    """There is nothing to begin with without a folder."""
    folder.vanish()
    with pytest.raises(FolderError):
        Library.opened(folder)
