"""`backissue newsletters add` and `remove`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archive.errors import BackIssueError
from bot.cli.main import app
from bot.source.finding import find_newsletters

ISSUE = "---\ndate: 2021-05-03\n---\n# Notes #3\n\n## News\n\nAn [entry](https://example.com/e).\n"


def _issue(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "3.md").write_text(ISSUE, "utf-8")
    return folder


def _run(archive: Path, *arguments: str, said: str = "") -> Result:
    environment = {"BACKISSUE_ARCHIVE": str(archive)}
    return CliRunner().invoke(app, ["newsletters", *arguments], input=said, env=environment)


def _listed(archive: Path) -> dict[str, object]:
    return tomllib.loads((archive / "newsletters.toml").read_text("utf-8"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a folder whose list names `bread`, with comments."""
    _issue(tmp_path / "archive" / "bread")
    text = '# Ours.\n\n["bread"] # daily\n# Its people know it by this.\nname = "The Loaf"\n'
    (tmp_path / "archive" / "newsletters.toml").write_text(text, "utf-8")
    return tmp_path / "archive"


def test_a_folder_is_added_after_a_look_at_it(archive: Path) -> None:
    """The preview has its issues and its newest; what the list said before stays, with its comments."""
    before = (archive / "newsletters.toml").read_text("utf-8")
    folder = _issue(archive.parent / "High Tides")
    result = _run(archive, "add", str(folder), "--name", 'The "Tides"', said="y\n")
    assert result.exit_code == 0, result.output
    assert "2021-05-03" in result.output
    assert (archive / "newsletters.toml").read_text("utf-8").startswith(before)
    assert _listed(archive)["high-tides"] == {"folder": str(folder), "name": 'The "Tides"'}
    assert [each.slug for each in find_newsletters(archive).newsletters] == ["bread", "high-tides"]
    assert [path.name for path in archive.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("change", ["add", "remove"])
def test_nothing_is_written_without_a_yes(archive: Path, change: str) -> None:
    """The list stays byte for byte."""
    folder = _issue(archive.parent / "tides")
    _run(archive, "add", str(_issue(archive / "ember")), "--yes")
    before = (archive / "newsletters.toml").read_bytes()
    _run(archive, change, str(folder) if change == "add" else "bread", said="n\n")
    assert (archive / "newsletters.toml").read_bytes() == before


def test_a_folder_beside_the_list_is_named_by_its_table_alone(archive: Path) -> None:
    """So that the whole archive can be moved."""
    assert _run(archive, "add", str(_issue(archive / "tides")), "--yes").exit_code == 0
    assert _run(archive, "add", str(_issue(archive / "Long Name")), "--slug", "long", "--yes").exit_code == 0
    assert (_listed(archive)["tides"], _listed(archive)["long"]) == ({}, {"folder": "Long Name"})


def test_the_first_list_names_what_is_there_already(tmp_path: Path) -> None:
    """A list is all that counts once it is there."""
    for name in ("bread", "Ember Notes"):
        _issue(tmp_path / "archive" / name)
    result = _run(tmp_path / "archive", "add", str(_issue(tmp_path / "tides")), "--yes")
    assert "It will name ember-notes too" in result.output
    found = find_newsletters(tmp_path / "archive").newsletters
    assert [each.slug for each in found] == ["bread", "ember-notes", "tides"]


def test_the_only_newsletter_stays_where_another_is_added(tmp_path: Path) -> None:
    """Its folder is that of the list; it gets a slug."""
    only = _issue(tmp_path / "bread")
    assert _run(only, "add", str(_issue(tmp_path / "tides")), "--yes").exit_code == 0
    assert _listed(only) == {"bread": {"folder": "."}, "tides": {"folder": str(tmp_path / "tides")}}


def test_an_empty_folder_gets_its_first_newsletter(tmp_path: Path) -> None:
    """What has no issues is no newsletter."""
    (tmp_path / "archive").mkdir()
    assert _run(tmp_path / "archive", "add", str(_issue(tmp_path / "tides")), "--yes").exit_code == 0
    assert set(_listed(tmp_path / "archive")) == {"tides"}


def _refused(archive: Path, *arguments: str) -> str:
    """Return the one line with which a change is refused; the list stays as it was."""
    file = archive / "newsletters.toml"
    before = file.read_bytes()
    error = _run(archive, *arguments, "--yes").exception
    assert isinstance(error, BackIssueError)
    assert "\n" not in str(error)
    assert file.read_bytes() == before
    return str(error)


def test_what_cannot_be_added_is_one_line(archive: Path) -> None:
    """It says what is wrong and what to do."""
    outside = archive.parent
    (outside / "file").write_text("", "utf-8")
    (outside / "empty").mkdir()
    _issue(outside / "two" / "ham"), _issue(outside / "two" / "spam")
    assert "no such folder" in _refused(archive, "add", str(outside / "nowhere"))
    assert "not a folder" in _refused(archive, "add", str(outside / "file"))
    assert "no issue that can be read" in _refused(archive, "add", str(outside / "empty"))
    assert "ham, spam" in _refused(archive, "add", str(outside / "two"))
    assert "bread already" in _refused(archive, "add", str(archive / "bread"))
    assert "bread's" in _refused(archive, "add", str(_issue(archive / "bread" / "old")))
    assert "another slug" in _refused(archive, "add", str(_issue(outside / "bread")))
    assert "like a-b" in _refused(archive, "add", str(_issue(outside / "x")), "--slug", "A b")
    assert "on one line" in _refused(archive, "add", str(outside / "x"), "--name", "a\nb")


def test_a_broken_list_is_said_and_left(archive: Path) -> None:
    """Both for a file that is no TOML and for a key that there is not."""
    (archive / "newsletters.toml").write_text("[bread\n", "utf-8")
    folder = _issue(archive.parent / "tides")
    assert "not TOML" in _refused(archive, "add", str(folder))
    (archive / "newsletters.toml").write_text('[bread]\nnaem = "x"\n', "utf-8")
    assert "bread.naem" in _refused(archive, "remove", "bread")


def test_a_table_is_taken_out_and_the_rest_stays(archive: Path) -> None:
    """Comments that stand on a line of their own stay too, and so does the folder."""
    _run(archive, "add", str(_issue(archive / "tides")), "--yes")
    result = _run(archive, "remove", "bread", said="y\n")
    assert result.exit_code == 0, result.output
    text = (archive / "newsletters.toml").read_text("utf-8")
    assert text == "# Ours.\n\n# Its people know it by this.\n[tides]\n"
    assert (archive / "bread" / "3.md").is_file()


def test_what_cannot_be_removed_is_one_line(archive: Path) -> None:
    """One that is not there, the only one, and one that is no table of its own."""
    assert "there is bread" in _refused(archive, "remove", "braed")
    assert "the only newsletter" in _refused(archive, "remove", "bread")
    (archive / "newsletters.toml").write_text('bread = {name = "x"}\ntides = {}\n', "utf-8")
    assert "by hand" in _refused(archive, "remove", "bread")


def test_one_that_is_found_without_a_list_is_removed_by_writing_one(tmp_path: Path) -> None:
    """It names the others."""
    for name in ("bread", "ember", "tides"):
        _issue(tmp_path / name)
    assert _run(tmp_path, "remove", "ember", "--yes").exit_code == 0
    assert [each.slug for each in find_newsletters(tmp_path).newsletters] == ["bread", "tides"]


def test_the_archive_may_be_said_before_the_sub_command(archive: Path) -> None:
    """It counts before the environment's."""
    other = archive.parent / "other"
    other.mkdir()
    folder = _issue(archive.parent / "tides")
    result = _run(other, "--archive", str(archive), "add", str(folder), "--yes")
    assert result.exit_code == 0, result.output
    assert "tides" in _listed(archive)
    assert not (other / "newsletters.toml").exists()
