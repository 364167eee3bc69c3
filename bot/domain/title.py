"""An issue's title, said sensibly: many archives shout theirs and repeat the date in it."""

from __future__ import annotations

import re

from archive.issue import Issue
from bot.domain.text import one_line

# What is written in capitals on purpose; every other word of a title in capitals only shouts.
_CAPITALS = {
    word.upper(): word
    for word in (
        *("AI", "API", "AWS", "CD", "CI", "CSS", "DB", "DevOps", "GitOps", "IT", "JS", "ML", "PHP", "QA"),
        *("SQL", "SRE", "SysAdmin", "UI", "UK", "US", "UX"),
    )
}
# " - 21st December 2014", "(2014-12-21)", ": December 21, 2014" at a title's end: the date is shown next to it anyway.
_DATE = re.compile(
    r"\s*[-–—:,|(]+\s*(?:"
    r"\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\.?,?\s+\d{4}"
    r"|[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{4}-\d{2}-\d{2}"
    r")\s*\)?\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


def title(issue: Issue) -> str:
    """Return the issue's title on one line: no shouting, no repeated date; the slug where nothing is left."""
    line = one_line(issue.title.replace("\\#", "#"))
    line = _DATE.sub("", line) or line
    if line.isupper():
        line = _WORD.sub(lambda word: _CAPITALS.get(word.group(), word.group().capitalize()), line)
    return line or one_line(issue.slug) or "Untitled issue"


def label(issue: Issue) -> str:
    """Return the issue's short name: `#435`, or its slug where it has no number."""
    return f"#{issue.number}" if issue.number is not None else one_line(issue.slug)


def label_among(issue: Issue) -> str:
    """Return the issue's `label`, with its newsletter's slug before a number where there are several newsletters."""
    return f"{issue.newsletter} {label(issue)}" if issue.newsletter and issue.number is not None else label(issue)


def whose(issue: Issue) -> str:
    """Return what people call the issue's newsletter (its slug if it has no name); "" where there is only one."""
    return one_line(issue.newsletter_name) or issue.newsletter


def whose_beside_title(issue: Issue) -> str:
    """Return `whose`, "" where the issue's title says it already."""
    name = whose(issue)
    return "" if name.casefold() in title(issue).casefold() else name
