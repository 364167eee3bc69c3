"""`backissue db backup`, `restore` and `downgrade`, and `backissue forget`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn

from bot.cli.terminal import err, out
from bot.domain.bookmark import Member
from bot.domain.clock import microseconds
from bot.domain.errors import SettingsError
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.store import backup as copies
from bot.store import migrate
from bot.store.store import Store


def backup(file: Path) -> None:
    """Write a copy of the database to `file`, while the bot runs or not."""
    with _bar("Copying") as bar:
        copies.backup(Settings.read().database_url, file, _shown(bar))
    out.print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def restore(file: Path) -> None:
    """Put a copy in the database's place."""
    url = Settings.read().database_url
    with _bar("Restoring") as bar:
        copies.restore(url, file, _shown(bar))
    version = migrate.upgrade(url)
    out.print(f"restored from {file}; its tables are at version {version}")


def downgrade(version: str) -> None:
    """Take the tables back, for an older release."""
    url = Settings.read().database_url
    done = migrate.downgrade(url, version)
    out.print(f"the tables are at version {done}; start the release that knows it")


def forget(user: str) -> None:
    """Delete everything about somebody who left, and say what that was. Raises SettingsError for an unknown person."""
    asyncio.run(_forget(user))


async def _forget(user: str) -> None:
    store = Store.open(Settings.read().database_url)
    try:
        homes = await store.people.homes(user)
        if not homes:
            raise SettingsError("USER", f"nothing is stored about {user!r}; name a Slack user id, such as U012AB3CD")
        now = microseconds(SystemClock().now())
        for home in homes:
            count = await store.people.forget(Member(home, user), now)
            out.print(
                f"{user} of {home or 'an unknown team'}: {count} bookmarks, what was asked, what was told, deleted"
            )
        out.print("Channels that they subscribed stay subscribed, without an owner.")
    finally:
        await store.close()


def _bar(doing: str) -> Progress:
    return Progress(
        TextColumn(doing), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), console=err, transient=True
    )


def _shown(bar: Progress) -> copies.Progress:
    task = bar.add_task("", total=1.0)
    return lambda share: bar.update(task, completed=share)
