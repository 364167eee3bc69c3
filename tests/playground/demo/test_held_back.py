"""The demo's archive: the newest issues are held back until somebody publishes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.loader import load
from bot.source.finding import find_newsletters
from playground.demo.held_back import HELD, NEWSLETTERS, ArchiveCopy
from playground.demo.page.faults import FAULTS

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
END = datetime(2100, 1, 1, tzinfo=UTC)
SAMPLE = ROOT / "playground/demo/sample"


def test_the_newest_issues_are_held_back(tmp_path: Path) -> None:
    """The working copy has all but the newest issues, which are published one by one, oldest first."""
    held = ArchiveCopy.copied(SAMPLE, tmp_path, END)
    every = sorted(path.name for path in SAMPLE.glob("*.md"))
    assert len(list(held.folder.glob("*.md"))) == len(every) - HELD
    appeared = []
    while (issue := held.release()) is not None:
        appeared.append(issue)
    assert appeared == sorted(appeared, key=lambda issue: (issue.published, issue.slug))
    assert len(appeared) == HELD
    assert sorted(path.name for path in held.folder.glob("*.md")) == every


def test_the_sample_has_an_issue_for_every_fault() -> None:
    """One more than the page has faults: the demo itself releases the first, which stays the one in the pictures."""
    assert len(FAULTS) + 1 <= HELD
    newest = [issue for issue in load(SAMPLE).issues if issue.published < END]
    held = sorted(newest, key=lambda issue: issue.published)[-HELD:]
    assert [issue.number for issue in held] == list(range(11, 11 + HELD))


@pytest.mark.parametrize(("issues", "held"), [(1, 1), (6, 3), (40, HELD)])
def test_of_a_small_archive_half_is_held_back(tmp_path: Path, issues: int, held: int) -> None:
    """What is left can be searched."""
    archive, place = tmp_path / "mine", tmp_path / "place"
    archive.mkdir()
    place.mkdir()
    for number in range(issues):
        day = f"20{10 + number // 12}-{number % 12 + 1:02}-01"
        (archive / f"{day}.md").write_text(f"---\ntitle: {number}\ndate: {day}\n---\n\nHello\n")
    assert len(ArchiveCopy.copied(archive, place, END).waiting) == held


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """Broken files are copied unchanged, unreadable ones are left out, subfolders are copied."""
    archive = tmp_path / "mine"
    (archive / "below").mkdir(parents=True)
    (archive / "broken.md").write_bytes(b"\xff\xfe\x00")
    (archive / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (archive / "below" / "2024-01-01-1.md").write_text("---\ntitle: One\ndate: 2024-01-01\n---\n\nHello\n")
    place = tmp_path / "place"
    place.mkdir()
    held = ArchiveCopy.copied(archive, place, END)
    assert sorted(path.name for path in held.folder.rglob("*.md")) == ["broken.md"]
    issue = held.release()
    assert issue is not None
    assert (held.folder / "below" / "2024-01-01-1.md").exists()


def test_of_two_newsletters_those_since_the_first_held_issue_are_held_back(tmp_path: Path) -> None:
    """The first is that of the sample by itself; then the other newsletter's issues come between."""
    found = find_newsletters(NEWSLETTERS)
    held = ArchiveCopy.copied(NEWSLETTERS, tmp_path, END, newsletters=found.newsletters)
    waiting = [(each.target.parent.name, each.issue.number) for each in held.waiting]
    assert waiting[:2] == [("green-build", 11), ("folded-map", 6)]
    assert [number for slug, number in waiting if slug == "green-build"] == list(range(11, 11 + HELD))
    assert [len(held.parts[slug].issues) for slug in ("folded-map", "green-build")] == [5, 11]
    while held.release() is not None:
        pass
    assert len(list((held.folder / "folded-map").glob("*.md"))) == 8
