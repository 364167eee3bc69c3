"""The delivery status of a channel, and of one issue in it: the same answers for people and for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog

from archive.doubtful import DATE_ADVICE, doubt_of
from archive.issue import Issue
from archive.label import slug
from bot.digests.clauses import PASSES, astray, coming, halted, posted_at, stands, taken_back, turn, when
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.views.subscription import DeliveryStatus, Post, Upcoming, Waiting
from bot.domain.catalogue import IssueCatalogue
from bot.domain.delivery import ISSUE_GONE, RETRACTABLE, Delivery, Progress
from bot.domain.delivery_policy import DEFAULT_POLICY, DeliveryPolicy
from bot.domain.due import SAID, Known, older, passed_over
from bot.domain.forecast import Forecast, forecast, undecided
from bot.domain.gap import ALLOWED
from bot.domain.publication import HeldBack, moment_said
from bot.domain.schedule import next_slot
from bot.domain.subscription import Subscription, for_newsletter
from bot.domain.title import label, title
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import SlackError
from bot.slack.api.ports import Poster
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_UNFINISHED = (Progress.WAITING, Progress.POSTING, Progress.UNKNOWN)
_RECENT = 50
MAX_OLDER = 1_000
"""Passed over issues that are counted."""
MAX_WAITING = 20
"""Waiting issues for which the time of posting is computed: more than anybody is shown. The others are counted."""
_MANY = 100
"""Issues from which a forecast of all of them is made in a thread."""


class DeliveryReports:
    """Answers questions about the deliveries in a channel."""

    def __init__(
        self,
        store: Store,
        registry: IssueRegistry,
        slack: Poster | None,
        policy: DeliveryPolicy = DEFAULT_POLICY,
        held: Callable[[], Sequence[HeldBack]] = tuple,
        source_fault: Callable[[], str] = str,
        archive_fault: Callable[[], str] = str,
    ) -> None:
        """Read `store` and `registry`; ask `slack`, if given, for links.

        `held` returns the issues held back, `source_fault` why new ones do not come in ("": they do), `archive_fault`
        what is wrong with the archive's folder.
        """
        self._held, self._source_fault, self._archive_fault = held, source_fault, archive_fault
        self._store, self._registry, self._slack, self._policy = store, registry, slack, policy

    async def status(self, subscription: Subscription, now: datetime) -> DeliveryStatus:
        """Return the subscription's status: what comes next and when, the last digest, and what waits, with reasons."""
        latest = await self._store.deliveries.latest(subscription)
        outlook = await self._outlook(subscription, now)
        rows = await self._store.deliveries.list(
            workspace=subscription.workspace, channel=subscription.channel, limit=_RECENT
        )
        rows = tuple(row for row in rows if row.subscription == subscription.id)
        waits = self._waiting(outlook, rows, latest)
        coming = self._coming(outlook)
        return DeliveryStatus(
            channel=subscription.channel,
            schedule=str(subscription.schedule),
            preferences=subscription.preferences,
            next_at=coming.at,
            next_title=coming.title,
            last=await self._last(latest, subscription),
            taken_back=self._taken_back(rows, latest),
            waiting=waits[:MAX_WAITING],
            more_waiting=outlook.left + max(0, len(waits) - MAX_WAITING),
            paused=subscription.paused.reason if subscription.paused else "",
            held=tuple(Waiting(each.title, each.why) for each in self._held() if each.until is None),
            older=await self._older(outlook),
            broken=await self._store.broken_files.current(),
            source_fault=self._source_fault(),
            archive_fault=self._archive_fault(),
            quiet_since=await self._quiet_since(now),
            second_bot=await self._store.second_bots.last(subscription.workspace, now),
            newsletter=subscription.newsletter,
            of=self._registry.current.name(subscription.newsletter),
            gone=self._is_gone(subscription.newsletter),
        )

    def _is_gone(self, newsletter: str) -> bool:
        """Return whether a newsletter (a slug) is not among those in use."""
        return newsletter != "" and newsletter not in self._registry.current.newsletters

    async def _quiet_since(self, now: datetime) -> datetime | None:
        """Return when a worker was last known to run if that is long ago, None if one runs (or never did)."""
        beat = await self._store.heartbeats.last()
        return beat.at if beat is not None and now - beat.at > ALLOWED else None

    async def upcoming(self, subscription: Subscription, now: datetime) -> Upcoming:
        """Return what is posted next in the channel, and when."""
        coming = self._coming(await self._outlook(subscription, now, most=1))
        return replace(coming, newsletter=self._registry.current.name(subscription.newsletter))

    async def why(self, workspace: WorkspaceId, channel: str, issue: Issue, now: datetime) -> str:
        """Return one sentence that says whether, when or why not an issue was or will be posted in a channel."""
        identity, name = await self._identity(issue), f"Issue {label(issue)}"
        delivery = await self._store.deliveries.get(workspace, channel, identity) if identity else None
        here = await self._store.subscriptions.list(workspace, channel)
        brought = next((each for each in here if delivery is not None and each.id == delivery.subscription), None)
        subscription = brought or for_newsletter(here, issue.newsletter)
        if subscription is None:
            if delivery is not None:
                return f"{name} {await self._became(delivery, None, None, now)}."
            to = f" to {self._registry.current.name(issue.newsletter)}" if here else ""
            return f"{name} was not posted: this channel is not subscribed{to}."
        outlook = await self._outlook(subscription, now, most=None)
        if delivery is not None:
            at = outlook.forecast.at.get(delivery.issue)
            return f"{name} {await self._became(delivery, subscription, at, now)}."
        return f"{name} {self._becomes(outlook, identity or issue.slug, issue)}."

    async def retracted(self, workspace: WorkspaceId, channel: str, issue: Issue) -> int:
        """Return the id of the delivery that was taken back and may be posted again, 0 if there is none."""
        identity = await self._identity(issue)
        delivery = await self._store.deliveries.get(workspace, channel, identity) if identity else None
        return delivery.id if delivery is not None and delivery.may_be_posted_again else 0

    async def _identity(self, issue: Issue) -> str | None:
        """Return an issue's identity, None if the bot has not registered it yet."""
        known = self._registry.current.identities.get(issue.slug)
        return known or await self._store.issues.identity(issue.slug)

    async def was(self, workspace: WorkspaceId, channel: str, asked: str, now: datetime) -> str:
        """Return one sentence on what the channel has of an issue that the archive does not show, "" for nothing.

        `asked` is a slug or a number.
        """
        plain, register = asked.strip().removeprefix("#"), self._store.issues
        identity = await register.identity(asked.strip())
        if identity is None and plain.isascii() and plain.isdigit() and len(plain) < 10:
            identity = await register.numbered(int(plain))
        there = self._registry.issue(identity) if identity else None
        if there is not None and plain not in {there.slug, str(there.number)}:
            return ""  # that name or number was its own for a while, as a copy's or a slip; now it is another's
        delivery = await self._store.deliveries.get(workspace, channel, identity) if identity else None
        if delivery is None:
            return ""
        subscription = await self._store.subscriptions.by_id(delivery.subscription)
        return f"Issue {plain} {await self._became(delivery, subscription, None, now)}."

    async def _outlook(self, subscription: Subscription, now: datetime, most: int | None = MAX_WAITING) -> _Outlook:
        """Play the channel forward until its next `most` issues are posted (None: all)."""
        catalogue, deliveries = self._registry.current.of(subscription.newsletter), self._store.deliveries
        known, waits = await deliveries.history(subscription)
        unfinished = await deliveries.unfinished(subscription.id, now) if waits else ()
        subscription = replace(subscription, slot_days=await deliveries.slot_days(subscription.id, now))
        play = partial(forecast, subscription, catalogue, known, unfinished, now, policy=self._policy, most=most)
        # Hundreds of turns take a moment, which nobody else should wait for.
        played = await asyncio.to_thread(play) if most is None and len(catalogue.issues) > _MANY else play()
        return _Outlook(subscription, catalogue, known, played, now)

    def _coming(self, outlook: _Outlook) -> Upcoming:
        """Return the first issue that goes out; else the next slot, if the channel has slots."""
        subscription, first = outlook.subscription, next(iter(outlook.forecast.at.items()), None)
        if first is not None:
            return Upcoming(first[1], title(outlook.issue(first[0])))
        slot = next_slot(subscription.schedule, outlook.now, subscription.slot_days) if subscription.active else None
        return Upcoming(slot.at if slot else None)

    async def _older(self, outlook: _Outlook) -> tuple[str, ...]:
        """Return the titles of recently added issues that are not posted automatically, oldest first."""
        catalogue, subscription = outlook.catalogue, outlook.subscription
        rows = await self._store.deliveries.list(
            workspace=subscription.workspace, channel=subscription.channel, progress=Progress.PASSED, limit=MAX_OLDER
        )
        lately = [row for row in rows if row.subscription == subscription.id and row.decided > outlook.now - SAID]
        passed = [row.issue for row in lately if row.issue in catalogue.issues]
        found = (*passed, *passed_over(catalogue, subscription, outlook.known, outlook.now))
        return tuple(title(issue) for issue in sorted((catalogue.issues[key] for key in found), key=_published))

    async def _last(self, delivery: Delivery | None, subscription: Subscription) -> Post | None:
        if delivery is None or delivery.parent is None:
            return None
        link = await self._link(delivery)
        done = delivery.progress is Progress.DONE
        stands = delivery.said_reason if done else self._going_on(delivery, subscription)
        return Post(self._title(delivery), link, posted_at(delivery), stands, delivery.parent.ts, delivery.id)

    def _taken_back(self, rows: Sequence[Delivery], latest: Delivery | None) -> Waiting | None:
        """Return the newest of `rows` that was taken back, or is being, if it came after the `latest` that stands."""
        since = latest.id if latest is not None else 0
        gone = next((row for row in rows if row.id > since and row.progress not in RETRACTABLE), None)
        return Waiting(self._title(gone), taken_back(gone)) if gone is not None else None

    def _title(self, delivery: Delivery) -> str:
        """Return what people call a delivery's issue, and why it is not in the archive if it is not."""
        if (issue := self._registry.issue(delivery.issue)) is not None:
            return title(issue)
        name = delivery.issue.rpartition("/")[2]
        held = [each for each in self._held() if slug(each.file) == name]
        return f"{held[0].title} (held back now)" if len(held) == 1 else f"{delivery.issue} (its file is gone)"

    def _going_on(self, delivery: Delivery, subscription: Subscription | None) -> str:
        """Return how far a digest's thread is, or why it does not go on."""
        said = coming(delivery, subscription)
        if self._registry.issue(delivery.issue) is not None or delivery.reason == ISSUE_GONE or halted(subscription):
            return said
        return f"its thread has stopped: {ISSUE_GONE}"

    async def _link(self, delivery: Delivery) -> str:
        parent = delivery.parent
        if self._slack is None or parent is None or not parent.ts:
            return ""
        try:
            return await self._slack.permalink(delivery.workspace, delivery.channel, parent.ts)
        except SlackError as error:
            _log.info("permalink.failed", channel=delivery.channel, error=str(error))
            return ""

    def _waiting(self, outlook: _Outlook, rows: Sequence[Delivery], latest: Delivery | None) -> tuple[Waiting, ...]:
        """Return the issues that wait: the unfinished `rows`, then those not decided yet in the order of their turns.

        The `latest` digest in the channel is left out, since the status shows it as the last one.
        """
        subscription, at = outlook.subscription, outlook.forecast.at
        found = [
            Waiting(self._title(each), stands(each, subscription, at.get(each.issue), outlook.now))
            for each in reversed(rows)
            if each.progress in _UNFINISHED and (latest is None or each.id != latest.id)
        ]
        shown = outlook.queue[:MAX_WAITING]
        return (*found, *(Waiting(title(outlook.issue(key)), self._turn(outlook, key)) for key in shown))

    def _turn(self, outlook: _Outlook, key: str) -> str:
        """Return a clause that says when an undecided issue goes out."""
        subscription, issue, now = outlook.subscription, outlook.issue(key), outlook.now
        at = outlook.forecast.at
        if subscription.paused is not None:
            return f"posts are paused ({subscription.paused.reason})"
        if key in outlook.forecast.passed:
            return f"{PASSES}: of several new ones the {self._policy.issues_per_slot} newest are"
        if key in at:
            return turn(issue, at[key], min(at.values()), now, (subscription, self._policy))
        if issue.expires is not None and issue.expires <= outlook.forecast.until:
            return f"it is not posted: it expires on {moment_said(issue.expires)}, before its turn"
        return f"it goes out after {when(outlook.forecast.until, subscription, now)}"

    async def _became(
        self, delivery: Delivery, subscription: Subscription | None, at: datetime | None, now: datetime
    ) -> str:
        if delivery.progress not in {Progress.DONE, Progress.POSTING}:
            return stands(delivery, subscription, at, now)
        link, posted, done = await self._link(delivery), posted_at(delivery), delivery.progress is Progress.DONE
        begun = "stopped half posted, since" if delivery.reason == ISSUE_GONE else "is being posted, since"
        begun = "was broken off, begun" if halted(subscription) and not done else begun
        said = f"{'was posted' if done else begun}{_moment(posted)}"
        late = " (late)" if delivery.late else ""
        rest = (delivery.said_reason, astray(delivery)) if done else (self._going_on(delivery, subscription),)
        gaps = "".join(f"; {gap}" for gap in rest if gap)
        return f"{said}{late}{gaps}{': ' + link if link else ''}"

    def _becomes(self, outlook: _Outlook, key: str, issue: Issue) -> str:
        """Return what will happen to an issue that was never decided for the channel, as a clause."""
        catalogue, subscription = outlook.catalogue, outlook.subscription
        if fault := doubt_of(issue):
            return f"is not posted: {fault}; {DATE_ADVICE}"
        if key not in catalogue.issues and all(each.slug != key for each in catalogue.ahead):
            return "was only just found; ask again in a moment"
        if key in catalogue.issues and (never := _never(catalogue, subscription, key, self._policy)):
            return f"{never}; read it any time"
        when = self._turn(outlook, key)
        if when.startswith(PASSES):
            return when
        waits = "waits" if issue.published <= outlook.now else f"waits until its date, {moment_said(issue.published)}"
        return f"{waits}: {when}"


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What happens next in a subscription's channel: what is known `now`, and the forecast from it."""

    subscription: Subscription
    catalogue: IssueCatalogue
    known: Known
    forecast: Forecast
    now: datetime

    def issue(self, key: str) -> Issue:
        """Return an issue by its identity, or by its slug if it was never out."""
        ahead = (issue for issue in self.catalogue.ahead if issue.slug == key)
        return self.catalogue.issues.get(key) or next(ahead)

    @property
    def queue(self) -> tuple[str, ...]:
        """Return the undecided issues in the order of their turns; last those that the forecast does not reach."""
        keys = undecided(self.catalogue, self.subscription, self.known)
        turns = [key for key in self.forecast.at if key in keys]
        return (*turns, *sorted(keys - set(turns), key=lambda key: (self.issue(key).published, key)))

    @property
    def left(self) -> int:
        """Return how many undecided issues a status only counts."""
        return max(0, len(self.queue) - MAX_WAITING)


def _moment(moment: datetime | None) -> str:
    return f" {moment:%d %b %Y %H:%M} UTC" if moment else ""


def _never(catalogue: IssueCatalogue, subscription: Subscription, identity: str, policy: DeliveryPolicy) -> str:
    """Return why an issue is not posted automatically in a channel, as a clause; "" if it is new there."""
    if catalogue.order.get(identity, 0) <= subscription.since:
        return "was there before this channel subscribed, so it is not posted"
    arrival = older(catalogue, subscription).get(identity)
    return arrival.reason(subscription.preferences.window or policy.window) if arrival else ""


def _published(issue: Issue) -> datetime:
    return issue.published
