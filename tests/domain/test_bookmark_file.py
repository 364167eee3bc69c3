"""A list of bookmarks as a file, and a file as a list of bookmarks."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.link import canonical
from bot.domain.bookmark_file import netscape
from bot.domain.bookmark_file.record import NOTE_MAX_CHARS, TITLE_MAX_CHARS, ExportedBookmark, Format
from bot.domain.bookmark_file.write import COLUMNS, write
from bot.domain.text import clean, one_line
from tests.fakes.examples import examples

NOW = datetime(2024, 5, 6, 7, 0, 30, 500, tzinfo=UTC)

_hosts = st.from_regex(r"[a-z]{1,8}\.(?:example|org)", fullmatch=True)
_paths = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=20)
_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["<b>bold</b>", "=1+1", "a & b &amp; c", "</A><A HREF='x'>", '"quoted"', "&#10;", "- list", "![x](y)", "it's"]
)
keepsakes = st.builds(
    ExportedBookmark,
    st.builds("https://{}/{}".format, _hosts, _paths).map(str.strip),
    _words.map(one_line),
    _words.map(lambda text: clean(text).strip()),
    st.integers(1, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.booleans(),
)
lists = st.lists(keepsakes, max_size=6, unique_by=lambda each: canonical(each.url))


@pytest.mark.long
@settings(max_examples=examples(150))
@given(lists)
def test_what_was_taken_along_comes_back(kept: list[ExportedBookmark]) -> None:
    """Browser bookmarks that were written are read as the same links, titles, notes, dates and marks, in order."""
    assert netscape.read(write(kept, Format.HTML), NOW).bookmarks == tuple(kept)


@given(lists)
def test_tables_hold_every_field(kept: list[ExportedBookmark]) -> None:
    """CSV and JSON Lines have a row for each link; no cell of CSV begins as a formula does."""
    rows = list(csv.reader(io.StringIO(write(kept, Format.CSV).decode("utf-8-sig"), newline="")))
    said = [json.loads(line) for line in write(kept, Format.JSONL).decode().splitlines()]
    assert tuple(rows[0]) == COLUMNS
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert [(row[0], row[4]) for row in rows[1:]] == [(each.url, "yes" if each.read else "no") for each in kept]
    assert [(one["url"], one["title"], one["note"], one["read"]) for one in said] == [
        (each.url, each.title, each.note, each.read) for each in kept
    ]
    assert [datetime.fromisoformat(one["kept_at"]) for one in said] == [each.at for each in kept]


@given(lists)
def test_markdown_has_a_line_for_each(kept: list[ExportedBookmark]) -> None:
    """Markdown is a list with one item for each link, whatever a title holds."""
    lines = write(kept, Format.MARKDOWN).decode().splitlines()
    assert sum(line.startswith("- [") for line in lines) == len(kept)


def test_markdown_reads_well() -> None:
    """A title's own marks mean nothing, and a note stands below its link."""
    kept = ExportedBookmark("https://a.example/x(1)", "A *bold* [claim]", "read\n- twice", NOW, read=True)
    assert write([kept], Format.MARKDOWN).decode() == (
        "# Bookmarks\n\n- [A \\*bold\\* \\[claim\\]](<https://a.example/x%281%29>) (2024-05-06, read)\n"
        "  read  \n  \\- twice  \n"
    )


def test_where_there_are_several_newsletters_each_bookmark_tells_its_own() -> None:
    """CSV has a further column and JSON Lines a further name then, and only then."""
    kept = [
        ExportedBookmark("https://a.example/", "A", newsletter="bread"),
        ExportedBookmark("https://b.example/", "B"),
    ]
    assert write(kept, Format.CSV).decode().splitlines()[0].endswith('"read","newsletter"')
    assert [json.loads(line)["newsletter"] for line in write(kept, Format.JSONL).splitlines()] == ["bread", ""]
    assert b"newsletter" not in write(kept[1:], Format.CSV) + write(kept[1:], Format.JSONL)


BROWSER = b"""\xef\xbb\xbf<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file.
     It will be read and overwritten. DO NOT EDIT! -->
<H1>Bookmarks Menu</H1>
<DL><p>
    <DT><H3 ADD_DATE="1700000000" LAST_MODIFIED="1700000001">Folder &amp; more</H3>
    <DL><p>
        <DT><A HREF="https://a.example/?x=1&amp;y=2" ADD_DATE="1700000000" ICON="data:,A">One &lt;1&gt;</A>
        <DD>Its note
        <DT><A href='http://b.example/' add_date=1700000000123>Two <b>bold</b> words
        </A>
        <DT><A HREF="javascript:alert(1)" ADD_DATE="1700000000">A bookmarklet</A>
        <DT><A HREF="place:sort=8">Recent</A>
        <DT><A HREF="https://www.a.example/?x=1&amp;y=2&amp;utm_source=z">One again</A>
        <DT><A NAME="x">No link</A>
        <HR>
    </DL><p>
    <DT><A HREF="https://c.example/it's">
</DL>
"""


