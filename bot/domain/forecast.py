"""What will be posted when: the deciding function played forward, as long as nothing else changes.

Nothing here decides anything: `bot.domain.due` does, and is asked once for each moment at which a worker would ask it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from archive.issue import Issue
from bot.domain.catalogue import IssueCatalogue
from bot.domain.delivery import Delivery, Progress
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.due import Known, Verdict, decide, is_new, postpone
from bot.domain.publication import first_out
from bot.domain.schedule import Weekly, next_slot
from bot.domain.subscription import Subscription

MAX_STEPS = 500
"""Decisions that one forecast asks for at most: ten years of weekly slots, or the turns of 1,500 waiting issues."""
_MARGIN = timedelta(days=2)
"""A channel's zone may have a day begin up to 14 hours before, and 12 after, the date's own midnight."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When issues go out in a channel, if nothing changes.

    `at` is, by identity, when the channel message of each is posted, in that order; `passed` are those that are passed
    over, since newer ones are posted instead. An issue that was never out has its slug in the place of an identity.
    `until` is the moment up to which the forecast reaches: what it does not name goes out later or not at all.
    """

    at: Mapping[str, datetime]
    until: datetime
    passed: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Play:
    """The state of a channel while time is played forward."""

    subscription: Subscription
    catalogue: IssueCatalogue
    known: dict[str, datetime | None]
    waits: dict[str, Delivery]
    policy: DeliveryPolicy
    at: dict[str, datetime] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)

    def step(self, now: datetime) -> Verdict:
        """Do what a channel job does `now`, with Slack taking every message; return the verdict."""
        schedule = self.subscription.schedule
        for issue, delivery in self.waits.items():
            if (slot := postpone(delivery, schedule, now, self.policy)) is not None:
                self.waits[issue] = replace(delivery, due=slot.at)
        unsent = sum(not delivery.requested for delivery in self.waits.values())
        verdict = decide(self.subscription, self.catalogue, self.known, unsent, now, policy=self.policy)
        if (decision := verdict.decision) is not None:
            self.subscription = replace(self.subscription, cursor=decision.cursor)
            if (
                decision.slot is not None and decision.slot.day in self.subscription.slot_days
            ):  # as the database decides it
                decision = replace(decision, issues=(), passed=())
            self.passed.update(decision.passed)
            self.known |= dict.fromkeys(decision.passed)
            for issue in decision.issues:
                self.known[issue] = now
                self.waits[issue] = _decided(self.subscription, issue, decision.due, now)
        if now >= self.free_from():
            for issue in [issue for issue, delivery in self.waits.items() if self._is_due(delivery, now)]:
                self.at[issue] = now
                del self.waits[issue]
        return verdict

    def free_from(self) -> datetime:
        """Return the moment before which Slack takes nothing (429)."""
        limit = self.subscription.limit
        return datetime.min.replace(tzinfo=UTC) if limit is None else limit.until

    def _is_due(self, delivery: Delivery, now: datetime) -> bool:
        return delivery.due <= now or delivery.requested or not isinstance(self.subscription.schedule, Weekly)

    def undecided(self, now: datetime) -> list[Issue]:
        """Return the issues that may still be decided after `now`."""
        issues = ((identity, issue) for identity, issue in self.catalogue.issues.items() if identity not in self.known)
        return [issue for _, issue in issues if issue.expires is None or issue.expires > now]


def forecast(
    subscription: Subscription,
    catalogue: IssueCatalogue,
    known: Known,
    unfinished: Iterable[Delivery],
    now: datetime,
    *,
    policy: DeliveryPolicy = DEFAULT_POLICY,
    most: int | None = None,
) -> Forecast:
    """Return when issues go out in the channel, the first `most` of them (None: all).

    `known` are the issues ever decided for the channel, with when, and `unfinished` its deliveries that are not done.
    The subscription's `slot_days` have no other slot, though the schedule was changed.
    A subscription that is paused or ended posts nothing.
    """
    if not subscription.active:
        return Forecast({}, now)
    waits = {
        each.issue: each for each in unfinished if each.progress is Progress.WAITING and each.issue in catalogue.issues
    }
    play = _Play(subscription, _undecided(catalogue, subscription, known), dict(known), waits, policy)
    moment = now
    for _ in range(MAX_STEPS):
        verdict = play.step(moment)
        following = _next_moment(play, verdict, moment)
        if following is None or (most is not None and len(play.at) >= most):
            break
        moment = following
    return Forecast(play.at, moment, frozenset(play.passed))


def _next_moment(play: _Play, verdict: Verdict, now: datetime) -> datetime | None:
    """Return when a worker next has something to do, None if nothing is left."""
    undecided = play.undecided(now)
    if not (undecided or play.waits):
        return None
    moments = [delivery.due for delivery in play.waits.values()]
    moments += [play.free_from()] if play.waits else []
    ahead = min((first_out(issue) for issue in undecided), default=None)
    schedule = play.subscription.schedule
    if ahead is not None and ahead > now + 2 * _MARGIN and isinstance(schedule, Weekly):
        # Slots at which surely nothing is out need not be asked about one by one.
        slot = next_slot(schedule, ahead - _MARGIN)
        moments += [slot.at] if slot is not None else []
    elif undecided and verdict.next is not None:
        moments.append(verdict.next)
    return min((moment for moment in moments if moment > now), default=None)


def undecided(catalogue: IssueCatalogue, subscription: Subscription, known: Known) -> frozenset[str]:
    """Return the issues that may still be decided for a channel: by identity, or slug if they were never out."""
    return frozenset(_undecided(catalogue, subscription, known).issues)


def _undecided(catalogue: IssueCatalogue, subscription: Subscription, known: Known) -> IssueCatalogue:
    """Return the catalogue of the issues that may be decided; those never out yet are as if they were registered."""
    issues = {
        identity: issue
        for identity, issue in catalogue.issues.items()
        if identity not in known and is_new(catalogue, subscription, identity)
    }
    order = {identity: catalogue.order.get(identity, 0) for identity in issues}
    last = max([*catalogue.order.values(), subscription.since])
    for place, issue in enumerate(catalogue.ahead, last + 1):
        if issue.slug not in known:
            issues[issue.slug], order[issue.slug] = issue, place
    return replace(catalogue, issues=issues, order=order, ahead=())


def _decided(subscription: Subscription, issue: str, due: datetime, now: datetime) -> Delivery:
    """Return a delivery as it is written down when it is decided."""
    where = subscription.workspace, subscription.channel, subscription.id
    return Delivery(0, *where, issue, due, now, Progress.WAITING)
