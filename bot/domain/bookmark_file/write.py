"""A list of bookmarks, written as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC

from bot.domain.bookmark_file import netscape
from bot.domain.bookmark_file.record import ExportedBookmark, Format

COLUMNS = ("url", "title", "note", "kept_at", "read")
"""The columns of CSV and the names of JSON Lines."""
NEWSLETTER = "newsletter"
"""A further one, where any of the bookmarks is from one of several newsletters."""

# What a spreadsheet takes for a formula when a cell begins so (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARKED = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
# The few that can open a block at a line's beginning: a list, a quote, a rule.
_OPENING = re.compile(r"^(\d+)([.)])|^([-+=])")
_URL_BREAKERS = {ord(character): f"%{ord(character):02X}" for character in " <>()\\"}


def write(bookmarks: Iterable[ExportedBookmark], kind: Format) -> bytes:
    """Write the list, in the order given, as a UTF-8 file of the given kind. An empty list is a file without links."""
    return _WRITERS[kind](tuple(bookmarks))


def _markdown(bookmarks: Sequence[ExportedBookmark]) -> bytes:
    lines = ["# Bookmarks", ""]
    for each in bookmarks:
        read = ", read" if each.read else ""
        title, url = _words(each.title or each.url), each.url.translate(_URL_BREAKERS)
        lines.append(f"- [{title}](<{url}>) ({each.at:%Y-%m-%d}{read})")
        lines += [f"  {_words(line)}  " for line in each.note.splitlines() if line.strip()]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _words(text: str) -> str:
    line = " ".join(text.split())
    return _OPENING.sub(lambda match: f"{match[1] or ''}\\{match[2] or match[3]}", _MARKED.sub(r"\\\1", line))


def _csv(bookmarks: Sequence[ExportedBookmark]) -> bytes:
    """Write CSV (RFC 4180) whose cells no spreadsheet runs, with the mark by which spreadsheets know UTF-8."""
    said = io.StringIO(newline="")
    writer = csv.writer(said, quoting=csv.QUOTE_ALL)
    several = _are_of_several(bookmarks)
    writer.writerow((*COLUMNS, NEWSLETTER) if several else COLUMNS)
    for each in bookmarks:
        writer.writerow([_harmless(value) for value in _fields(each, several=several).values()])
    return said.getvalue().encode("utf-8-sig", "replace")


def _harmless(value: object) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula: it shows the text that follows."""
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _jsonl(bookmarks: Sequence[ExportedBookmark]) -> bytes:
    several = _are_of_several(bookmarks)
    return "".join(f"{json.dumps(_fields(each, several=several))}\n" for each in bookmarks).encode()


def _are_of_several(bookmarks: Sequence[ExportedBookmark]) -> bool:
    return any(each.newsletter for each in bookmarks)


def _fields(each: ExportedBookmark, *, several: bool) -> Mapping[str, object]:
    values = (each.url, each.title, each.note, each.at.astimezone(UTC).isoformat(timespec="seconds"), each.read)
    fields: dict[str, object] = dict(zip(COLUMNS, values, strict=True))
    return fields | {NEWSLETTER: each.newsletter} if several else fields


_WRITERS: Mapping[Format, Callable[[Sequence[ExportedBookmark]], bytes]] = {
    Format.HTML: netscape.write,
    Format.MARKDOWN: _markdown,
    Format.CSV: _csv,
    Format.JSONL: _jsonl,
}