def test_a_browser_s_file() -> None:
    """Folders are passed through, bookmarklets refused, doubles dropped, dates read in whatever unit."""
    found = netscape.read(BROWSER, NOW)
    then = datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.bookmarks == (
        ExportedBookmark("https://a.example/?x=1&y=2", "One <1>", "Its note", then),
        ExportedBookmark("http://b.example/", "Two bold words", "", then),
        ExportedBookmark("https://c.example/it's", "", "", NOW.replace(microsecond=0)),
    )
    assert (found.refused, found.beyond) == (2, 0)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        ("?x=1&region=eu&copy=4&amp=5", "?x=1&region=eu&copy=4&amp=5"),
        ("?x&amp;copy=4&copy;&#38;y&#x26z", "?x&copy=4©&y&z"),
        ("?a&ampb&notit;&lt;&nosuch;&copy&copy", "?a&ampb&notit;<&nosuch;©©"),
        ("?&", "?&"),
    ],
)
def test_an_address_is_read_as_an_attribute(given_url: str, url: str) -> None:
    """What begins like an entity and goes on like an address is no entity, as in a browser."""
    (kept,) = netscape.read(f'<DT><A HREF="https://a.example/{given_url}">A</A>'.encode(), NOW).bookmarks
    assert kept.url == f"https://a.example/{url}"


def test_elements_within_a_title_or_note_are_passed_through() -> None:
    """A picture takes no title away, a line's end parts words, and what follows the link is none of its title."""
    text = '<DT><A HREF="https://a.example/"><IMG SRC="x">A <b>bo</b>ld<br>title<p></A> x<DD>A<br>note<ul><DT>y'
    (kept,) = netscape.read(text.encode(), NOW).bookmarks
    assert (kept.title, kept.note) == ("A bold title", "A note")


@pytest.mark.long
@pytest.mark.parametrize(
    "hostile",
    [
        b"<DL><p>" * 200_000,
        b"<!--" * 300_000,
        b"<A HREF=" * 150_000,
        b'<A HREF="' * 150_000,
        b"<A " + b"href " * 250_000 + b">",
        b"<A HREF='x'" + b'"' * 900_001 + b">t</A>",
        b"<A HREF=https://a.example/>" + b"&#" + b"9" * 900_000,
        b"<A HREF=https://a.example/" + b"a" * 900_000 + b">",
        b"<A HREF=https://a.example/" + b"&a#" * 300_000 + b">",
        b"<A HREF=https://a.example/&#" + b"9" * 900_000 + b">",
        b"\x00\xff\xfe<\x80" * 200_000,
    ],
    ids=[
        "nested",
        "comments",
        "links",
        "quotes",
        "attributes",
        "odd-quotes",
        "numbers",
        "address",
        "entities",
        "figures",
        "bytes",
    ],
)
def test_a_hostile_file_takes_little_time(hostile: bytes) -> None:
    """A megabyte of anything is read in the time of a megabyte, and gives nothing that is not a link."""
    before = process_time()
    found = netscape.read(hostile, NOW)
    assert process_time() - before < 5  # what looks back takes minutes
    assert len(found.bookmarks) <= 1


@pytest.mark.long
def test_a_hostile_file_takes_little_memory() -> None:
    """Not a piece is kept for each of millions of tags, neither outside a link nor in its title."""
    tracemalloc.start()
    try:
        netscape.read(b"<A HREF=https://a.example/>" + b"<" * 300_000, NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n", True),
        (b"\xef\xbb\xbf<!doctype netscape-bookmark-file-1>", True),
        (b"<html><dl><dt>\n  <a href='x'>", True),
        (b"<html><a href='https://a.example/'>", False),
        (b"<dt><abbr>", False),
        (b"<DT><A HREF='\xff'>", False),
        (b"<DT><A HREF='\0'>", False),
        ("<DT><A HREF='x'>".encode("utf-16"), False),
        (b"", False),
    ],
)
def test_a_file_of_bookmarks_is_told_from_others(data: bytes, *, expected: bool) -> None:
    """By what it says it is, or by its items; a page of the web, a picture, and another encoding are none."""
    assert netscape.is_bookmarks(data) is expected


@given(st.binary(max_size=200) | st.text(alphabet="<aA>/ hrefHREF=\"'&#;ddDT!-x", max_size=200).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Reading never fails, and whatever it gives keeps the limits."""
    for each in netscape.read(data, NOW).bookmarks:
        assert each.url.lower().startswith(("http://", "https://"))
        assert len(each.title) <= TITLE_MAX_CHARS
        assert len(each.note) <= NOTE_MAX_CHARS


def test_too_many_links_are_counted() -> None:
    """Of a file with more links than are taken, the rest is counted."""
    kept = [
        ExportedBookmark(f"https://a.example/{n}", str(n), at=NOW - timedelta(days=1))
        for n in range(netscape.MAX_LINKS + 3)
    ]
    found = netscape.read(write(kept, Format.HTML), NOW)
    assert (len(found.bookmarks), found.beyond) == (netscape.MAX_LINKS, 3)


def test_an_empty_list_is_a_file_all_the_same() -> None:
    """Nothing kept gives a file of each kind without a link."""
    assert netscape.read(write([], Format.HTML), NOW).bookmarks == ()
    assert write([], Format.JSONL) == b""
    assert [kind.file_name for kind in Format] == [
        "bookmarks.html",
        "bookmarks.md",
        "bookmarks.csv",
        "bookmarks.jsonl",
    ]
