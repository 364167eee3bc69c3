"""A channel job: decide which issues are due in one channel, then post what is unfinished, oldest first.

That each issue is posted at most once depends on the order of the steps (see `bot.digests.delivery.sender`). A job that
is interrupted between two steps leaves rows that say how far it got; the next job continues from there. See
docs/delivery.md for the states.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import structlog
from structlog.contextvars import bind_contextvars

from bot.digests.delivery.context import DeliveryContext, IssueLeft, Reschedule, StrayLeft
from bot.digests.delivery.footnote import with_footnote
from bot.digests.delivery.recovery import Recovery
from bot.digests.delivery.rendering import RenderedPart, as_shown, corrected, says_other
from bot.digests.delivery.retraction import Retraction
from bot.digests.delivery.second_bot import SecondBot
from bot.digests.delivery.sender import Sender
from bot.digests.delivery.summary import seconds_late, summary
from bot.digests.views import older_issues as older
from bot.digests.views.alerts import AlertKind
from bot.domain.delivery import ASKED, GONE, ISSUE_GONE, SETTLED, Delivery, PartRow, Progress, State, closing
from bot.domain.due import decide, full_note, late_note, postpone
from bot.domain.schedule import Weekly
from bot.domain.subscription import Paused, PausedBy, Subscription
from bot.slack.api.errors import ChannelRefusedError, SlackError, WorkspaceRefusedError

_log = structlog.get_logger(__name__)
_OPEN = (Progress.WAITING, Progress.POSTING)


class ChannelJob:
    """One subscription's work in one worker, from claim to release."""

    def __init__(self, context: DeliveryContext, subscription: Subscription) -> None:
        """Work on `subscription`, which `context.holder` has claimed."""
        self._context = context
        self._subscription = subscription
        self.sender = Sender(context, subscription)
        self._recovery = Recovery(context, subscription, self.sender)
        self._retraction = Retraction(context, subscription, self.sender)
        self._second_bot = SecondBot(context, subscription, self.sender)
        self._since = context.backlog.since(subscription.workspace)
        self.releasing = False
        """Whether the work is done: from then on any worker, this one too, may claim the channel again."""

    async def run(self) -> None:
        """Do all the work that is due and release the subscription."""
        context, next_run_at = self._context, None
        try:
            next_run_at = await self._work()
        except Reschedule as reschedule:
            next_run_at = reschedule.next_run_at
        except WorkspaceRefusedError as error:
            await self._workspace_refused(error)
        except ChannelRefusedError as error:
            await self._channel_refused(error)
        except SlackError as error:
            next_run_at = context.after(context.policy.wait(3))
            _log.warning("delivery.interrupted", channel=self._subscription.channel, error=str(error))
        await self.sender.landed()
        # The next worker does not know when our last message was posted, so it must not start before the next may be.
        soon = context.after(context.policy.seconds_per_message)
        next_run_at = None if next_run_at is None else max(next_run_at, soon)
        self.releasing = True
        await context.store.leases.release(self._subscription.id, context.holder, soon, next_run_at)

    async def _work(self) -> datetime | None:
        """Decide what is due, then post and correct what is unfinished; return the next_run_at."""
        context, subscription = self._context, self._subscription
        if subscription.paused is not None and subscription.paused.by is PausedBy.UNREADABLE:
            await self._pause(subscription.paused)
        now = context.clock.now()
        if not subscription.active:  # a digest is taken back even so: nothing is posted by that
            left = await context.store.deliveries.unfinished(subscription.id, now)
            return _first([await self._take_back(each) for each in left if each.progress is Progress.RETRACTING])
        if subscription.limit is not None:
            context.limiter.recall((subscription.limit,), now)
        decided = await self._decide(now)
        next_runs = [decided]
        in_hand = await context.store.deliveries.unfinished(
            subscription.id, now - context.policy.revisable_for, context.renderer.version
        )
        posted = [delivery for delivery in in_hand if delivery.progress is Progress.DONE]
        unposted = [delivery for delivery in in_hand if delivery.progress in _OPEN]
        next_runs += [await self._take_back(each) for each in in_hand if each.progress is Progress.RETRACTING]
        next_runs += [await self._bring(delivery) for delivery in unposted if not delivery.requested]
        there = context.catalogue().issues
        asked = [delivery for delivery in unposted if delivery.requested and delivery.issue in there]
        if asked:
            # One at a time: what is decided meanwhile does not wait for a long row of old issues.
            next_runs.append(await self._bring(asked[0]))
            next_runs += [context.clock.now()] if asked[1:] else []
        # New digests go first, so that a message that cannot be edited does not delay them.
        next_runs += [await self._correct(delivery) for delivery in posted]
        return _first(next_runs)

    async def _take_back(self, delivery: Delivery) -> datetime | None:
        """Delete the messages of one digest; return when to go on with it. One that has to wait delays no other."""
        bind_contextvars(delivery=delivery.id)
        try:
            await self._retraction.take_back(delivery)
        except Reschedule as reschedule:
            if self.sender.stopping:
                raise
            return reschedule.next_run_at
        return None

    async def _bring(self, delivery: Delivery) -> datetime | None:
        """Continue one delivery; return its next_run_at.

        A stray reply that cannot be deleted yet ends this delivery's turn, but not that of the others.
        """
        try:
            return await self._deliver(delivery)
        except StrayLeft as reschedule:
            return reschedule.next_run_at
        except IssueLeft:
            await self._issue_left(delivery)
            return None

    async def _issue_left(self, delivery: Delivery) -> None:
        """Record, and log once, that a delivery waits because its issue's file is gone."""
        await self.sender.landed()
        deliveries = self._context.store.deliveries
        found = await deliveries.by_id(delivery.id)
        if found is not None and found.reason != ISSUE_GONE:
            await deliveries.finish(found.id, found.progress, ISSUE_GONE)
            _log.warning("issue.removed", channel=self._subscription.channel, issue=delivery.issue)

    async def _correct(self, delivery: Delivery) -> datetime | None:
        """Update a posted digest to its issue's text; return its next_run_at. One that has to wait delays no other."""
        try:
            return await self._deliver(delivery)
        except IssueLeft:
            await self._issue_left(delivery)
            return None
        except Reschedule as reschedule:
            if self.sender.stopping:
                raise
            return reschedule.next_run_at

    async def _decide(self, now: datetime) -> datetime | None:
        """Record which issues are due, and postpone those too late for their slot; return when to decide next."""
        context, subscription = self._context, self._subscription
        deliveries, policy = context.store.deliveries, context.policy
        known, waits = await deliveries.history(subscription)
        unsent, catalogue = 0, context.catalogue()
        for delivery in await deliveries.unfinished(subscription.id, now) if waits else ():
            slot = postpone(delivery, subscription.schedule, now, policy)
            if slot is not None:
                await deliveries.postpone(delivery.id, slot.at, "too late for its slot; goes out at the next")
            # A delivery whose file is gone waits for the file, and must not take up a place in this slot.
            takes_place = delivery.progress is Progress.WAITING and not delivery.requested
            unsent += takes_place and delivery.issue in catalogue.issues
        theirs = catalogue.of(subscription.newsletter)
        verdict = decide(subscription, theirs, known, unsent, now, policy=policy, command=context.command)
        if verdict.decision is not None:
            decision = await with_footnote(
                verdict.decision, context.footnote, subscription.workspace, subscription.channel, now
            )
            if not await deliveries.decide(subscription, context.holder, now, decision):
                raise Reschedule(None)
            self._subscription = replace(subscription, cursor=decision.cursor)
            if decision.untold:
                await self._tell_of_older()
        return verdict.next

    async def _tell_of_older(self) -> None:
        """Ask the subscriber, once, about the issues that are not posted by themselves."""
        context, subscription = self._context, self._subscription
        catalogue, store = context.catalogue(), context.store.older_issues
        for question in await store.take(subscription.id, context.clock.now()):
            identities = catalogue.by_number(question.numbers)
            issues = sorted((catalogue.issues[key] for key in identities), key=lambda issue: issue.published)
            if issues:
                advice = catalogue.advice(identities)
                asked = older.asked(question.id, subscription.channel, issues, context.command, advice)
                await self.sender.write("older issues", asked)

    async def _deliver(self, delivery: Delivery) -> datetime | None:
        """Post or update one delivery; return when to continue it, None for no set time."""
        bind_contextvars(delivery=delivery.id)  # for every line of the log from here on, in this job's task
        context, catalogue = self._context, self._context.catalogue()
        now = context.clock.now()
        if (
            delivery.progress is Progress.WAITING
            and delivery.due > now
            and not delivery.requested
            and isinstance(self._subscription.schedule, Weekly)
        ):
            return delivery.due
        issue = catalogue.issues.get(delivery.issue)
        if issue is None:
            if delivery.progress is not Progress.DONE:
                await self._issue_left(delivery)
            return None
        content = catalogue.content[delivery.issue]
        if delivery.progress is Progress.DONE:
            return await self._follow(delivery, content)
        if delivery.reason == ISSUE_GONE:  # it is back
            await context.store.deliveries.finish(delivery.id, delivery.progress)
        delivery = await self._begin(delivery, content)
        rendered_parts = context.renderer.render(issue, delivery.preferences, full_note(delivery))
        delivery = await self._align(delivery, rendered_parts)
        delivery = await self._recovery.recover(delivery, issue, rendered_parts)
        if delivery.progress is Progress.RETRACTED or await self._second_bot.was_before(delivery):
            return None
        await self._post_all(delivery, rendered_parts)
        return None

    async def _follow(self, delivery: Delivery, content: str) -> datetime | None:
        """Update a posted digest to its issue's text; return when to check it again.

        An upgrade must not edit messages: a digest that another version of the code rendered from the same text counts
        as up to date. So does one that early releases posted, which recorded no version.
        """
        version = self._context.renderer.version
        if not delivery.version or (content == delivery.content and delivery.version != version):
            await self._take_as_shown(delivery, content)
        elif content == delivery.content or delivery.issue in self._context.catalogue().elsewhere:
            # Another process has read another text. Of a folder that we share, we soon will.
            return self._context.after(self._context.policy.lease.total_seconds())
        else:
            await self._revise(delivery, content)
        return None

    async def _take_as_shown(self, delivery: Delivery, content: str) -> None:
        """Record this version's rendering of a posted digest as what the channel shows, without calling Slack."""
        context = self._context
        rendered_parts = context.renderer.render(
            context.catalogue().issues[delivery.issue], delivery.preferences, full_note(delivery)
        )
        seen = as_shown(delivery.parts, rendered_parts)
        await context.store.parts.take_as_shown(delivery, seen, content, context.renderer.version, context.holder)

    async def _begin(self, delivery: Delivery, content: str) -> Delivery:
        """Record what will be posted, before the channel message is first attempted."""
        context, parent = self._context, delivery.parent
        if parent is not None and parent.state is not State.PENDING:
            return delivery
        # Counted until the job began, or could have: a wait for its turn among other channels makes no digest late.
        ready = context.after(self._since - asyncio.get_running_loop().time())
        late = "" if delivery.requested else late_note(delivery.due, ready, self._subscription.schedule, context.policy)
        draft = replace(delivery, late=late, content=content)
        issue = context.catalogue().issues[delivery.issue]
        keys = [rendered.key for rendered in context.renderer.render(issue, draft.preferences, full_note(draft))]
        begin = context.store.deliveries.begin
        after, parts = await begin(
            delivery.id, late, content, keys, after=context.slack.since(), version=context.renderer.version
        )
        if not parts:  # the channel was just unsubscribed
            raise Reschedule(context.clock.now())
        return replace(draft, after=after, parts=parts)

    async def _align(self, delivery: Delivery, rendered_parts: tuple[RenderedPart, ...]) -> Delivery:
        """Return the delivery with its rows updated to the issue, which may have been edited since."""
        parts = self._context.store.parts
        keys = {rendered.key for rendered in rendered_parts}
        rows = list(delivery.parts)
        if any(row.state is State.SENDING for row in rows):
            return delivery  # unconfirmed parts are found by key: first find them, then rename
        back = [row for row in rows if row.key in keys and row.state is State.SKIPPED and row.reason == GONE]
        if {row.key for row in rows} == keys and not back:
            return delivery
        for row in back:
            await parts.restore(row)
        for old, new in corrected(rows, rendered_parts).items():
            at = next(index for index, row in enumerate(rows) if row.key == old)
            # Unconfirmed parts too: under its new key such a part would otherwise be sent a second time.
            await parts.rename(rows[at], new, self._context.holder, delivery.subscription)
            rows[at] = replace(rows[at], key=new)
        for row in rows:
            if row.key not in keys and row.state is State.PENDING:
                await parts.settle(row, State.SKIPPED, GONE)
        fresh = [rendered.key for rendered in rendered_parts if rendered.key not in {row.key for row in rows}]
        last = max((row.at for row in rows), default=-1)
        return replace(delivery, parts=await parts.add(delivery.id, fresh, last + 1))

    async def _post_all(self, delivery: Delivery, rendered_parts: tuple[RenderedPart, ...]) -> None:
        """Post every part that is not settled, the channel message first, and record how the delivery ended."""
        context, by_key = self._context, {rendered.key: rendered for rendered in rendered_parts}
        thread, closed, ended = None, delivery.closed, []
        for row in delivery.parts:
            settled = await self._settle(delivery, row, None if closed else by_key.get(row.key), thread, closed)
            if row.at == 0:
                if settled.state is not State.SENT:
                    await self._no_parent(delivery, settled)
                    return
                if not await self._second_bot.is_first(delivery, settled):
                    return
                if row.state is not State.SENT and context.backlog.crowded(delivery.workspace):
                    raise Reschedule(context.clock.now())  # its place goes to a channel that has no contents yet
                thread = settled.ts
            closed = closed or closing(settled)
            ended.append(settled)
        await self.sender.landed()
        reason = summary(ended, by_key)
        if closed and not delivery.closed:
            await self._closed(delivery, ended, reason)
        content = context.catalogue().content.get(delivery.issue)
        same = content == delivery.content
        done = await context.store.deliveries.finish(delivery.id, Progress.DONE, reason)
        if not (same and done):
            raise Reschedule(
                context.clock.now()
            )  # the issue was edited meanwhile, or a person asked for a part to be posted after all
        if delivery.progress is not Progress.DONE:  # otherwise a correction had messages to add
            messages = sum(row.state is State.SENT for row in ended)
            late = seconds_late(delivery.due, ended[0].ts)
            _log.info("digest.delivered", issue=delivery.issue, messages=messages, seconds_late=late)

    async def _settle(
        self, delivery: Delivery, row: PartRow, rendered: RenderedPart | None, thread: str | None, closed: str
    ) -> PartRow:
        """Settle one part. If the thread is `closed` (the reason, "" if it is open), a reply is skipped, not sent."""
        settled = await self.sender.settle(delivery, row, rendered, thread)
        if not closed or settled.state in SETTLED:
            return settled
        await self._context.store.parts.settle(settled, State.SKIPPED, closed)
        return replace(settled, state=State.SKIPPED, reason=closed)

    async def _closed(self, delivery: Delivery, parts: list[PartRow], reason: str) -> None:
        """Log that a digest's thread takes no more replies; alert the subscriber if a person had asked for a reply."""
        _log.warning("delivery.closed", channel=self._subscription.channel, issue=delivery.issue, reason=reason)
        if delivery.reason == ASKED:
            part = next(part for part in parts if closing(part))
            await self.sender.tell(AlertKind.THREAD, delivery, part, closing(part))

    async def _no_parent(self, delivery: Delivery, parent: PartRow) -> None:
        """Finish a delivery whose channel message was not posted, or is unconfirmed."""
        progress = {State.UNKNOWN: Progress.UNKNOWN, State.SKIPPED: Progress.DROPPED}.get(
            parent.state, Progress.REFUSED
        )
        if not await self._context.store.deliveries.finish(delivery.id, progress, parent.reason):
            raise Reschedule(self._context.clock.now())  # it has been settled already

    async def _revise(self, delivery: Delivery, content: str) -> None:
        """Edit the messages of a posted digest after its issue was corrected, and post the new parts."""
        context, subscription = self._context, self._subscription
        issue = context.catalogue().issues[delivery.issue]
        rendered_parts = context.renderer.render(issue, delivery.preferences, full_note(delivery))
        delivery = replace(await self._align(delivery, rendered_parts), content=content)
        version = context.renderer.version
        by_key = {rendered.key: rendered for rendered in rendered_parts}
        for row in delivery.parts:
            rendered = by_key.get(row.key)
            if row.state is State.SENT and rendered is not None:
                if edited := row.hash != rendered.hash and says_other(row.source, rendered.source):
                    await self.sender.edit(row, rendered.message)
                # Recorded even for the same message: the positions or addresses of its entries may have changed.
                if not await context.store.parts.revised(
                    replace(row, hash=rendered.hash, source=rendered.source),
                    context.holder,
                    subscription.id,
                    rendered.shown,
                    edited=edited,
                ):
                    # We lost the lease: our edit may have overwritten another worker's newer text.
                    await context.store.deliveries.show_again(row, context.clock.now())
                    raise Reschedule(None)
        parent = delivery.parent
        if parent is None or not parent.ts:
            await context.store.deliveries.finish(delivery.id, delivery.progress, delivery.reason, content, version)
            return
        more = any(row.state not in SETTLED for row in delivery.parts)
        progress = Progress.POSTING if more else Progress.DONE
        await context.store.deliveries.finish(delivery.id, progress, delivery.reason, content, version)
        if more:
            await self._post_all(delivery, rendered_parts)
        _log.info("delivery.revised", channel=subscription.channel, issue=delivery.issue)

    async def _channel_refused(self, error: ChannelRefusedError) -> None:
        """Pause what a channel is subscribed to that Slack does not let the bot post to, and tell each owner once."""
        paused = Paused(PausedBy.CHANNEL, str(error))
        owners = await self._context.store.subscriptions.pause_channel(self._subscription, paused)
        await self.sender.tell_paused(paused.reason, owners)

    async def _pause(self, paused: Paused) -> None:
        """Pause the subscription and tell the person who made it, once."""
        if await self._context.store.subscriptions.pause(self._subscription.id, paused):
            await self.sender.tell_paused(paused.reason, (self._subscription.user,))

    async def _workspace_refused(self, error: WorkspaceRefusedError) -> None:
        """Pause all subscriptions of the workspace. No alert is sent: the bot cannot write there."""
        where = self._subscription.workspace
        count = await self._context.store.subscriptions.pause_workspace(where, Paused(PausedBy.WORKSPACE, str(error)))
        if count:
            _log.error("workspace.paused", workspace=where, code=error.code, subscriptions=count)


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of the moments that are set; None if all are None."""
    return min((moment for moment in moments if moment is not None), default=None)
