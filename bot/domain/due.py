"""What is due: pure functions of a subscription, the archive and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TypeAlias

from archive.issue import Issue
from bot.domain.catalogue import IssueCatalogue
from bot.domain.decision import Decision
from bot.domain.delivery import Delivery, Progress, State
from bot.domain.delivery_policy import DeliveryPolicy
from bot.domain.newness import Arrival
from bot.domain.publication import is_out, out_from
from bot.domain.schedule import AsItAppears, Schedule, Slot, Weekly, last_slot, next_slot, zone_of
from bot.domain.subscription import Subscription
from bot.domain.title import label

CLOCK_STEP = timedelta(hours=12)
"""A cursor further ahead than this was set by a clock that has since been put back."""
_DAY = timedelta(days=1)
Known: TypeAlias = Mapping[str, datetime | None]
"""The issues ever decided for a channel, with when; None for one that takes no place in a subscription's day: it was
passed over, a person asked for it, or it was decided for another subscription of the channel."""
_FAR = timedelta(days=8)
_QUIET = timedelta(minutes=10)
"""Nobody is told of older issues before so long after the last of them came in: a checkout is told of once."""
SAID = timedelta(days=30)
"""How long a channel's status names issues that were added but not new."""
_MAX_NAMED_ISSUES = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about a subscription now: the `decision` to record, if any, and when to look `next`."""

    decision: Decision | None
    next: datetime | None


@dataclass(frozen=True, slots=True)
class SlotTurn:
    """What becomes of the new issues (identities, oldest first) when some are posted: see `turn`."""

    posted: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()


def turn(new: Sequence[str], room: int, policy: DeliveryPolicy) -> SlotTurn:
    """Return which of the `new` issues (oldest first) are posted if there is `room` for so many.

    Of those that are new at the same time only the newest `issues_per_slot` are ever posted by themselves; older ones
    are passed over. If there is room for fewer, the newest go first and the others wait. Without room all wait.
    """
    room = min(max(room, 0), policy.issues_per_slot)
    newest = tuple(new[-policy.issues_per_slot :])
    posted = newest[-room:] if room else ()
    if not posted:
        return SlotTurn(waiting=tuple(new))
    return SlotTurn(posted, newest[: -len(posted)], tuple(new[: -len(newest)]))


def zone_there(catalogue: IssueCatalogue, subscription: Subscription) -> tzinfo:
    """Return the zone in which a date without a time begins for a channel: its schedule's, or the newsletter's."""
    return zone_of(subscription.schedule.zone) if isinstance(subscription.schedule, Weekly) else catalogue.zone


def is_new(catalogue: IssueCatalogue, subscription: Subscription, identity: str) -> bool:
    """Return whether the issue came out after the channel subscribed and was new then, by the channel's own window.

    An issue of which the subscriber was told that it is not posted stays old, however wide the window becomes.
    """
    order = catalogue.order.get(identity, 0)
    window, arrival = subscription.preferences.window, catalogue.not_new.get(identity)
    if window is None or order <= subscription.since:
        return arrival is None and order > subscription.since
    if arrival is not None:
        return order > subscription.told and arrival.is_new(window)
    came = catalogue.arrivals.get(identity)
    return came is None or came.is_new(window)


def older(catalogue: IssueCatalogue, subscription: Subscription) -> Mapping[str, Arrival]:
    """Return how the issues came in that are not new to the channel, by its own window or the operator's."""
    if subscription.preferences.window is None:
        return catalogue.not_new
    came = {**catalogue.arrivals, **catalogue.not_new}
    return {identity: each for identity, each in came.items() if not is_new(catalogue, subscription, identity)}


def passed_over(catalogue: IssueCatalogue, subscription: Subscription, known: Known, now: datetime) -> tuple[str, ...]:
    """Return the issues (identities) that were added lately and not posted to the channel because they were not new.

    Lately is within `SAID`; oldest first.
    """
    found = [
        identity
        for identity, arrival in older(catalogue, subscription).items()
        if arrival.seen > now - SAID and identity not in known and catalogue.order.get(identity, 0) > subscription.since
    ]
    return tuple(sorted(found, key=lambda identity: _age(catalogue, identity)))


