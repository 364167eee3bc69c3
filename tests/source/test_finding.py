"""Which newsletters a folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import FolderError
from bot.source.finding import Subfolder, find_newsletters, is_part, listed, parted, slug_of

ISSUE = "# Tides 12\n\n3 May 2021\n\n## News\n\nThe [harbour](https://example.com/harbour) opens.\n"


def write(folder: Path, *files: str) -> Path:
    """Write an issue to each of `files` below `folder`, and return the folder."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(ISSUE, "utf-8")
    return folder


def two(*names: str) -> list[Subfolder]:
    """Return folders with issues."""
    return [Subfolder(name, has_issues=True) for name in names]


def test_folders_with_names_of_their_own_are_newsletters() -> None:
    """The rule says why, too."""
    names, why = parted(two("harbour-notes", "bread"), issues_at_top=False, file_at_top=False)
    assert names == ("harbour-notes", "bread")
    assert why


@pytest.mark.parametrize("part", ["2024", "2024-03", "03-march", "March", "_posts", "Content", "docs", "de", "vol 3"])
def test_a_part_of_one_newsletter_makes_all_of_it_one(part: str) -> None:
    """Years, months, dates, languages and usual folders of a site are parts."""
    assert is_part(part)
    assert parted(two("harbour-notes", part), issues_at_top=False, file_at_top=False)[0] == ()


@pytest.mark.parametrize("name", ["sre-weekly", "ember", "twir", "this-week-in-rust", "marching-bands"])
def test_a_newsletter_s_name_is_no_part(name: str) -> None:
    """A name that only begins like a part is a name."""
    assert not is_part(name)


def test_an_issue_that_is_a_folder_is_no_newsletter_and_a_newsletter_may_hold_such(tmp_path: Path) -> None:
    """The index of a folder is an issue of the newsletter above it; a page about the archive is none."""
    bundles = write(tmp_path / "one", "a-harbour-opens/index.md", "tides-turn/index.md")
    assert not find_newsletters(bundles).several
    newsletters = write(tmp_path / "two", "bread/first-loaf/index.md", "tides/3.md", "pictures/TODO.md")
    assert [each.slug for each in find_newsletters(newsletters).newsletters] == ["bread", "tides"]


def test_what_lies_beside_the_folders_says_that_they_are_one() -> None:
    """An issue or a newsletter.toml at the top."""
    folders = two("harbour-notes", "bread")
    assert parted(folders, issues_at_top=True, file_at_top=False)[0] == ()
    assert parted(folders, issues_at_top=False, file_at_top=True)[0] == ()


def test_one_folder_is_a_newsletter_only_where_its_file_says_so() -> None:
    """And a folder without issues is none."""
    assert parted(two("bread"), issues_at_top=False, file_at_top=False)[0] == ()
    said = [Subfolder("bread", has_issues=True, has_file=True), Subfolder("pictures", has_issues=False)]
    assert parted(said, issues_at_top=False, file_at_top=False)[0] == ("bread",)


def test_a_folder_of_folders_is_found_with_names_zones_and_slugs(tmp_path: Path) -> None:
    """From each folder's own file, else from its name; a zone that is set counts before them."""
    write(tmp_path, "Harbour Notes/2021/12.md", "bread/7.md", "pictures/readme.txt")
    (tmp_path / "bread" / "newsletter.toml").write_text('name = "Our Bread"\nzone = "Europe/Paris"\n', "utf-8")
    found = find_newsletters(tmp_path)
    said = [(each.slug, each.name, each.zone, each.language) for each in found.newsletters]
    assert found.several
    assert said == [("bread", "Our Bread", "Europe/Paris", "en"), ("harbour-notes", "", "UTC", "en")]
    assert [each.zone for each in find_newsletters(tmp_path, "Asia/Tokyo").newsletters] == ["Asia/Tokyo"] * 2


def test_one_newsletter_has_no_slug(tmp_path: Path) -> None:
    """As before there could be several."""
    found = find_newsletters(write(tmp_path, "2021/12.md", "2022/13.md"))
    assert not found.several
    assert [each.slug for each in found.newsletters] == [""]


def test_two_folders_of_one_slug_are_an_error_that_names_both(tmp_path: Path) -> None:
    """The slug is a key in the database."""
    with pytest.raises(FolderError, match="Bread! and bread"):
        find_newsletters(write(tmp_path, "bread/1.md", "Bread!/1.md"))


def test_a_list_names_folders_anywhere(tmp_path: Path) -> None:
    """And only those that it names are newsletters."""
    write(tmp_path / "elsewhere", "12.md")
    base = write(tmp_path / "base", "bread/7.md", "left-alone/1.md")
    (base / "newsletters.toml").write_text('[bread]\n[tides]\nfolder = "../elsewhere"\nname = "The Tides"\n', "utf-8")
    found = find_newsletters(base)
    assert [(each.slug, each.name) for each in found.newsletters] == [("bread", ""), ("tides", "The Tides")]
    assert found.newsletters[1].folder == base / "../elsewhere"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "it names no newsletter"),
        ({"Bread!": {}}, r"like \[bread\]"),
        ({"bread": {"nane": "B"}}, "bread.nane: there is no such key; it may have name"),
        ({"bread": {"zone": "Mars"}}, "bread.zone: 'Mars' is no time zone"),
        ({"bread": {"name": 3}}, "bread.name: write it as a text"),
        ({"bread": "folder"}, "write a table"),
    ],
)
def test_a_list_that_cannot_be_used_says_which_key_and_what_to_write(table: dict[str, object], said: str) -> None:
    """In one line."""
    with pytest.raises(FolderError, match=said):
        listed(table, Path("base"))


def test_a_slug_is_made_of_what_a_name_has_of_letters_and_digits() -> None:
    """In lower case, with hyphens."""
    assert [slug_of(name) for name in ("SRE Weekly", "_x_", "日報")] == ["sre-weekly", "x", "newsletter"]
