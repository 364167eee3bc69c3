"""The delivery status of a channel, and of one issue in it: the same answers for people and for operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from archive.issue import Issue
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.views.subscription import DeliveryStatus, Post, Waiting
from bot.domain.catalogue import IssueCatalogue
from bot.domain.delivery import ISSUE_GONE, SETTLED, Delivery, Progress, State
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.due import SAID, Known, dated_ahead, passed_over, turn, waiting
from bot.domain.publication import HeldBack
from bot.domain.schedule import Weekly, next_slot, zone_of
from bot.domain.subscription import Subscription
from bot.domain.title import label, title
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Poster
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_UNFINISHED = (Progress.WAITING, Progress.POSTING, Progress.UNKNOWN)
_RECENT = 50
_PASSES = "will not be posted by itself"
_MOST_OLDER = 1_000
"""Passed over issues that are counted."""
MAX_WAITING = 20
"""Waiting issues for which the time of posting is computed: more than anybody is shown. The others are counted."""


class DeliveryReports:
    """Answers questions about the deliveries in a channel."""

    def __init__(
        self,
        store: Store,
        registry: IssueRegistry,
        slack: Poster | None,
        policy: DeliveryPolicy = DEFAULT_POLICY,
        held: Callable[[], Sequence[HeldBack]] = tuple,
    ) -> None:
        """Read `store` and `registry`; ask `slack`, if given, for links; `held` returns the issues held back."""
        self._held = held
        self._store, self._registry, self._slack, self._policy = store, registry, slack, policy

    async def status(self, subscription: Subscription, now: datetime) -> DeliveryStatus:
        """Return the subscription's status: the next slot, the last digest, and the issues that wait, with reasons."""
        slot = next_slot(subscription.schedule, now)
        latest = await self._store.deliveries.latest(subscription.workspace, subscription.channel)
        waits = await self._waiting(subscription, latest, now)
        return DeliveryStatus(
            channel=subscription.channel,
            schedule=str(subscription.schedule),
            preferences=subscription.preferences,
            next_at=slot.at if slot and subscription.active else None,
            last=await self._last(latest),
            waiting=waits[:MAX_WAITING],
            more_waiting=max(0, len(waits) - MAX_WAITING),
            paused=subscription.paused.reason if subscription.paused else "",
            held=tuple(Waiting(each.title, each.why) for each in self._held() if each.until is None),
            older=await self._older(subscription, now),
        )

    async def why(self, workspace: WorkspaceId, channel: str, issue: Issue, now: datetime) -> str:
        """Return one sentence that says whether, when or why not an issue was or will be posted in a channel."""
        identity = self._registry.current.identities.get(issue.slug) or await self._store.issues.identity(issue.slug)
        name = f"Issue {label(issue)}"
        delivery = await self._store.deliveries.get(workspace, channel, identity) if identity else None
        subscription = await self._store.subscriptions.get(workspace, channel)
        if delivery is not None:
            return f"{name} {await self._became(delivery, subscription, now)}."
        if subscription is None:
            return f"{name} was not posted: this channel is not subscribed."
        return f"{name} {self._becomes(subscription, identity, issue, now, await self._known(subscription))}."

    async def _known(self, subscription: Subscription) -> Known:
        return await self._store.deliveries.known(subscription.workspace, subscription.channel)

    async def _older(self, subscription: Subscription, now: datetime) -> tuple[str, ...]:
        """Return the titles of recently added issues that are not posted automatically, oldest first."""
        catalogue, known = self._registry.current, await self._known(subscription)
        rows = await self._store.deliveries.list(
            workspace=subscription.workspace, channel=subscription.channel, progress=Progress.PASSED, limit=_MOST_OLDER
        )
        passed = [row.issue for row in rows if row.decided > now - SAID and row.issue in catalogue.issues]
        found = (*passed, *passed_over(catalogue, subscription, known, now))
        return tuple(title(issue) for issue in sorted((catalogue.issues[key] for key in found), key=_published))

    async def _last(self, delivery: Delivery | None) -> Post | None:
        if delivery is None or delivery.parent is None:
            return None
        issue = self._registry.current.issues.get(delivery.issue)
        link = await self._link(delivery)
        name = title(issue) if issue else delivery.issue
        stands = _closed(delivery) if delivery.progress is Progress.DONE else _coming(delivery)
        return Post(name, link, _posted_at(delivery), stands, delivery.parent.ts)

    async def _link(self, delivery: Delivery) -> str:
        parent = delivery.parent
        if self._slack is None or parent is None or not parent.ts:
            return ""
        try:
            return await self._slack.permalink(delivery.workspace, delivery.channel, parent.ts)
        except SlackError as error:
            _log.info("permalink.failed", channel=delivery.channel, error=str(error))
            return ""

    async def _waiting(self, subscription: Subscription, latest: Delivery | None, now: datetime) -> tuple[Waiting, ...]:
        """Return the issues that wait: unfinished deliveries, then those not decided yet, then those dated ahead.

        The `latest` digest in the channel is left out, since the status shows it as the last one.
        """
        catalogue = self._registry.current
        found: list[Waiting] = []
        rows = await self._store.deliveries.list(
            workspace=subscription.workspace, channel=subscription.channel, limit=_RECENT
        )
        for delivery in reversed(rows):
            if delivery.progress in _UNFINISHED and (latest is None or delivery.id != latest.id):
                issue = catalogue.issues.get(delivery.issue)
                name = title(issue) if issue else delivery.issue
                found.append(Waiting(name, _stands(delivery, subscription, now)))
        known = await self._known(subscription)
        queue = waiting(catalogue, subscription, known, now)
        turns = self._turns(subscription, queue, now)
        found += [Waiting(title(catalogue.issues[identity]), when) for identity, when in turns.items()]
        found += [
            Waiting(title(issue), f"held back until {issue.published:%d %b %Y}, its date")
            for issue in dated_ahead(catalogue, subscription, known, now)
        ]
        return tuple(found)

    def _turns(self, subscription: Subscription, queue: Sequence[str], now: datetime) -> dict[str, str]:
        """Return for each issue of the queue (oldest first) a clause that says when it is posted, the first one first.

        Those that are passed over come last.
        """
        if subscription.paused is not None:
            return dict.fromkeys(queue, "posts are paused")
        found = turn(queue, self._policy.issues_per_slot, self._policy)
        when = "it goes out now"
        if isinstance(subscription.schedule, Weekly):
            slot = next_slot(subscription.schedule, now)
            when = f"it goes out {_when(slot.at, subscription.schedule)}" if slot else "it has no time"
        passed = f"{_PASSES}: of several new ones the {self._policy.issues_per_slot} newest are"
        return dict.fromkeys(found.posted, when) | dict.fromkeys(found.passed, passed)

    async def _became(self, delivery: Delivery, subscription: Subscription | None, now: datetime) -> str:
        link = await self._link(delivery)
        if delivery.progress in {Progress.DONE, Progress.POSTING}:
            at = _posted_at(delivery)
            said = "was posted" if delivery.progress is Progress.DONE else "is being posted, since"
            if delivery.reason == ISSUE_GONE:
                said = "stopped half posted, since"
            when = f" {at:%d %b %Y %H:%M} UTC" if at else ""
            late = " (late)" if delivery.late else ""
            gaps = "".join(f"; {gap}" for gap in (delivery.reason, _astray(delivery)) if gap)
            return f"{said}{when}{late}{gaps}{': ' + link if link else ''}"
        return _stands(delivery, subscription, now)

    def _becomes(
        self,
        subscription: Subscription,
        identity: str | None,
        issue: Issue,
        now: datetime,
        known: Known,
    ) -> str:
        """Return what will happen to an issue that was never decided for the channel, as a clause."""
        catalogue = self._registry.current
        ahead = issue.published > now and subscription.paused is None
        if identity is None or identity not in catalogue.issues:
            if ahead:
                return f"waits until its date, {issue.published:%d %b %Y}"
            return "was only just found; ask again in a moment"
        if never := _never(catalogue, subscription, identity, self._policy):
            return f"{never}; read it any time"
        if subscription.paused is not None:
            return f"waits: posts are paused ({subscription.paused.reason})"
        if issue.published > now:
            return f"waits until its date, {issue.published:%d %b %Y}"
        queue = waiting(catalogue, subscription, known, now)
        when = self._turns(subscription, queue or (identity,), now).get(identity, "it goes out at the next slot")
        return when if when.startswith(_PASSES) else f"waits: {when}"


