"""`backissue deliveries` and `backissue db upgrade`: the database as an operator sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from bot.cli.terminal import out, safe
from bot.delivery.delivery import Delivery, Progress, State
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store import migrate
from bot.store.store import Store

STYLE = {Progress.DONE: "green", Progress.UNKNOWN: "bold yellow", Progress.REFUSED: "red", Progress.DROPPED: "dim"}


def deliveries(*, channel: str | None, issue: str | None, state: str | None, limit: int) -> None:
    """Print deliveries, newest first, as many as `limit`, that fit every filter given.

    Raises SettingsError for a state that is none, StoreError when the database cannot be reached.
    """
    progress = _progress(state)
    found = asyncio.run(_listed(Settings.read().database_url, channel, issue, progress, limit))
    if not found:
        out.print(Text("No delivery fits.", style="dim"))
        return
    out.print(_table(found))


def upgrade() -> None:
    """Bring the database's tables up to date. Raises StoreError when it cannot be reached."""
    out.print(f"The database is at version {migrate.upgrade(Settings.read().database_url)}.")


def _progress(state: str | None) -> Progress | None:
    if state is None:
        return None
    try:
        return Progress(state.lower())
    except ValueError as error:
        raise SettingsError("--state", f"{state!r} is none of {', '.join(Progress)}") from error


async def _listed(
    url: str, channel: str | None, issue: str | None, progress: Progress | None, limit: int
) -> tuple[Delivery, ...]:
    store = await asyncio.to_thread(Store.open, url)
    try:
        return await store.deliveries.list(channel=channel, issue=issue, progress=progress, limit=limit)
    finally:
        await store.close()


def _table(found: Iterable[Delivery]) -> Table:
    table = Table(header_style="dim", box=None, padding=(0, 2, 0, 0))
    for column in ("due (UTC)", "workspace", "channel", "issue", "state", "parts", "what happened"):
        table.add_column(column, overflow="fold", justify="right" if column == "parts" else "left")
    for delivery in found:
        sent = sum(part.state is State.SENT for part in delivery.parts)
        table.add_row(
            f"{delivery.due:%Y-%m-%d %H:%M}",
            delivery.workspace,
            delivery.channel,
            safe(delivery.issue),
            Text(delivery.progress.value, style=STYLE.get(delivery.progress, "")),
            f"{sent}/{len(delivery.parts)}" if delivery.parts else "",
            safe(delivery.reason),
        )
    return table
