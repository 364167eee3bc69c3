"""An archive that vanishes is noticed, and costs nothing but new issues until it is back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog

from bot.lookup.search import Answers
from bot.lookup.views.answer import SearchRequest
from bot.slack.blocks.command_names import CommandNames
from bot.source.library import Library
from tests.fakes.folder import FakeFolder

NOW = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)


class StillClock:
    """A clock that shows one moment."""

    def now(self) -> datetime:
        """Return it."""
        return NOW


def text(day: int) -> str:
    """Return the text of an issue."""
    return f"---\ntitle: Weekly {day}\ndate: 2020-01-{day:02}\n---\n\nNews\n====\n\nA cluster\n<br>[http://e.org/{day}](http://e.org/{day})\n"


def fault(library: Library) -> str:
    """Return what is wrong with the folder, "" if nothing is."""
    return str(library.fault or "")


@pytest.fixture
def folder() -> FakeFolder:
    """Return a folder with twelve issues."""
    return FakeFolder({f"{day}.md": text(day) for day in range(1, 13)})


async def test_an_emptied_archive_stays_in_use_and_is_said_to_be_gone(folder: FakeFolder) -> None:
    """One line in the log, a fault for the health page, and the answers go on; a file that comes back ends it."""
    library = Library.opened(folder, clock=StillClock())
    for day in range(1, 13):
        folder.remove(f"{day}.md")
    with structlog.testing.capture_logs() as logs:
        assert not await library.refresh()
        assert not await library.refresh()
    assert [line["event"] for line in logs] == ["refresh.refused"]
    assert "12 issues are gone since 30 Nov 09:12 UTC" in str(library.fault)
    assert len(library.snapshot.issues) == 12
    assert library.index.search("cluster").total
    for day in range(1, 13):
        folder.put(f"{day}.md", text(day))
    await library.refresh()
    assert library.fault is None
    assert len(library.snapshot.issues) == 12


async def test_most_of_an_archive_that_goes_is_said(folder: FakeFolder) -> None:
    """It is taken as it is, and one line of the log says how many are left."""
    library = Library.opened(folder, clock=StillClock())
    for day in range(1, 10):
        folder.remove(f"{day}.md")
    with structlog.testing.capture_logs() as logs:
        assert await library.refresh()
    shrank = [line for line in logs if line["event"] == "archive.shrank"]
    assert [(line["issues"], line["before"]) for line in shrank] == [(3, 12)]
    assert (len(library.snapshot.issues), library.fault) == (3, None)


async def test_at_a_start_with_an_empty_folder_the_answers_say_what_is_gone() -> None:
    """Not that the archive is empty; once an issue is there, everything is as ever."""
    folder = FakeFolder()
    library = Library.opened(folder, clock=StillClock())
    answers = Answers(library, CommandNames(), StillClock(), chance=lambda _: 0)
    assert "The archive is empty" in answers.latest().text
    library.misses(581, NOW)
    for said in (answers.latest(), answers.random(), answers.issue("12"), answers.search(SearchRequest("cluster"))):
        assert "581 issues are gone since 30 Nov 09:12 UTC" in said.text
    assert fault(library)
    assert library.folder_fault().startswith("581 issues are gone since 30 Nov 09:12 UTC; mount the folder")
    await library.refresh()
    assert fault(library)
    folder.put("1.md", text(1))
    await library.refresh()
    assert not fault(library) + library.folder_fault()
    assert "gone" not in answers.latest().text


def test_an_archive_with_issues_misses_none(folder: FakeFolder) -> None:
    """Issues that were deleted long ago are nobody's business."""
    library = Library.opened(folder, clock=StillClock())
    library.misses(581, NOW)
    assert (library.fault, library.current.lost) == (None, "")
