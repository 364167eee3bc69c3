"""`backissue audit`: who changed which channel's subscription, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from bot.cli.deliveries import workspace_key
from bot.cli.terminal import out, safe
from bot.domain.subscription_settings import SettingsChange, in_words
from bot.runtime.settings import Settings
from bot.store.store import Store


def audit(workspace: str | None, channel: str | None, limit: int) -> None:
    """Print the changes of subscriptions that match, newest first. Raises StoreError if the database can't be reached.

    People and channels are shown by their ids, as Slack's own audit logs do.
    """
    found = asyncio.run(_look(Settings.read().database_url, workspace, channel, limit))
    if found:
        out.print(_changes(found))
    else:
        out.print(Text("No change of a subscription fits.", style="dim"))


async def _look(url: str, workspace: str | None, channel: str | None, limit: int) -> tuple[SettingsChange, ...]:
    store = await asyncio.to_thread(Store.open, url)
    try:
        return await store.audit.list(workspace_key(workspace), channel, limit)
    finally:
        await store.close()


def _changes(found: Iterable[SettingsChange]) -> Table:
    table = Table(header_style="dim", box=None, padding=(0, 2, 0, 0))
    for column in ("when (UTC)", "workspace", "channel", "what happened"):
        table.add_column(column, overflow="fold")
    for change in found:
        table.add_row(f"{change.at:%Y-%m-%d %H:%M}", change.workspace, change.channel, Text(safe(in_words(change))))
    return table
