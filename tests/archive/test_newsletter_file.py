"""`newsletter.toml`: what an operator says about a newsletter, beside its issues."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive import loader, proof
from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder
from archive.newsletter import FILE_NAME, NewsletterFileError, matches, parse

ISSUE = """\
---
title: Notes 7
date: 2025-03-04
---

## Boats of the week

- [The ferry](https://example.org/ferry)

## Our friends

- [Rope shop](https://shop.example/ropes)

## More

- [Buoys](https://example.org/buoys)
- [Rope shop](https://shop.example/ropes)

You receive this mail because you asked for it.

## Imprint

Harbour Street 1, [all issues](https://example.org/all)
"""
FILE = """\
name = "Harbour Notes"
language = "pt-BR"
zone = "Europe/Lisbon"
sponsors = ["Our friends"]
leave_out = ["imprint:", "You receive this mail *"]

[kinds]
"boats  of the WEEK" = "tools"
"""


def archive(folder: Path, file: str = FILE) -> Path:
    """Write an archive of one issue, with its file."""
    (folder / "7.md").write_text(ISSUE)
    (folder / FILE_NAME).write_text(file)
    return folder


def test_it_names_kinds_and_sponsors_and_what_to_leave_out(tmp_path: Path) -> None:
    """Sections have the kinds that it names; a sponsor's entry elsewhere is the sponsor's; the imprint is gone."""
    (issue,) = loader.load(archive(tmp_path)).issues
    assert [(section.heading, section.kind.value) for section in issue.sections] == [
        ("Boats of the week", "tools"),
        ("Our friends", "sponsor"),
        ("More", "other"),
        ("", "sponsor"),
    ]
    assert [entry.position for _, entry in issue.entries()] == [0, 1, 2, 3]
    assert not any("receive" in entry.text or "Harbour Street" in entry.text for _, entry in issue.entries())


def test_what_it_leaves_out_is_neither_lost_nor_invented(tmp_path: Path) -> None:
    """The proof holds, and the reading says what was left out."""
    snapshot = loader.load(archive(tmp_path))
    reading = snapshot.readings["7.md"]
    assert proof.prove(reading, (tmp_path / "7.md").read_bytes()) == ()
    left = [entry.headline for section in reading.left_out for entry in section.entries]
    assert len(left) == 2


def test_the_name_the_language_and_the_zone() -> None:
    """They are as written."""
    said = parse(FILE.encode())
    assert (said.name, said.language, said.zone) == ("Harbour Notes", "pt-BR", "Europe/Lisbon")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("zome = 'UTC'", "newsletter.toml: zome: there is no such key; did you mean zone?"),
        ("colour = 1", "newsletter.toml: colour: there is no such key; it may have name, language, zone"),
        ("zone = 'Europe/Atlantis'", "newsletter.toml: zone: 'Europe/Atlantis' is no time zone"),
        ("zone = '../../etc/passwd'", "newsletter.toml: zone: '../../etc/passwd' is no time zone"),
        ("language = 'not a language'", "newsletter.toml: language: 'not a language' is no code of a language"),
        ("name = ''", "newsletter.toml: name: write it as a text on one line"),
        ("name = 7", "newsletter.toml: name: write it as a text on one line"),
        ("sponsors = 'Our friends'", "newsletter.toml: sponsors: write it as a list of headings"),
        ("leave_out = ['*']", "newsletter.toml: leave_out: '*' is no heading"),
        ("leave_out = [3]", "newsletter.toml: leave_out: '3' is no heading"),
        ("kinds = ['tools']", "newsletter.toml: kinds: write it as a table"),
        ("[kinds]\nBoats = 'ships'", "newsletter.toml: kinds.Boats: 'ships' is none of intro, news, tools"),
        ("[kinds]\nBoats = ['tools']", "newsletter.toml: kinds.Boats: "),
        ("name = ", "newsletter.toml: it is not TOML: "),
        ("x = " + "[" * 5000, "newsletter.toml: it is not TOML: "),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(written: str, said: str) -> None:
    """The line names the file and the key, and says what to write."""
    with pytest.raises(NewsletterFileError) as error:
        parse(written.encode())
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [b"name = '\xff'", b"#" * 70_000])
def test_bytes_that_are_no_settings(data: bytes) -> None:
    """They are refused, too."""
    with pytest.raises(NewsletterFileError, match=r"newsletter\.toml: it "):
        parse(data)


def test_an_archive_with_a_broken_file_is_refused(tmp_path: Path) -> None:
    """Nothing is read by half of the settings: the error says which file and key."""
    archive(tmp_path, "zone = 3\n")
    with pytest.raises(FolderError, match=r"newsletter\.toml: zone: "):
        loader.load(tmp_path)


def test_a_change_of_it_reads_every_issue_again(tmp_path: Path) -> None:
    """Its change changes every file's stamp; without a change nothing is read."""
    folder = DiskFolder(archive(tmp_path), SUFFIXES)
    before = loader.load(folder)
    assert loader.refresh(folder, before) is before
    (tmp_path / FILE_NAME).write_text(FILE.replace('"tools"', '"events"'))
    os.utime(tmp_path / FILE_NAME, (1, 1))
    after = loader.refresh(folder, before)
    assert after.issues[0].sections[0].kind.value == "events"
    (tmp_path / FILE_NAME).unlink()
    assert [section.heading for section in loader.refresh(folder, after).issues[0].sections][-1] == "Imprint"


@pytest.mark.parametrize(
    ("pattern", "words", "does"),
    [
        ("Imprint", "imprint", True),
        ("Imprint", "Imprints", False),
        ("Powered by *", "powered  by Example", True),
        ("*sponsor*", "This week's sponsors", True),
        ("a*a", "a", False),
        ("a*b*c", "a-c-b", False),
        ("Links:", "Links", True),
        ("*" * 100 + "x", "y" * 10_000, False),
    ],
)
def test_patterns(pattern: str, words: str, does: bool) -> None:
    """Case and blanks make no difference, and a star stands for any words."""
    assert matches(pattern, words) is does


def test_what_matches_nothing_is_known(tmp_path: Path) -> None:
    """A heading that no issue has is probably a mistake."""
    snapshot = loader.load(archive(tmp_path))
    left = [section for reading in snapshot.readings.values() for section in reading.left_out]
    assert parse(FILE.encode()).unmatched(snapshot.issues, left) == ()
    assert parse(b"leave_out = ['Nothing', 'Imprint']").unmatched(snapshot.issues, left) == ("Nothing",)


def test_documents_that_are_not_read_are_named(tmp_path: Path) -> None:
    """They are found in folders below, too, and hidden ones are left out."""
    (tmp_path / "below").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("7.adoc", "below/8.ADOC", "9.html", ".git/x.rst", "~$notes.png"):
        (tmp_path / name).write_text("")
    found = DiskFolder(tmp_path, SUFFIXES).others()
    assert {suffix: sorted(names) for suffix, names in found.items()} == {
        ".adoc": ["7.adoc", "below/8.ADOC"],
        ".html": ["9.html"],
    }
