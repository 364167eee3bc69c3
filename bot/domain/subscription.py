"""A subscription: one channel's standing wish for the newsletter's digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.preferences import Preferences
from bot.domain.schedule import Schedule
from bot.domain.workspace import WorkspaceId


class PausedBy(StrEnum):
    """Who paused a subscription, which says how it goes on."""

    PERSON = "person"
    """Somebody asked; somebody asks again."""
    CHANNEL = "channel"
    """Slack refused the channel; goes on when somebody subscribes or resumes it."""
    WORKSPACE = "workspace"
    """Slack refused the whole workspace; goes on by itself when Slack takes the token again."""
    UNREADABLE = "unreadable"
    """What is kept of it cannot be read here; goes on by itself when it can (another version, newer zone data), or when
    somebody subscribes anew."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Why nothing is posted: `by` whom and the `reason` as a line for people."""

    by: PausedBy
    reason: str


MESSAGE_INTERVAL = timedelta(seconds=1)
"""What lies between two messages in a channel (Slack: apis/web-api/rate-limits). One that is given back sleeps for that
long whatever wakes it: who takes it next does not know when the last message went."""
CLOCK_TOLERANCE = timedelta(minutes=1)
"""So far may a clock be behind another, or behind itself once it is put right, and what was told still hold."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What Slack said with a 429: at `told` that nothing may be posted in the channel before `until`."""

    workspace: WorkspaceId
    channel: str
    told: datetime
    until: datetime

    def rest(self, now: datetime) -> float:
        """Give the seconds that are left of it; 0 when it is over, or a clock has since gone back by more."""
        if self.told > now + CLOCK_TOLERANCE:
            return 0.0
        return max(0.0, (self.until - max(now, self.told)).total_seconds())


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel gets, when and how. There is at most one for a (workspace, channel).

    `user` subscribed the channel and is told when something goes wrong. `since` is the order number (see
    `bot.store.issues`) of the last issue that was there when the channel subscribed: only later ones are new to it.
    `cursor` is the last moment up to which its slots have been decided. `limit` is what Slack said last.
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

    @property
    def active(self) -> bool:
        """Say whether its digests are posted."""
        return self.paused is None and not self.ended
