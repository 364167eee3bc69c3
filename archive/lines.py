"""Lines of plain words with the links in them, each with its place in the page, built from the grammar's events."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from archive import link
from archive.link import LinkSpan, canonical, is_web, opened, trimmed
from archive.markup import TAG, may_be_www, unseen_as_blank

_MASK = " "
"""Stands for text that is not part of a bare address: code, and links that the grammar found. It ends an address."""
_OPENING = re.compile(r"(?:\W|\[[^\[\]]{1,20}\])*")
"""What may precede a link at the beginning of a line."""
_DOTTED = re.compile(r"\w\.\w")


@dataclass(slots=True)
class Mention:
    """A link in a line.

    It covers `start` to `end` of the line's `raw` words, which are its `label`; `address`: they are the address
    itself; `bold`: they are in bold; `picture`: a picture is linked, and `label` is its text.
    """

    url: str
    start: int
    end: int
    label: str
    address: bool = False
    bold: bool = False
    picture: bool = False


@dataclass(slots=True)
class Line:
    """One line of a page, or a heading, or a row of a table.

    `number` counts from 1. `gap`: empty lines above its block (0 inside a block; -1: this is a rule). `level`: of a
    heading, 1 and 2 where it is underlined, from 3 on where # leads it. `depth`: how many lists it stands in, `item`
    whether it begins an item, `list_id` which list (a number). `lead`: the words in bold that it begins with. `broken`:
    it was ended on purpose by the line above. `row`: 1 for a table's head, 2 for its rows. `term`: it begins a
    definition. `quoted`: it stands in a quote. `first`: it begins its block. `anchor`: it is nothing but links within
    the page.
    """

    number: int
    raw: str = ""
    words: str = ""
    mentions: list[Mention] = field(default_factory=list)
    gap: int = 0
    level: int = 0
    depth: int = 0
    item: bool = False
    list_id: int = 0
    lead: str = ""
    broken: bool = False
    row: int = 0
    term: bool = False
    quoted: bool = False
    first: bool = False
    anchor: bool = False

    @property
    def opens(self) -> bool:
        """Return whether it begins with a link, after at most tags such as `[video]` and marks."""
        return bool(self.mentions) and _OPENING.fullmatch(self.raw, 0, self.mentions[0].start) is not None

    def cut(self, characters: int) -> None:
        """Remove characters from its beginning."""
        self.raw = self.raw[characters:]
        self.words = " ".join(self.raw.split())
        for mention in self.mentions:
            mention.start, mention.end = max(0, mention.start - characters), max(0, mention.end - characters)

    @property
    def urls(self) -> list[str]:
        """Return the URLs that it links to, each once."""
        return list(dict.fromkeys(mention.url for mention in self.mentions))

    @property
    def alone(self) -> str:
        """Return the URL that is the whole line, "" if it has more."""
        if len(self.mentions) == 1 and self.mentions[0].address:
            mention = self.mentions[0]
            rest = self.raw[: mention.start] + self.raw[mention.end :]
            if not rest.strip(" .,;:!?*_'\"<>|\\`~•…’”"):
                return mention.url
        return ""


class LineBuilder:
    """Collects one line's words and links from the grammar's events."""

    def __init__(self) -> None:
        """Begin an empty line."""
        self.open: list[tuple[str, int, bool, int]] = []
        self.bold = 0
        self.alt: list[str] | None = None
        self._reset()

    def _reset(self) -> None:
        self.pieces: list[str] = []
        self.length = self.anchored = self.parted = 0
        self.worded = False
        self.mentions: list[Mention] = []
        self.masked: list[tuple[int, int]] = []
        self.cuts: list[int] = []
        self.lead_from = -1
        self.lead = self.alts = ""

    def text(self, words: str, *, code: bool = False) -> None:
        """Add words as a reader sees them."""
        if self.alt is not None:
            self.alt.append(words)
            return
        if code:
            self.masked.append((self.length, self.length + len(words)))
        self.pieces.append(words)
        self.length += len(words)
        self.worded = self.worded or bool(words.strip(" •*-\u200b"))

    def part(self, words: str) -> None:
        """Add what separates a table's cell from the one before."""
        self.text(words)
        self.parted = len(self.pieces)

    def unpart(self) -> None:
        """Remove what separates a cell that turned out to be empty."""
        if self.parted == len(self.pieces) > 0:
            self.length -= len(self.pieces.pop())
            self.cuts = [min(cut, self.length) for cut in self.cuts]
            self.parted = 0

    def cut(self) -> None:
        """Keep an address from continuing across this point."""
        self.cuts.append(self.length)

    def strong(self, *, begins: bool) -> None:
        """Begin or end bold words."""
        self.cut()
        if begins:
            if not self.bold and not self.lead and not self.worded:
                self.lead_from = self.length
            self.bold += 1
        elif self.bold:
            self.bold -= 1
            if not self.bold and self.lead_from >= 0:
                self.lead = " ".join("".join(self.pieces)[self.lead_from :].split())
                self.lead_from = -1

    def link(self, url: str) -> None:
        """Begin a link."""
        self.open.append((url, self.length, self.bold > 0, len(self.pieces)))

    def unlink(self) -> None:
        """End the innermost link."""
        if not self.open:
            return
        url, start, bold, first = self.open.pop()
        label = "".join(self.pieces[first:])
        self._mention(url, start, label, bold=bold)

    def _mention(self, target: str, start: int, label: str, *, bold: bool) -> None:
        target = target.strip()
        if label and not is_web(target) and not is_web(label.strip()):
            self.masked.append((start, start + len(label)))
        if target.lower().startswith("mailto:"):
            address = target[7:].partition("?")[0]
            if address and address not in label:
                self.text(f" ({address})")
            return
        if not is_web(target):
            self.anchored += len(label.strip()) if target.startswith("#") else 0
            return
        picture = not label.strip() and bool(self.alts)
        url, is_address = settled(label, opened(target.replace(" ", "%20").replace("\n", "")))
        end = start + len(label)
        shown = self.alts if picture else " ".join(label.split())
        self.mentions.append(Mention(url, start, end, shown, is_address, bold or self.bold > 0, picture))
        self.masked.append((start, end))
        self.alts = ""

    def picture(self, *, begins: bool) -> None:
        """Begin or end a picture: its text is kept for a link around it, and is not part of the line."""
        if begins:
            self.alt = []
        elif self.alt is not None:
            self.alts, self.alt = " ".join("".join(self.alt).split()), None
            self.text(" ")

    def finish(self, line: Line) -> Line:
        """Move what was collected into `line`, with the bare addresses in it, and begin another line."""
        reopened = [(url, 0, bold, 0) for url, _, bold, _ in self.open]
        while self.open:
            self.unlink()
        raw = "".join(self.pieces)
        line.raw = unseen_as_blank(raw)
        line.mentions = self.mentions
        if self._may_hold_more(raw):
            self._find(line)
        line.words = " ".join(line.raw.split())
        if self.lead:
            line.lead = self.lead
        if self.anchored:
            line.anchor = self.anchored >= len(line.words) and not line.mentions
        self._reset()
        self.open = reopened
        return line

    def _may_hold_more(self, raw: str) -> bool:
        """Return quickly whether a line may hold addresses that the grammar does not know."""
        addresses = raw.count("://")
        if addresses and sum(mention.label.count("://") for mention in self.mentions) < addresses:
            return True
        if "](" in raw or may_be_www(raw) or (self.cuts and "www." in raw.lower()):
            return True
        return not self.mentions and " " not in raw.strip() and _DOTTED.search(raw) is not None

    def _add_address(self, line: Line, found: LinkSpan) -> None:
        """Add a bare address, up to the first tag in it."""
        end = found.start + len(found.label)
        following = bisect_right(self.cuts, found.start)  # cuts are recorded in order
        cut = min(end, self.cuts[following]) if following < len(self.cuts) else end
        if cut == end:
            line.mentions += [Mention(url, found.start, end, found.label, address=True) for url in found.urls]
        elif again := link.find(line.raw[found.start : cut]):
            label = again[0].label
            line.mentions += [
                Mention(url, found.start, found.start + len(label), label, address=True) for url in again[0].urls
            ]

    def _parted(self, seen: str) -> str:
        """Return `seen` with a space before each address that begins at a mark, as in `**bold**www.example.org`.

        The space replaces the letter before, so that every position stays.
        """
        starts = [at for at in self.cuts if at and seen[at : at + 4].lower() == "www."]
        if not starts:
            return seen
        letters = list(seen)
        for at in starts:
            if not _IN_ADDRESS.search(seen, max(0, at - _URL_LOOK_BACK_CHARS), at):
                letters[at - 1] = _MASK
        return "".join(letters)

    def _find(self, line: Line) -> None:
        """Add the bare addresses, and links that the grammar did not recognise."""
        seen = line.raw.replace("\\", _MASK)  # escapes are already undone
        for start, end in self.masked:
            seen = seen[:start] + _MASK * (end - start) + seen[end:]
        seen = self._parted(seen)
        for found in reversed(link.find(seen)):
            if found.address and found.label == seen[found.start : found.start + len(found.label)]:
                self._add_address(line, found)
                continue
            if any(start < found.end and found.start < end for start, end in self.masked):
                continue  # brackets around code or a link are words
            label = f"{found.label}{found.tail}"
            line.raw = line.raw[: found.start] + label + line.raw[found.end :]
            moved = len(label) - (found.end - found.start)
            for mention in line.mentions:
                if mention.start >= found.end:
                    mention.start, mention.end = mention.start + moved, mention.end + moved
            for url in found.urls:
                end = found.start + len(found.label)
                line.mentions.append(Mention(url, found.start, end, found.label.strip(), found.address))
        line.mentions.sort(key=lambda mention: mention.start)


