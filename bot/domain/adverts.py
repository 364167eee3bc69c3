"""Advertisements that stand more than once in an issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.issue import Entry, Section
from archive.kind import Kind
from archive.link import canonical


def each_once(entries: Iterable[tuple[Section, Entry]]) -> Iterator[tuple[Section, Entry]]:
    """Yield entries with their sections, an advertisement that stands several times only at its last place.

    Newsletters put one at the top and again below the news; readers get the news first, and the longest of its texts.
    Two are the same if they have the same links or, without links, the same text.
    """
    every = list(entries)
    last: dict[object, int] = {}
    longest: dict[object, tuple[Section, Entry]] = {}
    for place, (section, entry) in enumerate(every):
        if section.kind is Kind.SPONSOR:
            advert = _advert(entry)
            last[advert] = place
            if advert not in longest or len(entry.text) > len(longest[advert][1].text):
                longest[advert] = section, entry
    for place, (section, entry) in enumerate(every):
        if section.kind is not Kind.SPONSOR:
            yield section, entry
        elif last[_advert(entry)] == place:
            yield longest[_advert(entry)]


def _advert(entry: Entry) -> object:
    return frozenset(canonical(link.url) for link in entry.links) or entry.text
