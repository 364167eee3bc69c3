"""Preparing a release: what it writes, and that it writes nothing unless everything is in order."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tools.release import CHECKS, Files, ReleaseError, main, prepare, released

DAY = date(2026, 12, 1)
PYPROJECT = '[project]\nname = "backissue"\nversion = "0.1.0"\n'
CHANGELOG = "# Changes\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n- The first.\n"
FILES = Files(PYPROJECT, CHANGELOG)


class Machine:
    """Answers as git and make would: `changes` in the tree, existing `tags`, and the command that `fails`."""

    def __init__(self, *, changes: str = "", tags: str = "", fails: Sequence[str] = ()) -> None:
        """Begin with nothing run."""
        self.ran: list[Sequence[str]] = []
        self._changes, self._tags, self._fails = changes, tags, tuple(fails)

    def __call__(self, command: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
        """Note the command, and answer."""
        assert root.is_dir()
        self.ran.append(command)
        output = {"status": self._changes, "tag": self._tags}.get(command[1], "")
        return subprocess.CompletedProcess(command, int(tuple(command) == self._fails), output)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with the two files."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")
    return tmp_path


def unchanged(root: Path) -> bool:
    """Return whether the two files are as they were."""
    return (root / "pyproject.toml").read_text() == PYPROJECT and (root / "CHANGELOG.md").read_text() == CHANGELOG


def test_the_version_and_the_date_are_written() -> None:
    """What was unreleased stands under the new version with its day; an empty Unreleased is above it."""
    after = released(FILES, "0.2.0", DAY)
    assert after.pyproject == PYPROJECT.replace("0.1.0", "0.2.0")
    assert after.changelog.startswith(
        "# Changes\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- A thing.\n"
    )
    assert after.changelog.endswith("## 0.1.0 - 2026-01-01\n\n- The first.\n")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.2", "v0.2.0", "0.2.0rc1", "", "0.02.0"])
def test_a_version_that_is_none_or_not_above_the_present_one_is_refused(version: str) -> None:
    """Three numbers, above those in pyproject.toml."""
    with pytest.raises(ReleaseError):
        released(FILES, version, DAY)


def test_versions_are_compared_as_numbers() -> None:
    """0.10.0 is above 0.9.0."""
    assert (
        'version = "0.10.0"' in released(Files(PYPROJECT.replace("0.1.0", "0.9.0"), CHANGELOG), "0.10.0", DAY).pyproject
    )


def test_a_release_with_nothing_to_say_is_refused() -> None:
    """An Unreleased without entries, or none at all, is refused; entries of an older release don't count."""
    for changelog in (CHANGELOG.replace("- A thing.\n", ""), "# Changes\n"):
        with pytest.raises(ReleaseError, match="Unreleased"):
            released(Files(PYPROJECT, changelog), "0.2.0", DAY)


def test_all_checks_run_before_anything_is_written(root: Path) -> None:
    """On a clean tree every check runs, then both files are changed."""
    machine = Machine()
    prepare(root, "0.2.0", DAY, machine)
    assert machine.ran[-len(CHECKS) :] == list(CHECKS)
    assert 'version = "0.2.0"' in (root / "pyproject.toml").read_text()
    assert "## 0.2.0 - 2026-12-01" in (root / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    ("machine", "why"),
    [
        (Machine(changes=" M README.md\n"), "not committed"),
        (Machine(tags="v0.2.0\n"), "tag"),
        *((Machine(fails=check), " ".join(check)) for check in CHECKS),
    ],
    ids=["changes", "tag", *(" ".join(check) for check in CHECKS)],
)
def test_nothing_is_written_when_something_is_wrong(root: Path, machine: Machine, why: str) -> None:
    """Changes in the tree, a tag of that name or a failing check end it with a line that says so."""
    with pytest.raises(ReleaseError, match=why):
        prepare(root, "0.2.0", DAY, machine)
    assert unchanged(root)


@pytest.mark.process
def test_a_real_tree_with_changes_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With git itself: a file that is not committed is enough, and the checks don't even begin."""
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    assert main(["0.2.0", "--date", "2026-12-01", "--root", str(root)]) == 1
    assert "No release: the tree has changes" in capsys.readouterr().err
    assert unchanged(root)