def settled(label: str, url: str) -> tuple[str, bool]:
    """Return the target of a link with the words `label`, and whether these are an address themselves.

    A converter may have cut a target at an unexpected character; the words then show it whole.
    """
    words = label.strip()
    if not ("." in words or "://" in words) or " " in words:
        return url, False
    shown = trimmed(words)
    if not is_web(shown) and canonical(shown) != canonical(trimmed(url)):
        return url, False
    whole = opened(shown)
    if canonical(whole) == canonical(trimmed(url)):
        return (trimmed(url) if words != shown else url), True
    return (whole, True) if whole.startswith(trimmed(url)) else (url, False)


def tagged(tag: str, builder: LineBuilder) -> Iterator[str]:
    """Handle one HTML tag within a line; yield "break" if it breaks the line."""
    name = _NAME.match(tag)
    if name is None or TAG.fullmatch(tag) is None:
        if name is None or not tag.startswith("<!"):
            builder.text(tag)
        return
    kind = name[2].lower()
    if kind == "br":
        yield "break"
        return
    builder.cut()
    if kind == "a":
        if name[1]:
            builder.unlink()
        elif target := attribute(tag, "href"):
            builder.link(target)
    elif kind in ("b", "strong"):
        builder.strong(begins=not name[1])
    elif kind in _PARTING:
        builder.text(" ")


_URL_LOOK_BACK_CHARS = 300
"""Characters before a mark in which an address may have begun that continues to it."""
_IN_ADDRESS = re.compile(r"(?:://|www\.)\S*\Z", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_PARTING = frozenset("p div li td th tr dt dd h1 h2 h3 h4 h5 h6 hr section article summary details".split())  # noqa: SIM905 - reads better


def attribute(tag: str, name: str) -> str:
    """Return the value of an attribute of a tag, "" without one."""
    found = re.search(rf"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", tag, re.IGNORECASE)
    return html.unescape(next((value for value in found.groups() if value), "")) if found else ""
