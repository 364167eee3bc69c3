"""Subscribing a channel, changing or ending its subscription, and showing its status."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeAlias

import structlog

from archive.errors import UnknownIssueError
from archive.issue import Issue
from archive.search.newsletters import Newsletters
from bot.digests.command_context import CommandContext
from bot.digests.retracting import may_retract
from bot.digests.subscription_changes import SubscriptionChanges
from bot.digests.subscription_form import MAX_TOPICS, SubscriptionRequest, draft_of, zone_options
from bot.digests.views import asking, changes, why
from bot.digests.views import form as forms
from bot.digests.views import subscription as said
from bot.digests.views.changes import MARKUP
from bot.digests.views.form import KINDS, TOPICS_MAX_CHARS
from bot.digests.views.preview import preview
from bot.domain.clock import Clock
from bot.domain.places import which_place
from bot.domain.preferences import Preferences
from bot.domain.publication import HeldBack
from bot.domain.schedule import AS_IT_APPEARS, Schedule, ScheduleError, parse_schedule, time_there
from bot.domain.subscription import Paused, PausedBy, Subscription, for_newsletter
from bot.domain.subscription_settings import ChannelSettings, NotAllowedError, who_may
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import ChannelRefusedError, SlackError
from bot.slack.api.ports import Slack
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message

_log = structlog.get_logger(__name__)

MEMBERSHIP_TIMEOUT_SECONDS = 1.0
"""Seconds for asking Slack whether the bot is in a channel; without an answer by then, the channel is subscribed."""
_BEGINS = "subscribe"
"""The sub-command for which a channel need not have the subscription that it names."""
_OLD_FORM = "What this channel can be subscribed to has changed: close this form, and open it again."
Act: TypeAlias = Callable[[CommandContext], Awaitable[Message | None]]
"""What a sub-command does in a place whose newsletter is known."""
_FAILED = blocks.line_message("that did not work; please close this")


class DeliveryStatuses(Protocol):
    """What was delivered and what is waiting."""

    async def status(self, subscription: Subscription, now: datetime) -> said.DeliveryStatus:
        """Return the delivery status of a subscription."""
        ...

    async def upcoming(self, subscription: Subscription, now: datetime) -> said.Upcoming:
        """Return what is posted next in the subscription's channel, and when."""
        ...

    async def why(self, workspace: WorkspaceId, channel: str, issue: Issue, now: datetime) -> str:
        """Return one sentence that says whether, when or why not an issue was posted in a channel."""
        ...

    async def retracted(self, workspace: WorkspaceId, channel: str, issue: Issue) -> int:
        """Return the id of the delivery that was taken back and may be posted again, 0 if there is none."""
        ...

    async def was(self, workspace: WorkspaceId, channel: str, asked: str, now: datetime) -> str:
        """Return one sentence on what the channel has of an issue that the archive does not show, "" for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class IssueQueries:
    """Questions about the archive.

    `find` returns an issue by number or slug ("": the newest) or raises UnknownIssueError; `every` returns all issues,
    in which topics are looked for; `held` returns what is held back under a number or slug.
    """

    find: Callable[[str], Issue]
    every: Callable[[], Sequence[Issue]] = tuple
    held: Callable[[str], HeldBack | None] = lambda _: None


class Subscribing:
    """Subscribes channels and shows their status. Every method's answer is shown only to the person who asked."""

    def __init__(
        self,
        changes: SubscriptionChanges,
        deliveries: DeliveryStatuses,
        slack: Slack,
        names: CommandNames,
        clock: Clock,
        issues: IssueQueries,
    ) -> None:
        """Change subscriptions by `changes`, for issues that `issues` finds."""
        self._changes = changes
        self._deliveries = deliveries
        self._slack = slack
        self._names = names
        self._clock = clock
        self._find, self._issues, self._held = issues.find, issues.every, issues.held

    async def meant(self, command: str, act: Act, place: CommandContext) -> Message | None:
        """Do what a sub-command asks with the subscription that it names, or the only one; ask where there are several.

        `command` is the sub-command as typed, without the newsletter.
        """
        here = await self._changes.here(place)
        if place.newsletter is None and len(here) > 1:
            return asking.which_newsletter(command, self._named(here), self._names)
        if place.newsletter is None:
            place = replace(place, newsletter=here[0].newsletter if here else "")
        elif here and place.newsletter not in {each.newsletter for each in here} and not command.startswith(_BEGINS):
            name = self._name(place.newsletter)
            return asking.not_to(name, self._named(here), self._names)
        return await act(place)

    def _named(self, here: Iterable[Subscription]) -> dict[str, str]:
        """Return what people call the newsletters of these subscriptions, by slug, for buttons."""
        slugs = [each.newsletter for each in here]
        return {slug: self._name(slug) if slug else "All newsletters" for slug in slugs}

    def _name(self, newsletter: str) -> str:
        return self._newsletters().get(newsletter, newsletter) or "all newsletters"

    def _called(self, place: CommandContext) -> tuple[str, str]:
        """Return the slug of the newsletter that is meant, and what people call it; "" and "" for all."""
        return (place.newsletter, self._name(place.newsletter)) if place.newsletter else ("", "")

    def _newsletters(self) -> Mapping[str, str]:
        """Return what people call each newsletter, by slug; empty for only one without a name."""
        return Newsletters(self._issues).names

    async def subscribe(self, typed: str, place: CommandContext) -> Message:
        """Subscribe the channel at the times `typed`, in the person's own zone if they name none; keep its preferences.

        If the bot can't post there, nothing is subscribed and the answer says what to do.
        """
        if meant := which_place(typed):
            return asking.which_place(typed, meant, self._clock.now(), self._names, place.newsletter or "")
        try:
            schedule = await self._schedule(typed, place)
        except ScheduleError as error:
            return said.schedule_usage(str(error), self._names)
        member = await self._member(place.workspace, place.channel)
        if member is False:
            return self._outside(place)
        status = await self._put(place, schedule, None)
        return said.subscribed(status, self._names, member=bool(member))

    def zones(self, typed: str) -> list[Block]:
        """Return the form's options for a time zone, for what was `typed` so far."""
        return zone_options(typed, self._clock.now())

    async def ask_topics(self, typed: str, place: CommandContext) -> Message:
        """Ask whether `typed`, a list with commas, are topics or days and times."""
        has = await self._changes.current(place)
        return asking.topics_or_days(typed, str(has.schedule) if has else AS_IT_APPEARS, self._names)

    async def subscribe_topics(self, typed: str, place: CommandContext) -> Message:
        """Subscribe the channel to topics: at the times it has, or else as soon as an issue appears.

        Raises NotAllowedError.
        """
        topics = asking.topics_of(typed[:TOPICS_MAX_CHARS])
        if not topics or len(topics) > MAX_TOPICS:
            return asking.too_many(MAX_TOPICS, self._names)
        member = await self._member(place.workspace, place.channel)
        if member is False:
            return self._outside(place)
        has = await self._changes.current(place)
        schedule = has.schedule if has else parse_schedule(AS_IT_APPEARS)
        preferences = replace(has.preferences if has else Preferences(), topics=tuple(topics))
        status = await self._put(place, schedule, preferences)
        unheard = await asyncio.to_thread(_unheard, topics, self._issues())
        return said.subscribed(status, self._names, member=bool(member), unheard=unheard)

    def _outside(self, place: CommandContext) -> Message:
        """Return that nothing can be posted in a conversation, and what to do."""
        return said.no_direct(self._names) if place.is_direct else blocks.line_message(said.OUTSIDE)

    async def submit(self, wanted: SubscriptionRequest, workspace: WorkspaceId, user: str) -> Block | str:
        """Subscribe as the form asks; return the modal that replaces it, or what is wrong with the channel."""
        member = await self._member(workspace, wanted.channel)
        if member is False:
            return said.OUTSIDE
        place = CommandContext(workspace, wanted.channel, user, wanted.newsletter)
        here = await self._changes.here(place)
        if place.newsletter is None and len(here) > 1:
            return _OLD_FORM
        if place.newsletter is None:
            place = replace(place, newsletter=here[0].newsletter if here else "")
        elif place.newsletter not in {"", *self._newsletters(), *(each.newsletter for each in here)}:
            return _OLD_FORM
        try:
            status = await self._put(place, wanted.schedule, wanted.preferences)
        except NotAllowedError as error:
            return changes.not_allowed_plain(error)
        unheard = await asyncio.to_thread(_unheard, wanted.preferences.topics, self._issues())
        return said.confirmation(status, self._names, member=bool(member), unheard=unheard)

    async def open_form(self, place: CommandContext, trigger: str) -> None:
        """Open a placeholder (a trigger lasts 3 seconds), then replace it with the form. Raises SlackError."""
        view = await self._slack.open_view(place.workspace, trigger, forms.loading())
        try:
            filled = forms.form(await self._draft(place))
        except Exception:
            await self._slack.update_view(place.workspace, view, forms.no_form(_FAILED))
            raise
        await self._slack.update_view(place.workspace, view, filled)

    async def _draft(self, place: CommandContext) -> forms.FormDraft:
        here = await self._changes.here(place)
        if place.newsletter is None and here:
            place = replace(place, newsletter=here[0].newsletter)
        before = next((each for each in here if each.newsletter == (place.newsletter or "")), None)
        has = (before.schedule, before.preferences) if before is not None else (None, Preferences())
        draft = draft_of(place.channel, has[0], has[1], await self._zone(place))
        return replace(draft, newsletter=place.newsletter or "", newsletters=self._newsletters())

    async def ask_unsubscribe(self, place: CommandContext) -> Message:
        """Say what unsubscribing would end, and ask. Raises NotAllowedError."""
        subscription = await self._changes.current(place)
        if subscription is None:
            return said.not_subscribed(self._names)
        await self._changes.check(place)
        status = await self._deliveries.status(subscription, self._clock.now())
        return asking.ending(status, self._names, direct=place.is_direct)

    async def unsubscribe(self, place: CommandContext) -> Message:
        """End the channel's subscription. Raises NotAllowedError."""
        ended = await self._changes.make(place, lambda _: None)
        return said.unsubscribed(self._names, *self._called(place)) if ended else said.not_subscribed(self._names)

    async def pause(self, place: CommandContext) -> Message:
        """Pause the channel's digests. Raises NotAllowedError."""
        paused = Paused(PausedBy.PERSON, "somebody here asked for a pause")
        await self._changes.make(place, lambda has: replace(has, paused=has.paused or paused) if has else None)
        subscribed = await self._changes.current(place)
        return said.paused(self._names, *self._called(place)) if subscribed else said.not_subscribed(self._names)

    async def resume(self, place: CommandContext) -> Message:
        """Resume the channel's digests, whether a person or the bot paused them. Raises NotAllowedError."""
        await self._changes.make(place, lambda has: replace(has, paused=None) if has else None)
        return await self.status(place)

    async def status_of(self, place: CommandContext) -> Message | None:
        """Return the status of the subscription that is named, or of all that the channel has."""
        if place.newsletter is None:
            return await self.status(place)
        return await self.meant("status", self.status, place)

    async def status(self, place: CommandContext) -> Message:
        """Return the channel's delivery status, or those of all its subscriptions where no newsletter is named."""
        here = await self._changes.here(place)
        if place.newsletter is not None:
            here = tuple(each for each in here if each.newsletter == place.newsletter)
        if not here:
            return said.not_subscribed(self._names)
        shown = [await self._status(each, place) for each in here]
        return said.status(shown[0], self._names) if len(shown) == 1 else said.statuses(shown, self._names)

    async def _status(self, subscription: Subscription, place: CommandContext) -> said.DeliveryStatus:
        place, now = replace(place, newsletter=subscription.newsletter), self._clock.now()
        changed = await self._changes.latest(place)
        status, member = await asyncio.gather(
            self._deliveries.status(subscription, now), self._member(place.workspace, place.channel)
        )
        return replace(
            status,
            outside=member is False,
            may_retract=may_retract(subscription, place.user, self._changes.admins),
            time_there=time_there(subscription.schedule, now),
            changed=self._changes.as_called(changed) if changed else None,
            owner=subscription.user,
            who_may=who_may(ChannelSettings.of(subscription), self._changes.admins, MARKUP),
        )

    async def why(self, asked: str, place: CommandContext) -> Message:
        """Return whether, when or why not an issue was posted in the channel. Raises UnknownIssueError."""
        try:
            issue = self._find(asked)
        except UnknownIssueError:
            held = self._held(asked)
            posted = await self._deliveries.was(place.workspace, place.channel, asked, self._clock.now())
            if posted:
                now = f"it is held back now, {held.why}" if held else "its file is gone"
                return why.became(f"{posted} In the archive {now}.", self._names)
            if held is None:
                raise
            return why.became(f"Issue {asked.strip()} was not posted: it is held back, {held.why}.", self._names)
        line = await self._deliveries.why(place.workspace, place.channel, issue, self._clock.now())
        retracted = await self._deliveries.retracted(place.workspace, place.channel, issue)
        if retracted and await self._may_change(place):
            return why.taken_back(line, retracted, self._names)
        return why.became(line, self._names)

    async def _may_change(self, place: CommandContext) -> bool:
        """Return whether the channel is subscribed and the person may change that, or one of what it has."""
        for each in await self._changes.here(place):
            with suppress(NotAllowedError):
                await self._changes.check(replace(place, newsletter=each.newsletter))
                return True
        return False

    async def preview(self, asked: str, place: CommandContext) -> Message:
        """Return an issue as the channel's preferences show it. Raises UnknownIssueError."""
        issue = self._find(asked)
        subscription = for_newsletter(await self._changes.here(place), issue.newsletter)
        return preview(issue, subscription.preferences if subscription else Preferences(), place.channel)

    async def _put(
        self, place: CommandContext, schedule: Schedule, preferences: Preferences | None
    ) -> said.DeliveryStatus:
        """Subscribe the channel, or change and resume what it has; preferences of None stay. Raises NotAllowedError."""

        def wanted(has: ChannelSettings | None) -> ChannelSettings:
            if has is None:
                return ChannelSettings(schedule, preferences or Preferences())
            chosen = has.preferences if preferences is None else preferences
            return replace(has, schedule=schedule, preferences=chosen, paused=None)

        await self._changes.make(place, wanted)
        kept, now = await self._changes.current(place), self._clock.now()
        coming = await self._deliveries.upcoming(kept, now) if kept else said.Upcoming()
        return said.DeliveryStatus(
            place.channel,
            str(schedule),
            kept.preferences if kept else Preferences(),
            coming.at,
            time_there=time_there(schedule, now),
            next_title=coming.title,
            newsletter=place.newsletter or "",
            of=self._name(place.newsletter or "") if place.newsletter or len(self._newsletters()) > 1 else "",
        )

    async def _member(self, workspace: WorkspaceId, channel: str) -> bool | None:
        """Return whether the bot is in the channel; None if Slack does not answer, or not in time."""
        try:
            async with asyncio.timeout(MEMBERSHIP_TIMEOUT_SECONDS):
                await self._slack.check_channel(workspace, channel)
        except ChannelRefusedError:
            return False
        except (SlackError, TimeoutError) as error:
            _log.debug("membership_check.failed", channel=channel, error=str(error) or "no answer in time")
            return None
        return True

    async def _schedule(self, typed: str, place: CommandContext) -> Schedule:
        """Parse a schedule, in the person's own zone if it names none. Raises ScheduleError."""
        try:
            return parse_schedule(typed)
        except ScheduleError:
            return parse_schedule(typed, await self._zone(place) or None)

    async def _zone(self, place: CommandContext) -> str:
        """Return the person's own zone, "" if Slack does not tell: the form works without it."""
        try:
            return (await self._slack.person(place.workspace, place.user)).zone
        except SlackError as error:
            _log.info("zone_lookup.failed", workspace=place.workspace, error=str(error))
            return ""


def _unheard(topics: Iterable[str], issues: Sequence[Issue]) -> list[str]:
    """Return those of `topics` that no entry of `issues` is about; empty if there are no issues."""
    wanted = [Preferences(topics=(topic,)) for topic in topics if issues]
    return [preferences.topics[0] for preferences in wanted if not any(_about(preferences, issue) for issue in issues)]


def _about(preferences: Preferences, issue: Issue) -> bool:
    return any(preferences.wants(section, entry) for section, entry in issue.entries() if section.kind in KINDS)
