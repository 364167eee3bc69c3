"""Subscriptions from their rows, including rows that another version wrote."""

from __future__ import annotations

from typing import Any

from bot.domain.preferences import Preferences
from bot.domain.schedule import Schedule, ScheduleError, Unreadable, parse_schedule
from bot.domain.subscription import Limit, Paused, PausedBy, Subscription


def subscription_of(row: Any) -> Subscription:
    """Return a row's subscription.

    A row that another version wrote, or whose zone this machine does not know, must not stop the others: its
    subscription is paused with the reason, and has the default preferences if its own cannot be read.
    """
    schedule, preferences, troubles = wish_of(row)
    paused = None
    if row.pause_by in set(PausedBy):
        paused = Paused(PausedBy(row.pause_by), row.pause_reason or "")
    elif row.pause_by:
        troubles = (*troubles, f"it is paused in a way unknown here ({row.pause_by}: {row.pause_reason})")
    if troubles and (paused is None or paused.by is PausedBy.UNREADABLE):
        paused = Paused(PausedBy.UNREADABLE, f"{'; '.join(troubles)}; subscribe the channel again")
    return Subscription(
        id=row.id,
        workspace=row.workspace,
        channel=row.channel,
        user=row.user,
        schedule=schedule,
        preferences=preferences,
        since=row.since,
        cursor=row.cursor,
        paused=paused,
        ended=bool(row.ended),
        limit=limit_of(row),
        told=row.told,
        access=row.access,
        newsletter=row.newsletter,
    )


def limit_of(row: Any) -> Limit | None:
    """Return what Slack's last 429 said, None if there was none."""
    if row.limited_at is None or row.limited_until is None:
        return None
    return Limit(row.workspace, row.channel, row.limited_at, row.limited_until)


def wish_of(row: Any) -> tuple[Schedule, Preferences, tuple[str, ...]]:
    """Return a row's schedule and preferences, and a clause for each that cannot be read."""
    schedule, preferences, troubles = schedule_of(row.schedule), Preferences(), []
    if isinstance(schedule, ScheduleError):
        troubles.append(f"its schedule {row.schedule[:80]!r} cannot be used here ({schedule.reason})")
        schedule = Unreadable(row.schedule)
    try:
        preferences = Preferences.from_json(row.taste)
    except (ValueError, TypeError, AttributeError):
        troubles.append("what it leaves out was chosen in another version of this bot")
    return schedule, preferences, tuple(troubles)


def schedule_of(text: str) -> Schedule | ScheduleError:
    """Return a stored schedule, or the error if it cannot be read."""
    try:
        return parse_schedule(text)
    except ScheduleError as error:
        return error
