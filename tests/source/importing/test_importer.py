"""An import writes each issue once, goes on where it was stopped, and leaves alone what somebody edited."""

from __future__ import annotations

import pytest

from bot.source.importing.importer import run
from bot.source.importing.item import ImportFault, SourceError
from tests.fakes.letters import FOOTER, Folder, Shelf, item


def test_each_item_becomes_a_file() -> None:
    """With its text, and named by day and number."""
    folder = Folder()
    report = folder.takes(item(1), item(2))
    assert sorted(folder.files) == report.new == ["2024-03-03-1.md", "2024-03-10-2.md"]
    assert "drill bit 2" in folder.files["2024-03-10-2.md"]


def test_a_second_run_changes_nothing() -> None:
    """Not a file, not the ledger; in another order either."""
    folder = Folder()
    folder.takes(item(1), item(2), item(3))
    before = folder.files.copy(), folder.ledger()
    report = folder.takes(item(3), item(1), item(2))
    assert (folder.files, folder.ledger()) == before
    assert (report.new, report.updated, report.unchanged) == ([], [], 3)


def test_what_changed_at_the_source_is_written_again() -> None:
    """Under the same name."""
    folder = Folder()
    folder.takes(item(1))
    assert folder.takes(item(1, "Another text.")).updated == ["2024-03-03-1.md"]
    assert "Another text." in folder.files["2024-03-03-1.md"]


def test_an_edited_file_is_never_overwritten() -> None:
    """Even if its item changed; that is said."""
    folder = Folder()
    folder.takes(item(1))
    folder.edited("2024-03-03-1.md")
    before = folder.files.copy()
    assert folder.takes(item(1, "Another text.")).edited == ["2024-03-03-1.md"]
    assert folder.files == before


def test_a_file_that_was_taken_away_does_not_come_back() -> None:
    """Somebody did not want it."""
    folder = Folder()
    folder.takes(item(1), item(2))
    folder.removed("2024-03-03-1.md")
    assert folder.takes(item(1), item(2)).gone == ["2024-03-03-1.md"]
    assert list(folder.files) == ["2024-03-10-2.md"]


def test_a_file_of_the_same_name_that_was_there_before_stays() -> None:
    """The issue gets the next name."""
    folder = Folder()
    folder.files["2024-03-03-1.md"] = "Somebody's own."
    assert folder.takes(item(1)).new == ["2024-03-03-1-b.md"]
    assert folder.files["2024-03-03-1.md"] == "Somebody's own."


def test_names_that_differ_in_case_alone_are_one_name() -> None:
    """Some disks hold one file for both."""
    folder = Folder()
    folder.files["2024-03-03-STONES.MD"] = "x"
    assert folder.takes(item(title="Stones")).new == ["2024-03-03-stones-b.md"]


def test_an_import_that_was_stopped_goes_on() -> None:
    """What was written is there and whole, the rest follows."""
    folder = Folder(full=2)
    with pytest.raises(SourceError):
        folder.takes(*map(item, range(1, 5)))
    assert len(folder.files) == 2
    folder._full = None
    assert folder.takes(*map(item, range(1, 5))).new == ["2024-03-17-3.md", "2024-03-24-4.md"]


def test_a_stop_between_a_file_and_its_record_is_no_second_file() -> None:
    """The next run recognizes what it would have written."""
    folder = Folder()
    folder.takes(item(1), item(2))
    folder.forgets(1)
    assert folder.takes(item(1), item(2)).new == []
    assert len(folder.files) == 2


def test_a_ledger_that_was_cut_off_or_spoilt_is_read_as_far_as_it_goes() -> None:
    """Lines that are none are left out."""
    folder = Folder()
    folder.takes(item(1), item(2))
    for line in ("", "{", "[]", "null", '{"identity": 3}', '{"repeated": 7}', "\x00"):
        folder.note(line)
    assert folder.takes(item(1), item(2)).unchanged == 2


def test_a_source_that_breaks_off_writes_nothing() -> None:
    """What repeats cannot be known from a part of it."""
    folder = Folder()
    with pytest.raises(SourceError):
        run(Shelf(item(1), item(2), breaks_after=1), folder)
    assert folder.files == {}


def test_faults_are_reported_and_the_others_are_imported() -> None:
    """An issue that cannot be read keeps no other back; only it counts as lost."""
    folder = Folder()
    report = folder.takes(
        item(1), ImportFault("2.eml", "broken"), ImportFault("notes.txt", "it is no mail", skipped=True)
    )
    assert report.new == ["2024-03-03-1.md"]
    assert report.lost == 1


def test_an_item_that_is_there_twice_is_one() -> None:
    """It is said."""
    folder = Folder()
    report = folder.takes(item(1), item(1, origin="a copy"))
    assert list(folder.files) == ["2024-03-03-1.md"]
    assert [str(fault) for fault in report.faults] == ["a copy: it has the id of item 1; that one is read"]
    assert report.lost == 0


def test_two_issues_of_one_id_are_two() -> None:
    """Some feeds give every item the same. A later look knows them both, in any order."""
    folder = Folder()
    same = [item(number, identity="quarry") for number in (1, 2, 3)]
    report = folder.takes(*same)
    assert len(folder.files) == 3
    assert "both are read" in str(report.faults[0])
    before = folder.files.copy()
    assert folder.takes(*reversed(same)).unchanged == 3
    assert folder.takes(same[2]).unchanged == 1
    assert folder.files == before


def test_an_item_without_a_date_is_said() -> None:
    """Once, when it is written."""
    folder = Folder()
    assert "no date" in str(folder.takes(item(published=None)).faults[0])
    assert folder.takes(item(published=None)).faults == []


def test_an_issue_that_is_too_large_for_the_archive_is_said() -> None:
    """And not written."""
    folder = Folder()
    report = folder.takes(item(1, "word " * 1_100_000), item(2))
    assert list(folder.files) == ["2024-03-10-2.md"]
    assert report.lost == 1


def test_what_repeats_is_left_out_also_of_one_that_comes_later() -> None:
    """What was learnt from many issues holds for the next one alone."""
    folder = Folder()
    many = [item(number, f"Report {chr(96 + number)}.\n\n{FOOTER}") for number in range(1, 6)]
    report = folder.takes(*many[:4])
    assert report.left_out["paragraphs that repeat from issue to issue"] == 4
    folder.takes(many[4])
    assert not any(FOOTER in text for text in folder.files.values())
