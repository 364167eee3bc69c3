"""The periods that a team's bookmarks are counted over."""

from __future__ import annotations

from enum import StrEnum


class Period(StrEnum):
    """Since when a link was kept."""

    ALL = "all"
    YEAR = "year"
    MONTH = "month"

    @property
    def days(self) -> int | None:
        """Give its length in days, counted back from now; None for all time."""
        return {Period.ALL: None, Period.YEAR: 365, Period.MONTH: 30}[self]

    @property
    def said(self) -> str:
        """Say it."""
        return {
            Period.ALL: "Most kept of all time",
            Period.YEAR: "Most kept in the last 365 days",
            Period.MONTH: "Most kept in the last 30 days",
        }[self]
