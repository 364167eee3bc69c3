"""A subscription: what a channel asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.preferences import Preferences
from bot.domain.schedule import Schedule
from bot.domain.workspace import WorkspaceId


class PausedBy(StrEnum):
    """Who or what paused a subscription, which decides how it is resumed."""

    PERSON = "person"
    """A person; a person resumes it."""
    CHANNEL = "channel"
    """Slack refused the channel; resumed when a person subscribes or resumes it."""
    WORKSPACE = "workspace"
    """Slack refused the workspace; resumed by itself when Slack takes the token again."""
    UNREADABLE = "unreadable"
    """Its row cannot be read here; resumed by itself when it can be (another version, newer zone data), or when someone
    subscribes again."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Why nothing is posted: `by` whom, and the `reason` as a line for people."""

    by: PausedBy
    reason: str


MESSAGE_INTERVAL = timedelta(seconds=1)
"""The least time between two messages in a channel (Slack: apis/web-api/rate-limits). A released subscription waits as
long, whatever schedules it: the next worker does not know when the last message was sent."""
CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far clocks may differ, or a clock be put back, for a recorded limit still to hold."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A 429 of Slack's: at `told` it said that nothing may be posted in the channel before `until`."""

    workspace: WorkspaceId
    channel: str
    told: datetime
    until: datetime

    def rest(self, now: datetime) -> float:
        """Return the seconds left of it; 0 if it is over or the clock has been put back by more than the tolerance."""
        if self.told > now + CLOCK_TOLERANCE:
            return 0.0
        return max(0.0, (self.until - max(now, self.told)).total_seconds())


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel gets, when and how. There is at most one for a (workspace, channel, newsletter).

    `user` owns it and gets its alerts: who subscribed first, until they hand it over or leave. `access` is the stored
    word for who may change it (`bot.domain.subscription_settings.Access`). `since` is the order number (see
    `bot.store.issues`) of the last issue that was there when the channel subscribed: only later ones are new to it.
    `cursor` is the last moment up to which its slots have been decided. `limit` is what Slack said last. `told` is the
    order number of the last issue of which the subscriber was told that it came in and was not new. `newsletter` is
    the slug of the one that it is for, "" for all that there are (where there is one newsletter, for that).
    `slot_days` are the latest local dates at whose slot something was posted, where the reader asked for them.
    """

    id: int
    workspace: WorkspaceId
    channel: str
    user: str
    schedule: Schedule
    preferences: Preferences = field(default_factory=Preferences)
    since: int = 0
    cursor: datetime | None = None
    paused: Paused | None = None
    ended: bool = False
    limit: Limit | None = None
    told: int = 0
    access: str = "everybody"
    newsletter: str = ""
    slot_days: frozenset[date] = frozenset()

    @property
    def active(self) -> bool:
        """Return whether its digests are posted."""
        return self.paused is None and not self.ended


def for_newsletter(subscriptions: Iterable[Subscription], newsletter: str) -> Subscription | None:
    """Return which of a channel's subscriptions brings the issues of a newsletter: the one to it, or else to all."""
    found = {each.newsletter: each for each in subscriptions}
    return found.get(newsletter) or found.get("")
