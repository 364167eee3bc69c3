"""What an issue is called among several newsletters."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.issue import Issue
from bot.domain.title import label_among


def _issue(number: int | None, newsletter: str) -> Issue:
    slug = f"{newsletter}/notes" if newsletter else "notes"
    return Issue(slug, "Notes", number, datetime(2021, 5, 3, tzinfo=UTC), (), newsletter=newsletter)


def test_a_number_is_its_newsletters_own() -> None:
    """The newsletter is said with it only where there are several; a slug says it already."""
    assert [label_among(_issue(3, "")), label_among(_issue(3, "bread"))] == ["#3", "bread #3"]
    assert [label_among(_issue(None, "")), label_among(_issue(None, "bread"))] == ["notes", "bread/notes"]
