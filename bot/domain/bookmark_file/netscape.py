"""Browser bookmarks: the Netscape bookmark file, written for every browser and read from any of them.

The format has no standard but what browsers do (the description that they share: "Netscape Bookmark File Format"): a
list of `<DT><A HREF="…" ADD_DATE="seconds">title</A>`, each followed by `<DD>` and a note if it has one. `TOREAD` is
what bookmark managers add: "1" for what is unread, "0" for what was read.

Reading takes time and memory in proportion to the file, whatever is in it: no tree is built, folders are passed
through, and every tag is looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape
from html.entities import html5
from itertools import islice
from typing import NamedTuple

from archive.link import canonical, is_http
from bot.domain.bookmark_file.record import NOTE_MAX_CHARS, TITLE_MAX_CHARS, URL_MAX_CHARS, ExportedBookmark

MAX_LINKS = 10_000
"""Links that are taken from one file; the rest is counted."""

_HEAD = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
"""
# What follows a "<": a tag's name, its attributes (a ">" may stand in quotes), and the text up to the next "<". Every
# repetition is possessive, so that no text makes it look back.
_TAG = re.compile(r"""(/?[a-z][a-z0-9]*+)((?:[^>"']|"[^"]*+"|'[^']*+')*+)>(.*)""", re.IGNORECASE | re.DOTALL)
_LOOSE = re.compile(r"(/?[a-z][a-z0-9]*+)([^>]*+)>(.*)", re.IGNORECASE | re.DOTALL)  # a quote that is never closed
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(href|add_date|toread)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE
)
# In an attribute a name without its ; is none before an = or what it may go on with (HTML, 13.2.5.73).
_ENTITY = re.compile(r"&(?:(#)(?:[0-9]++|x[0-9a-f]++);?+|[a-z][a-z0-9]*+(?:;|(?!=)))", re.IGNORECASE)
_NAMED = "<!doctype netscape-bookmark-file-1"
_LISTED = re.compile(r"<dt>\s{0,100}<a\s", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,17}", re.ASCII)
_MAX_TAGS = 1_000_000
"""Tags that are looked at: 10,000 links have fewer in any browser's file, and ten million "<" are no list."""
_MAX_WORDS = 10_000
"""Pieces that a title or note may be made of; it is cut to far less (`NOTE_MAX_CHARS`)."""
_LAST_TIMESTAMP = 253_402_300_799
"""The last second of the year 9999."""
_PARTS = {"a", "dd", "dt", "dl", "h3", "hr"}
"""The elements that a file is made of; any other is only passed through, in a title or a note."""
_INLINE = {"", "b", "i", "u", "em", "strong", "font", "code", "span", "small"}
"""Those of the others that part no words."""


@dataclass(frozen=True, slots=True)
class ParsedBookmarks:
    """What a file gave: its links in the file's order, each once, and how many were left out.

    `refused` counts those that are no web address (`javascript:` and the like) or too long, `beyond` those after the
    `MAX_LINKS` that are taken.
    """

    bookmarks: tuple[ExportedBookmark, ...] = ()
    refused: int = 0
    beyond: int = 0


def write(bookmarks: Sequence[ExportedBookmark]) -> bytes:
    """Write the list, in the order given, as UTF-8."""
    return f"{_HEAD}{''.join(map(_item, bookmarks))}</DL><p>\n".encode("utf-8", "replace")


def _item(each: ExportedBookmark) -> str:
    note = f"    <DD>{_text(each.note)}\n" if each.note else ""
    url, seconds = _text(each.url), int(each.at.timestamp())
    return f'    <DT><A HREF="{url}" ADD_DATE="{seconds}" TOREAD="{int(not each.read)}">{_text(each.title)}</A>\n{note}'


def _text(text: str) -> str:
    """Escape text for a value or between tags; a line's end is written so that it survives both."""
    return escape(text).replace("\n", "&#10;")


