"""`backissue deliveries retract` and `post`: taking an issue back, and posting it again after that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from archive.errors import UnknownIssueError
from archive.snapshot import Snapshot
from bot.cli.deliveries import DeliveryFilter, identity_of, snapshot_of
from bot.cli.terminal import out
from bot.domain.delivery import OPERATOR, Progress
from bot.domain.errors import SettingsError
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.store.store import Store

Answer = TypeVar("Answer")
_MAX_CHANNELS = 100_000


def retract(
    issue: str, workspace: str | None, channel: str | None, archive: Path | None, *, everywhere: bool = False
) -> None:
    """Have an issue taken back in the channel, in the workspace, or everywhere, and print in how many channels.

    A bot that runs deletes the messages. Raises SettingsError if it is not said where, or the issue can't be looked up,
    UnknownIssueError for one that isn't there, StoreError if the database can't be reached.
    """
    asked = _asked(issue, workspace, channel, everywhere=everywhere)

    async def ask(store: Store, identity: str) -> int:
        now = SystemClock().now()
        return await store.retractions.ask(identity, now, by=OPERATOR, workspace=asked.place, channel=asked.channel)

    count = asyncio.run(_with_issue(asked, snapshot_of(archive), ask))
    out.print(
        f"Issue {issue} is taken back in {_channels(count)}. "
        "A running bot deletes its messages now, one a second in each."
    )


def post(
    issue: str, workspace: str | None, channel: str | None, archive: Path | None, *, everywhere: bool = False
) -> None:
    """Have an issue that was taken back posted again where the filters say, and print in how many channels.

    A bot that runs posts it. Raises what `retract` raises.
    """
    asked = _asked(issue, workspace, channel, everywhere=everywhere)

    async def ask(store: Store, identity: str) -> tuple[int, int]:
        now, state = SystemClock().now(), Progress.RETRACTED
        found = await store.deliveries.list(
            workspace=asked.place, channel=asked.channel, issue=identity, progress=state, limit=_MAX_CHANNELS
        )
        return sum([await store.retractions.post_again(each, now) for each in found]), len(found)

    count, of = asyncio.run(_with_issue(asked, snapshot_of(archive), ask))
    out.print(
        f"Issue {issue} is posted again in {_channels(count)}. A running bot posts it now; at the channel's next time"
        " where it was taken back before it went out."
    )
    if count < of:
        out.print(
            f"In {_channels(of - count)} it is not: the channel is not subscribed any more, or messages of it may still"
            f" stand there. `backissue deliveries --issue {issue}` says what could not be deleted."
        )


def _asked(issue: str, workspace: str | None, channel: str | None, *, everywhere: bool) -> DeliveryFilter:
    """Return where it is asked for. Raises SettingsError if that is not said."""
    if not (workspace or channel or everywhere):
        raise SettingsError("--channel", "name the channel (its id), or say --all for all of them")
    return DeliveryFilter(workspace, channel, issue)


async def _with_issue(
    asked: DeliveryFilter, snapshot: Snapshot | None, ask: Callable[[Store, str], Awaitable[Answer]]
) -> Answer:
    """Call `ask` with the database and the issue's identity, and return what it returns."""
    store = await asyncio.to_thread(Store.open, Settings.read().database_url)
    try:
        identity = await identity_of(store.issues, asked.issue, snapshot)
        if identity is None:
            raise UnknownIssueError(asked.issue or "")
        return await ask(store, identity)
    finally:
        await store.close()


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"
