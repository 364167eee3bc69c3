"""A bookmark as the search knows it: an issue of one entry."""

from __future__ import annotations

from archive.issue import Entry, Issue, Section
from archive.issue import Link as Address
from archive.kind import Kind
from archive.link import canonical
from bot.domain.bookmark import Bookmark


def document(bookmark: Bookmark, issue: Issue | None) -> Issue:
    """Give the bookmark as an issue whose slug is the link's key, to be searched like any other.

    What stands in the archive (`issue`, None if it is gone or was never there) is found by the entry's whole text, its
    section's kind, its issue's number and date; any other link by its own words and the day it was kept. A note is
    found too.
    """
    found = _entry(bookmark, issue)
    section, entry = found or (None, None)
    said = entry.text if entry else bookmark.link.text
    # The index reads an entry's text; an archive's headline comes from there, that of another link may not.
    head = "" if bookmark.headline.rstrip("… ") in said else bookmark.headline
    text = "\n".join(filter(None, (head, said, bookmark.note)))
    links = (Address(bookmark.url),) if bookmark.url else ()
    only = Entry(0, text, bookmark.headline, links, 1)
    kind = section.kind if section else Kind.NEWS
    number, published = (issue.number, issue.published) if issue else (None, bookmark.at)
    return Issue(bookmark.key, "", number, published, (Section(section.heading if section else "", kind, (only,), 1),))


def _entry(bookmark: Bookmark, issue: Issue | None) -> tuple[Section, Entry] | None:
    """Find the entry: at its position, or, where the issue was edited since, by the link."""
    if issue is None:
        return None
    entries = list(issue.entries())
    at = bookmark.link.position
    if 0 <= at < len(entries) and _has(entries[at][1], bookmark):
        return entries[at]
    return next((found for found in entries if _has(found[1], bookmark)), None)


def _has(entry: Entry, bookmark: Bookmark) -> bool:
    if not bookmark.url:
        return entry.headline == bookmark.headline
    if any(link.url == bookmark.url for link in entry.links):
        return True
    same = canonical(bookmark.url)
    return any(canonical(link.url) == same for link in entry.links)