def untold(catalogue: IssueCatalogue, subscription: Subscription, known: Known) -> tuple[str, ...]:
    """Return the issues (identities) that came in and were not new, and of which the subscriber was not told."""
    told = max(subscription.told, subscription.since)
    return tuple(
        identity
        for identity in older(catalogue, subscription)
        if identity not in known and catalogue.order.get(identity, 0) > told
    )


def waiting(catalogue: IssueCatalogue, subscription: Subscription, known: Known, now: datetime) -> tuple[str, ...]:
    """Return the issues (identities) that are new to the channel, published, and not yet decided, oldest first."""
    zone = zone_there(catalogue, subscription)
    found = [
        identity
        for identity, issue in catalogue.issues.items()
        if identity not in known and is_new(catalogue, subscription, identity) and is_out(issue, now, zone)
    ]
    return tuple(sorted(found, key=lambda identity: _age(catalogue, identity)))


def decide(
    subscription: Subscription,
    catalogue: IssueCatalogue,
    known: Known,
    unsent: int,
    now: datetime,
    *,
    policy: DeliveryPolicy,
    command: str = "/weekly",
) -> Verdict:
    """Decide what a subscription gets now.

    `unsent` counts the deliveries that were decided before, still wait for this slot and take a place in it.
    """
    new = waiting(catalogue, subscription, known, now)
    if isinstance(subscription.schedule, AsItAppears):
        return _as_it_appears(catalogue, subscription, new, known, now, policy=policy, command=command)
    cursor, reset = subscription.cursor or now, False
    if cursor > now + CLOCK_STEP:
        cursor, reset = now, True
    upcoming = next_slot(subscription.schedule, max(now, cursor))
    following = None if upcoming is None else upcoming.at
    slot = last_slot(subscription.schedule, now)
    if slot is None or slot.at <= cursor:
        if slot is not None and slot.at == cursor and now - slot.at <= policy.latest:
            taken = sum(at is not None and at >= slot.at for at in known.values())
            if back := _came_back(catalogue, subscription, new, slot, policy.issues_per_slot - unsent - taken):
                return Verdict(Decision(back, slot.at, {}, slot.at), following)
        moved = Decision((), now, {}, cursor, reset=True) if reset else None
        return Verdict(moved, following)
    if now - slot.at > policy.latest:
        return Verdict(Decision((), slot.at, {}, slot.at, reset=reset), following)
    found = turn(new, policy.issues_per_slot - unsent, policy)
    notes = _notes(catalogue, found, command, _when(following, subscription.schedule))
    outcome = f"posts {', '.join(found.posted)}" if found.posted else ""
    decision = Decision(found.posted, slot.at, notes, slot.at, slot, outcome, reset, found.passed)
    return Verdict(_telling(decision, catalogue, untold(catalogue, subscription, known)), following)


def _came_back(
    catalogue: IssueCatalogue, subscription: Subscription, new: Sequence[str], slot: Slot, room: int
) -> tuple[str, ...]:
    """Return which of the `new` issues would have been posted at a `slot` that is over, had their files been there.

    They came out before the slot, and were away at it. The newest are returned, as many as the slot has `room` for.
    """
    zone = zone_there(catalogue, subscription)
    found = [
        identity
        for identity in new
        if (came := catalogue.arrivals.get(identity)) is not None
        and came.seen < slot.at < catalogue.back.get(identity, slot.at)
        and out_from(catalogue.issues[identity], zone) <= slot.at
    ]
    return tuple(found[-room:]) if room > 0 else ()


def postpone(delivery: Delivery, schedule: Schedule, now: datetime, policy: DeliveryPolicy) -> Slot | None:
    """Return the slot to which a delivery is postponed because it is too late for its own; None if it may be posted.

    Only one whose channel message surely is not there moves. One that is due absurdly far ahead was decided by a clock
    that has since been put back.
    """
    parent = delivery.parent
    begun = parent is not None and parent.state is not State.PENDING
    if delivery.progress is not Progress.WAITING or begun or not isinstance(schedule, Weekly) or delivery.requested:
        return None
    if now - delivery.due <= policy.latest and delivery.due - now <= _FAR:
        return None
    slot = last_slot(schedule, now)
    return slot if slot is not None and now - slot.at <= policy.latest else next_slot(schedule, now)


