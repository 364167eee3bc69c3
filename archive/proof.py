"""Proof that reading a file lost nothing and invented nothing.

The proof parses the text once more with the grammar, without the reader's rules (`archive.page`), and compares what
the page shows with what was read, place by place (a heading, an entry) and line by line:

- a line of plain words stands, as it is, in the text of its place;
- every other word that the page shows stands in its line's place: in the text, or in a link;
- every link of the page, and every address that stands bare in it outside of code, is a link of its line's place;
- every link, and every letter of every text, is on the page in the lines of its place, as often;
- what no reader of the page would see (`archive.hidden`) begins and ends as such things do, and is taken out before;
- what `newsletter.toml` leaves out counts as read: `check` says how much it is.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from archive import document, veil
from archive.document import Reading
from archive.hidden import Hidden
from archive.issue import Issue
from archive.link import canonical, trimmed
from archive.notes import linked
from archive.page import PARTING, ShownLine, Unseen, parsed

_TOKEN = re.compile(r"[^\W_]+")
_SCHEME = r"(?:https?|ftp)://"
_IPV6 = r"\[[\da-f]{0,4}:[\da-f:.]{1,40}\]"
_CLOSING = dict(zip("（「『《〈【〔«“", "）」』》〉】〕»”", strict=True))
_WIDE = f"。，、；：！？｜{''.join(_CLOSING)}{''.join(_CLOSING.values())}"
_ADDRESS = re.compile(
    rf"""(?:{_SCHEME}(?:{_IPV6})?|(?<![\w./@-])www\.(?=\w))
    (?:(?![,;]{_SCHEME})[^\s<>"'()\[\]\\`*|{{}}\x00{_WIDE}])*""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE = re.compile(
    # What precedes a bare address: a blank, a bar or another separating mark, or an opening mark.
    rf"""(?:^|(?<=[\s\x01\x02，。、；：！？｜])|(?<=[|,;])(?={_SCHEME}))[(（「『《〈“‘«]*(?P<before>[*_~]{{0,3}})
    (?P<address>(?:{_SCHEME}(?:{_IPV6})?|(?<!\w)www\.(?=\w))
    (?:(?![,;]{_SCHEME})[^\s<>"'()\[\]`*|{{}}\x01\x02{_WIDE}])*)""",
    re.VERBOSE | re.IGNORECASE,
)
_LEFT = re.compile(r"\x01([*_~]+)")
_MARKED = re.compile(r"[<\\]|\]\(|&#?\w{1,31};")
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;!?()'’%$£€+/-])*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(ending, re.IGNORECASE))
    for opening, ending in (
        (r"<!--(?=-?>)", r"-?>"),
        (r"<!--", r"--!?>"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (r"<![a-z]", r">"),
        (r"<\?", r"\?>"),
        (r"<script\b", r"</script\s*>"),
        (r"<style\b", r"</style\s*>"),
        (r"<template\b", r"</template\s*>"),
        (r"[ >]*\[(?://|#|_|comments?|hidden|)\]:", r"\Z"),
        (r"[ >]*\[[^\]\n]*\]:[ \t]*(?:#|<#?>)", r"\Z"),
        (r"\{%(?!-?\s*comment)", r"%\}"),
        (r"\{\{[<%](?!\s*comment)", r"[>%]\}\}"),
        (r"\{:(?!:)", r"\}"),
        (r" {0,3}(?:[*+-]|1\.) +[^\n]{1,60}\n *\{: ?toc\b", r"\}"),
        (r"\*\[[^\]\n]{1,99}\]:", r"(?=\n|\Z)"),
        (r"\{\{(?![<%]|-?\s*/\*)", r"\}\}"),
        (r"%%(?=(?:(?!%%|\n[ \t]*\n)[\s\S])*%%)", r"%%"),
        (r"%%", r"(?<![\d%])%%(?=[ \t]*(?:\n|\Z))"),
        (r"\{/\*", r"\*/\s*\}"),
        (r"\{#", r"#\}"),
        (r"\{>>", r"<<\}"),
        (r"\{%-?\s*comment", r"endcomment\s*-?%\}"),
        (r"\{::comment", r"\{:/(?:comment)?\}"),
        (r"\{\{-?\s*/\*", r"\*/\s*-?\}\}"),
        (r"\{\{[<%]\s*comment", r"/comment\s*[>%]\}\}"),
    )
)
_ENDING = re.compile(r"[,.;:!?](?:\s|\Z)")
"""Punctuation that no blank precedes where what stood between is not seen."""
_OPENING = re.compile(veil.OPENING, re.IGNORECASE)
_TRAILING = ".,;:!?'\"*…’”>|"


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """A thing that the raw text has and the archive does not, or (`invented`) the other way round."""

    file: str
    line: int
    what: str
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How much was read: files, issues, sections, entries, links, and words (of headings and texts)."""

    files: int = 0
    issues: int = 0
    sections: int = 0
    entries: int = 0
    links: int = 0
    words: int = 0

    def __add__(self, other: Count) -> Count:
        """Return the sum of both, field by field."""
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(slots=True)
class _Place:
    """A heading or an entry, and the raw lines that it was read from."""

    line: int
    text: str
    urls: tuple[str, ...] = ()
    raw: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    held: str = ""
    """All letters and digits of the place, words and links alike."""

    def __post_init__(self) -> None:
        self.held = _squeezed(" ".join((self.text, *map(_decoded, self.urls))))


@dataclass(frozen=True, slots=True)
class Proof:
    """What comparing a reading with its file found: nothing lost or invented if there are no `losses`."""

    losses: tuple[Loss, ...] = ()
    unseen: Unseen = field(default_factory=Unseen)


def examine(reading: Reading, data: bytes) -> Proof:
    """Compare what was read from a file with its bytes `data`, which are parsed once.

    A file that gave no issue proves nothing: its problem says what was lost.
    """
    if reading.issue is None:
        return Proof()
    body, first_line = document.raw_body(reading.file, data)
    seen, wrong = _seen(body, reading.hidden)
    issue = replace(reading.issue, sections=(*reading.issue.sections, *reading.left_out))
    differences, unseen = compare(seen, first_line, issue)
    losses = chain(differences, ((piece.line, piece.raw[:80], False) for piece in wrong))
    return Proof(tuple(sorted(Loss(reading.file, *loss) for loss in losses)), unseen)


def prove(reading: Reading, data: bytes) -> tuple[Loss, ...]:
    """Return how what was read from a file differs from its bytes `data`; nothing if nothing was lost or invented."""
    return examine(reading, data).losses


def hidden_links(reading: Reading) -> int:
    """Return the number of addresses in text that no reader of the page would see."""
    return sum(len(_ADDRESS.findall(piece.raw)) for piece in reading.hidden)


def _seen(body: str, hidden: Iterable[Hidden]) -> tuple[str, list[Hidden]]:
    """Return `body` without its hidden text, with all its line ends, and the hidden text that should be visible."""
    pieces, at, wrong = [], 0, []
    for piece in hidden:
        before = body[at : piece.start]
        pieces += [before[:-1] if _ENDING.match(body, piece.end) and before[-1:] == " " else before]
        pieces.append("\n" * piece.raw.count("\n"))
        at = piece.end
        if body[piece.start : piece.end] != piece.raw or not _is_unseen(piece, body[at : at + 1]):
            wrong.append(piece)
    return "".join([*pieces, body[at:]]), wrong


def _is_unseen(piece: Hidden, after: str) -> bool:
    """Return whether a piece begins like a comment or a script, and ends at its first end or with its paragraph."""
    for opening, ending in _UNSEEN:
        if begun := opening.match(piece.raw):
            end = ending.search(piece.raw, begun.end())
            return end.end() == len(piece.raw) if end else not piece.closed and (not after or after[0] == "\n")
    return _is_veiled(piece, after)


def _is_veiled(piece: Hidden, after: str) -> bool:
    """Return whether a piece is one element that a browser does not show, with all its content."""
    begun = _OPENING.match(piece.raw)
    if not begun or not veil.hides(begun["element"], begun["attributes"]):
        return False
    if veil.is_alone(begun["element"], begun["attributes"]):
        return begun.end() == len(piece.raw)
    end = veil.end(piece.raw, 0, len(piece.raw))
    return end == len(piece.raw) if end else not piece.closed and (not after or after[0] == "\n")


def count(issue: Issue) -> Count:
    """Return the counts of one issue."""
    entries = [entry for _, entry in issue.entries()]
    headings = {section.line: section.heading for section in issue.sections if section.heading}
    words = sum(len(text.split()) for text in (*headings.values(), *(entry.text for entry in entries)))
    links = sum(len(entry.links) for entry in entries)
    return Count(1, 1, len(issue.sections), len(entries), links, words)


def compare(body: str, first_line: int, issue: Issue) -> tuple[Iterator[tuple[int, str, bool]], Unseen]:
    """Return how an issue differs from the visible `body` of its file (line, what, whether invented), and the unseen.

    `first_line` is the number of the body's first line in its file.
    """
    body = linked(body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " "))
    page, unseen = parsed(body)
    return _differences(body.split("\n"), page, first_line, issue), unseen


def _differences(
    lines: list[str], page: Mapping[int, ShownLine], first_line: int, issue: Issue
) -> Iterator[tuple[int, str, bool]]:
    places = _places(issue)
    begun: list[_Place] = []
    latest: list[_Place] = []
    upcoming = iter([*places, None])
    ahead = next(upcoming)
    for number, line in enumerate(lines, first_line):
        latest = begun or latest
        begun = []
        while ahead is not None and ahead.line <= number:
            begun.append(ahead)
            ahead = next(upcoming)
        owners = [*begun, *latest]
        seen = page.get(number - first_line, ShownLine())
        for owner in owners:
            owner.raw.append(line)
            owner.shown += [seen.words, seen.code, seen.heads]
            owner.linked += seen.links
        yield from ((number, what, False) for what in _lost(seen, owners))
    for place in places[1:]:  # the title may be the front matter's, which is not checked here
        yield from _invented(place)


def _places(issue: Issue) -> list[_Place]:
    headings = {section.line: _Place(section.line, section.heading) for section in issue.sections if section.heading}
    entries = [_Place(e.line, e.text, tuple(link.url for link in e.links)) for _, e in issue.entries()]
    title = _Place(0, issue.title)
    return sorted([title, *headings.values(), *entries], key=lambda place: place.line)


def _is_plain(line: str) -> bool:
    return bool(_PLAIN.fullmatch(line.strip())) and not _ADDRESS.search(line) and len(line.split()) > 1


def _lost(line: ShownLine, owners: list[_Place]) -> Iterator[str]:
    """Yield what the page shows in one line and the places that it may belong to do not have."""
    words = _NUMBERED.sub("", line.words)
    if not (line.code or line.heads):
        for part in words.split(PARTING):
            if _is_plain(part) and not _stands(part, owners):
                yield part.strip()
    held = " ".join(owner.held for owner in owners)
    yield from (word for word in _TOKEN.findall(f"{words} {line.code}") if word not in held)
    urls = [url for owner in owners for url in owner.urls]
    known = set(map(canonical, urls))
    for target in line.links:
        bare = canonical(target.replace(" ", "%20"))
        if not (bare in known or canonical(trimmed(target)) in known or any(url.startswith(target) for url in urls)):
            yield target
    if found := list(_bare(line.unlinked)):
        urls = sorted([*urls, *(url.removeprefix("http://") for url in urls)])
        yield from (address[1] for address in found if not _is_linked(address, urls))


def _stands(words: str, owners: list[_Place]) -> bool:
    """Return whether a line's words are found unchanged in one of the texts."""
    return any(" ".join(words.split()) in " ".join(owner.text.split()) for owner in owners)


_NUMBERED = re.compile(r"\A\s*(?:\d{1,3}、|[（(]\d{1,3}[）)]|[①-⑳]|\d{1,3}[．.)](?=\s|[^\x00-\x7f]|\Z))")
"""The number that an item begins with, which is not part of its words."""


def _bare(line: str) -> Iterator[tuple[str, str, bool, str | None]]:
    """Yield the bare addresses in a line without other marks.

    Each with everything at its end, without, whether a mark of emphasis stands right before it, and the marks left of a
    run that ends the emphasis right after it, None for none.
    """
    if _MARKED.search(line):
        return
    for match in _BARE.finditer(line):
        if _is_glued(line, match.start()):
            continue
        address = match["address"].rstrip(_TRAILING)
        for mark in match["before"]:
            address = address.removesuffix(mark).rstrip(_TRAILING)
        host = address.partition("://")[2] if "://" in address else address
        if host and host[0] not in "/?#":
            left = _LEFT.match(line, match.end("address"))
            marked = line[match.start("address") - 1 : match.start("address")] == "\x01"
            yield match["address"], address, marked, left[1] if left else None


def _is_glued(line: str, at: int) -> bool:
    """Return whether what begins at `at` follows a word with nothing but tags between: no page links it there."""
    begins = at
    while at and line[at - 1] in "\x01\x02":
        at -= 1
    return at < begins and at > 0 and (line[at - 1].isalnum() or line[at - 1] in "/_)")


def _is_linked(address: tuple[str, str, bool, str | None], urls: list[str]) -> bool:
    """Return whether a bare address is one of `urls`, which are sorted.

    One of them may continue with brackets and quotes, or with marks that the grammar pairs with earlier ones of the
    paragraph: in `_see http://example.org/a_(b)` a reader sees one address. `_invented` proves that it is written so.
    """
    whole, trimmed, marked, left = address
    if (at := bisect_left(urls, trimmed)) < len(urls) and urls[at] == trimmed:
        return True
    for url in islice(urls, bisect_left(urls, whole), None):
        if not url.startswith(whole):
            break
        more = url[len(whole) :].rstrip(_TRAILING)
        if url[len(whole) :] == left:
            return True
        if more and (
            more[0] in "'\"()[]{}*`<>"
            or _CLOSING.get(more[0], "\n") in more
            or (more[0] in "_~" and not marked)
            or _EMPHASIZED.match(more)
        ):
            return True
    return False


_EMPHASIZED = re.compile(r"[*_~]{1,3}\w")
"""What continues an address where the grammar sees words in italics or bold."""


def _invented(place: _Place) -> Iterator[tuple[int, str, bool]]:
    raw = "\n".join(place.raw)
    plain = _decoded(raw)
    linked = {canonical(target) for target in place.linked}
    for url in place.urls:
        bare = url.removeprefix("http://")
        if canonical(url) not in linked and not any(
            bare.replace("%20", blank) in text for blank in (" ", "%20") for text in (raw, plain, _unescaped(raw))
        ):
            yield place.line, url, True
    said, written = _squeezed(place.text), _squeezed(raw)
    if said in written:  # most texts stand there as they are, and no letter has to be counted
        return
    letters = Counter(written) | Counter(_squeezed(plain)) | Counter(_squeezed(" ".join(place.shown)))
    if Counter(said) - letters:
        extra = [word for word in _TOKEN.findall(place.text) if word not in _squeezed(plain)]
        yield place.line, " ".join(extra) or place.text[:80], True


def _decoded(text: str) -> str:
    """Undo escapes and entities, each once."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), _unescaped(text))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _squeezed(text: str) -> str:
    return "".join(_TOKEN.findall(text))


def total(issues: Iterable[Issue]) -> Count:
    """Return the sum of several issues' counts."""
    return sum(map(count, issues), Count())
