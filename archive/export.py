"""Issues as rows of JSON, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archive.issue import Issue
from archive.link import domain


def rows(issue: Issue) -> Iterator[dict[str, Any]]:
    """Return one JSON object per entry of `issue`, in reading order.

    Keys: issue, number (or None), published (ISO 8601 with offset), title, section (heading as written), kind, text,
    headline, links (each with url and domain).
    """
    for section, entry in issue.entries():
        yield {
            "issue": issue.slug,
            "number": issue.number,
            "published": issue.published.isoformat(),
            "title": issue.title,
            "section": section.heading,
            "kind": section.kind.value,
            "text": entry.text,
            "headline": entry.headline,
            "links": [{"url": link.url, "domain": domain(link.url)} for link in entry.links],
        }
