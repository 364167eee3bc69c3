"""Sections and entries from what was read of an issue: what belongs together is joined, in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from archive import heading, sponsor
from archive.draft import Draft, Ready
from archive.issue import Section, entry_of, section_of
from archive.kind import Kind

TITLE_MAX_CHARS = 100
"""Characters of the longest line that may be the title of what is below it."""
ROWS = -1
"""Stands for a list's number in drafts that are a line each of a paragraph."""
_ITEMS_AT_LEAST = 2
"""Items that a line without a link has below it if it is their heading."""


@dataclass(slots=True)
class SectionDraft:
    """A section being read."""

    heading: str
    kind: Kind | None
    line: int
    level: int = 0
    drafts: list[Draft | Ready] = field(default_factory=list)


def sections(parts: list[SectionDraft]) -> tuple[Section, ...]:
    """Return the sections of everything that was read, without those that are empty."""
    made = []
    position = 0
    unheaded = len(parts) == 1
    parts = [piece for part in parts for piece in _parted(part)]
    for part in parts:
        entries = []
        for draft in _settled(part.drafts):
            urls, title = draft.shown()
            entries.append(entry_of(position, draft.text, title, urls, draft.line))
            position += 1
        if entries or part.heading:
            kind = part.kind or sponsor.kind_of(entries)
            if (
                unheaded
                and part.kind is Kind.INTRO
                and (sum(bool(entry.links) for entry in entries) > 1 or any(d.listed and d.urls for d in part.drafts))
            ):
                kind = Kind.NEWS  # several links, or a list of them, and no heading at all: not an intro
            made.append(section_of(part.heading, kind, tuple(entries), part.line))
    return sponsor.with_sponsors_apart(made)


def _parted(part: SectionDraft) -> list[SectionDraft]:
    """Return a section cut where a line in bold stands above a list of entries, as a heading does."""
    if not any(each.listed for each in part.drafts):
        return [part]
    drafts, pieces = part.drafts, [replace(part, drafts=[])]
    for at, draft in enumerate(drafts):
        if isinstance(draft, Draft) and _is_heading_of(draft, drafts[at + 1 : at + 1 + _ITEMS_AT_LEAST]):
            words = draft.text.rstrip(":： ")
            pieces.append(
                SectionDraft(words, heading.kind(words) or (None if part.kind is Kind.INTRO else part.kind), draft.line)
            )
        else:
            pieces[-1].drafts.append(draft)
    return pieces


def _is_heading_of(draft: Draft, below: list[Draft | Ready]) -> bool:
    """Return whether a draft is a line in bold, and the drafts below it are items of one list."""
    lists = {each.listed for each in below}
    if draft.first is None or draft.urls or draft.listed or draft.explicit or len(below) < _ITEMS_AT_LEAST:
        return False
    return len(lists) == 1 and lists != {0} and draft.first.lead == draft.text


def _settled(drafts: list[Draft | Ready]) -> list[Draft | Ready]:
    """Join to entries the text that was separated from them.

    Text after an entry's links that has no link of its own is the entry's end. A short line without a full stop
    and without a link is the title of the entry below.
    """
    settled: list[Draft | Ready] = []
    for draft in drafts:
        last = settled[-1] if settled else None
        if isinstance(last, Draft) and _belongs(last, draft):
            last.join(draft)
        else:
            settled.append(draft)
    return settled


def _belongs(last: Draft, draft: Draft | Ready) -> bool:
    """Return whether a draft belongs to the entry above it, or that entry to the draft."""
    return (draft.doubtful and not draft.urls) or _is_title_of(last, draft) or _is_picture_of(last, draft)


def _is_picture_of(draft: Draft, below: Draft | Ready) -> bool:
    """Return whether a draft is only a picture that links to what the entry below it links to."""
    return not draft.pieces and bool(below.pieces) and bool(draft.urls) and draft.urls.keys() <= set(below.urls)


def _is_title_of(draft: Draft, below: Draft | Ready) -> bool:
    """Return whether a draft is the title of the one below it."""
    if draft.urls or draft.listed or draft.explicit or below.listed or not below.pieces:
        return False
    return draft.is_title(TITLE_MAX_CHARS)
