"""One message of a digest on its way: sent once, looked for when nobody knows whether it arrived, edited in place.

For each message: the attempt is committed, then Slack is called, then the answer is committed, at the latest together
with the next attempt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.digests.delivery.context import Leave, StrayLeft, Tools
from bot.digests.delivery.rendering import Sheet
from bot.digests.views.alerts import Notice, Trouble, words
from bot.domain.delivery import SETTLED, STRAY_LEFT, THREAD_GONE, Delivery, PartRow, State
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
from bot.slack.api.retry import retry_when_limited
from bot.slack.blocks.message import Message

_log = structlog.get_logger(__name__)
_WAITS = 3
"""How often Slack may put off the message that tells of trouble."""
_REPLIES = "conversations.replies"
"""Slack's method for looking into a thread."""
_STALE = 5.0
"""Seconds after which an attempt that was written down is not made any more: its lease may have gone meanwhile."""
_PASSING = frozenset(
    {
        "no_connection", "no_turn", "service_unavailable", "request_timeout", "message_limit_exceeded",
        "team_added_to_org", "org_login_required",
    }
)  # fmt: skip
"""Words of Slack's, the network's and the door's that pass however long they last. The last two are a workspace's that
is being moved (Slack: reference/methods/chat.postMessage)."""


class Sender:
    """Brings the messages of one subscription's digests into its channel."""

    def __init__(self, tools: Tools, subscription: Subscription) -> None:
        """Send for `subscription`, which `tools.holder` has claimed."""
        self._tools = tools
        self._subscription = subscription
        self._noticed = asyncio.get_running_loop().time()
        self.stopping = False
        """Set to have the lane end after the message in hand."""
        self.calling = False
        """Whether a message is on its way: the lane should not be cut off now."""
        self._landing: Awaitable[None] | None = None
        self._waited = 0.0

    async def settle(self, delivery: Delivery, row: PartRow, sheet: Sheet | None, thread: str | None) -> PartRow:
        """Bring one part to an end; give it as it then is."""
        while row.state not in SETTLED:
            if row.state is State.STRAY:
                row = await self._take_away(delivery, row)
            elif row.state is State.SENDING:
                row = await self._resolve(delivery, row, sheet, thread)
            elif sheet is None:
                return row
            else:
                row = await self._attempt(delivery, row, sheet, thread)
        return row

    async def _attempt(self, delivery: Delivery, row: PartRow, sheet: Sheet, thread: str | None) -> PartRow:
        """Send one part once: the attempt is written down, the call made, the outcome written down."""
        await self._turn()
        self.calling = True
        try:
            return await self._call(delivery, row, sheet, thread)
        finally:
            self.calling = False

    async def _turn(self) -> None:
        """Wait for a turn; leave where Slack will have nothing for longer than one waits, or the worker stops."""
        tools, mine = self._tools, self._subscription
        if self.stopping:
            raise Leave(tools.clock.now())
        rest = await tools.pace.turn(mine.workspace, mine.channel)
        if rest:
            raise Leave(tools.after(rest))
        if self.stopping:
            raise Leave(tools.clock.now())

    async def _call(self, delivery: Delivery, row: PartRow, sheet: Sheet, thread: str | None) -> PartRow:
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        loop = asyncio.get_running_loop()
        written = loop.time()
        attempt = await parts.sending(row, tools.holder, mine.id, tools.clock.now(), sheet.hash, source=sheet.source)
        if attempt is None:  # the lease is somebody else's by now, the row moved on, or nobody wants it any more
            raise Leave(self._tools.after(_STALE))
        await self.landed()  # in the same commit, or one before
        row = replace(row, attempt=attempt, state=State.SENDING)
        rest = await tools.pace.moment(mine.workspace, mine.channel)
        left = written + _STALE - loop.time()
        if left <= 0 or rest:
            await parts.back(row, attempt, "the attempt came too late to be made, or Slack asked to wait just then")
            raise Leave(tools.after(rest))
        marker = PartMarker(delivery.issue, row.key)
        try:
            posted = await tools.slack.post(
                mine.workspace, mine.channel, sheet.message, thread=thread, marker=marker, within=left
            )
        except UnknownOutcomeError as error:
            _log.info("delivery.unknown", channel=mine.channel, issue=delivery.issue, part=row.key, code=error.code)
            self._noticed = loop.time()
            return replace(row, reason=str(error))
        except SlackError as error:
            tools.pace.done(mine.workspace, mine.channel)
            return await self._refused(delivery, row, error)
        tools.pace.done(mine.workspace, mine.channel)
        return await self._landed(row, posted, sheet, thread)

    async def _landed(self, row: PartRow, posted: Posted, sheet: Sheet | None, thread: str | None) -> PartRow:
        """Write down where a message is. A reply that is not in its thread has strayed: its thread is gone."""
        await self.landed()
        parts, shown = self._tools.store.parts, sheet.shown if sheet else ()
        if thread is not None and posted.thread != thread:
            # Committed before it is deleted: a successor then finds it without reading the channel.
            await parts.strayed(row, row.attempt, posted.ts, shown)
            return replace(row, state=State.STRAY, ts=posted.ts, reason="", refusals=0)
        self._landing = parts.sent(row, row.attempt, posted.ts, shown)
        return replace(row, state=State.SENT, ts=posted.ts)

    async def _take_away(self, delivery: Delivery, row: PartRow) -> PartRow:
        """Delete a stray reply. Doing it twice does no harm, so doubt means again, as often as a message is tried."""
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        self.calling = True
        try:
            await tools.slack.delete(mine.workspace, mine.channel, row.ts)
        except RateLimitedError as error:
            raise StrayLeft(tools.after(error.retry_after)) from error
        except MessageRefusedError as error:
            return await self._left_behind(delivery, row, error)
        except (TryLaterError, UnknownOutcomeError) as error:
            counted = error.code not in _PASSING
            if counted and row.refusals + 1 >= tools.policy.max_attempts:
                return await self._left_behind(delivery, row, error)
            await parts.not_deleted(row, str(error), counted=counted)
            raise StrayLeft(tools.after(tools.policy.wait(row.refusals + 1 if counted else 3))) from error
        except ThreadRefusedError:
            pass  # message_not_found: it is deleted already
        finally:
            self.calling = False
        return await self._skip(row, THREAD_GONE)

    async def _left_behind(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Say that a stray reply stays in the channel, since Slack does not delete it."""
        _log.warning("delivery.stray_left", channel=self._subscription.channel, ts=row.ts, error=str(error))
        await self.tell(Trouble.STRAY, delivery, row, str(error))
        return await self._skip(row, f"{STRAY_LEFT}: {error}")

    async def _skip(self, row: PartRow, reason: str) -> PartRow:
        await self._tools.store.parts.settle(row, State.SKIPPED, reason)
        return replace(row, state=State.SKIPPED, reason=reason)

    async def landed(self) -> None:
        """Wait until the last answer is committed. It is before the next call, and before the lane ends."""
        landing, self._landing = self._landing, None
        if landing is not None:
            await landing

    async def _refused(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Deal with a clear refusal by its kind. The part surely is not there."""
        tools, parts = self._tools, self._tools.store.parts
        if isinstance(error, RateLimitedError):
            await self._limited(error)
        unlisted = isinstance(error, TryLaterError) and error.code not in _PASSING
        if isinstance(error, MessageRefusedError) or (unlisted and row.refusals + 1 >= tools.policy.max_attempts):
            await parts.settle(row, State.REFUSED, str(error))
            await self.tell(Trouble.REFUSED, delivery, row, str(error))
            return replace(row, state=State.REFUSED, reason=str(error))
        await parts.back(row, row.attempt, str(error), counted=unlisted)
        if isinstance(error, RateLimitedError):
            self._waited += max(error.retry_after, tools.policy.seconds_per_message)
            if self._waited > tools.policy.max_wait_seconds:  # in all: short ones in a row make somebody late as well
                raise Leave(tools.after(error.retry_after))
            return replace(row, state=State.PENDING)
        if isinstance(error, TryLaterError):
            raise Leave(self._tools.after(tools.policy.wait(row.refusals + 1 if unlisted else row.attempt)))
        raise error

    async def _limited(self, error: RateLimitedError) -> None:
        """Obey a 429, and have whoever posts here next obey it, be it another process."""
        tools, mine, told = self._tools, self._subscription, self._tools.clock.now()
        tools.pace.limited(mine.workspace, mine.channel, error.retry_after, told)
        await tools.store.subscriptions.limit(mine.id, told, told + timedelta(seconds=error.retry_after))

    async def _resolve(self, delivery: Delivery, row: PartRow, sheet: Sheet | None, thread: str | None) -> PartRow:
        """Find out what became of an attempt whose outcome is unknown."""
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        await self._turn_to_look(thread)
        try:
            found = await self._look(delivery, row, thread)
        except CannotLookError as error:
            return await self._unknown(delivery, row, str(error))
        except (WorkspaceRefusedError, ChannelRefusedError):
            raise
        except SlackError as error:
            if isinstance(error, ThreadRefusedError) and thread is not None:
                return await self._skip(row, THREAD_GONE)  # nor is it in the channel: it would stray if it were sent
            return await self._not_seen(delivery, row, error)
        if found is not None:
            _log.info("delivery.adopted", channel=mine.channel, issue=delivery.issue, part=row.key)
            return await self._landed(row, found, sheet, thread)
        await parts.back(row, row.attempt, "looked for it: it is not there")
        if row.at == 0:
            # Hours may have gone: whether it still goes out, and with which words, is decided anew.
            raise Leave(tools.clock.now())
        return replace(row, state=State.PENDING)

    async def _not_seen(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Look again later, or give up after so many looks that came to nothing."""
        tools, limited = self._tools, isinstance(error, RateLimitedError)
        if isinstance(error, RateLimitedError):
            in_thread = error.method == _REPLIES
            tools.pace.look_limited(self._subscription.workspace, error.retry_after, thread=in_thread)
        if row.looks + 1 >= (tools.policy.max_limited_looks if limited else tools.policy.max_looks):
            return await self._unknown(delivery, row, str(error))
        await tools.store.parts.looked(row, str(error))
        wait = error.retry_after if isinstance(error, RateLimitedError) else tools.policy.wait(row.looks + 1)
        raise Leave(tools.after(wait)) from error

    async def _turn_to_look(self, thread: str | None) -> None:
        """Wait until a late message has landed and a look may be made; leave where that takes long, or at a stop."""
        tools = self._tools
        # Measured since this process noticed, not since the attempt by the clock, which may have jumped.
        rest = self._noticed + tools.policy.grace_seconds - asyncio.get_running_loop().time()
        if rest > 0 and not self.stopping:
            await asyncio.sleep(rest)
        held = 0.0 if self.stopping else await tools.pace.look(self._subscription.workspace, thread=thread is not None)
        if self.stopping or held:
            raise Leave(tools.after(held))

    async def _look(self, delivery: Delivery, row: PartRow, thread: str | None) -> Posted | None:
        """Look for a part among the bot's own messages; in the channel no further back than it can be.

        That bound is Slack's own and was written down before the attempt: the bot's clock may have jumped since, and
        newer messages of ours may stand below the one that is looked for.

        A reply whose thread is gone may stand in the channel, later than the message that began the thread. Raises
        ThreadRefusedError where it does not, and would if it were sent again.
        """
        slack, mine, marker = self._tools.slack, self._subscription, PartMarker(delivery.issue, row.key)
        if thread is None:
            return await slack.find_own(mine.workspace, mine.channel, marker, oldest=delivery.after or None)
        try:
            return await slack.find_own(mine.workspace, mine.channel, marker, thread=thread)
        except ThreadRefusedError as error:
            await self._turn_to_look(None)
            found = await slack.find_own(mine.workspace, mine.channel, marker, oldest=thread)
            if found is None and error.code != TOMBSTONE:
                raise
            return found

    async def _unknown(self, delivery: Delivery, row: PartRow, reason: str) -> PartRow:
        """Leave a part of which nobody can tell: it is not sent again unless somebody who can see says so."""
        if await self._tools.store.parts.settle(row, State.UNKNOWN, reason):
            await self.tell(Trouble.UNKNOWN, delivery, row, reason)
        return replace(row, state=State.UNKNOWN, reason=reason)

    async def edit(self, row: PartRow, message: Message) -> None:
        """Put a message in the place of one that was sent. Doing it twice does no harm, so doubt means again.

        What cannot be edited, or not after as many attempts as a message gets, stays as it is.
        """
        tools, mine = self._tools, self._subscription
        await self._turn()
        if rest := await tools.pace.moment(mine.workspace, mine.channel):
            raise Leave(tools.after(rest))
        if not await tools.store.leases.has(tools.holder, mine.id):  # what somebody else has put there may be newer
            raise Leave(None)
        try:
            await tools.slack.update(mine.workspace, mine.channel, row.ts, message)
        except (ThreadRefusedError, MessageRefusedError) as error:  # deleted by somebody, or too old to be edited
            self._not_edited(row, error)
        except RateLimitedError as error:
            await self._limited(error)
            raise Leave(self._tools.after(error.retry_after)) from error
        except (TryLaterError, UnknownOutcomeError) as error:
            if row.refusals + 1 >= tools.policy.max_attempts:
                self._not_edited(row, error)
                return
            await tools.store.parts.not_revised(row)
            raise Leave(self._tools.after(tools.policy.wait(row.refusals + 1))) from error

    def _not_edited(self, row: PartRow, error: SlackError) -> None:
        _log.info("delivery.not_edited", channel=self._subscription.channel, ts=row.ts, error=str(error))

    async def tell(self, trouble: Trouble, delivery: Delivery | None, row: PartRow | None, reason: str) -> None:
        """Tell the subscriber; once, and if it does not reach them the row still says it.

        Who asked to be forgotten is nobody to tell.
        """
        mine, issue = self._subscription, ""
        if not mine.user:
            return
        if delivery is not None:
            known = self._tools.catalogue().issues.get(delivery.issue)
            issue = label(known) if known else delivery.issue
        notice = Notice(trouble, mine.channel, issue, reason)
        if delivery is not None and row is not None:
            notice = replace(notice, delivery=delivery.id, part=row.id, whole=row.at == 0)
        try:
            said = words(notice, self._tools.command)
            await retry_when_limited(lambda: self._tools.slack.direct(mine.workspace, mine.user, said), waits=_WAITS)
        except SlackError as error:
            _log.warning("delivery.not_told", user=mine.user, trouble=trouble.value, error=str(error))
