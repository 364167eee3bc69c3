"""Sending an answer into the thread of its question: once, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from math import inf
from typing import Any

import structlog

from bot.domain.ask_thread import AskThread
from bot.slack.api.errors import MessageRefusedError, RateLimitedError, SlackError, TryLaterError
from bot.slack.api.ports import Slack
from bot.slack.blocks.blocks import NEW_BLOCK
from bot.slack.blocks.message import Message

GIVE_UP_SECONDS = 30.0
"""So long an answer is tried while Slack says "later": a digest of thirty links takes a channel's limit so long."""
LATER_SECONDS = 1.0
"""The wait where Slack names none."""
STATUS_SECONDS = 1.0
"""An answer that takes longer is announced: most take a fiftieth of it, and a line that flashes tells nothing."""
STATUS = "is looking it up…"
_log = structlog.get_logger(__name__)


async def with_status(slack: Slack, thread: AskThread, answering: Coroutine[Any, Any, bool]) -> None:
    """Answer in a thread of the Messages tab, and say there that it is being worked on if that takes a while.

    `answering` returns whether an answer was sent, which takes the status away. It is a hint: whether Slack takes it
    makes no difference to the answer.
    """
    work = asyncio.ensure_future(answering)
    try:
        await asyncio.wait({work}, timeout=STATUS_SECONDS)
        late = not work.done()
        if late:
            await _say(slack, thread, STATUS)
        if not await work and late:
            await _say(slack, thread, "")
    finally:
        work.cancel()  # where this was cancelled


async def _say(slack: Slack, thread: AskThread, status: str) -> None:
    try:
        await slack.set_status(thread.workspace, thread.channel, thread.thread, status)
    except SlackError as error:
        _log.info("status.refused", channel=thread.channel, error=str(error))


async def send(slack: Slack, thread: AskThread, message: Message, *, private: bool, opening: bool = False) -> bool:
    """Send an answer, `private` to the person alone; return whether it was sent. A refusal is logged.

    `opening` says that the question stands in the channel. A private answer does as well then: it would begin no
    thread, so that nobody could open it there.

    What Slack surely did not do is tried again; what it may have done is not, since an answer never comes twice.
    """
    left = GIVE_UP_SECONDS
    while True:
        try:
            await _sent(slack, thread, message, private=private, opening=opening)
        except SlackError as error:
            if (plainer := _plainer(message, error)) is not None:
                message = plainer
                continue
            wait = _wait(error)
            left -= wait
            if left < 0:
                _log.warning("answer.failed", channel=thread.channel, error=str(error))
                return False
            await asyncio.sleep(wait)
        else:
            return True


def _plainer(message: Message, error: SlackError) -> Message | None:
    """Return the message without blocks that Slack may not know yet, None where these are not what it refused."""
    kept = tuple(block for block in message.blocks if block["type"] != NEW_BLOCK)
    refused = isinstance(error, MessageRefusedError) and error.code.startswith("invalid_blocks")
    return replace(message, blocks=kept) if refused and len(kept) < len(message.blocks) else None


def _wait(error: SlackError) -> float:
    """Return after how many seconds what failed may be tried again, infinity for never."""
    if isinstance(error, RateLimitedError):
        return max(error.retry_after, 0.1)
    return LATER_SECONDS if isinstance(error, TryLaterError) else inf


async def _sent(slack: Slack, thread: AskThread, message: Message, *, private: bool, opening: bool) -> None:
    """Send an answer; one that lands in the channel, because its question was deleted, is deleted as well.

    Slack does not refuse a reply whose thread is gone, but posts it at the top level.
    """
    if private:
        within = None if opening else thread.thread
        await slack.whisper(thread.workspace, thread.channel, thread.user, message, thread=within)
        return
    posted = await slack.post(thread.workspace, thread.channel, message, thread=thread.thread)
    if posted.thread != thread.thread:
        await slack.delete(thread.workspace, posted.channel, posted.ts)
