"""Which lists of an issue are lists of entries, and which are part of an entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from archive.lines import Line
from archive.link import is_profile

_NESTED_AT_LEAST = 2
"""Linked items that make a list within an item a list of entries."""


def blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph, heading, item or row."""
    block: list[Line] = []
    for line in lines:
        if block and (line.first or line.gap):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


class Lists:
    """The lists of one issue."""

    def __init__(self, lines: Iterable[Line]) -> None:
        """Read all lines of an issue."""
        self._items: dict[int, int] = defaultdict(int)
        self._linked: dict[int, int] = defaultdict(int)
        self._depth: dict[int, int] = {}
        self._persons: dict[int, int] = defaultdict(int)
        self._anchors: dict[int, int] = defaultdict(int)
        self._holding: dict[int, int] = defaultdict(int)
        """Items that have a link, in their own words or in a list within them."""
        self._read(lines)

    def _read(self, lines: Iterable[Line]) -> None:
        counted = False
        within: dict[int, int] = {}
        for line in lines:
            if not line.list_id:
                within.clear()
                continue
            if line.item:
                within = {depth: number for depth, number in within.items() if depth < line.depth}
                within[line.depth] = line.list_id
                self._items[line.list_id] += 1
                self._depth[line.list_id] = line.depth
                self._anchors[line.list_id] += line.anchor
                counted = False
            if line.mentions and not line.alone:
                for number in within.values():
                    self._holding[number] += 1
                within.clear()  # each item counts once
                self._linked[line.list_id] += not counted
                counted = True
            if (
                line.item
                and line.mentions
                and line.mentions[0].label == line.words
                and is_profile(line.mentions[0].url)
            ):
                self._persons[line.list_id] += 1

    def is_split(self, number: int) -> bool:
        """Return whether each item of a list is an entry: its items have links, and are more than people's names."""
        linked = self._linked[number]
        if self._persons[number] == self._items[number]:
            return False
        if self._depth.get(number, 1) > 1:
            return linked >= _NESTED_AT_LEAST and linked * 2 >= self._items[number]
        linked = self._holding[number]
        return linked > 0 and (linked * 2 >= self._items[number] or linked > _NESTED_AT_LEAST)

    def is_contents(self, line: Line) -> bool:
        """Return whether a line is an item of a table of contents: a list that links within the page only."""
        return line.list_id > 0 and line.anchor and self._anchors[line.list_id] == self._items[line.list_id]
