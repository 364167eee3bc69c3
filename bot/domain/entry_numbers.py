"""The numbers by which an issue's entries are told apart, the same in every view."""

from __future__ import annotations

from archive.issue import Issue
from archive.kind import Kind
from bot.domain import adverts


def entry_numbers(issue: Issue) -> dict[int, int]:
    """Return the number of each entry in its issue, by its position: from 1 in reading order.

    What stands before the first heading has none, nor has an advertisement where it is not shown because it stands
    again below. What a channel leaves out keeps its number, so that the others have the same one everywhere.
    """
    numbered = (entry for section, entry in adverts.each_once(issue.entries()) if section.kind is not Kind.INTRO)
    return {entry.position: number for number, entry in enumerate(numbered, 1)}
