"""Sending the messages of a digest: each once, with a search for those whose outcome is unknown, and later edits.

For each message the attempt is committed, then Slack is called, then the answer is committed, at the latest together
with the next attempt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.digests.alerting import alert
from bot.digests.delivery.context import DeliveryContext, IssueLeft, Reschedule, StrayLeft
from bot.digests.delivery.parent_check import ParentCheck
from bot.digests.delivery.rendering import RenderedPart
from bot.digests.delivery.summary import headline_of
from bot.digests.delivery.turns import Rank
from bot.digests.views.alerts import Alert, AlertKind, words
from bot.domain.delivery import (
    NOT_THERE,
    SETTLED,
    STRAY_LEFT,
    THREAD_CLOSED,
    THREAD_GONE,
    Delivery,
    PartRow,
    State,
    reply_name,
)
from bot.domain.due import full_note
from bot.domain.subscription import Subscription
from bot.domain.title import label
from bot.slack.api.errors import (
    CannotLookError,
    ChannelRefusedError,
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
    TryLaterError,
    UnknownOutcomeError,
    WorkspaceRefusedError,
)
from bot.slack.api.ports import TOMBSTONE, PartMarker, Posted
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)
_REPLIES = "conversations.replies"
"""Slack's method for reading a thread."""
ATTEMPT_MAX_SECONDS = 5.0
"""Seconds after which a recorded attempt is no longer made: the lease may have expired meanwhile."""
TEMPORARY_CODES = frozenset(
    {
        "no_connection", "too_many_calls", "service_unavailable", "request_timeout", "message_limit_exceeded",
        "team_added_to_org", "org_login_required",
    }
)  # fmt: skip
"""Error codes that are temporary however often they occur, so they are not counted as refusals. The last two are those
of a workspace that is being moved (Slack: reference/methods/chat.postMessage)."""


