"""A folder of a mailbox is a source: read over TLS, and left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.source.importing.imap import ImapFolder, MailboxAddress
from bot.source.importing.item import ImportFault, Item, SourceError, UnreachableError
from bot.source.importing.opening import FetchAccess, remote_of
from tests.fakes.letters import letter, plain
from tests.fakes.mailbox_server import PASSWORD, Mailboxes, mailboxes


@pytest.fixture(name="boxes")
def _boxes(tmp_path: Path) -> Iterator[Mailboxes]:
    with mailboxes(tmp_path) as made:
        for number in (1, 2, 3):
            made.receives(plain(number))
        yield made


def source(boxes: Mailboxes, folder: str = "", password: str = PASSWORD, **query: str) -> ImapFolder:
    """Return a folder as a source."""
    return ImapFolder(boxes.address(folder, **query), password, private=True, trusted=boxes.trusted)


def titles(folder: ImapFolder) -> list[str]:
    """Return the titles of a source's issues."""
    return [found.title for found in folder.items() if isinstance(found, Item)]


@pytest.mark.process
def test_the_mails_of_a_folder_are_issues(boxes: Mailboxes) -> None:
    """All of them, in order; nothing is marked as read."""
    assert titles(source(boxes)) == [f"The Quarry Post #{number}" for number in (1, 2, 3)]
    assert {told.partition(" ")[0] for told in boxes.told} <= {
        "CAPABILITY",
        "LOGIN",
        "EXAMINE",
        "SEARCH",
        "FETCH",
        "LOGOUT",
    }
    assert all("PEEK" in told or "SIZE" in told for told in boxes.told if told.startswith("FETCH"))


@pytest.mark.process
def test_only_new_mails_are_fetched_at_the_next_look(boxes: Mailboxes) -> None:
    """The state says which was the last one."""
    folder = source(boxes)
    assert len(titles(folder)) == 3
    assert folder.state == "7:3"
    boxes.told.clear()
    assert titles(folder) == []
    assert not any(told.startswith("FETCH") for told in boxes.told)
    boxes.receives(plain(4))
    assert titles(folder) == ["The Quarry Post #4"]


@pytest.mark.process
def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning(boxes: Mailboxes) -> None:
    """Its ids mean other mails then (UIDVALIDITY)."""
    folder = source(boxes)
    titles(folder)
    boxes.validity = 8
    assert len(titles(folder)) == 3


@pytest.mark.process
def test_a_sender_can_be_named(boxes: Mailboxes) -> None:
    """Other mails of the folder are not fetched."""
    boxes.receives(letter(9, From="somebody@else.example"))
    assert titles(source(boxes, **{"from": "somebody@else.example"})) == ["The Quarry Post #9"]


@pytest.mark.process
def test_a_folder_can_be_named(boxes: Mailboxes) -> None:
    """With blanks in its name."""
    boxes.receives(plain(5), "The Quarry")
    assert titles(source(boxes, "The%20Quarry")) == ["The Quarry Post #5"]
    with pytest.raises(SourceError, match="it has no folder 'Elsewhere'"):
        titles(source(boxes, "Elsewhere"))


@pytest.mark.process
def test_a_mail_of_50_mb_is_a_line_and_is_not_fetched(boxes: Mailboxes) -> None:
    """Its size is asked first."""
    uid = boxes.receives(plain(4) + b"x" * 50_000_000)
    faults = [found for found in source(boxes).items() if isinstance(found, ImportFault)]
    assert ["it has 50 MB" in str(fault) for fault in faults] == [True]
    assert f"FETCH {uid} (BODY.PEEK[])" not in boxes.told


@pytest.mark.process
def test_a_wrong_password_is_a_line_without_it(boxes: Mailboxes) -> None:
    """Nor is it in the source's name."""
    folder = source(boxes, password="marble-secret")
    with pytest.raises(SourceError, match="it refuses user or password") as error:
        titles(folder)
    assert "marble" not in f"{error.value}{folder.name}{error.value.__cause__}"


@pytest.mark.process
def test_a_certificate_that_is_not_trusted_is_a_line(boxes: Mailboxes) -> None:
    """The password is not sent."""
    folder = ImapFolder(boxes.address(), PASSWORD, private=True)
    with pytest.raises(SourceError, match="its certificate is not valid"):
        titles(folder)
    assert boxes.told == []


@pytest.mark.process
def test_a_private_network_is_not_reached(boxes: Mailboxes) -> None:
    """Unless it is allowed."""
    with pytest.raises(SourceError, match="it leads into a private network"):
        titles(ImapFolder(boxes.address(), PASSWORD, trusted=boxes.trusted))
    assert boxes.told == []


@pytest.mark.process
def test_a_server_that_is_away_is_a_line(tmp_path: Path) -> None:
    """It may be back later."""
    with mailboxes(tmp_path) as gone:
        folder = source(gone)
    with pytest.raises(UnreachableError, match="it cannot be reached"):
        titles(folder)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("imap://a@b.example/INBOX", "over TLS only"),
        ("imaps://b.example/INBOX", "over TLS only"),
        ("imaps://a@b.example:x/", "its port is no number"),
        ("imaps://a@b.example/INBOX", "its password is missing"),
    ],
)
def test_an_address_that_lacks_something_is_a_line(address: str, why: str) -> None:
    """That says what."""
    with pytest.raises(SourceError, match=why):
        remote_of(address)


def test_the_parts_of_an_address() -> None:
    """The password may be in it, or come from a setting."""
    found = MailboxAddress.of("imaps://me%40a.example:p%2Fw@mail.example/News%2FQuarry?from=post@quarry.example")
    assert (found.user, found.password, found.folder) == ("me@a.example", "p/w", "News/Quarry")
    assert (found.port, found.sender) == (993, "post@quarry.example")
    remote = remote_of("imaps://me:secret@mail.example/", FetchAccess(password="other"))
    assert remote is not None
    assert remote.name == "imaps://mail.example/"
