"""Mails become issues, whatever program wrote them; one that cannot says why in a line."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from email.message import EmailMessage
from quopri import encodestring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import document
from bot.source.importing.files import written
from bot.source.importing.item import ImportFault, Item
from bot.source.importing.mail import MAIL_MAX_BYTES, is_mail, read_mail
from tests.fakes.letters import letter, page, plain, sent

DRILL, HAMMER = "https://drills.example/bit-1", "https://hammers.example/1/handle"


def issue(data: bytes) -> Item:
    """Read a mail that is one."""
    found = read_mail(data, "a.eml")
    assert isinstance(found, Item), found
    return found


def links(item: Item) -> list[tuple[str, str, str]]:
    """Return section, headline and address of every link, as the archive reads the item's file."""
    read = document.read("1.md", written(item, item.body).encode()).issue
    assert read is not None
    return [(section.heading, entry.headline, link.url) for section, entry in read.entries() for link in entry.links]


def test_a_plain_mail_is_an_issue() -> None:
    """Title, date, address and entries are those of the mail."""
    item = issue(plain())
    assert (item.title, item.published, item.source) == ("The Quarry Post #1", sent(1), "mid:1@quarry.example")
    assert [(section, url) for section, _, url in links(item)] == [
        ("News", DRILL),
        ("Tools", "https://hammers.example/1?a=1&b=2"),
    ]


def test_an_html_part_is_read_rather_than_the_plain_one() -> None:
    """It has the labels; redirects are gone, and neither the preview nor the pixel is in the text."""
    item = issue(letter(html=page()))
    assert links(item)[1:3] == [("News", "Drill bit 1", DRILL), ("Tools", "Hammer 1", HAMMER)]
    assert "nobody reads" not in item.body
    assert "mail.example/open" not in item.body
    assert item.left_out["tracking pixels"] == 1
    assert item.left_out["tracking taken off links"] == 2


def test_quoted_printable_is_told_by_its_look_where_no_header_says_it() -> None:
    """Some exports lose the header. An address that holds an `=` is not taken for it."""
    text = (
        f"Subject: Stones\nDate: Sun, 03 Mar 2024 09:30:00 +0000\n\nA café, {'long ' * 30}\n\nhttps://a.example/?b=20\n"
    )
    head, _, body = text.encode().partition(b"\n\n")
    assert "A café, long" in issue(head + b"\n\n" + encodestring(body)).body
    assert "https://a.example/?b=20" in issue(head + b"\n\n" + encodestring(body)).body
    assert "https://a.example/?b=20" in issue(text.encode()).body


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_text_is_read_in_its_own_charset(charset: str) -> None:
    """As the part says it."""
    body = b64encode("Für 20 £, café".encode(charset)).decode()
    head = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    assert issue((head + body).encode()).body == "Für 20 £, café"


@pytest.mark.parametrize("charset", ["x-unknown", "utf-8", "us-ascii", "idna"])
def test_a_charset_that_is_wrong_or_unknown_loses_nothing(charset: str) -> None:
    """UTF-8 is tried, then Windows-1252."""
    head = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode()
    assert issue(head + "café".encode()).body == "café"
    assert issue(head + "café".encode("cp1252")).body == "café"


def test_flowed_lines_belong_together() -> None:
    """A blank at the end of a line joins the next one (RFC 3676)."""
    head = "Subject: x\nContent-Type: text/plain; format=flowed\n\n"
    assert issue(f"{head}one \ntwo\n\nthree\n-- \nfour".encode()).body == "one two\n\nthree\n-- \nfour"


def test_a_quoted_from_is_one_again() -> None:
    """Mail programs put a `>` before it."""
    assert issue(b"Subject: x\n\n>From our sponsor\n====\n\nText").body.startswith("From our sponsor\n")


def test_words_in_angle_brackets_stay_words() -> None:
    """Plain text has no tags: what looks like one is shown."""
    item = issue(b"Subject: x\n\nUse <details> and &amp; here: <https://a.example/>")
    read = document.read("1.md", written(item, item.body).encode()).issue
    assert read is not None
    assert [entry.text for _, entry in read.entries()] == ["Use <details> and &amp; here"]


def test_an_encoded_subject_is_decoded() -> None:
    """In both encodings, over several lines, and where it is plain UTF-8 against the rules."""
    folded = b"Subject: =?utf-8?Q?The=20Quarry?=\n =?utf-8?B?IFBvc3Q=?=\n\nx"
    assert issue(folded).title == "The Quarry Post"
    assert issue("Subject: Für Steine\n\nx".encode()).title == "Für Steine"
    assert issue(b"Subject: =?utf-8?Q?broken\n\nx").title == "=?utf-8?Q?broken"


