"""An issue as a file of our own format: its name, its front matter, its text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from archive import label
from bot.source.importing.item import Item

TITLE_MAX_CHARS = 200
NAME_MAX_CHARS = 60
"""Characters of a title's words in a file's name: at four bytes each they fit any disk (255 bytes)."""

_MARKUP = re.compile(r"([\\*_\[\]<>#&~|$!{}])")
_HIDING = ((re.compile("`+"), "'"), (re.compile(r"<!-+"), "<"), (re.compile(r"(%|=|\{|\}|:){2,}"), r"\1"))
"""Marks that no backslash makes words: what they would hide, and what stands for them."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def title_of(item: Item) -> str:
    """Return an item's title as one line of words that can be shown, cut at a word; "Untitled" without any."""
    words = " ".join(_UNSEEN.sub(" ", unicodedata.normalize("NFC", item.title)).split())
    for marks, plain in _HIDING:
        words = marks.sub(plain, words)
    if len(words) > TITLE_MAX_CHARS:
        words = words[:TITLE_MAX_CHARS].rpartition(" ")[0] or words[:TITLE_MAX_CHARS]
    return words or "Untitled"


def number_of(title: str) -> int | None:
    """Return the number that a title says (`issue 7`, `#7`), None without one."""
    return label.number({}, title, "")


def written(item: Item, body: str) -> str:
    """Return the file's text: front matter with title, date, number and source address, then the body."""
    title = title_of(item)
    lines = [f"title: {_quoted(_MARKUP.sub(_ESCAPED, title))}"]
    if item.published is not None:
        lines.append(f"date: {item.published.replace(microsecond=0).isoformat()}")
    if (number := number_of(title)) is not None:
        lines.append(f"number: {number}")
    if item.source:
        lines.append(f"source: {_quoted(item.source)}")
    if item.is_summary:
        lines.append("content: summary")
    return "\n".join(["---", *lines, "---", "", body.strip(), ""])


_ESCAPED = r"\\\1"


def _quoted(text: str) -> str:
    """Return a text as a double-quoted scalar, which YAML and JSON write alike."""
    return json.dumps(_UNSEEN.sub("", text), ensure_ascii=False)


def names_of(item: Item) -> Iterator[str]:
    """Yield names for the item's file, the best first: `2025-03-04-7.md`, then `2025-03-04-7-b.md`.

    A file that is an issue already keeps its path. Without a number the title's words take its place: nothing of them
    can lead to another folder, for they are letters, figures and hyphens only.
    """
    if item.file:
        stem, _, suffix = item.file.rpartition(".")
        yield item.file
        yield from (f"{stem}-{_letters(place)}.{suffix}" for place in count(2))
    title = title_of(item)
    number = number_of(title)
    day = f"{item.published:%Y-%m-%d}" if item.published is not None else "undated"
    stem = f"{day}-{number if number is not None else _slug(title)}"
    yield f"{stem}.md"
    yield from (f"{stem}-{_letters(place)}.md" for place in count(2))


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKC", title).casefold()
    words = re.sub(r"[\W_]+", "-", plain).strip("-")
    return unicodedata.normalize("NFC", words[:NAME_MAX_CHARS]).strip("-") or "untitled"


def _letters(place: int) -> str:
    """Return a place in a row in letters (2: b, 27: aa), so that nothing reads it as the issue's number."""
    letters = ""
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
