"""A date that no issue can be meant to have is a slip, and is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.document import read
from archive.doubtful import doubt, doubt_of
from bot.domain.broken import broken_files
from bot.domain.publication import announced
from bot.source.library import Library
from tests.fakes.folder import FakeFolder

NOW = datetime(2026, 11, 30, tzinfo=UTC)
TEXT = (
    "---\ntitle: {title}\ndate: {date}\n---\n\nNews\n====\n\nText\n<br>[http://e.org/{title}](http://e.org/{title})\n"
)


@pytest.mark.parametrize(
    ("published", "says"),
    [
        (datetime(226, 11, 30, tzinfo=UTC), "in the year 0226"),
        (datetime(2206, 11, 30, tzinfo=UTC), "in the year 2206"),
        (datetime(1126, 11, 27, tzinfo=UTC), "in the year 1126"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1 January 1970"),
        (datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "1 January 1970"),
    ],
)
def test_a_slip_is_named(published: datetime, says: str) -> None:
    """A year with a figure missing, and the zero of computers."""
    assert says in doubt(published, "issue-7", "Weekly 7")


@pytest.mark.parametrize("published", [datetime(1896, 4, 6, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC), NOW])
def test_an_old_date_is_no_slip(published: datetime) -> None:
    """Archives are back-filled with the bulletins of a hundred years."""
    assert doubt(published, "issue-7") == ""


def test_who_says_1970_means_it() -> None:
    """In the title or the file's name."""
    assert doubt(datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01-bulletin") == ""


def test_a_file_with_a_slip_is_named_with_what_to_do() -> None:
    """It is read all the same; one that says no date has none to slip in."""
    reading = read("7.md", TEXT.format(title="seven", date="0226-11-30").encode())
    assert [(each.message, each.lost) for each in reading.problems] == [
        ("its date is in the year 0226; it is not posted", False)
    ]
    assert reading.issue is not None
    assert doubt_of(reading.issue)
    undated = read("8.md", b"---\ntitle: eight\n---\n\nNews\n====\n\nText\n").issue
    assert undated is not None
    assert doubt_of(undated) == ""


def test_what_is_misdated_is_found_and_not_posted() -> None:
    """Delivery does not know it until its date is mended; a date that is still open is no slip, nor is a draft."""
    dates = {"good": "2026-11-23", "old": "0226-11-30", "long": "20226-11-30", "zero": "1970-01-01", "open": "TBD"}
    files = {f"{title}.md": TEXT.format(title=title, date=date) for title, date in dates.items()}
    files["draft.md"] = TEXT.format(title="draft", date="0226-11-30\ndraft: true")
    library = Library.opened(FakeFolder(files))
    assert [issue.slug for issue in announced(library.snapshot, NOW)] == ["good"]
    assert {issue.slug for issue in library.snapshot.issues} == {"good", "old", "zero"}
    assert [each.file for each in broken_files(library.snapshot)] == ["long.md", "old.md", "zero.md"]
    assert all(each.advice for each in broken_files(library.snapshot))
