"""A subscription: one channel's standing wish for the newsletter's digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.calendar import Schedule
from bot.messages.taste import Taste
from bot.slack.workspace import WorkspaceId


class Pause(StrEnum):
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

    by: Pause
    reason: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel gets, when and how. There is at most one for a (workspace, channel).

    `user` subscribed the channel and is told when something goes wrong. `since` is the order number (see
    `bot.store.issues`) of the last issue that was there when the channel subscribed: only later ones are new to it.
    `cursor` is the last moment up to which its slots have been decided. `limited` is when Slack last said that
    nothing may be posted there for a while, and until when.
    """

    id: int
    workspace: WorkspaceId
    channel: str
    user: str
    schedule: Schedule
    taste: Taste = field(default_factory=Taste)
    since: int = 0
    cursor: datetime | None = None
    paused: Paused | None = None
    ended: bool = False
    limited: tuple[datetime, datetime] | None = None

    @property
    def active(self) -> bool:
        """Say whether its digests are posted."""
        return self.paused is None and not self.ended

    def limited_until(self, now: datetime) -> datetime | None:
        """Give until when Slack will have nothing posted; None if it will, or if a clock has since gone back."""
        if self.limited is None:
            return None
        told, until = self.limited
        return until if told <= now < until else None
