"""Taking a posted digest back: its messages are deleted, the replies first, so that none of them loses its thread."""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.digests.delivery.context import DeliveryContext, Reschedule
from bot.digests.delivery.retraction_line import RetractionLine
from bot.digests.delivery.sender import TEMPORARY_CODES, Sender
from bot.digests.delivery.turns import Rank
from bot.domain.delivery import TAKEN_BACK, Delivery, PartRow, Progress, State
from bot.domain.subscription import Subscription
from bot.slack.api.errors import (
    MessageRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
    TryLaterError,
    UnknownOutcomeError,
)

_log = structlog.get_logger(__name__)


class Retraction:
    """Deletes the messages of digests that are to be taken back. Deleting twice does no harm, so a crash costs nothing.

    A message whose outcome is unknown is looked for first.
    """

    def __init__(self, context: DeliveryContext, subscription: Subscription, sender: Sender) -> None:
        """Delete in the channel of `subscription`, at the rate that `sender` keeps."""
        self._context, self._subscription, self._sender = context, subscription, sender
        self._line = RetractionLine(context, subscription, sender)

    async def take_back(self, delivery: Delivery) -> None:
        """Delete what is posted of a digest, say so in the channel, and record it. Raise Reschedule to go on later.

        Nothing is said in a paused or ended channel, nor where the channel message was not there, or still is.
        """
        parent = delivery.parent
        thread = parent.ts if parent is not None and parent.ts else None
        ended = [await self._remove(delivery, row, thread) for row in reversed(delivery.messages)]
        left = [row for row in ended if row.state is State.SENT]
        unsure = [row for row in ended if row.state is State.UNKNOWN]
        if thread is not None and ended[-1].state is State.SKIPPED and self._subscription.active:
            await self._line.post(delivery)
        said = [TAKEN_BACK]
        said += [f"{len(left)} of its messages could not be deleted ({left[0].reason})"] if left else []
        said += [f"{len(unsure)} of its messages may still be there"] if unsure else []
        await self._context.store.deliveries.finish(delivery.id, Progress.RETRACTED, "; ".join(said))
        _log.info("delivery.retracted", channel=self._subscription.channel, issue=delivery.issue, left=len(left))

    async def _remove(self, delivery: Delivery, row: PartRow, thread: str | None) -> PartRow:
        """Settle one message: one on its way is found first, one that is there is deleted; return its row."""
        if row.state in {State.SENDING, State.STRAY}:
            row = await self._sender.settle(delivery, row, None, thread if row.at else None)
            await self._sender.landed()
        if row.state is State.PENDING:
            await self._context.store.parts.settle(row, State.SKIPPED, TAKEN_BACK)
            return replace(row, state=State.SKIPPED)
        return await self._delete(row) if row.state is State.SENT else row

    async def _delete(self, row: PartRow) -> PartRow:
        context, subscription = self._context, self._subscription
        await self._sender.turn(Rank.REPLY)
        if rest := await context.limiter.moment(subscription.workspace, subscription.channel):
            raise Reschedule(context.after(rest))
        try:
            await context.slack.delete(subscription.workspace, subscription.channel, row.ts)
        except RateLimitedError as error:
            raise Reschedule(context.after(error.retry_after)) from error
        except ThreadRefusedError:
            pass  # message_not_found: it has been deleted already
        except MessageRefusedError as error:
            return replace(row, reason=str(error))
        except (TryLaterError, UnknownOutcomeError) as error:
            return await self._again(row, error)
        await context.store.parts.taken_back(row)
        return replace(row, state=State.SKIPPED)

    async def _again(self, row: PartRow, error: SlackError) -> PartRow:
        """Have the deletion tried again, unless it failed as often as a message is tried."""
        context, counted = self._context, error.code not in TEMPORARY_CODES
        if counted and row.refusals + 1 >= context.policy.max_attempts:
            return replace(row, reason=str(error))
        await context.store.parts.not_deleted(row, str(error), counted=counted)
        raise Reschedule(context.after(context.policy.wait(row.refusals + 1 if counted else 3))) from error