def late_note(due: datetime, now: datetime, schedule: Schedule, policy: DeliveryPolicy) -> str:
    """Return the line that says a digest is late, "" if it is not."""
    if now - due <= policy.late_after or not isinstance(schedule, Weekly):
        return ""
    return f"Late: this was due {_when(due, schedule)}."


def full_note(delivery: Delivery) -> str:
    """Return the line in a delivery's parent."""
    return " ".join(filter(None, (delivery.late, delivery.note)))


def _as_it_appears(
    catalogue: IssueCatalogue,
    subscription: Subscription,
    new: tuple[str, ...],
    known: Known,
    now: datetime,
    *,
    policy: DeliveryPolicy,
    command: str,
) -> Verdict:
    """Decide at most so many issues a day, so that a folder that fills at once does not fill the channel."""
    today = sorted(at for at in known.values() if at is not None and now - _DAY < at <= now + _DAY)
    found = turn(new, policy.issues_per_slot - len(today), policy)
    again = min([*today, now]) + _DAY if found.waiting else _next_published(catalogue, subscription, known, now)
    old = untold(catalogue, subscription, known)
    if (quiet := _quiet_from(older(catalogue, subscription), old, now)) > now:
        again, old = min(again or quiet, quiet), ()
    if not (found.posted or old):
        return Verdict(None, again)
    notes = _notes(catalogue, found, command, "a day later")
    decision = Decision(found.posted, now, notes, now, passed=found.passed)
    return Verdict(_telling(decision, catalogue, old), again)


def _quiet_from(arrivals: Mapping[str, Arrival], old: Iterable[str], now: datetime) -> datetime:
    """Return from when on the subscriber may be told of these issues. A sight later than now is a wrong clock's."""
    sights = (arrivals[identity].seen for identity in old)
    return max((seen + _QUIET for seen in sights if seen <= now), default=now)


def _telling(decision: Decision, catalogue: IssueCatalogue, old: Iterable[str]) -> Decision:
    """Return the decision with the issues of which the subscriber is told: what it passes over, and the `old`."""
    told = [catalogue.order[identity] for identity in old]
    numbers = sorted([*told, *(catalogue.order[identity] for identity in decision.passed)])
    return replace(decision, untold=tuple(numbers), told=max(told, default=0))


def _next_published(
    catalogue: IssueCatalogue, subscription: Subscription, known: Known, now: datetime
) -> datetime | None:
    """Return when the next issue that is there already will be published."""
    zone = zone_there(catalogue, subscription)
    return min((out_from(issue, zone) for issue in dated_ahead(catalogue, subscription, known, now)), default=None)


def dated_ahead(
    catalogue: IssueCatalogue, subscription: Subscription, known: Known, now: datetime
) -> tuple[Issue, ...]:
    """Return the issues that will come out by their dates, including those that were out and got a later date."""
    zone = zone_there(catalogue, subscription)
    again = (
        issue
        for identity, issue in catalogue.issues.items()
        if issue.published > now - _DAY
        and out_from(issue, zone) > now
        and identity not in known
        and is_new(catalogue, subscription, identity)
    )
    return (*catalogue.ahead, *again)


def _notes(catalogue: IssueCatalogue, found: SlotTurn, command: str, when: str) -> dict[str, str]:
    """Return the notes, with the issues that have to wait named on the last one that is posted."""
    names = [label(catalogue.issues[identity]) for identity in found.waiting]
    if not (names and found.posted):
        return {}
    more = f" and {len(names) - _MAX_NAMED_ISSUES} more" if len(names) > _MAX_NAMED_ISSUES else ""
    how = f"read one now with {command} issue {names[0].removeprefix('#')}"
    return {found.posted[-1]: f"Still waiting, next {when}: {', '.join(names[:_MAX_NAMED_ISSUES])}{more}; {how}."}


def _when(moment: datetime | None, schedule: Schedule) -> str:
    if moment is None or not isinstance(schedule, Weekly):
        return "later"
    return f"{moment.astimezone(zone_of(schedule.zone)):%a %d %b %H:%M} ({schedule.zone})"


def _age(catalogue: IssueCatalogue, identity: str) -> tuple[datetime, int]:
    return catalogue.issues[identity].published, catalogue.order.get(identity, 0)
