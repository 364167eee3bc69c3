"""The snapshot: order, finding issues, changes; and the loader that makes it."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import document, loader
from archive.document import SUFFIXES
from archive.errors import FolderError, UnknownIssueError
from archive.folder import DiskFolder, shown
from archive.snapshot import Snapshot
from tests.fakes.folder import FakeFolder


def text(day: int, title: str = "T", words: str = "Hello") -> str:
    """Return the text of an issue of January 2020."""
    return f"---\ntitle: '{title}'\ndate: 2020-01-{day:02}\n---\n\n{words}\n"


@pytest.fixture
def folder() -> FakeFolder:
    """Return a folder of three issues; two are labelled #2."""
    return FakeFolder({"c.md": text(3, "Weekly #2"), "a.md": text(1, "Weekly #1"), "b.md": text(2, "Weekly #2")})


def test_issues_come_oldest_first(folder: FakeFolder) -> None:
    """Order is by date, then slug, whatever the order of the files."""
    snapshot = loader.load(folder)
    assert [issue.slug for issue in snapshot.issues] == ["a", "b", "c"]
    latest = snapshot.latest()
    assert latest is not None
    assert latest.slug == "c"
    assert Snapshot().latest() is None


@pytest.mark.parametrize(
    ("asked", "slug"),
    [("a", "a"), (" A ", "a"), ("1", "a"), ("#1", "a"), ("issue #1", "a"), ("2", "c"), ("latest", "c")],
)
def test_finding_an_issue(folder: FakeFolder, asked: str, slug: str) -> None:
    """A slug, a number however written, or latest; of two with one number, the newest."""
    assert loader.load(folder).find(asked).slug == slug


def test_an_unknown_issue_names_near_ones(folder: FakeFolder) -> None:
    """The error has similar slugs, by number or by spelling."""
    folder.put("weekly-of-may.md", text(5))
    snapshot = loader.load(folder)
    with pytest.raises(UnknownIssueError) as far:
        snapshot.find("7")
    assert far.value.near == ("#2", "#1")
    with pytest.raises(UnknownIssueError) as misspelt:
        snapshot.find("weekly-of-my")
    assert misspelt.value.near == ("weekly-of-may",)
    with pytest.raises(UnknownIssueError):
        Snapshot().find("latest")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("99999", ("#9", "#8", "#7")), ("0", ("#3", "#2", "#1")), ("#5", ("#7", "#6", "#4"))],
)
def test_the_neighbours_of_a_number_come_newest_first(asked: str, near: tuple[str, ...]) -> None:
    """The three nearest numbers are named, newest first; of two equally near, the newer one."""
    numbers = (1, 2, 3, 4, 6, 7, 8, 9)
    folder = FakeFolder({f"n{number}.md": text(number, f"Weekly #{number}") for number in numbers})
    folder.put("none.md", text(31))
    with pytest.raises(UnknownIssueError) as unknown:
        loader.load(folder).find(asked)
    assert unknown.value.near == near


def test_a_shared_number_returns_all(folder: FakeFolder) -> None:
    """Numbers are labels: two issues may have the same."""
    assert [issue.slug for issue in loader.load(folder).labelled(2)] == ["b", "c"]


def test_a_shared_slug_takes_its_folders_name(folder: FakeFolder) -> None:
    """Two files of one name in different folders are two issues; the one nearest the top has the plain name."""
    folder.put("old/a.md", text(9))
    folder.put("older/old/a.md", text(8))
    snapshot = loader.load(folder)
    assert snapshot.problems == ()
    assert [snapshot.find(name).published.day for name in ("a", "old-a", "older-old-a")] == [1, 9, 8]


def test_bundles_have_their_folders_names(folder: FakeFolder) -> None:
    """A folder's index is the folder's issue; of two such folders with one name the second gets one more."""
    for file, day in (("431/index.md", 3), ("432/index.md", 4), ("old/431/index.md", 5)):
        folder.put(file, text(day))
    assert [loader.load(folder).find(name).published.day for name in ("431", "432", "old-431")] == [3, 4, 5]


def test_a_shared_slug_in_one_folder_is_a_problem(folder: FakeFolder) -> None:
    """The first by name gives the issue; the other is named, and so is the first."""
    folder.put("a.mkd", text(9))
    snapshot = loader.load(folder)
    assert snapshot.find("a").published.day == 1
    (problem,) = snapshot.problems
    assert (problem.file, problem.lost) == ("a.mkd", True)
    assert "a.md" in problem.message


