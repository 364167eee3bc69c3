"""The health page names what has stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.whole import whole


async def test_a_dead_watch_is_reported(tmp_path: Path) -> None:
    """While the watch is broken it says why; if it has ended, it says that."""
    async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db") as bot:
        app = bot.app
        assert (app.health().ok, app.health().watching) == (True, True)
        assert app._freshness is not None
        app._freshness.kept[0].fault = "changes of the archive are not noticed: something odd"
        assert (app.health().ok, app.health().watching) == (False, False)
        assert app.health().watching_fault == app._freshness.fault
        app._freshness.kept[0].fault = ""
        assert app._watching is not None
        app._watching.cancel()
        await asyncio.wait([app._watching])
        assert (app.health().ok, app.health().watching) == (False, False)
        assert app.health().watching_fault == "changes of the archive are not noticed any more"
