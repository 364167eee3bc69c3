"""Clauses that say how a delivery stands and when an issue goes out, for people and for operators."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.issue import Issue
from bot.domain.delivery import (
    ISSUE_GONE,
    OPERATOR,
    RETRACTABLE,
    SETTLED,
    TAKEN_BACK,
    Delivery,
    Progress,
    State,
    moment_of_ts,
)
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.publication import moment_said
from bot.domain.schedule import Weekly, zone_of
from bot.domain.subscription import Subscription

_ENDED = {
    Progress.UNKNOWN: "may or may not have been posted: nobody can tell from here, and its subscriber was asked",
    Progress.REFUSED: "was not posted: Slack refused it",
    Progress.DROPPED: "was not posted",
    Progress.PASSED: "is not posted by itself",
}
_NOW = timedelta(minutes=1)
"""What goes out within this time is said to go out now."""
_SAME_YEAR = timedelta(days=300)
"""A date further ahead than this is said with its year."""
PASSES = "will not be posted by itself"
"""How the clause begins about an issue that will be passed over."""


def turn(issue: Issue, at: datetime, first: datetime, now: datetime, how: tuple[Subscription, DeliveryPolicy]) -> str:
    """Return a clause that says when an issue goes out, and why not earlier.

    `at` is when it goes out and `first` when the channel's next issue does; `how` is the subscription and the policy.
    """
    subscription, policy = how
    if at <= now + _NOW:
        return "it goes out now"
    said = f"it goes out {when(at, subscription, now)}"
    if issue.published > now:
        return f"{said}: its date is {moment_said(issue.published)}"
    if subscription.limit is not None and at == subscription.limit.until:
        return f"{said}: Slack takes nothing here before"
    if not isinstance(subscription.schedule, Weekly) or at > first >= issue.published:
        return f"{said}, since at most {policy.issues_per_slot} are posted {_each(subscription)}"
    return said


def stands(delivery: Delivery, subscription: Subscription | None, at: datetime | None, now: datetime) -> str:
    """Return the state of a delivery that is not done, as a clause; `at` is when it goes out, None if it does not."""
    if delivery.progress not in RETRACTABLE:
        return taken_back(delivery)
    if delivery.progress in _ENDED:
        return _ENDED[delivery.progress] + (f" ({delivery.said_reason})" if delivery.reason else "")
    return _stands_open(delivery, subscription, at, now)


def _stands_open(delivery: Delivery, subscription: Subscription | None, at: datetime | None, now: datetime) -> str:
    """Return the state of a delivery that has not ended, as a clause."""
    reason = f" ({delivery.said_reason})" if delivery.reason else ""
    if delivery.progress is Progress.POSTING:
        return coming(delivery, subscription)
    if any(part.state is State.SENDING for part in delivery.parts):
        return "is being looked for: Slack did not say whether it arrived"
    stopped = halted(subscription)
    if subscription is None or at is None or stopped:
        return f"waits: {stopped or delivery.said_reason or ISSUE_GONE}"
    if at > now + _NOW:
        return f"waits for {when(at, subscription, now)}{reason}"
    return f"is about to be posted{reason}"


def taken_back(delivery: Delivery, mention: str = "<@{}>") -> str:
    """Return that a delivery was taken back, as a clause: by whom, when, and what may still stand there."""
    by = delivery.retracted_by
    whom = {"": "", OPERATOR: " by the bot's operator"}.get(by, f" by {mention.format(by)}")
    on = f" on {delivery.retracted_at:%d %b %Y %H:%M} UTC" if delivery.retracted_at else ""
    rest = delivery.reason.removeprefix(TAKEN_BACK).removeprefix("; ")
    said = "was taken back" if delivery.progress is Progress.RETRACTED else "is being taken back"
    return f"{said}{whom}{on}{f' ({rest})' if rest else ''}"


def coming(delivery: Delivery, subscription: Subscription | None) -> str:
    """Return how much of a digest's thread has been posted, as a clause; its channel message has been."""
    replies = [part for part in delivery.parts if part.at > 0]
    there = sum(part.state in SETTLED for part in replies)
    if stray := astray(delivery):
        return stray
    if stopped := ISSUE_GONE if delivery.reason == ISSUE_GONE else halted(subscription):
        return f"its thread has stopped after {there} of {len(replies)} replies: {stopped}"
    reason = f" ({delivery.said_reason})" if delivery.reason else ""
    return f"its thread is being posted, {there} of {len(replies)} replies so far{reason}"


def halted(subscription: Subscription | None) -> str:
    """Return why nothing is posted in a channel, as a clause; "" if posts go on."""
    if subscription is None:
        return "this channel is not subscribed any more"
    return f"posts are paused ({subscription.paused.reason})" if subscription.paused is not None else ""


def astray(delivery: Delivery) -> str:
    """Return a clause about a stray reply that is still to be deleted; "" if there isn't one."""
    stray = next((part for part in delivery.parts if part.state is State.STRAY), None)
    if stray is None:
        return ""
    reason = f" ({stray.reason})" if stray.reason else ""
    return f"its channel message was deleted, and a reply that Slack put into the channel is to be deleted{reason}"


def posted_at(delivery: Delivery) -> datetime | None:
    """Return when its channel message was posted, by Slack's clock; before that when it was attempted, or None."""
    parent = delivery.parent
    if parent is None or not parent.ts:
        return parent.attempted if parent else None
    return moment_of_ts(parent.ts)


def when(moment: datetime, subscription: Subscription, now: datetime) -> str:
    """Return a moment in words: in the schedule's zone, or in UTC with its date where the schedule has none."""
    schedule = subscription.schedule
    if not isinstance(schedule, Weekly):
        return f"{moment:%d %b %Y %H:%M} UTC"
    date = "%a %d %b" if moment - now < _SAME_YEAR else "%a %d %b %Y"
    return f"{moment.astimezone(zone_of(schedule.zone)):{date} %H:%M} {schedule.zone}"


def _each(subscription: Subscription) -> str:
    return "at a time" if isinstance(subscription.schedule, Weekly) else "a day"