def test_only_what_changed_is_read(folder: FakeFolder) -> None:
    """Unchanged files are neither read nor built again; changed, new and removed ones are noticed."""
    before = loader.load(folder)
    folder.reads.clear()
    folder.put("a.md", text(1, "Weekly #1", "Other words"))
    folder.put("d.md", text(4))
    folder.remove("b.md")
    after = loader.refresh(folder, before)
    assert folder.reads == ["a.md", "d.md"]
    assert [issue.slug for issue in after.issues] == ["a", "c", "d"]
    assert after.get("c") is before.get("c")
    assert after.get("a") != before.get("a")
    assert loader.refresh(folder, after) is after


def test_named_files_are_read_and_no_others(folder: FakeFolder) -> None:
    """A reload of one file reads that file; an unknown name changes nothing."""
    before = loader.load(folder)
    folder.reads.clear()
    folder.put("a.md", text(1, "Weekly #1", "Other words"))
    folder.remove("b.md")
    after = loader.reload(folder, before, ["a.md", "b.md", "never.md"])
    assert folder.reads == ["a.md"]
    assert [issue.slug for issue in after.issues] == ["a", "c"]
    assert loader.reload(folder, after, ["never.md", "c.md"]) is after


def test_a_file_that_broke_keeps_its_last_good_version(folder: FakeFolder) -> None:
    """The issue stays in use, the problem says so, and mending the file ends both."""
    before = loader.load(folder)
    folder.put("a.md", "---\ntitle: a: b\n---\n")
    broken = loader.refresh(folder, before)
    assert broken.get("a") is before.get("a")
    (problem,) = broken.problems
    assert "last good version" in problem.message
    assert not problem.lost
    folder.fail("a.md", PermissionError(13, "Permission denied"))
    assert loader.refresh(folder, broken).get("a") is before.get("a")
    folder.put("a.md", text(1))
    assert loader.refresh(folder, broken).problems == ()


def test_a_file_gone_between_look_and_read_is_reported(folder: FakeFolder) -> None:
    """A file that vanished in between has a problem of its own; the others load."""
    folder.fail("a.md", FileNotFoundError(2, "No such file"))
    snapshot = loader.load(folder)
    assert [issue.slug for issue in snapshot.issues] == ["b", "c"]
    assert [problem.file for problem in snapshot.problems] == ["a.md"]


def test_issues_of_a_folder_that_became_unreadable_stay(folder: FakeFolder) -> None:
    """Issues in a folder that cannot be read any more stay; the folder is named."""
    folder.put("old/x.md", text(9))
    before = loader.load(folder)
    folder.close("old")
    after = loader.refresh(folder, before)
    assert after.get("x") is before.get("x")
    assert [problem.file for problem in after.problems] == ["old"]


def test_a_huge_file_is_not_even_read(folder: FakeFolder) -> None:
    """50 MB are reported by their size alone."""
    folder.put("big.md", "", size=50_000_000)
    snapshot = loader.load(folder)
    assert "50 MB" in snapshot.problems[0].message
    assert "big.md" not in folder.reads


@given(st.permutations(["a.md", "b.md", "c.md", "d/a.md", "d/e.md"]))
def test_the_order_of_reading_makes_no_difference(names: list[str]) -> None:
    """A snapshot depends on the files' content, not on their order."""
    readings = [document.read(name, text(len(name)).encode()) for name in names]
    assert Snapshot.of(readings) == Snapshot.of(sorted(readings, key=lambda reading: reading.file))


def test_a_folder_on_disk(tmp_path: Path) -> None:
    """Folders below are read, hidden and foreign files are not, links are followed once, broken ones are reported."""
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.md").write_text(text(1))
    (tmp_path / "old" / "deep" / "B.MARKDOWN").write_text(text(2))
    for name in (".git/c.md", "logo.png", "_index.md", ".d.md"):
        (tmp_path / name).write_text(text(3))
    (tmp_path / "old" / "loop").symlink_to(tmp_path)
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    snapshot = loader.load(tmp_path)
    assert [issue.slug for issue in snapshot.issues] == ["a", "B"]
    assert [problem.file for problem in snapshot.problems] == ["gone.md", "self.md"]


