"""`backissue deliveries retract`: taking an issue back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from archive.errors import UnknownIssueError
from archive.snapshot import Snapshot
from bot.cli.deliveries import DeliveryFilter, identity_of, snapshot_of
from bot.cli.terminal import out
from bot.domain.errors import SettingsError
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.store.store import Store


def retract(
    issue: str, workspace: str | None, channel: str | None, archive: Path | None, *, everywhere: bool = False
) -> None:
    """Have an issue taken back in the channel, in the workspace, or everywhere, and print in how many channels.

    A bot that runs deletes the messages. Raises SettingsError if it is not said where, or the issue can't be looked up,
    UnknownIssueError for one that isn't there, StoreError if the database can't be reached.
    """
    asked = DeliveryFilter(workspace, channel, issue)
    if not (workspace or channel or everywhere):
        raise SettingsError("--channel", "name the channel (its id), or take the issue back in all of them with --all")
    count = asyncio.run(_ask(Settings.read().database_url, asked, snapshot_of(archive)))
    where = "1 channel" if count == 1 else f"{count} channels"
    out.print(f"Issue {issue} is taken back in {where}. A running bot deletes its messages now, one a second in each.")


async def _ask(url: str, asked: DeliveryFilter, snapshot: Snapshot | None) -> int:
    store = await asyncio.to_thread(Store.open, url)
    try:
        identity = await identity_of(store.issues, asked.issue, snapshot)
        if identity is None:
            raise UnknownIssueError(asked.issue or "")
        now = SystemClock().now()
        return await store.retractions.ask(identity, now, workspace=asked.place, channel=asked.channel)
    finally:
        await store.close()
