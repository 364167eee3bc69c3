"""The periods that a team's bookmarks are counted over."""

from __future__ import annotations

from enum import StrEnum


class Period(StrEnum):
    """A period, counted back from now."""

    ALL = "all"
    YEAR = "year"
    MONTH = "month"

    @property
    def days(self) -> int | None:
        """Return its length in days, None for all time."""
        return {Period.ALL: None, Period.YEAR: 365, Period.MONTH: 30}[self]

    @property
    def heading(self) -> str:
        """Return the heading of what was saved in it."""
        return {
            Period.ALL: "Most saved of all time",
            Period.YEAR: "Most saved in the last 365 days",
            Period.MONTH: "Most saved in the last 30 days",
        }[self]
