"""Subscriptions and deliveries as backstage shows them: what `backissue deliveries` prints."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.domain.delivery import Delivery, State
from bot.domain.schedule import ScheduleError, next_slot
from bot.domain.subscription import Subscription
from bot.domain.workspace import workspace_id
from bot.lookup.issue_name import numbered

if TYPE_CHECKING:  # as in `room`
    from playground.demo.environment import Environment

NEWEST = 50
"""Deliveries shown."""


async def delivery_log(environment: Environment, now: datetime) -> dict[str, Any]:
    """Return DELIVERIES (see the package's docstring). Raises StoreError."""
    store, key = environment.app.ports.store, workspace_id(environment.workspace.enterprise, environment.workspace.team)
    subscriptions = await store.subscriptions.list(key)
    deliveries = await store.deliveries.list(workspace=key, limit=NEWEST)
    return {
        "subscriptions": [_subscription(environment, each, now) for each in subscriptions],
        "deliveries": [_delivery(environment, each) for each in deliveries],
        "doubles": len(environment.site.ledger.doubles()),
    }


def upcoming(subscription: Subscription, now: datetime) -> datetime | None:
    """Return the subscription's next slot, None while it is paused or has none."""
    if subscription.paused is not None:
        return None
    try:
        slot = next_slot(subscription.schedule, now)
    except ScheduleError:  # this machine does not know the zone
        return None
    return slot.at if slot else None


def _subscription(environment: Environment, each: Subscription, now: datetime) -> dict[str, Any]:
    at = upcoming(each, now)
    return {
        "channel": each.channel,
        "channel_name": _named(environment, each.channel),
        "schedule": str(each.schedule),
        "next": at.isoformat() if at else None,
        "paused": each.paused.reason if each.paused else "",
    }


def _delivery(environment: Environment, each: Delivery) -> dict[str, Any]:
    return {
        "due": each.due.isoformat(),
        "channel": each.channel,
        "channel_name": _named(environment, each.channel),
        "issue": each.issue,
        "label": _labelled(environment, each.issue),
        "state": each.progress.value,
        "sent": sum(part.state is State.SENT for part in each.parts),
        "parts": len(each.parts),
        "reason": each.reason,
    }


def _labelled(environment: Environment, slug: str) -> str:
    issue = environment.library.snapshot.get(slug)
    return numbered(issue) if issue else slug


def _named(environment: Environment, channel: str) -> str:
    found = environment.workspace.channels.get(channel)
    return found.name if found and found.kind != "im" else ""