def test_looking_at_one_file_on_disk(tmp_path: Path) -> None:
    """A file is returned as it is now; folders, foreign, hidden and missing files are not."""
    folder = DiskFolder(tmp_path, SUFFIXES)
    (tmp_path / "a.md").write_text(text(1))
    (tmp_path / "b.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    (tmp_path / "l.md").symlink_to(tmp_path / "b.md")
    seen = folder.look("a.md")
    assert seen is not None
    assert seen.size == len(text(1))
    assert [folder.look(name) for name in ("b.md", "c.md", "a.md/c.md", "l.md", "a.png", ".x/a.md")] == [None] * 6
    assert [bool(file and file.fault) for file in map(folder.look, ("gone.md", "self.md"))] == [True] * 2


def test_a_file_that_is_not_regular_is_reported_and_never_opened(tmp_path: Path) -> None:
    """A pipe would be read for ever: it is a problem, whether it is found in the folder, by name or through a link."""
    (tmp_path / "a.md").write_text(text(1))
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to(tmp_path / "pipe.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    names = ["link.md", "pipe.md", "zero.md"]
    snapshot = loader.load(tmp_path)
    assert [issue.slug for issue in snapshot.issues] == ["a"]
    assert [problem.file for problem in snapshot.problems] == names
    assert {(p.message, p.advice) for p in snapshot.problems} == {
        ("it is no regular file (a pipe, a socket or a device)", "take it away")
    }
    assert [p.file for p in loader.reload(tmp_path, Snapshot(), names).problems] == names


def test_a_missing_folder(tmp_path: Path) -> None:
    """A missing folder and a file in its place are errors that say what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="no such folder"):
        loader.load(tmp_path / "missing")
    with pytest.raises(FolderError, match="it is a file"):
        loader.load(str(tmp_path / "file"))


def test_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without permission, the folder itself is an error and one below it a problem."""
    (tmp_path / "below").mkdir()
    (tmp_path / "a.md").write_text(text(1))
    real = Path.stat

    def refused(path: Path, **how: bool) -> object:
        if path.name == "below":
            raise PermissionError(13, "Permission denied")
        return real(path, **how)

    monkeypatch.setattr(Path, "stat", refused)
    snapshot = loader.load(tmp_path)
    assert [problem.file for problem in snapshot.problems] == ["below"]
    monkeypatch.setattr("os.scandir", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(FolderError, match="let this user read it"):
        loader.load(tmp_path)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_unchanged(tmp_path: Path, *, enabled: bool) -> None:
    """Loading switches the garbage collector off for a while; what a program had frozen or switched off stays so."""
    before = gc.isenabled()
    gc.unfreeze()  # a command that ran before in this process leaves everything frozen
    try:
        (gc.enable if enabled else gc.disable)()
        loader.load(tmp_path)
        assert gc.isenabled() is enabled
        assert gc.get_freeze_count() == 0
        gc.freeze()
        loader.load(tmp_path)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        (gc.enable if before else gc.disable)()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_not_utf_8_is_reported_and_not_loaded(tmp_path: Path) -> None:
    """A Latin-1 name of a file or folder is a problem that can be shown; the others load, and it can be removed."""
    (tmp_path / "a.md").write_text(text(1))
    (below := tmp_path / os.fsdecode(b"\xe9t\xe9")).mkdir()
    odd = tmp_path / os.fsdecode(b"caf\xe9.md")
    for path in (odd, below / "b.md"):
        path.write_text(text(2))
    snapshot = loader.load(tmp_path)
    assert [issue.slug for issue in snapshot.issues] == ["a"]
    assert [(found.file, found.lost) for found in snapshot.problems] == [
        ("\\xe9t\\xe9/b.md", True),
        ("caf\\xe9.md", True),
    ]
    assert all("UTF-8" in found.message and "rename" in found.advice for found in snapshot.problems)
    assert loader.refresh(tmp_path, snapshot) is snapshot
    assert loader.reload(tmp_path, snapshot, [odd.name]) is snapshot
    odd.unlink()
    assert len(loader.reload(tmp_path, snapshot, [odd.name]).problems) == 1


@given(st.text(st.characters(max_codepoint=0xFFFF) | st.characters(categories=["Cs"])))
def test_any_name_can_be_shown(name: str) -> None:
    """What is shown of a name is UTF-8, and a UTF-8 name is shown unchanged."""
    said = shown(name)
    assert said.encode() == name.encode("utf-8", "surrogatepass") or said != name
    assert shown(said) == said