def _never(catalogue: IssueCatalogue, subscription: Subscription, identity: str, policy: DeliveryPolicy) -> str:
    """Return why an issue is not posted automatically in a channel, as a clause; "" if it is new there."""
    if catalogue.order.get(identity, 0) <= subscription.since:
        return "was there before this channel subscribed, so it is not posted"
    arrival = catalogue.not_new.get(identity)
    return arrival.reason(policy.window) if arrival else ""


_ENDED = {
    Progress.UNKNOWN: "may or may not have been posted: nobody can tell from here, and its subscriber was asked",
    Progress.REFUSED: "was not posted: Slack refused it",
    Progress.DROPPED: "was not posted",
    Progress.PASSED: "is not posted by itself",
    Progress.POSTING: "is being posted",
}


def _stands(delivery: Delivery, subscription: Subscription | None, now: datetime) -> str:
    """Return the state of a delivery that is not done, as a clause."""
    reason = f" ({delivery.reason})" if delivery.reason else ""
    if delivery.progress in _ENDED:
        return _ENDED[delivery.progress] + reason
    if delivery.reason == ISSUE_GONE:
        return f"waits: {ISSUE_GONE}"
    if any(part.state is State.SENDING for part in delivery.parts):
        return "is being looked for: Slack did not say whether it arrived"
    if subscription is not None and subscription.paused is not None:
        return f"waits: posts are paused ({subscription.paused.reason})"
    if delivery.due > now and subscription is not None and isinstance(subscription.schedule, Weekly):
        return f"waits for {_when(delivery.due, subscription.schedule)}{reason}"
    return f"is about to be posted{reason}"


