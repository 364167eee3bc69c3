"""Noticing a second bot: a digest of ours in a channel that this database did not post.

Two bots on two databases know nothing of each other but what stands in Slack. So a worker looks for a digest's channel
message by its metadata: before the first digest that it posts in a channel, and after each channel message, since both
bots may have posted at the same moment. Of two messages the later is taken away by the bot that posted it. These looks
never wait and never fail a digest. Once a second bot was seen in a workspace, every digest there waits for its looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.digests.delivery.context import DeliveryContext, Reschedule
from bot.digests.delivery.sender import Sender
from bot.domain.delivery import NOT_THERE, Delivery, PartRow, Progress, State
from bot.domain.second_bot import NOT_REMOVED, STANDS_ALREADY, Sighting, is_later
from bot.domain.subscription import Subscription
from bot.slack.api.errors import (
    CannotLookError,
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
)
from bot.slack.api.ports import PartMarker

_log = structlog.get_logger(__name__)
_EARLY = timedelta(days=1)
"""An issue whose date is a day is out a day before that is over everywhere."""


class SecondBot:
    """Looks for the second bot's digests in one channel."""

    def __init__(self, context: DeliveryContext, subscription: Subscription, sender: Sender) -> None:
        """Look in the channel of `subscription`."""
        self._context, self._subscription, self._sender = context, subscription, sender

    async def was_before(self, delivery: Delivery) -> bool:
        """Return whether the digest stands there already, posted from another database; then it is not posted."""
        parent = delivery.parent
        if parent is None or not _is_unposted(parent) or not self._wants_look(delivery, parent):
            return False
        others = await self._look(delivery, parent)
        if not others:
            return False
        await self._seen(delivery, others[0])
        await self._end(delivery, parent, STANDS_ALREADY)
        return True

    async def is_first(self, delivery: Delivery, parent: PartRow) -> bool:
        """Return whether our channel message stays. One that came after the second bot's is taken away again."""
        began = delivery.parent
        if any(row.state is not State.PENDING or row.attempt for row in delivery.parts if row.at):
            return True  # its thread has begun
        if not self._is_suspected(delivery):
            spare = self._context.limiter.spare_look
            if began is None or not _is_unposted(began) or not spare(delivery.workspace, before=False):
                return True
        await self._sender.landed()
        others = [ts for ts in await self._look(delivery, parent) if ts != parent.ts]
        if not others:
            return True
        await self._seen(delivery, others[0])
        if not any(is_later(parent.ts, other) for other in others):
            return True
        await self._take_away(delivery, parent)
        return False

    def _is_suspected(self, delivery: Delivery) -> bool:
        return delivery.workspace in self._context.second_bots.suspected

    def _wants_look(self, delivery: Delivery, parent: PartRow) -> bool:
        """Return whether to look before the digest is posted.

        That is so at this worker's first digest in the channel, or after Slack refused it there: somebody else posts.
        """
        known, place = self._context.second_bots, (delivery.workspace, delivery.channel)
        if self._is_suspected(delivery):
            return True
        was_there = known.visits(*place)
        if (was_there and not parent.attempt) or self._was_looked_for(delivery):
            return False
        return self._context.limiter.spare_look(delivery.workspace, before=True)

    def _published(self, delivery: Delivery) -> datetime:
        issue = self._context.catalogue().issues.get(delivery.issue)
        return delivery.due if issue is None else issue.published

    def _was_looked_for(self, delivery: Delivery) -> bool:
        """Return whether the digest was just looked for after a gap in the heartbeat."""
        return any(gap.may_have_seen(self._published(delivery)) for gap in self._context.gaps())

    async def _look(self, delivery: Delivery, parent: PartRow) -> tuple[str, ...]:
        """Return the ts of the channel messages of this digest. Where nobody can look, there is none."""
        context, where, needed = self._context, (delivery.workspace, delivery.channel), self._is_suspected(delivery)
        if context.second_bots.is_blind(delivery.workspace):
            return ()
        if needed and (held := await context.limiter.look(delivery.workspace, thread=False)):
            raise Reschedule(context.after(held))
        oldest = f"{max(0.0, (self._published(delivery) - _EARLY).timestamp()):.6f}"
        try:
            return await context.slack.own_copies(*where, PartMarker(delivery.issue, parent.key), oldest=oldest)
        except CannotLookError:
            context.second_bots.blinded(delivery.workspace)
        except RateLimitedError as error:
            context.limiter.look_limited(delivery.workspace, error.retry_after, thread=False)
            if needed:
                raise Reschedule(context.after(error.retry_after)) from error
        except SlackError as error:
            _log.info("second_bot_look.failed", channel=delivery.channel, error=str(error))
        return ()

    async def _seen(self, delivery: Delivery, ts: str) -> None:
        """Record, and log, that a second bot posts in the workspace."""
        context = self._context
        context.second_bots.suspected.add(delivery.workspace)
        _log.error("second_bot.found", channel=delivery.channel, issue=delivery.issue, ts=ts)
        sighting = Sighting(delivery.workspace, delivery.channel, delivery.issue, ts, context.clock.now())
        await context.store.second_bots.register(sighting)

    async def _take_away(self, delivery: Delivery, parent: PartRow) -> None:
        """Delete our channel message, and end the digest."""
        context, reason = self._context, STANDS_ALREADY
        try:
            await context.slack.delete(delivery.workspace, delivery.channel, parent.ts)
        except ThreadRefusedError:
            pass  # it is gone already
        except MessageRefusedError as error:
            reason = f"{NOT_REMOVED} ({error.code})"
        except SlackError as error:
            wait = error.retry_after if isinstance(error, RateLimitedError) else context.policy.wait(3)
            raise Reschedule(context.after(wait)) from error
        await context.store.parts.taken_back(parent, reason)
        await context.store.deliveries.finish(delivery.id, Progress.DROPPED, reason)

    async def _end(self, delivery: Delivery, parent: PartRow, reason: str) -> None:
        if await self._context.store.parts.settle(parent, State.SKIPPED, reason):
            await self._context.store.deliveries.finish(delivery.id, Progress.DROPPED, reason)


def _is_unposted(parent: PartRow) -> bool:
    """Return whether a channel message was never on its way: one that was may come twice without a second bot."""
    return parent.state is State.PENDING and parent.reason != NOT_THERE
