"""One channel's turn: what is due there is decided, and what is in hand goes out, oldest first, part by part.

The order of steps is what keeps the promise. For each message: the attempt is committed, then Slack is called, then the
answer is committed. Whatever stops a lane between two steps leaves a row that says where it stood; the next lane begins
there. See docs/delivery.md for the states.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.calendar import Weekly
from bot.clock import Clock
from bot.delivery.delivery import SETTLED, Delivery, PartRow, Progress, State
from bot.delivery.pace import Pace
from bot.delivery.plan import decide, full_note, late_note, put_off
from bot.delivery.press import Press, Sheet, corrected
from bot.delivery.rules import Rules
from bot.delivery.shelf import Catalogue
from bot.delivery.subscription import Pause, Paused, Subscription
from bot.messages.message import Message
from bot.messages.notice import Notice, Trouble, words
from bot.messages.title import label
from bot.slack.door import Mark, Posted, Poster
from bot.slack.errors import (
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
from bot.store.store import Store

_log = structlog.get_logger(__name__)
_STALE = 5.0
"""Seconds after which an attempt that was written down is not made any more: its lease may have gone meanwhile."""
_PASSING = frozenset({"no_connection", "service_unavailable", "request_timeout", "message_limit_exceeded"})
"""Words of Slack's, and of the network's, that pass however long they last."""


class _Leave(Exception):  # noqa: N818 - no error: how a lane ends early
    """Leave the channel for now, to come back at `wake` (None: when something wakes it)."""

    def __init__(self, wake: datetime | None) -> None:
        super().__init__()
        self.wake = wake


@dataclass(frozen=True, slots=True)
class Tools:
    """What every lane of a worker works with. `command` is named where people are told how to read an issue."""

    store: Store
    slack: Poster
    clock: Clock
    press: Press
    pace: Pace
    rules: Rules
    holder: str
    catalogue: Callable[[], Catalogue]
    command: str = "/weekly"


class Lane:
    """One subscription in the hands of one worker, from claim to release."""

    def __init__(self, tools: Tools, subscription: Subscription) -> None:
        """Work on `subscription`, which `tools.holder` has claimed."""
        self._tools = tools
        self._subscription = subscription
        self._noticed = asyncio.get_running_loop().time()
        self.stopping = False
        """Set to have the lane end after the message in hand."""
        self.calling = False
        """Whether a message is on its way: the lane should not be cut off now."""

    async def run(self) -> None:
        """Do all there is to do and give the channel back."""
        tools, wake = self._tools, None
        try:
            wake = await self._work()
        except _Leave as leave:
            wake = leave.wake
        except WorkspaceRefusedError as error:
            await self._workspace_refused(error)
        except ChannelRefusedError as error:
            await self._channel_refused(error)
        except SlackError as error:
            wake = self._after(tools.rules.wait(3))
            _log.warning("delivery.slack", channel=self._subscription.channel, error=str(error))
        now = tools.clock.now()
        await tools.store.subscriptions.release(self._subscription.id, tools.holder, now, wake)

    async def _work(self) -> datetime | None:
        """Decide, then go through what is in hand; give when to come back."""
        tools, mine = self._tools, self._subscription
        if not mine.active:
            return None
        now = tools.clock.now()
        wakes = [await self._decide(now)]
        in_hand = await tools.store.deliveries.in_hand(mine.id, now - tools.rules.revisable)
        wakes += [await self._deliver(delivery) for delivery in in_hand]
        return min((wake for wake in wakes if wake is not None), default=None)

    async def _decide(self, now: datetime) -> datetime | None:
        """Write down what is due. Give when the next slot is."""
        tools, mine = self._tools, self._subscription
        deliveries, rules = tools.store.deliveries, tools.rules
        known, waits = await deliveries.history(mine.workspace, mine.channel)
        unsent = 0
        for delivery in await deliveries.in_hand(mine.id, now) if waits else ():
            slot = put_off(delivery, mine.schedule, now, rules)
            if slot is not None:
                await deliveries.put_off(delivery.id, slot.at, "too late for its slot; goes out at the next")
            unsent += delivery.progress is Progress.WAITING
        catalogue = tools.catalogue()
        verdict = decide(mine, catalogue, known, unsent, now, rules=rules, command=tools.command)
        if verdict.decision is not None:
            if not await deliveries.decide(mine, tools.holder, now, verdict.decision):
                raise _Leave(None)
            self._subscription = replace(mine, cursor=verdict.decision.cursor)
        return verdict.next

    async def _deliver(self, delivery: Delivery) -> datetime | None:
        """Take one delivery as far as it goes; give when to come back to it."""
        tools, catalogue = self._tools, self._tools.catalogue()
        now = tools.clock.now()
        if (
            delivery.progress is Progress.WAITING
            and delivery.due > now
            and isinstance(self._subscription.schedule, Weekly)
        ):
            return delivery.due
        issue = catalogue.issues.get(delivery.issue)
        if issue is None:
            reason = "its issue is not in the archive; it goes on when the issue is back"
            if delivery.progress is not Progress.DONE and delivery.reason != reason:
                await tools.store.deliveries.finish(delivery.id, delivery.progress, reason)
            return None
        content = catalogue.content[delivery.issue]
        if delivery.progress is Progress.DONE:
            if content == delivery.content:  # another process knows a newer text; this one will in a moment
                return self._after(tools.rules.lease.total_seconds())
            await self._revise(delivery, content)
            return None
        delivery = await self._begin(delivery, content, now)
        sheets = tools.press.sheets(issue, delivery.taste, full_note(delivery))
        delivery = await self._align(delivery, sheets)
        await self._post_all(delivery, sheets)
        return None

    async def _begin(self, delivery: Delivery, content: str, now: datetime) -> Delivery:
        """Write down, before the channel message is first attempted, what will be posted."""
        tools, parent = self._tools, delivery.parent
        if parent is not None and parent.state is not State.PENDING:
            return delivery
        late = late_note(delivery.due, now, self._subscription.schedule, tools.rules)
        draft = replace(delivery, late=late, content=content)
        issue = tools.catalogue().issues[delivery.issue]
        keys = [sheet.key for sheet in tools.press.sheets(issue, draft.taste, full_note(draft))]
        return replace(draft, parts=await tools.store.deliveries.begin(delivery.id, late, content, keys))

    async def _align(self, delivery: Delivery, sheets: tuple[Sheet, ...]) -> Delivery:
        """Bring the rows in line with what the issue holds now: it may have been edited since they were written."""
        parts = self._tools.store.parts
        keys = {sheet.key for sheet in sheets}
        rows = list(delivery.parts)
        if {row.key for row in rows} == keys or any(row.state is State.SENDING for row in rows):
            return delivery  # what is in doubt is found by its key: that comes first, and the edit after it
        for old, new in corrected(rows, sheets).items():
            at = next(index for index, row in enumerate(rows) if row.key == old)
            if rows[at].state in {State.SENT, State.PENDING}:
                await parts.rename(rows[at], new)
                rows[at] = replace(rows[at], key=new)
        for row in rows:
            if row.key not in keys and row.state is State.PENDING:
                await parts.settle(row, State.SKIPPED, "the issue no longer has it")
        fresh = [sheet.key for sheet in sheets if sheet.key not in {row.key for row in rows}]
        last = max((row.at for row in rows), default=-1)
        return replace(delivery, parts=await parts.add(delivery.id, fresh, last + 1))

    async def _post_all(self, delivery: Delivery, sheets: tuple[Sheet, ...]) -> None:
        """Post every part that is not settled, the channel message first, and write down how it ended."""
        tools, by_key = self._tools, {sheet.key: sheet for sheet in sheets}
        thread: str | None = None
        reasons: list[str] = []
        for row in delivery.parts:
            try:
                settled = await self._settle(delivery, row, by_key.get(row.key), thread)
            except ThreadRefusedError as error:
                if row.at == 0:
                    raise
                reasons.append(f"its thread is gone ({error.code})")
                await self._give_up(delivery, str(error))
                break
            if row.at == 0:
                if settled.state is not State.SENT:
                    await self._no_parent(delivery, settled)
                    return
                thread = settled.ts
            elif settled.state in {State.UNKNOWN, State.REFUSED}:
                reasons.append(f"{row.key}: {settled.state.value}")
        content = tools.catalogue().content.get(delivery.issue)
        same = content == delivery.content
        await tools.store.deliveries.finish(delivery.id, Progress.DONE, "; ".join(reasons)[:500])
        if not same:
            raise _Leave(tools.clock.now())  # edited while it went out: revise it at once

    async def _give_up(self, delivery: Delivery, reason: str) -> None:
        """Write down that the replies still to come will not be posted."""
        found = await self._tools.store.deliveries.by_id(delivery.id)
        for row in found.parts if found else ():
            if row.state not in SETTLED:
                await self._tools.store.parts.settle(row, State.SKIPPED, reason)

    async def _no_parent(self, delivery: Delivery, parent: PartRow) -> None:
        """End a delivery whose channel message is not there, or not known to be."""
        kinds = {State.UNKNOWN: Progress.UNKNOWN, State.SKIPPED: Progress.DROPPED}
        progress = kinds.get(parent.state, Progress.REFUSED)
        await self._tools.store.deliveries.finish(delivery.id, progress, parent.reason)

    async def _settle(self, delivery: Delivery, row: PartRow, sheet: Sheet | None, thread: str | None) -> PartRow:
        """Bring one part to an end; give it as it then is."""
        while row.state not in SETTLED:
            if row.state is State.SENDING:
                row = await self._resolve(delivery, row, sheet, thread)
            elif sheet is None:
                return row
            else:
                row = await self._attempt(delivery, row, sheet, thread)
        return row

    async def _attempt(self, delivery: Delivery, row: PartRow, sheet: Sheet, thread: str | None) -> PartRow:
        """Send one part once: the attempt is written down, the call made, the outcome written down."""
        tools, mine = self._tools, self._subscription
        await tools.pace.turn(mine.workspace, mine.channel)
        if self.stopping:
            raise _Leave(tools.clock.now())
        self.calling = True
        try:
            return await self._call(delivery, row, sheet, thread)
        finally:
            self.calling = False

    async def _call(self, delivery: Delivery, row: PartRow, sheet: Sheet, thread: str | None) -> PartRow:
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        loop = asyncio.get_running_loop()
        written = loop.time()
        attempt = await parts.sending(row, tools.holder, mine.id, tools.clock.now(), sheet.hash)
        if attempt is None:
            raise _Leave(self._after(_STALE))  # the lease is somebody else's by now, or the row moved on
        row = replace(row, attempt=attempt, state=State.SENDING)
        if loop.time() - written > _STALE:
            await parts.back(row, attempt, "the attempt came too late to be made")
            return replace(row, state=State.PENDING)
        mark = Mark(delivery.issue, row.key)
        try:
            posted = await tools.slack.post(mine.workspace, mine.channel, sheet.message, thread=thread, mark=mark)
        except UnknownOutcomeError as error:
            _log.info("delivery.unknown", channel=mine.channel, issue=delivery.issue, part=row.key, code=error.code)
            self._noticed = loop.time()
            return replace(row, reason=str(error))
        except SlackError as error:
            tools.pace.done(mine.workspace, mine.channel)
            return await self._refused(delivery, row, error)
        tools.pace.done(mine.workspace, mine.channel)
        return await self._landed(row, posted, sheet)

    async def _landed(self, row: PartRow, posted: Posted, sheet: Sheet | None) -> PartRow:
        await self._tools.store.parts.sent(row, row.attempt, posted.ts, sheet.shown if sheet else ())
        return replace(row, state=State.SENT, ts=posted.ts)

    async def _refused(self, delivery: Delivery, row: PartRow, error: SlackError) -> PartRow:
        """Deal with a clear refusal by its kind. The part surely is not there."""
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        unlisted = isinstance(error, TryLaterError) and error.code not in _PASSING
        if isinstance(error, MessageRefusedError) or (unlisted and row.attempt >= tools.rules.attempts):
            await parts.settle(row, State.REFUSED, str(error))
            await self._tell(Trouble.REFUSED, delivery, row, str(error))
            return replace(row, state=State.REFUSED, reason=str(error))
        await parts.back(row, row.attempt, str(error))
        if isinstance(error, RateLimitedError):
            tools.pace.limited(mine.workspace, mine.channel, error.retry_after)
            if error.retry_after > tools.rules.patience:
                raise _Leave(self._after(error.retry_after))
            return replace(row, state=State.PENDING)
        if isinstance(error, TryLaterError):
            raise _Leave(self._after(tools.rules.wait(row.attempt)))
        raise error

    async def _resolve(self, delivery: Delivery, row: PartRow, sheet: Sheet | None, thread: str | None) -> PartRow:
        """Find out what became of an attempt whose outcome is unknown."""
        tools, mine, parts = self._tools, self._subscription, self._tools.store.parts
        # Measured since this process noticed, not since the attempt by the clock, which may have jumped.
        rest = self._noticed + tools.rules.grace - asyncio.get_running_loop().time()
        if rest > 0:
            await asyncio.sleep(rest)
        if self.stopping:
            raise _Leave(tools.clock.now())
        try:
            found = await self._look(delivery, row, thread)
        except CannotLookError as error:
            return await self._unknown(delivery, row, str(error))
        except (WorkspaceRefusedError, ChannelRefusedError):
            raise
        except SlackError as error:
            if row.looks + 1 >= tools.rules.looks and not isinstance(error, RateLimitedError):
                return await self._unknown(delivery, row, str(error))
            if not isinstance(error, RateLimitedError):
                await parts.looked(row, str(error))
            wait = error.retry_after if isinstance(error, RateLimitedError) else tools.rules.wait(row.looks + 1)
            raise _Leave(self._after(wait)) from error
        if found is not None:
            _log.info("delivery.adopted", channel=mine.channel, issue=delivery.issue, part=row.key)
            return await self._landed(row, found, sheet)
        await parts.back(row, row.attempt, "looked for it: it is not there")
        return replace(row, state=State.PENDING)

    async def _look(self, delivery: Delivery, row: PartRow, thread: str | None) -> Posted | None:
        """Look for a part among the bot's own messages.

        In the channel no further back than the newest message of ours that is known there: parts go out one after the
        other. Where there is none, a day before the attempt, unless the clock has been put back since.
        """
        tools, mine = self._tools, self._subscription
        oldest = None
        if thread is None:
            oldest = await tools.store.parts.newest(mine.workspace, mine.channel)
            at = row.attempted
            if oldest is None and at is not None and at <= tools.clock.now():
                oldest = f"{(at - timedelta(days=1)).timestamp():.6f}"
        mark = Mark(delivery.issue, row.key)
        return await tools.slack.find_own(mine.workspace, mine.channel, mark, thread=thread, oldest=oldest)

    async def _unknown(self, delivery: Delivery, row: PartRow, reason: str) -> PartRow:
        """Leave a part of which nobody can tell: it is not sent again unless somebody who can see says so."""
        if await self._tools.store.parts.settle(row, State.UNKNOWN, reason):
            await self._tell(Trouble.UNKNOWN, delivery, row, reason)
        return replace(row, state=State.UNKNOWN, reason=reason)

    async def _revise(self, delivery: Delivery, content: str) -> None:
        """Edit the messages of a posted digest in place after its issue was corrected, and add what is new."""
        tools, mine = self._tools, self._subscription
        issue = tools.catalogue().issues[delivery.issue]
        sheets = tools.press.sheets(issue, delivery.taste, full_note(delivery))
        delivery = replace(await self._align(delivery, sheets), content=content)
        by_key = {sheet.key: sheet for sheet in sheets}
        for row in delivery.parts:
            sheet = by_key.get(row.key)
            if row.state is State.SENT and sheet is not None:
                if row.hash != sheet.hash:
                    await self._edit(row, sheet.message)
                # The message may be the same and yet show another position, or a link that reads the same.
                await tools.store.parts.revised(row, sheet.hash, sheet.shown)
        parent = delivery.parent
        if parent is None or not parent.ts:
            await tools.store.deliveries.finish(delivery.id, delivery.progress, delivery.reason, content)
            return
        more = any(row.state not in SETTLED for row in delivery.parts)
        progress = Progress.POSTING if more else Progress.DONE
        await tools.store.deliveries.finish(delivery.id, progress, delivery.reason, content)
        if more:
            await self._post_all(delivery, sheets)
        _log.info("delivery.revised", channel=mine.channel, issue=delivery.issue)

    async def _edit(self, row: PartRow, message: Message) -> None:
        """Put a message in the place of one that was sent. Doing it twice does no harm, so doubt means again."""
        tools, mine = self._tools, self._subscription
        await tools.pace.turn(mine.workspace, mine.channel)
        if self.stopping:
            raise _Leave(tools.clock.now())
        try:
            await tools.slack.update(mine.workspace, mine.channel, row.ts, message)
        except (ThreadRefusedError, MessageRefusedError) as error:
            # Deleted by somebody, or too old to be edited: it stays as it is.
            _log.info("delivery.not_edited", channel=mine.channel, ts=row.ts, error=str(error))
        except RateLimitedError as error:
            raise _Leave(self._after(error.retry_after)) from error
        except (TryLaterError, UnknownOutcomeError) as error:
            raise _Leave(self._after(tools.rules.wait(3))) from error

    async def _channel_refused(self, error: ChannelRefusedError) -> None:
        """Pause the subscription and tell the person who made it, once."""
        if await self._tools.store.subscriptions.pause(self._subscription.id, Paused(Pause.CHANNEL, str(error))):
            _log.warning("delivery.paused", channel=self._subscription.channel, code=error.code)
            await self._tell(Trouble.PAUSED, None, None, str(error))

    async def _workspace_refused(self, error: WorkspaceRefusedError) -> None:
        """Pause everything of the workspace. Nobody there can be told: the bot is shut out."""
        where = self._subscription.workspace
        count = await self._tools.store.subscriptions.pause_workspace(where, Paused(Pause.WORKSPACE, str(error)))
        if count:
            _log.error("delivery.workspace_paused", workspace=where, code=error.code, subscriptions=count)

    async def _tell(self, trouble: Trouble, delivery: Delivery | None, row: PartRow | None, reason: str) -> None:
        """Tell the subscriber; once, and if it does not reach them the row still says it."""
        mine, issue = self._subscription, ""
        if delivery is not None:
            known = self._tools.catalogue().issues.get(delivery.issue)
            issue = label(known) if known else delivery.issue
        notice = Notice(trouble, mine.channel, issue, reason, delivery.id if delivery else 0, row.key if row else "")
        try:
            await self._tools.slack.direct(mine.workspace, mine.user, words(notice))
        except SlackError as error:
            _log.warning("delivery.not_told", user=mine.user, trouble=trouble.value, error=str(error))

    def _after(self, seconds: float) -> datetime:
        return self._tools.clock.now() + timedelta(seconds=seconds)
