"""Web pages become issues: from a folder, and from a zip such as Substack's export, however hostile it is."""

from __future__ import annotations

import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.source.importing import page_files
from bot.source.importing.item import ImportFault, Item, ItemOrFault, Source, SourceError
from bot.source.importing.opening import source_of
from bot.source.importing.page import read_page
from tests.fakes.feeds import body, export
from tests.fakes.letters import Folder, sent

HEAD = (
    '<meta property="og:title" content="The Quarry Post #1"><meta property="article:published_time" '
    'content="2024-03-03T09:30:00+00:00"><link rel="canonical" href="https://quarry.example/1">'
)
PAGE = (
    f"<html><head>{HEAD}<title>#1 - Quarry</title></head><nav>Home</nav><article>{body(1)}</article><footer>x</footer>"
)


def found(source: Source) -> tuple[list[Item], list[ImportFault]]:
    """Return what a source gives: issues, and faults."""
    every: list[ItemOrFault] = list(source.items())
    return [each for each in every if isinstance(each, Item)], [each for each in every if isinstance(each, ImportFault)]


def test_a_page_says_its_title_date_and_address() -> None:
    """And its own text is read, without the site's."""
    item = read_page(PAGE.encode(), "1.html")
    assert isinstance(item, Item)
    assert (item.title, item.published, item.source) == ("The Quarry Post #1", sent(1), "https://quarry.example/1")
    assert item.body.startswith("## News")
    assert "Home" not in item.body


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ('<script type=\'application/ld+json\'>{"datePublished": "2024-03-03"}</script><p>a', "a.html"),
        ("<meta name='date' content='2024-03-03'><p>a", "a.html"),
        ("<p><time datetime='2024-03-03'>Sunday</time> a", "a.html"),
        ("<h1>Quarry, 3rd March 2024</h1><p>a", "a.html"),
        ("<p>a", "2024-03-03-cut.html"),
        ("<p>a", "2024/03/03/index.html"),
    ],
)
def test_a_date_is_found_where_pages_have_it(html: str, path: str) -> None:
    """In the head, in data for search engines, in the text, the title and the path."""
    item = read_page(html.encode(), path)
    assert isinstance(item, Item)
    assert item.published == datetime(2024, 3, 3, tzinfo=UTC)


def test_pages_below_a_folder_are_read(tmp_path: Path) -> None:
    """Hidden ones are not."""
    (tmp_path / "2024").mkdir()
    (tmp_path / "2024/1.html").write_text(PAGE)
    (tmp_path / "2.HTM").write_text(f"<title>Second</title>{body(2)}")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/3.html").write_text(PAGE)
    (tmp_path / "picture.png").write_bytes(b"x")
    items, faults = found(source_of(str(tmp_path)))
    assert [(item.title, item.origin) for item in items] == [("Second", "2.HTM"), ("The Quarry Post #1", "2024/1.html")]
    assert faults == []


def test_an_export_of_substack_is_read(tmp_path: Path) -> None:
    """Title and date come from its table; drafts and the list of readers are left alone."""
    items, faults = found(source_of(str(export(tmp_path / "export.zip"))))
    assert [(item.title, item.published) for item in items] == [
        ("The Quarry Post, #1", sent(1)),
        ("The Quarry Post #2", sent(2)),
    ]
    assert [str(fault) for fault in faults] == ["posts/13.not-yet.html: it is a draft, which was not published"]


def test_an_unpacked_export_is_the_same(tmp_path: Path) -> None:
    """A folder with the same files."""
    with zipfile.ZipFile(export(tmp_path / "export.zip")) as packed:
        packed.extractall(tmp_path / "export")
    zipped, unpacked = found(source_of(str(tmp_path / "export.zip"))), found(source_of(str(tmp_path / "export")))
    assert zipped == unpacked


@pytest.mark.parametrize("name", ["../../../evil.html", "/etc/evil.html", "C:\\evil.html", "posts/../../evil.html"])
def test_no_name_in_a_zip_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """Names only name an issue in messages."""
    folder = Folder()
    items, _ = found(source_of(str(export(tmp_path / "export.zip", **{name: PAGE}))))
    folder.takes(*items)
    assert len(items) == 3
    assert all("/" not in file and ".." not in file and "\\" not in file for file in folder.files)


def test_a_page_that_unpacks_to_too_much_is_a_line(tmp_path: Path) -> None:
    """The others are read."""
    items, faults = found(source_of(str(export(tmp_path / "export.zip", **{"bomb.html": b"a" * 60_000_000}))))
    assert len(items) == 2
    assert "bomb.html: it has more than 20 MB" in str(faults[-1])


def test_a_zip_that_unpacks_to_too_much_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is written."""
    monkeypatch.setattr(page_files, "ZIP_MAX_BYTES", 100_000)
    more = {f"{number}.html": b"a" * 20_000 for number in range(10)}
    source, folder = source_of(str(export(tmp_path / "export.zip", **more))), Folder()
    with pytest.raises(SourceError, match="more than 0 MB unpacked"):
        folder.takes(*source.items())
    assert folder.files == {}


def test_a_page_that_is_broken_in_the_zip_is_a_line(tmp_path: Path) -> None:
    """As when a download was spoilt."""
    path = export(tmp_path / "export.zip")
    data = path.read_bytes()
    at = data.index(b"posts/11.first-cut.html") + 40
    path.write_bytes(data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :])
    items, faults = found(source_of(str(path)))
    assert len(items) == 1
    assert "it is broken in the zip" in str(faults[0])


def test_an_encrypted_page_is_a_line(tmp_path: Path) -> None:
    """It says what to do."""
    path = export(tmp_path / "export.zip")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            struct.pack_into("<H", data, place + offset, 1)
            place = data.find(mark, place + 4)
    path.write_bytes(bytes(data))
    assert all("it is encrypted" in str(fault) for fault in found(source_of(str(path)))[1])


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_a_zip_that_is_none_is_a_line(tmp_path: Path, data: bytes) -> None:
    """With its name."""
    (tmp_path / "export.zip").write_bytes(data)
    with pytest.raises(SourceError, match="it is a broken zip"):
        source_of(str(tmp_path / "export.zip"))


def test_a_zip_without_pages_is_a_line(tmp_path: Path) -> None:
    """Rather than an import of nothing."""
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as packed:
        packed.writestr("a.png", "x")
    with pytest.raises(SourceError, match="there are no web pages in it"):
        list(source_of(str(tmp_path / "other.zip")).items())


@given(st.binary(max_size=300))
def test_any_page_is_an_issue_or_a_line(data: bytes) -> None:
    """Whatever stands in it."""
    for start in (b"", b"<meta charset=idna>", b"<script type=application/ld+json>", b"<article>"):
        assert isinstance(read_page(start + data, "a.html"), Item | ImportFault)
