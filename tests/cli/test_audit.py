"""`backissue audit`: who changed what, for operators."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.domain.preferences import Preferences
from bot.domain.schedule import parse_schedule
from bot.domain.subscription_settings import ChannelSettings
from bot.store.migrate import upgrade
from bot.store.store import Store

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIRST = ChannelSettings(parse_schedule("mondays 09:00 Europe/London"), Preferences(topics=("[red]\x1b[2J",)), "U1")
FRIDAYS = parse_schedule("fridays 16:00 America/New_York")


def ask(url: str, *arguments: str) -> str:
    """Run the command and return its words with single spaces."""
    result = CliRunner().invoke(app, ["audit", *arguments], env={"DATABASE_URL": url, "COLUMNS": "300"})
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database without changes."""
    where = f"sqlite:///{tmp_path}/a.db"
    upgrade(where)
    return where


async def change(url: str) -> None:
    """Have U1 subscribe two channels, and U2 move the digest of one."""
    store = await asyncio.to_thread(Store.open, url)
    for channel in ("C1", "C2"):
        await store.audit.change("-:T1", channel, "U1", lambda _, __: FIRST, NOW)
    await store.audit.change("-:T1", "C1", "U2", lambda _, __: replace(FIRST, schedule=FRIDAYS), NOW)
    await store.close()


def test_changes_are_listed(url: str) -> None:
    """Newest first, from what to what; foreign text neither colours nor clears the terminal."""
    assert ask(url) == "No change of a subscription fits."
    asyncio.run(change(url))
    everything = ask(url)
    moved = "U2 moved the digest from mondays 09:00 Europe/London to fridays 16:00 America/New_York"
    assert f"2026-01-05 09:00 -:T1 C1 {moved}" in everything
    assert everything.index("U2 moved") < everything.index("U1 subscribed")
    assert "[red]" in everything
    assert "\x1b[2J" not in everything
    assert "moved" not in ask(url, "--channel", "C2", "--workspace", "T1")
    assert ask(url, "--workspace", "T2") == "No change of a subscription fits."
    assert "subscribed" not in ask(url, "--limit", "1")
