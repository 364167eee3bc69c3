"""Dates as people read them, in English whatever the machine's locale."""

from __future__ import annotations

from datetime import date, datetime

from bot.domain import schedule

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = tuple(day.capitalize() for day in schedule.DAYS)

_DAYS_IN_MONTH = 30.44
_DAYS_IN_YEAR = 365.25


def long_date(day: date) -> str:
    """Write a date in full: 7 March 2021."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """Write a date in short: 7 Mar 2021."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def age(published: datetime, today: date) -> str:
    """Say how long ago something was published, in the largest unit that is at least 2, or nearly.

    Both are taken as calendar dates; what is not yet published is "not out yet".
    """
    days = (today - published.date()).days
    if days < 0:
        return "not out yet"
    if days < 2:
        return ("today", "yesterday")[days]
    if days < 14:
        return f"{days} days ago"
    if days < 60:
        return f"{days // 7} weeks ago"
    if days < 365:
        return f"{round(days / _DAYS_IN_MONTH)} months ago"
    years = int((days + 1) / _DAYS_IN_YEAR)
    return "a year ago" if years <= 1 else f"{years} years ago"


def slack_time(moment: datetime, fallback: str) -> str:
    """Write a moment so that each reader sees it in their own zone (Slack: the `<!date^…>` token).

    `fallback` is plain text for clients that cannot; it may hold no markup.
    """
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"