def is_bookmarks(data: bytes) -> bool:
    """Tell a file of bookmarks from any other: it is text (UTF-8) and says what it is, or has items of a list.

    A page of the web has links too, and nobody wants to keep all of those.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and (_NAMED in text[:1_000].casefold() or _LISTED.search(text) is not None)


def read(data: bytes, now: datetime) -> ParsedBookmarks:
    """Read a bookmark file of any browser. Never raises; what is no link is passed over.

    A link without a date was kept `now`. Of links that are the same (`archive.link.canonical`) the first counts.
    """
    found: dict[str, ExportedBookmark] = {}
    refused = beyond = 0
    for each in _links(data.decode("utf-8-sig", "replace"), now):
        if not is_http(each.url) or len(each.url) > URL_MAX_CHARS:
            refused += 1
        elif (key := canonical(each.url)) in found:
            continue
        elif len(found) >= MAX_LINKS:
            beyond += 1
        else:
            found[key] = each
    return ParsedBookmarks(tuple(found.values()), refused, beyond)


class _Tag(NamedTuple):
    """A tag (lower case, "/a" for an end, "" for a "<" that begins none), its attributes, and the text after it."""

    name: str
    attributes: str
    text: str


def _tags(text: str) -> Iterator[_Tag]:
    for piece in islice(_pieces(text), _MAX_TAGS):
        if match := _TAG.match(piece) or _LOOSE.match(piece):
            yield _Tag(match[1].lower(), match[2], _unescaped(match[3]))
        elif not piece.startswith(("!", "?", "/")):
            yield _Tag("", "", _unescaped(f"<{piece}"))


def _pieces(text: str) -> Iterator[str]:
    """Return what follows each "<", up to the next one: one at a time, as a file may have millions of them."""
    start = text.find("<") + 1
    while start:
        end = text.find("<", start)
        yield text[start:] if end < 0 else text[start:end]
        start = end + 1


def _unescaped(text: str) -> str:
    """Read `&amp;` and the like; a number too long to be a character's makes the whole text stay as it is."""
    try:
        return unescape(text)
    except ValueError:
        return text


def _links(text: str, now: datetime) -> Iterator[ExportedBookmark]:
    """Return every `<A HREF>`, with the note that follows it."""
    link: ExportedBookmark | None = None
    into = ""
    words: list[str] = []
    for tag in _tags(text):
        if (element := tag.name.lstrip("/")) not in _PARTS:
            if link is not None and len(words) < _MAX_WORDS:
                words.append(tag.text if element in _INLINE else f" {tag.text}")
            continue
        if link is not None:
            link = _with(link, into, "".join(words))
        if tag.name == "a":
            if link is not None:
                yield link
            link = _begun(tag.attributes, now)
        elif tag.name in {"dt", "dl", "/dl", "h3", "hr"}:
            if link is not None:
                yield link
            link = None
        into, words = tag.name, [tag.text]
    if link is not None:
        yield _with(link, into, "".join(words))


def _with(link: ExportedBookmark, tag: str, words: str) -> ExportedBookmark:
    """Add the words after a tag to the link: its title after `<A>`, its note after `<DD>`."""
    if tag == "a" and not link.title:
        return replace(link, title=" ".join(words.split())[:TITLE_MAX_CHARS].rstrip())
    if tag == "dd" and not link.note:
        return replace(link, note=words.strip()[:NOTE_MAX_CHARS].rstrip())
    return link


def _begun(attributes: str, now: datetime) -> ExportedBookmark | None:
    given = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(attributes)}
    if "href" not in given:
        return None
    url = _ENTITY.sub(_meant, given["href"]).strip()
    return ExportedBookmark(url, "", at=_moment(given.get("add_date", ""), now), read=given.get("toread") == "0")


def _meant(entity: re.Match[str]) -> str:
    """Read `&amp;` and the like in an attribute, where `&copy=4` is no © but the next part of an address."""
    return _unescaped(entity[0]) if entity[1] == "#" else html5.get(entity[0][1:], entity[0])


def _moment(given: str, now: datetime) -> datetime:
    """Read ADD_DATE: seconds, or what some write, milliseconds or microseconds. What is no date is `now`."""
    if not _SECONDS.fullmatch(given) or not int(given):
        return now.replace(microsecond=0)
    seconds = int(given)
    while seconds > _LAST_TIMESTAMP // 2:
        seconds //= 1_000
    return datetime.fromtimestamp(seconds, UTC)
