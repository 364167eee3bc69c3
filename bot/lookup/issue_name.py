"""What an issue is called in an answer, among those of several newsletters."""

from __future__ import annotations

from archive.issue import Issue
from bot.domain.text import one_line
from bot.domain.title import label, label_among, title, whose_beside_title


def numbered(issue: Issue) -> str:
    """Return `#388`, or the slug where there is no number; "SRE Weekly #388" where there are several newsletters.

    A newsletter without a name is called by its slug.
    """
    name = one_line(issue.newsletter_name)
    return f"{name} {label(issue)}" if name and issue.number is not None else label_among(issue)


def named(issue: Issue) -> str:
    """Return an issue's number, or its title if it has none; with its newsletter where there are several, said once."""
    if issue.number is not None:
        return numbered(issue)
    name = whose_beside_title(issue)
    return f"{name}: {title(issue)}" if name else title(issue)