def _coming(delivery: Delivery) -> str:
    """Return how much of a digest's thread has been posted, as a clause; its channel message has been."""
    replies = [part for part in delivery.parts if part.at > 0]
    there = sum(part.state in SETTLED for part in replies)
    if stray := _astray(delivery):
        return stray
    if delivery.reason == ISSUE_GONE:
        return f"its thread has stopped after {there} of {len(replies)} replies: {ISSUE_GONE}"
    reason = f" ({delivery.reason})" if delivery.reason else ""
    return f"its thread is being posted, {there} of {len(replies)} replies so far{reason}"


def _astray(delivery: Delivery) -> str:
    """Return a clause about a stray reply that is still to be deleted; "" if there isn't one."""
    stray = next((part for part in delivery.parts if part.state is State.STRAY), None)
    if stray is None:
        return ""
    reason = f" ({stray.reason})" if stray.reason else ""
    return f"its channel message was deleted, and a reply that Slack put into the channel is to be deleted{reason}"


def _closed(delivery: Delivery) -> str:
    """Return what was not posted of a finished digest whose thread is closed, as a clause; "" if it is open."""
    return delivery.reason if delivery.closed else ""


def _posted_at(delivery: Delivery) -> datetime | None:
    parent = delivery.parent
    return parent.attempted if parent else None


def _when(moment: datetime, schedule: Weekly) -> str:
    return f"{moment.astimezone(zone_of(schedule.zone)):%a %d %b %H:%M} {schedule.zone}"


def _published(issue: Issue) -> datetime:
    return issue.published
