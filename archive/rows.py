"""What plain text says without marks: a paragraph of which each line is an entry, and a line that is a heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from archive.lines import Line

_ROWS_AT_LEAST = 2
_INTRODUCING_MAX_CHARS = 100
_TRAILING = re.compile(r"[\s,;.·•|/&→»>)\]）】]*")
_HEADING_MAX_CHARS = 60
_CAPITALS = re.compile(r"(?=(?:\W*[^\W\d_]){4})[^a-z:.!?]{4,40}")
_NOTE = re.compile(r"\[\d{1,3}\]")
_GOES_ON = re.compile(r"(?:,| (?:and|or|und|oder|y|o|et|ou|e))\Z")
"""How a line ends whose sentence goes on in the next one."""
_SEPARATED = re.compile(r"(?:[—–|·•→:：-]|\s\()\s*[\[(]?\Z")
"""What separates a description from the link after it, as in `Foldr — Folds maps — [link](…)`."""
_REFERRING = frozenset(
    """comment comments discuss discussion source code demo docs paper slides video website site more read link via
    thread""".split()  # noqa: SIM905 - reads better
)
"""Labels of links that follow the link of an entry, on a line of their own."""


def introducing(block: Sequence[Line]) -> int:
    """Return how many lines introduce the rows of a paragraph, 0 or 1; -1 if its lines are no rows.

    Rows are at least two lines, each with a link of its own, that begin alike: with a sign (🔥, 【7/20】), with words
    in bold or with the link itself; or that end with the link after a dash.
    """
    if len(block) < _ROWS_AT_LEAST or any(line.depth or line.row or line.level or line.quoted for line in block):
        return -1
    introduced = not block[0].mentions and len(block[0].words) <= _INTRODUCING_MAX_CHARS
    rows = block[introduced:]
    return int(introduced) if _are_rows(rows) else -1


def is_in_capitals(block: Sequence[Line]) -> bool:
    """Return whether a paragraph is nothing but a few words in capitals."""
    if not _is_words(block) or _CAPITALS.fullmatch(block[0].words) is None:
        return False
    return all(letter.isupper() for letter in block[0].words if letter.isalpha())


def has_heading(rows: Sequence[Line], block: Sequence[Line]) -> bool:
    """Return whether a paragraph of a few words stands above `rows`, as their heading."""
    if not _is_words(block) or len(block[0].words) > _HEADING_MAX_CHARS or not block[0].words[-1:].isalnum():
        return False
    return introducing(rows) == 0


def _is_words(block: Sequence[Line]) -> bool:
    """Return whether a block is one line of words on its own, without a link."""
    line = block[0]
    return len(block) == 1 and line.first and not (line.depth or line.row or line.level or line.quoted or line.mentions)


def _are_rows(rows: Sequence[Line]) -> bool:
    if len(rows) < _ROWS_AT_LEAST:
        return False
    known: set[str] = set()
    for line in rows:
        if not line.mentions or line.alone or line.mentions[0].url in known:
            return False
        known.update(line.urls)
    if any(_GOES_ON.search(line.words) for line in rows[:-1]):
        return False
    return any(all(map(begins, rows)) for begins in (_begins_with_sign, _is_bold, _begins_with_link, _ends_with_link))


def _begins_with_sign(line: Line) -> bool:
    first = line.raw.lstrip()[:1]
    return first == "【" or (bool(first) and unicodedata.category(first) == "So")


def _is_bold(line: Line) -> bool:
    return bool(line.lead)


def _begins_with_link(line: Line) -> bool:
    mention = line.mentions[0]
    return line.opens and not mention.address and mention.label.lower().strip(" .:»→") not in _REFERRING


def _ends_with_link(line: Line) -> bool:
    """Return whether a line ends with its links, after words and a dash."""
    first = line.mentions[0]
    rest = "".join(
        line.raw[before.end : after.start]
        for before, after in zip(line.mentions, line.mentions[1:], strict=False)
        if before.end <= after.start
    )
    ended = _TRAILING.fullmatch(rest) and _TRAILING.fullmatch(line.raw, line.mentions[-1].end)
    return (
        bool(ended)
        and " " in line.raw[: first.start].strip()
        and bool(_NOTE.fullmatch(first.label) or _SEPARATED.search(line.raw, 0, first.start))
    )