def test_a_date_may_be_missing_or_broken() -> None:
    """Then the last server's is taken, else it has none."""
    received = b"Received: from a by b; Sun, 03 Mar 2024 10:00:00 +0100\nSubject: x\n"
    assert issue(received + b"Date: soon\n\nx").published == datetime(2024, 3, 3, 9, tzinfo=UTC)
    assert issue(b"Subject: x\n\nx").published is None
    assert issue(b"Subject: x\nDate: Sun, 99 Mar 2024 10:00:00 +9900\n\nx").published is None


def test_a_date_without_a_zone_is_in_utc() -> None:
    """`-0000` says that the zone is unknown."""
    assert issue(b"Subject: x\nDate: Sun, 03 Mar 2024 09:30:00 -0000\n\nx").published == sent(1)


def test_a_broken_part_is_said_and_the_other_is_read() -> None:
    """Base64 that is cut off cannot be decoded; the plain part is there too."""
    mixed = EmailMessage()
    mixed["Subject"] = "x"
    mixed.set_content("The plain part.")
    mixed.add_alternative("<p>The other part.</p>" * 20, subtype="html", cte="base64")
    data = bytes(mixed)
    item = issue(data.replace(b64encode(b"<p>The")[:4], b"%%%%"))
    assert item.body == "The plain part."
    assert item.notes == ("its part text/html cannot be decoded; its other part was read",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"Subject: x\nContent-Transfer-Encoding: base64\n\n%%%", "part text/plain cannot be decoded"),
        (b"Subject: x\n\n", "it has no text"),
        (b"Subject: x\nContent-Type: image/png\n\nabc", "it has no text"),
        (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\nno parts at all", "it has no text"),
        (b"Subject: x\n\n" + b"a" * 6_000_000, "its part text/plain has 6 million characters"),
        (b"Subject: x\n\n" + b"a" * MAIL_MAX_BYTES, "it has 25 MB, more than the 25 MB"),
    ],
)
def test_a_mail_that_is_no_issue_says_why(data: bytes, why: str) -> None:
    """In one line with its name, and what to do."""
    found = read_mail(data, "a.eml")
    assert isinstance(found, ImportFault)
    assert why in found.reason
    assert not found.skipped
    assert "\n" not in str(found)


def test_attachments_are_no_text() -> None:
    """A text file that is attached is not part of the issue."""
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("The issue.")
    message.add_attachment("An attachment.", filename="notes.txt")
    assert issue(bytes(message)).body == "The issue."


def test_parts_in_parts_in_parts_end_somewhere() -> None:
    """A mail of hundreds of nested parts is a line, or its text; never a stack trace."""
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(300))
    found = read_mail(b"Subject: x\n" + nested + b"\n\nText", "a.eml")
    assert isinstance(found, ImportFault)


def test_a_mail_without_an_id_is_told_by_what_it_says() -> None:
    """Two copies are one issue, two issues are two."""
    one, two = letter(1, Message_ID=""), letter(2, Message_ID="")
    assert issue(one).identity == issue(one.replace(b"\n", b"\r\n")).identity
    assert issue(one).identity != issue(two).identity
    assert issue(one).source == ""
    undated = letter(1, Message_ID="", Date="")
    assert issue(undated).identity == issue(undated.replace(b"\n", b"\r\n")).identity
    assert issue(undated).identity != issue(letter(1, "Other words.", Message_ID="", Date="")).identity


def test_a_fault_of_ours_in_one_mail_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps no other mail back."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.source.importing.mail.from_text", broken)
    assert "it cannot be read (ZeroDivisionError): a fault of the importer" in str(read_mail(plain(), "a.eml"))


def test_only_mails_look_like_one() -> None:
    """Header lines, and one that every mail has."""
    assert is_mail(plain())
    assert is_mail(b"From a@b Sun Mar  3\nSubject: x\n\n")
    assert not is_mail(b"---\ntitle: x\ndate: 2024-03-03\n---\n")
    assert not is_mail(b"<html><body>From: x")
    assert not is_mail(b"Note: this is a text.\n\nSubject: x")
    assert not is_mail(b"")


@given(st.binary(max_size=400))
def test_any_bytes_are_an_issue_or_a_line(data: bytes) -> None:
    """Nothing that a file may hold is an error of ours."""
    found = read_mail(b"Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\n" + data, "a.eml")
    assert isinstance(found, Item | ImportFault)