class Sender:
    """Posts and edits the messages of one subscription's digests."""

    def __init__(self, context: DeliveryContext, subscription: Subscription) -> None:
        """Send for `subscription`, which `context.holder` has claimed."""
        self._context = context
        self._subscription = subscription
        self._parent_check = ParentCheck(context, subscription)
        self._noticed = asyncio.get_running_loop().time()
        self.stopping = False
        """Set to end the channel job after the current message."""
        self.calling = False
        """Whether a call to Slack is under way: the channel job should not be cancelled now."""
        self._landing: Awaitable[None] | None = None
        self._waited = 0.0

    async def settle(
        self, delivery: Delivery, row: PartRow, rendered: RenderedPart | None, thread: str | None
    ) -> PartRow:
        """Send, find or delete one part until it is settled; return its row.

        Without `rendered`, a part that would have to be sent is returned as it is.
        """
        while row.state not in SETTLED:
            if row.state is State.STRAY:
                row = await self._take_away(delivery, row)
            elif row.state is State.SENDING:
                row = await self._resolve(delivery, row, rendered, thread)
            elif rendered is None:
                return row
            else:
                row = await self._attempt(delivery, row, rendered, thread)
        return row

    async def _attempt(self, delivery: Delivery, row: PartRow, rendered: RenderedPart, thread: str | None) -> PartRow:
        """Send one part once: record the attempt, call Slack, record the outcome."""
        await self.turn(Rank.REPLY if row.at else Rank.CONTENTS)
        if delivery.issue not in self._context.catalogue().issues:  # it left during the wait, or just before
            raise IssueLeft(None)
        if thread is not None and await self._parent_check.is_gone(delivery, thread):
            return await self._skip(row, THREAD_GONE)
        self.calling = True
        try:
            return await self._call(delivery, row, rendered, thread)
        finally:
            self.calling = False

    async def turn(self, rank: Rank) -> None:
        """Wait for a turn. Raise Reschedule if Slack's limit lasts too long to wait for, or the worker is stopping."""
        context, subscription = self._context, self._subscription
        if self.stopping:
            raise Reschedule(context.clock.now())
        rest = await context.limiter.turn(subscription.workspace, subscription.channel, rank)
        if rest:
            raise Reschedule(context.after(rest))
        if self.stopping:
            raise Reschedule(context.clock.now())

    async def _call(self, delivery: Delivery, row: PartRow, rendered: RenderedPart, thread: str | None) -> PartRow:
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        loop = asyncio.get_running_loop()
        written = loop.time()
        attempt = await parts.sending(
            row, context.holder, subscription.id, context.clock.now(), rendered.hash, source=rendered.source
        )
        if attempt is None:  # we lost the lease, the row has changed, or the channel was unsubscribed
            raise Reschedule(self._context.after(ATTEMPT_MAX_SECONDS))
        await self.landed()  # the last answer: committed together with this attempt, or before it
        row = replace(row, attempt=attempt, state=State.SENDING)
        rest = await context.limiter.moment(subscription.workspace, subscription.channel)
        left = written + ATTEMPT_MAX_SECONDS - loop.time()
        if left <= 0 or rest:
            await parts.back(row, attempt, "the attempt came too late to be made, or Slack asked to wait just then")
            raise Reschedule(context.after(rest))
        marker = PartMarker(delivery.issue, row.key)
        try:
            posted = await context.slack.post(
                subscription.workspace,
                subscription.channel,
                rendered.message,
                thread=thread,
                marker=marker,
                within=left,
            )
        except UnknownOutcomeError as error:
            _log.info(
                "post.unconfirmed", channel=subscription.channel, issue=delivery.issue, part=row.key, code=error.code
            )
            self._noticed = loop.time()
            return replace(row, reason=str(error))
        except SlackError as error:
            context.limiter.done(subscription.workspace, subscription.channel)
            return await self._refused(delivery, row, error)
        context.limiter.done(subscription.workspace, subscription.channel)
        return await self._landed(row, posted, rendered, thread)

    async def _landed(self, row: PartRow, posted: Posted, rendered: RenderedPart | None, thread: str | None) -> PartRow:
        """Record where a message is. A reply outside its thread is a stray reply: its thread is gone."""
        await self.landed()
        parts, shown = self._context.store.parts, rendered.shown if rendered else ()
        if thread is not None and posted.thread != thread:
            # Committed before it is deleted, so that another worker finds it without reading the channel.
            await parts.strayed(row, row.attempt, posted.ts, shown)
            return replace(row, state=State.STRAY, ts=posted.ts, reason="", refusals=0)
        self._landing = parts.sent(row, row.attempt, posted.ts, shown)
        return replace(row, state=State.SENT, ts=posted.ts)

    async def _take_away(self, delivery: Delivery, row: PartRow) -> PartRow:
        """Delete a stray reply.

        Deleting twice does no harm, so an unknown outcome is retried, as often as a message is.
        """
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        self.calling = True
        try:
            await context.slack.delete(subscription.workspace, subscription.channel, row.ts)
        except RateLimitedError as error:
            raise StrayLeft(context.after(error.retry_after)) from error
        except MessageRefusedError as error:
            return await self._left_behind(delivery, row, error)
        except (TryLaterError, UnknownOutcomeError) as error:
            counted = error.code not in TEMPORARY_CODES
            if counted and row.refusals + 1 >= context.policy.max_attempts:
                return await self._left_behind(delivery, row, error)
            await parts.not_deleted(row, str(error), counted=counted)
            raise StrayLeft(context.after(context.policy.wait(row.refusals + 1 if counted else 3))) from error
        except ThreadRefusedError:
            pass  # message_not_found: it has been deleted already
        finally:
            self.calling = False
        return await self._skip(row, THREAD_GONE)

    async def _left_behind(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Skip a stray reply that Slack does not delete, and alert the subscriber that it stays in the channel."""
        _log.warning("stray_reply.left", channel=self._subscription.channel, ts=row.ts, error=str(error))
        await self.tell(AlertKind.STRAY, delivery, row, str(error))
        return await self._skip(row, f"{STRAY_LEFT}: {error}")

    async def _skip(self, row: PartRow, reason: str) -> PartRow:
        return await self._end(row, State.SKIPPED, reason)

    async def _end(self, row: PartRow, state: State, reason: str) -> PartRow:
        """Settle the part. Raise Reschedule if its row has changed: another worker has continued with it."""
        if not await self._context.store.parts.settle(row, state, reason):
            raise Reschedule(self._context.clock.now())
        return replace(row, state=state, reason=reason)

    async def landed(self) -> None:
        """Wait until the last answer is committed: before the next call, and before the channel job ends."""
        landing, self._landing = self._landing, None
        if landing is not None:
            await landing

    async def _refused(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Handle a clear refusal by its kind. The message was certainly not posted."""
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        if isinstance(error, RateLimitedError):
            await self._limited(error)
        unlisted = isinstance(error, TryLaterError) and error.code not in TEMPORARY_CODES
        if isinstance(error, MessageRefusedError) or (unlisted and row.refusals + 1 >= context.policy.max_attempts):
            ended = await self._end(row, State.REFUSED, str(error))
            _log.warning(
                "post.refused", channel=subscription.channel, issue=delivery.issue, part=row.key, error=str(error)
            )
            await self.tell(AlertKind.REFUSED, delivery, row, str(error))
            return ended
        if isinstance(error, ThreadRefusedError) and row.at > 0:
            return await self._skip(row, f"{THREAD_CLOSED} ({error.code})")
        await parts.back(row, row.attempt, str(error), counted=unlisted)
        if isinstance(error, RateLimitedError):
            self._waited += max(error.retry_after, context.policy.seconds_per_message)
            if self._waited > context.policy.max_wait_seconds:  # the sum: many short waits delay too
                raise Reschedule(context.after(error.retry_after))
            return replace(row, state=State.PENDING)
        if isinstance(error, TryLaterError):
            raise Reschedule(self._context.after(context.policy.wait(row.refusals + 1 if unlisted else row.attempt)))
        raise error

    async def _limited(self, error: RateLimitedError) -> None:
        """Obey a 429, and record it for the next worker that posts here, in this process or another."""
        context, subscription, told = self._context, self._subscription, self._context.clock.now()
        context.limiter.limited(subscription.workspace, subscription.channel, error.retry_after, told)
        await context.store.subscriptions.limit(subscription.id, told, told + timedelta(seconds=error.retry_after))

    async def _resolve(
        self, delivery: Delivery, row: PartRow, rendered: RenderedPart | None, thread: str | None
    ) -> PartRow:
        """Find out whether an attempt whose outcome is unknown was posted."""
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        if row.ts:  # a person said where it is
            return await self._landed(row, Posted(subscription.channel, row.ts, thread or ""), rendered, thread)
        await self._turn_to_look(thread)
        try:
            found = await self._look(delivery, row, thread)
        except CannotLookError as error:
            return await self._unknown(delivery, row, str(error))
        except (WorkspaceRefusedError, ChannelRefusedError):
            raise
        except SlackError as error:
            if isinstance(error, ThreadRefusedError) and thread is not None:
                return await self._skip(row, THREAD_GONE)  # it isn't in the channel either; sent again it would stray
            return await self._not_seen(delivery, row, error)
        if found is not None:
            _log.info("post.found", channel=subscription.channel, issue=delivery.issue, part=row.key)
            return await self._landed(row, found, rendered, thread)
        await parts.back(row, row.attempt, NOT_THERE)
        if row.at == 0:
            # Hours may have passed: decide again whether and how it is posted.
            raise Reschedule(context.clock.now())
        return replace(row, state=State.PENDING)

    async def _not_seen(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Schedule another search, or record the part as unconfirmed after too many failed ones."""
        context, limited = self._context, isinstance(error, RateLimitedError)
        if isinstance(error, RateLimitedError):
            in_thread = error.method == _REPLIES
            context.limiter.look_limited(self._subscription.workspace, error.retry_after, thread=in_thread)
        if row.looks + 1 >= (context.policy.max_limited_looks if limited else context.policy.max_looks):
            return await self._unknown(delivery, row, str(error))
        await context.store.parts.looked(row, str(error))
        wait = error.retry_after if isinstance(error, RateLimitedError) else context.policy.wait(row.looks + 1)
        raise Reschedule(context.after(wait)) from error

    async def _turn_to_look(self, thread: str | None) -> None:
        """Wait until a delayed message would have arrived and the rate limit allows a search.

        Raise Reschedule if the limit lasts too long to wait for, or the worker is stopping.
        """
        context = self._context
        # Counted from when this process noticed, by the event loop: the wall clock may have stepped since the attempt.
        rest = self._noticed + context.policy.grace_seconds - asyncio.get_running_loop().time()
        if rest > 0 and not self.stopping:
            await asyncio.sleep(rest)
        look = context.limiter.look
        held = 0.0 if self.stopping else await look(self._subscription.workspace, thread=thread is not None)
        if self.stopping or held:
            raise Reschedule(context.after(held))

    async def _look(self, delivery: Delivery, row: PartRow, thread: str | None) -> Posted | None:
        """Search the bot's own messages for a part; return where it is, None if it was not posted.

        The channel is searched back to `delivery.after` only. That is a timestamp of Slack's, recorded before the
        attempt, because the bot's clock may have stepped since and newer messages of ours may follow this one.

        A reply whose thread is gone may be in the channel, after the message that began the thread. Raises
        ThreadRefusedError if it is not there and would end up there if it were sent again.
        """
        slack, subscription, marker = self._context.slack, self._subscription, PartMarker(delivery.issue, row.key)
        if thread is None:
            return await slack.find_own(
                subscription.workspace, subscription.channel, marker, oldest=delivery.after or None
            )
        try:
            return await slack.find_own(subscription.workspace, subscription.channel, marker, thread=thread)
        except ThreadRefusedError as error:
            await self._turn_to_look(None)
            found = await slack.find_own(subscription.workspace, subscription.channel, marker, oldest=thread)
            if found is None and error.code != TOMBSTONE:
                raise
            return found

    async def _unknown(self, delivery: Delivery, row: PartRow, reason: str) -> PartRow:
        """Record a part as unconfirmed and alert the subscriber: it is sent again only if a person asks for it."""
        ended = await self._end(row, State.UNKNOWN, reason)
        if row.at > 0:
            self._parent_check.needed(delivery)
        await self.tell(AlertKind.UNKNOWN, delivery, row, reason)
        return ended

    async def edit(self, row: PartRow, message: Message) -> None:
        """Replace the text of a posted message. Editing twice does no harm, so an unknown outcome is retried.

        A message that Slack does not let us edit, or that fails as often as a message is tried, stays as it is.
        """
        context, subscription = self._context, self._subscription
        await self.turn(Rank.REPLY)
        if rest := await context.limiter.moment(subscription.workspace, subscription.channel):
            raise Reschedule(context.after(rest))
        if not await context.store.leases.has(
            context.holder, subscription.id
        ):  # another worker may have put a newer text there
            raise Reschedule(None)
        try:
            await context.slack.update(subscription.workspace, subscription.channel, row.ts, message)
        except (ThreadRefusedError, MessageRefusedError) as error:  # deleted, or too old to be edited
            self._not_edited(row, error)
        except RateLimitedError as error:
            await self._limited(error)
            raise Reschedule(self._context.after(error.retry_after)) from error
        except (TryLaterError, UnknownOutcomeError) as error:
            if row.refusals + 1 >= context.policy.max_attempts:
                self._not_edited(row, error)
                return
            await context.store.parts.not_revised(row, context.holder, subscription.id)
            raise Reschedule(self._context.after(context.policy.wait(row.refusals + 1))) from error

    def _not_edited(self, row: PartRow, error: SlackError) -> None:
        _log.warning("edit.failed", channel=self._subscription.channel, ts=row.ts, error=str(error))

    def _headline(self, delivery: Delivery, row: PartRow) -> str:
        """Return the headline of the entry that a message shows, "" if its issue is not there."""
        known = self._context.catalogue().issues.get(delivery.issue)
        if known is None:
            return ""
        rendered = self._context.renderer.render(known, delivery.preferences, full_note(delivery))
        return headline_of(next((each for each in rendered if each.key == row.key), None))

    async def tell(self, kind: AlertKind, delivery: Delivery | None, row: PartRow | None, reason: str) -> None:
        """Send an alert, once. If it fails, the reason is still in the database."""
        subscription, issue = self._subscription, ""
        if delivery is not None:
            known = self._context.catalogue().issues.get(delivery.issue)
            issue = label(known) if known else delivery.issue
        told = Alert(kind, subscription.channel, issue, reason)
        if delivery is not None and row is not None:
            named = reply_name(row, self._headline(delivery, row))
            told = replace(told, delivery=delivery.id, part=row.id, whole=row.at == 0, reply=named)
        await self.write(kind.value, words(told, self._context.command))

    async def tell_paused(self, reason: str, owners: Iterable[str]) -> None:
        """Log that posts in the channel were just paused, and tell each of these owners (user ids) once."""
        for owner in owners:
            _log.warning("delivery.paused", channel=self._subscription.channel, reason=reason)
            told = words(Alert(AlertKind.PAUSED, self._subscription.channel, "", reason), self._context.command)
            await self.write(AlertKind.PAUSED.value, told, owner)

    async def write(self, about: str, said: Message, owner: str | None = None) -> None:
        """Send a direct message to the `owner`, or to the next who can be told. `about` names it in the log.

        None: the subscription's owner.
        """
        where, context = self._subscription, self._context
        to = context.route.to(where.user if owner is None else owner, where.channel)
        await alert(context.slack, where.workspace, to, said, about)
