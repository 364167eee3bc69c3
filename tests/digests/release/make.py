"""Make the frozen database of a release: `python -m tests.digests.release.make OUT.sql`, run with that release's code.

Two channels subscribe to an archive of one issue and get the next two, one in a thread and one in a single message.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archive.loader import load
from bot.domain.preferences import Layout, Preferences
from bot.slack.cards.digest import digest
from bot.store.store import Store
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

ISSUES = Path(__file__).parent / "issues"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def play(url: str) -> None:
    """Post issue 2 and issue 3 in their weeks."""
    issues = load(ISSUES).issues
    scene = Scene(Store.open(url, upgrading=True, inline=True), start=START)
    scene.render = digest
    await scene.appear(issues[0])
    for name, layout in (("thread", Layout.THREAD), ("full", Layout.FULL)):
        channel = scene.channel(name)
        made = await scene.subscribes(channel, "mondays 09:00 utc")
        preferences = replace(Preferences(), layout=layout)
        await scene.store.subscriptions.put("-:T1", channel, made.user, made.schedule, preferences, scene.clock.now())
    await scene.worker_comes()
    for issue in issues[1:]:
        await scene.passes(days=6)
        await scene.appear(issue)
        await scene.passes(days=1, hours=1)
    await scene.everybody_dies()
    await scene.store.close()


def main() -> None:
    """Write the database as SQL to the file that is named."""
    with tempfile.TemporaryDirectory() as folder:
        run(play(f"sqlite:///{folder}/release.db"))
        database = sqlite3.connect(f"{folder}/release.db")
        Path(sys.argv[1]).write_text("\n".join(database.iterdump()) + "\n", "utf-8")
        database.close()


if __name__ == "__main__":
    main()
