"""The usual shapes of a body: entries of plain words with their addresses below, and underlined headings.

One regular expression scans a body whose entries are separated by two empty lines and in which nothing spans them (no
list, no fence, no definition), so that most of it is read at that speed. Other blocks go to the grammar one by one.
The result is the same as the grammar's, in a third of the time (see `benchmarks.reading`).
"""

from __future__ import annotations

import re
from typing import TypeAlias

from archive.markup import MARKS

Block: TypeAlias = tuple[str, str, str, str, str, str, str, str]
"""Words of an entry, its first address, its second, the lines of further ones; a heading, what underlines it; any other
lines; and the line ends after the block. A missing part is ""."""

_URL = r"https?://[!-;=?-Z^-~]{1,2000}+(?<=[\w/=&#%+-])"
_ASCII = r"[ -%'-)+-9;=?-VX-Z^a-~]"
"""The ASCII characters of plain words, without the colon and the W, which may belong to an address."""
_WORDS = (
    # A line of plain words: without marks or odd characters, addresses, and what begins an item of a list; an &
    # and [words] mean themselves. Possessive, so that text that does not match is scanned once.
    rf"(?=[^\W_]|[\"'“‘(\[])(?!\d{{1,3}}[.)]\s){_ASCII}*+"
    rf"(?:(?:[^\x00-\x7f{MARKS}]++|:(?!//)|W(?![Ww]?\.)|&(?= )|\[[A-Za-z ]++\](?= )){_ASCII}*+)*+"
)
_BLOCK = re.compile(
    # Paragraphs of plain words, addresses below them (or at their end, or none), and two blank lines or the end.
    rf"(?:({_WORDS}(?:\n\n?+{_WORDS})*+)"
    rf"(?:\n<br>\[({_URL})\]\(\2\)(?:\n<br>\[({_URL})\]\(\3\))?+((?:\n<br>\[{_URL}\]\([^\s<>\\]*\))*+)"
    rf")?"
    r"(?=\n\n\n|\n*\Z)"
    # A heading of plain words, which mail programs may have quoted.
    r"|(?:> ?)?([^\W\d_](?:[^\W_]| (?! |\n)|[,'’–-]){0,158}+)\n([=-])\6+(?=\n\n)"
    r"|((?:.++|\n(?!\n\n))++)"
    r")(\n*+)"
)
_WRAP = 60
"""A line shorter than this even with the next line's first word was ended on purpose; longer ones were wrapped."""

_MORE = re.compile(rf"<br>\[({_URL})\]\((\S*)\)")


_SPANNING = re.compile(
    # What may continue over an empty line, or is named elsewhere: a list, a fence, code, HTML, a definition, a table.
    # The line feed comes first: a search for one letter skips the text between in a fraction of the time.
    r"\n(?:(?=[^\w\n>])[ ]{0,3}(?:[-*+•‣◦·](?:[ \t]|$)|\t|[ ]|```|~~~|\[[^\]\n]*\]:|</?(?!br\b)[A-Za-z]|\||:[ \t])"
    r"|(?=[\d ])[ ]{0,3}\d{1,9}[.)](?:[ \t]|$))",
    re.MULTILINE,
)
_GAP = re.compile(
    # Empty lines before no heading and no item.
    r"\n(?P<gap>(?:[ \t]*\n)+)(?=[^\s])(?! {0,3}(?:#|[-*+•][ \t]|\d{1,3}[.)][ \t]))"
    r"(?![^\n]*\n {0,3}(?:={2,}|-{2,})[ \t]*(?:\n|\Z))"
)
_WIDE_SHARE = 4


def is_wide(body: str) -> bool:
    """Return whether an issue separates its entries by two empty lines: at least a quarter of its gaps are."""
    gaps = [gap.count("\n") for gap in _GAP.findall(body)]
    return bool(gaps) and sum(gap > 1 for gap in gaps) * _WIDE_SHARE >= len(gaps)


def is_usual(body: str) -> bool:
    """Return whether each block of `body`, whose entries are separated by two empty lines, can be read by itself."""
    return "][" not in body and _SPANNING.search(f"\n{body}") is None


def blocks(body: str) -> list[Block]:
    """Return `body`, whose lines end with a line feed alone and which begins with none, cut into its blocks, in order.

    They contain all of the text: joined with what their shapes leave out they are the body.
    """
    return _BLOCK.findall(body)


def is_simple(written: str) -> bool:
    """Return whether `written` is an entry's text unchanged."""
    return (
        "\n" not in written and "  " not in written and "ww." not in written and " " in written and written[-1] != " "
    )


def addresses(url: str, second: str, more: str) -> tuple[str, ...]:
    """Return `url`, `second` and the addresses in the lines `more`; nothing if any links elsewhere than it shows."""
    if "&amp;" in url or "&amp;" in second or "&amp;" in more:
        return ()
    if not more:
        return (url, second) if second and second != url else (url,)
    pairs = _MORE.findall(more)
    if any(seen != leads_to for seen, leads_to in pairs):
        return ()
    return tuple(dict.fromkeys(filter(None, (url, second, *(seen for seen, _ in pairs)))))


def words(written: str) -> str:
    """Return the text of an entry as it is `written`, one paragraph a line; "" if it may have more than plain words.

    A line of one word may be an address without a scheme, and so may be what holds `www.`.
    """
    if "ww." in written:
        return ""
    if "\n" in written:
        return _paragraphs(written.split("\n"))
    if "  " in written or written[-1] == " ":
        written = " ".join(written.split())
    return written if " " in written else ""


def _paragraphs(lines: list[str]) -> str:
    text = ""
    above = ""
    for line in lines:
        if line:
            words = " ".join(line.split())
            if " " not in words:
                return ""
            if text:
                text += "\n" if not above or is_apart(len(above), line) else " "
            text += words
        above = line
    return text


def is_apart(width: int, line: str) -> bool:
    """Return whether `line` is a line of its own right below one of `width` characters."""
    return width + len(line.partition(" ")[0]) < _WRAP
