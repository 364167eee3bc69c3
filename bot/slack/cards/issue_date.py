"""An issue's date, as it is shown: one that its file does not say is a guess, and is said to be one."""

from __future__ import annotations

from archive.issue import Issue
from bot.slack.blocks.dates import long_date, short_date


def long_issue_date(issue: Issue) -> str:
    """Write an issue's date in full, a guess as `about 7 March 2021`."""
    return f"{_about(issue)}{long_date(issue.published)}"


def short_issue_date(issue: Issue) -> str:
    """Write an issue's date in short, a guess as `about 7 Mar 2021`."""
    return f"{_about(issue)}{short_date(issue.published)}"


def _about(issue: Issue) -> str:
    return "about " if issue.date_guessed else ""
