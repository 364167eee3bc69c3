"""Sections folded into one message each, for issues of so many entries that a thread of them would not be read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archive.issue import Entry
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message, Part
from bot.slack.blocks.mrkdwn import clip, link, shown
from bot.slack.cards.entry import opening

_TEXT_MAX_CHARS = 280
"""Characters of an entry's text: two or three lines."""
_MAX_LINKS = 5
"""Links after the first that an entry shows."""
_SECTION_MAX_CHARS = 2_800
_ROOM = blocks.TEXT_MAX_CHARS - 1_000
_JSON_ROOM = blocks.JSON_MAX_CHARS - 1_000


def joined(lines: Sequence[str], limit: int) -> str:
    """Return lines of markup as one text of at most `limit` characters; those without room are counted."""
    kept, size = [], 0
    for at, line in enumerate(lines):
        if size + len(line) + 1 > limit - 30:
            kept.append(f"… and {len(lines) - at} more")
            break
        kept.append(line)
        size += len(line) + 1
    return "\n".join(kept)


@dataclass(slots=True)
class _Page:
    """A message being filled: its texts, and the positions of its entries."""

    texts: list[str]
    entries: list[int] = field(default_factory=list)

    def made(self) -> list[Block]:
        return [blocks.section(text) for text in self.texts]

    def add(self, line: str) -> bool:
        """Add an entry's line if there is room, or if it is the first; return whether it was added."""
        before = list(self.texts)
        if len(self.texts[-1]) + len(line) + 1 <= _SECTION_MAX_CHARS:
            self.texts[-1] += f"\n{line}"
        else:
            self.texts.append(line)
        made = self.made()
        fits = sum(map(blocks.weight, made)) <= _ROOM and len(json.dumps(made, ensure_ascii=False)) <= _JSON_ROOM
        if self.entries and not (fits and len(made) < blocks.MAX_BLOCKS):
            self.texts = before
            return False
        return True


def folded(sections: Iterable[tuple[str, Sequence[tuple[str, Entry]]]]) -> tuple[Part, ...]:
    """Return one message for each section, given by its heading (markup) and its entries, each after its mark.

    A mark is an entry's number, or a bullet. A section that does not fit in one message has several. Keys are made from
    the headings, so that a correction finds the same message.
    """
    seen: Counter[str] = Counter()
    return tuple(part for heading, entries in sections for part in _parts(heading, entries, seen))


def _parts(heading: str, entries: Sequence[tuple[str, Entry]], seen: Counter[str]) -> Iterator[Part]:
    key = hashlib.sha256(heading.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    pages = [_Page([heading])]
    for mark, entry in entries:
        line = _line(mark, entry)
        if not pages[-1].add(line):
            pages.append(_Page([f"{heading} (continued)"]))
            pages[-1].add(line)
        pages[-1].entries.append(entry.position)
    for page in pages:
        seen[key] += 1
        name = f"section-{key}" if seen[key] == 1 else f"section-{key}-{seen[key]}"
        said = f"{heading.strip('*')}: {len(page.entries)} {'entry' if len(page.entries) == 1 else 'entries'}"
        yield Part(name, Message(said, tuple(page.made())), tuple(page.entries), numbered=True)


def _line(mark: str, entry: Entry) -> str:
    """Return an entry in two or three lines: its linked headline, the beginning of its text, its other links."""
    first, rest = opening(entry)
    text = clip(rest, _TEXT_MAX_CHARS) if rest.strip() else ""
    joint = "\n" if rest.startswith("\n") or rest == entry.text else " " * rest.startswith(" ")
    said = joint.join(part for part in (first, text.lstrip() if joint else text) if part)
    others = [link(each.url, shown(each.url), 60) for each in entry.links[1 : _MAX_LINKS + 1]]
    more = len(entry.links) - 1 - len(others)
    also = " · ".join([*filter(None, others), *([f"and {more} more"] if more > 0 else [])])
    return "\n".join(part for part in (f"{mark}{said}", also) if part)
