"""The kinds of sections."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of section a newsletter has, by their names in exports and in `in:` filters."""

    INTRO = "intro"
    NEWS = "news"
    TOOLS = "tools"
    EVENTS = "events"
    JOBS = "jobs"
    SPONSOR = "sponsor"
    OTHER = "other"
