"""`backissue check` over a folder of several newsletters."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.check import check

ISSUE = "---\ndate: 2021-05-03\n---\n# Notes #3\n\n## News\n\nAn [entry](https://example.com/e).\n"


def _written(folder: Path) -> Path:
    for name in ("bread", "tides"):
        (folder / name).mkdir()
        (folder / name / "3.md").write_text(ISSUE, "utf-8")
    return folder


def test_each_is_checked_by_its_own_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What was found and why comes first, then each newsletter's findings under its name."""
    folder = _written(tmp_path)
    (folder / "tides" / "newsletter.toml").write_text('name = "High Tides"\nlanguage = "de"\n', "utf-8")
    assert check(folder) == 0
    said = capfd.readouterr().out
    assert said.startswith("Several newsletters: tides has a newsletter.toml.")
    bread, tides = said.index("\nbread\n"), said.index("\nHigh Tides (tides)")
    assert "newsletter.toml: name" not in said[bread:tides]
    assert "newsletter.toml: name High Tides, language de" in said[tides:]
    assert said.count("Nothing lost") == 2


def test_what_one_lost_is_in_the_exit_status(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As for one newsletter; the others are checked all the same, and the end says which to mend."""
    folder = _written(tmp_path)
    (folder / "bread" / "4.md").write_text("---\ntitle: [\n---\nHello\n", "utf-8")
    assert check(folder) == 1
    said = capfd.readouterr().out
    assert "Nothing lost" in said[said.index("\ntides\n") :]
    assert "To mend, of 2 newsletters: bread." in said


def test_one_that_cannot_be_read_holds_up_no_other(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its fault is a line under its name."""
    folder = _written(tmp_path)
    (folder / "bread" / "newsletter.toml").write_text("zone = 3\n", "utf-8")
    assert check(folder) == 1
    said = capfd.readouterr().out
    assert "newsletter.toml" in said[said.index("\nbread\n") : said.index("\ntides\n")]
    assert "Nothing lost" in said[said.index("\ntides\n") :]


def test_a_list_says_which_are_checked(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The list may name folders anywhere."""
    folder, archive = _written(tmp_path), tmp_path / "archive"
    archive.mkdir()
    (archive / "newsletters.toml").write_text('[sea]\nfolder = "../tides"\nname = "The Sea"\n', "utf-8")
    assert check(archive) == 0
    said = capfd.readouterr().out
    assert "newsletters.toml names them" in said
    assert "The Sea (sea)" in said
    assert "bread" not in said
    assert folder.is_dir()
