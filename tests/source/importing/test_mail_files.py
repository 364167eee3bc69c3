"""Mails on disk: a file, a folder of them, an mbox, a Maildir."""

from __future__ import annotations

import mailbox
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest

from bot.source.importing.item import ImportFault, Item, Source, SourceError
from bot.source.importing.mail import MAIL_MAX_BYTES
from bot.source.importing.opening import source_of
from tests.fakes.letters import letter, page, plain


def one(folder: Path) -> Path:
    """Write a mail into a file."""
    path = folder / "1.eml"
    path.write_bytes(plain(1))
    return path


def several(folder: Path) -> Path:
    """Write mails into a folder, one in a folder below."""
    (folder / "mails/2024").mkdir(parents=True)
    for number in (1, 2):
        (folder / f"mails/{number}.eml").write_bytes(plain(number))
    (folder / "mails/2024/third.mail.txt").write_bytes(letter(3, html=page(3)))
    return folder / "mails"


def mbox(folder: Path) -> Path:
    """Write an mbox as the standard library does."""
    box = mailbox.mbox(folder / "quarry.mbox")
    for number in (1, 2, 3):
        box.add(message_from_bytes(plain(number)))
    box.close()
    return folder / "quarry.mbox"


def maildir(folder: Path) -> Path:
    """Write a Maildir with a mail in `cur`, two in `new`, and one that is not finished."""
    box = mailbox.Maildir(folder / "Maildir")
    for number in (1, 2, 3):
        box.add(message_from_bytes(plain(number)))
    first = next((folder / "Maildir/new").iterdir())
    first.rename(folder / "Maildir/cur" / f"{first.name}:2,S")
    (folder / "Maildir/tmp/4").write_bytes(plain(4)[:50])
    return folder / "Maildir"


def titles(source: Source) -> list[str]:
    """Return the titles of a source's issues, sorted."""
    return sorted(found.title for found in source.items() if isinstance(found, Item))


@pytest.mark.parametrize(("write", "count"), [(one, 1), (several, 3), (mbox, 3), (maildir, 3)])
def test_every_form_is_read(tmp_path: Path, write: Callable[[Path], Path], count: int) -> None:
    """With all the mails in it, and their number for the progress bar (0: unknown)."""
    source = source_of(str(write(tmp_path)))
    assert titles(source) == [f"The Quarry Post #{number}" for number in range(1, count + 1)]
    assert len(source) in {count, 0}


def test_an_mbox_is_left_as_it_is(tmp_path: Path) -> None:
    """Byte by byte; it may be one that nobody may write to."""
    path = mbox(tmp_path)
    before = path.read_bytes()
    path.chmod(0o444)
    assert len(titles(source_of(str(path)))) == 3
    assert path.read_bytes() == before


def test_what_is_no_mail_is_passed_over_and_said(tmp_path: Path) -> None:
    """Other files lie about in folders too; hidden ones are not looked at."""
    folder = several(tmp_path)
    (folder / "notes.txt").write_text("Buy milk.")
    (folder / "empty.eml").write_bytes(b"")
    (folder / ".hidden.eml").write_bytes(plain(9))
    faults = [found for found in source_of(str(folder)).items() if isinstance(found, ImportFault)]
    assert [str(fault) for fault in faults] == ["empty.eml: it is no mail", "notes.txt: it is no mail"]
    assert all(fault.skipped for fault in faults)


def test_a_mail_of_50_mb_is_a_line_and_is_not_read(tmp_path: Path) -> None:
    """In a file of its own and in an mbox; the mail after it is read."""
    folder = several(tmp_path)
    large = plain(4) + b"x" * 50_000_000
    (folder / "large.eml").write_bytes(large)
    (tmp_path / "large.mbox").write_bytes(
        b"From a@b Sun Mar  3 09:30:00 2024\n" + large + b"\n\nFrom a@b Sun Mar  3 09:30:00 2024\n" + plain(5)
    )
    for source in (source_of(str(folder)), source_of(str(tmp_path / "large.mbox"))):
        lines = [str(found) for found in source.items() if isinstance(found, ImportFault)]
        assert len(lines) == 1
        assert f"more than the {MAIL_MAX_BYTES // 1_000_000} MB" in lines[0]
    assert titles(source_of(str(tmp_path / "large.mbox"))) == ["The Quarry Post #5"]


def test_a_source_that_is_not_there_is_a_line() -> None:
    """It says what can be named."""
    with pytest.raises(SourceError, match=r"no such file or folder; name mails"):
        source_of("nowhere/at/all")


def test_a_link_that_leads_to_itself_ends(tmp_path: Path) -> None:
    """Links to folders are not followed."""
    folder = several(tmp_path)
    (folder / "again").symlink_to(folder)
    assert len(titles(source_of(str(folder)))) == 3


def test_a_sentence_that_begins_with_from_begins_no_mail(tmp_path: Path) -> None:
    """Only a line with an address and a time does."""
    path = tmp_path / "quarry.mbox"
    path.write_bytes(b"From a@b Sun Mar  3 09:30:00 2024\n" + plain(1) + b"\nFrom our sponsor, with love\n\nThe end.\n")
    (found,) = source_of(str(path)).items()
    assert isinstance(found, Item)
    assert found.body.endswith("From our sponsor, with love\n\nThe end.")
