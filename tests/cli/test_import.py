"""`backissue import`, as somebody types it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.source.importing.markdown import _library
from tests.fakes.feeds import atom, export, json_feed, rss
from tests.fakes.letters import letter, page, plain
from tests.fakes.mailbox_server import PASSWORD, mailboxes
from tests.fakes.site import site


def backissue(*arguments: object) -> Result:
    """Run it with these arguments."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"BACKISSUE_ARCHIVE": ""})


def mails(folder: Path, count: int = 4) -> Path:
    """Write a folder of mails, the last in HTML."""
    (folder / "mails").mkdir()
    for number in range(1, count):
        (folder / f"mails/{number}.eml").write_bytes(plain(number))
    (folder / f"mails/{count}.eml").write_bytes(letter(count, html=page(count)))
    return folder / "mails"


def test_an_import_ends_in_an_archive_that_the_check_passes(tmp_path: Path) -> None:
    """It says what is new, what was left out, and what the check says."""
    done = backissue("import", mails(tmp_path), tmp_path / "issues")
    assert done.exit_code == 0, done.output
    for words in ("4  new issues", "left out: paragraphs that repeat", "tracking pixels", "Nothing lost"):
        assert words in done.output
    assert backissue("check", "--archive", tmp_path / "issues").exit_code == 0


def test_a_second_import_says_that_nothing_changed(tmp_path: Path) -> None:
    """And changes nothing."""
    source, into = mails(tmp_path), tmp_path / "issues"
    backissue("import", source, into)
    before = {path.name: path.read_bytes() for path in into.iterdir()}
    done = backissue("import", source, into)
    assert "0  new issues" in done.output
    assert "4  as they were" in done.output
    assert {path.name: path.read_bytes() for path in into.iterdir()} == before


def test_an_issue_that_could_not_be_imported_is_named(tmp_path: Path) -> None:
    """The others are; the exit code tells."""
    source = mails(tmp_path)
    (source / "5.eml").write_bytes(b"Subject: x\n\n")
    done = backissue("import", source, tmp_path / "issues")
    assert done.exit_code == 1
    assert "5.eml: it has no text" in done.output
    assert "1  could not be imported" in done.output
    assert len(list((tmp_path / "issues").glob("*.md"))) == 4


def test_a_missing_library_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how it is installed; nothing is written."""
    monkeypatch.setitem(sys.modules, "html_to_markdown", None)
    _library.cache_clear()
    done = backissue("import", mails(tmp_path), tmp_path / "issues")
    _library.cache_clear()
    assert "pip install 'backissue[import]'" in str(done.exception)
    assert list((tmp_path / "issues").glob("*.md")) == []


def test_control_characters_of_a_mail_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Neither from a file's name."""
    source = mails(tmp_path)
    (source / "a\x1b[31m.eml").write_bytes(b"Subject: x\n\n")
    assert "\x1b" not in backissue("import", source, tmp_path / "issues").output


@pytest.mark.parametrize("feed", [rss, atom, json_feed])
def test_a_recorded_feed_ends_in_an_archive_that_the_check_passes(tmp_path: Path, feed: Callable[[], str]) -> None:
    """From a file, in each of the formats."""
    (tmp_path / "feed").write_text(feed())
    done = backissue("import", tmp_path / "feed", tmp_path / "issues")
    assert done.exit_code == 0, done.output
    assert "3  new issues" in done.output
    assert "Nothing lost" in done.output


def test_a_feed_at_an_address_is_imported(tmp_path: Path) -> None:
    """Over HTTP; that it gives summaries alone is said."""
    with site() as web:
        address = web.puts("/feed", rss(content=False))
        assert "private network" in str(backissue("import", address, tmp_path / "issues").exception)
        done = backissue("import", address, tmp_path / "issues", "--private")
    assert done.exit_code == 0, done.output
    assert "3  are summaries: the source gives no more" in done.output


def test_an_export_ends_in_an_archive_that_the_check_passes(tmp_path: Path) -> None:
    """Of an invented newsletter at Substack."""
    done = backissue("import", export(tmp_path / "export.zip"), tmp_path / "issues")
    assert done.exit_code == 0, done.output
    assert "2  new issues" in done.output
    assert "Nothing lost" in done.output


def test_a_recorded_mailbox_ends_in_an_archive_that_the_check_passes(tmp_path: Path) -> None:
    """An mbox of an invented newsletter, half of it in HTML."""
    mails = [letter(number, html=page(number)) if number % 2 else plain(number) for number in range(1, 9)]
    (tmp_path / "quarry.mbox").write_bytes(b"\n".join(b"From a@b Sun Mar  3 09:30:00 2024\n" + mail for mail in mails))
    done = backissue("import", tmp_path / "quarry.mbox", tmp_path / "issues")
    assert done.exit_code == 0, done.output
    assert "8  new issues" in done.output
    assert "Nothing lost" in done.output


@pytest.mark.process
def test_the_password_of_a_mailbox_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never said; one that cannot be read is a line."""
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("BACKISSUE_SOURCE_PASSWORD_FILE", str(tmp_path / "password"))
    with mailboxes(tmp_path) as boxes:
        done = backissue("import", boxes.address(), tmp_path / "issues", "--private")
    assert "its certificate is not valid" in str(done.exception)
    assert PASSWORD not in f"{done.output}{done.exception}"
    monkeypatch.setenv("BACKISSUE_SOURCE_PASSWORD_FILE", str(tmp_path / "nowhere"))
    assert "nowhere cannot be read" in str(backissue("import", boxes.address(), tmp_path / "issues").exception)
