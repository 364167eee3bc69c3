"""The line in a channel that a digest was taken back: people read it, and so does a database that is an older copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from bot.digests.delivery.context import DeliveryContext, Reschedule
from bot.digests.delivery.sender import ATTEMPT_MAX_SECONDS, Sender
from bot.digests.delivery.turns import Rank
from bot.digests.views.changes import taken_back
from bot.domain.delivery import RETRACTION_LINE, Delivery, PartRow, State
from bot.domain.subscription import Subscription
from bot.domain.title import label
from bot.slack.api.errors import CannotLookError, RateLimitedError, SlackError, TryLaterError, UnknownOutcomeError
from bot.slack.api.ports import PartMarker, Posted

_log = structlog.get_logger(__name__)
_UNSURE = "it may or may not be there"


class RetractionLine:
    """Posts the line once: by a row like a message's, written before the call and after it.

    It is only a line, so nobody is asked about it: one that Slack refuses, or of which nobody can tell whether it
    arrived, is given up.
    """

    def __init__(self, context: DeliveryContext, subscription: Subscription, sender: Sender) -> None:
        """Post it in the channel of `subscription`, at the rate that `sender` keeps."""
        self._context, self._subscription, self._sender = context, subscription, sender

    async def post(self, delivery: Delivery) -> None:
        """Post the line about a digest, unless it is there. Raise Reschedule to go on later."""
        last = max(row.at for row in delivery.parts)
        rows = await self._context.store.parts.add(delivery.id, (RETRACTION_LINE,), last + 1)
        row = next(row for row in rows if row.key == RETRACTION_LINE)
        if row.state is State.SENDING:
            row = await self._find(delivery, row)
        if row.state is State.PENDING:
            await self._attempt(delivery, row)

    async def _attempt(self, delivery: Delivery, row: PartRow) -> None:
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        await self._sender.turn(Rank.REPLY)
        attempt = await parts.sending(row, context.holder, subscription.id, context.clock.now(), "")
        if attempt is None:  # we lost the lease, or the channel was just paused or unsubscribed
            raise Reschedule(context.after(ATTEMPT_MAX_SECONDS))
        row = replace(row, attempt=attempt, state=State.SENDING)
        self._sender.calling = True
        try:
            posted = await self._call(delivery)
        except UnknownOutcomeError as error:
            raise Reschedule(context.after(context.policy.grace_seconds)) from error
        except SlackError as error:
            await self._refused(row, error)
        else:
            await parts.sent(row, attempt, posted.ts, ())
        finally:
            self._sender.calling = False
            context.limiter.done(subscription.workspace, subscription.channel)

    async def _call(self, delivery: Delivery) -> Posted:
        known = self._context.catalogue().issues.get(delivery.issue)
        line = taken_back(label(known) if known else "", delivery.retracted_by)
        marker, where = PartMarker(delivery.issue, RETRACTION_LINE), self._subscription
        return await self._context.slack.post(
            where.workspace, where.channel, line, marker=marker, within=ATTEMPT_MAX_SECONDS
        )

    async def _refused(self, row: PartRow, error: SlackError) -> None:
        """Have the line tried again after a refusal that passes, as often as a message is; give up any other."""
        context, parts = self._context, self._context.store.parts
        if isinstance(error, TryLaterError | RateLimitedError) and row.attempt < context.policy.max_attempts:
            await parts.back(row, row.attempt, str(error))
            wait = error.retry_after if isinstance(error, RateLimitedError) else context.policy.wait(row.attempt)
            raise Reschedule(context.after(wait)) from error
        await self._give_up(row, str(error))

    async def _find(self, delivery: Delivery, row: PartRow) -> PartRow:
        """Return the row of a line that was on its way, after a look for it."""
        context, subscription, parts = self._context, self._subscription, self._context.store.parts
        landed = (row.attempted or context.clock.now()) + timedelta(seconds=context.policy.grace_seconds)
        if landed > context.clock.now():
            raise Reschedule(landed)
        if held := await context.limiter.look(subscription.workspace, thread=False):
            raise Reschedule(context.after(held))
        marker, since = PartMarker(delivery.issue, RETRACTION_LINE), max(row.ts for row in delivery.parts)
        try:
            found = await context.slack.find_own(subscription.workspace, subscription.channel, marker, oldest=since)
        except RateLimitedError as error:
            context.limiter.look_limited(subscription.workspace, error.retry_after, thread=False)
            raise Reschedule(context.after(error.retry_after)) from error
        except (TryLaterError, UnknownOutcomeError) as error:
            if row.looks + 1 < context.policy.max_looks:
                await parts.looked(row, str(error))
                raise Reschedule(context.after(context.policy.wait(row.looks + 1))) from error
            return await self._give_up(row, _UNSURE)
        except SlackError as error:
            unsure = isinstance(error, CannotLookError)
            return await self._give_up(row, _UNSURE if unsure else str(error))
        if found is not None:
            await parts.sent(row, row.attempt, found.ts, ())
            return replace(row, state=State.SENT)
        await parts.back(row, row.attempt, "")
        return replace(row, state=State.PENDING)

    async def _give_up(self, row: PartRow, reason: str) -> PartRow:
        _log.info("retraction_line.left", channel=self._subscription.channel, reason=reason)
        await self._context.store.parts.settle(row, State.SKIPPED, reason)
        return replace(row, state=State.SKIPPED)
