"""After a gap in the database's heartbeat: looking for what was posted in it, before anything is posted again."""

from __future__ import annotations

from dataclasses import replace

import structlog

from archive.issue import Issue
from bot.digests.delivery.context import DeliveryContext, Reschedule
from bot.digests.delivery.rendering import RenderedPart
from bot.digests.delivery.sender import Sender
from bot.digests.views.alerts import AlertKind
from bot.domain.delivery import RETRACTION_LINE, Delivery, PartRow, Progress, State, moment_of_ts
from bot.domain.gap import Gap
from bot.domain.subscription import Subscription
from bot.slack.api.errors import (
    CannotLookError,
    ChannelRefusedError,
    RateLimitedError,
    SlackError,
    ThreadRefusedError,
    WorkspaceRefusedError,
)
from bot.slack.api.ports import PartMarker, Posted

_log = structlog.get_logger(__name__)
_WHY = "the bot's database is older than the channel, or the bot was killed, and nobody can look"


class Recovery:
    """Adopts messages of ours that the database does not know, because it is a copy from before they were posted.

    A digest is looked for once: what is found is adopted, and what surely is not there is posted. Where nobody can
    look, the subscriber decides about this digest, unless the last worker stopped by itself: then nothing was posted in
    the gap but by a database that is not this one.
    """

    def __init__(self, context: DeliveryContext, subscription: Subscription, sender: Sender) -> None:
        """Look in the channel of `subscription`."""
        self._context, self._subscription, self._sender = context, subscription, sender

    async def recover(self, delivery: Delivery, issue: Issue, rendered: tuple[RenderedPart, ...]) -> Delivery:
        """Return the delivery with what is known after a look. Raise Reschedule to look again later.

        Its progress is RETRACTED if the digest was posted and taken back: then nothing is posted.
        """
        gap = next((gap for gap in self._context.gaps() if gap.may_have_seen(issue.published)), None)
        parent = delivery.parent
        if gap is None or parent is None:
            return delivery
        if parent.state is State.PENDING and parent.attempt == 0:
            return await self._parent(delivery, parent, rendered, gap)
        fresh = [row for row in delivery.parts if row.at and row.state is State.PENDING and row.attempt == 0]
        early = parent.attempted is not None and parent.attempted <= gap.until
        return await self._replies(delivery, parent, fresh, gap) if fresh and early and parent.ts else delivery

    async def _parent(
        self, delivery: Delivery, parent: PartRow, rendered: tuple[RenderedPart, ...], gap: Gap
    ) -> Delivery:
        try:
            found = await self._look(delivery, parent, gap, None)
        except CannotLookError as error:
            return await self._doubt(delivery, [parent], gap, error)
        if found is None:
            return delivery
        if found.part == RETRACTION_LINE:
            _log.info("retraction.recovered", channel=self._subscription.channel, issue=delivery.issue)
            await self._context.store.retractions.learn(delivery, moment_of_ts(found.ts))
            return replace(delivery, progress=Progress.RETRACTED)
        shown = next((each.shown for each in rendered if each.key == parent.key), ())
        _log.info("delivery.recovered", channel=self._subscription.channel, issue=delivery.issue)
        parts, holder = self._context.store.parts, self._context.holder
        return replace(delivery, parts=await parts.adopt(delivery, found.ts, shown, gap.since, holder))

    async def _replies(self, delivery: Delivery, parent: PartRow, fresh: list[PartRow], gap: Gap) -> Delivery:
        """Have the replies of a digest that was begun before the gap looked for, as if each had been attempted."""
        try:
            await self._look(delivery, fresh[0], gap, parent.ts)
        except CannotLookError as error:
            return await self._doubt(delivery, fresh, gap, error)
        except ThreadRefusedError:
            return delivery
        parts, holder = self._context.store.parts, self._context.holder
        return replace(delivery, parts=await parts.doubt(delivery, fresh, gap.since, holder))

    async def _look(self, delivery: Delivery, row: PartRow, gap: Gap, thread: str | None) -> Posted | None:
        context, where = self._context, (self._subscription.workspace, self._subscription.channel)
        if held := await context.limiter.look(where[0], thread=thread is not None):
            raise Reschedule(context.after(held))
        marker, line = PartMarker(delivery.issue, row.key), PartMarker(delivery.issue, RETRACTION_LINE)
        find = context.slack.find_own
        try:
            if thread is not None:
                return await find(*where, marker, thread=thread)
            return await find(*where, marker, oldest=gap.oldest, other=line)
        except (CannotLookError, ChannelRefusedError, WorkspaceRefusedError, ThreadRefusedError):
            raise
        except SlackError as error:
            wait = context.policy.wait(3)
            if isinstance(error, RateLimitedError):
                wait = error.retry_after
                context.limiter.look_limited(where[0], wait, thread=thread is not None)
            raise Reschedule(context.after(wait)) from error

    async def _doubt(self, delivery: Delivery, rows: list[PartRow], gap: Gap, error: SlackError) -> Delivery:
        """Leave the messages unconfirmed and ask the subscriber; not if the last worker stopped by itself."""
        if gap.stopped:
            return delivery
        reason = f"{_WHY} ({error.code})"
        settled = {row.id for row in rows if await self._context.store.parts.settle(row, State.UNKNOWN, reason)}
        await self._sender.tell(AlertKind.RESTORED, delivery, rows[0], reason)
        unknown = [
            replace(row, state=State.UNKNOWN, reason=reason) if row.id in settled else row for row in delivery.parts
        ]
        return replace(delivery, parts=tuple(unknown))
