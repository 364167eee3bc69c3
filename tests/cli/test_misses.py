"""`backissue misses`, on a real database and the sample archive."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.search.result import Grade
from bot.cli.main import app
from bot.runtime.clock import SystemClock
from bot.store.store import Store
from playground.demo.held_back import SAMPLE

TODAY = SystemClock().now().date()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a database in which two queries were missed, one of them long ago."""
    url = f"sqlite:///{tmp_path}/a.db"

    async def fill() -> None:
        store = Store.open(url, upgrading=True)
        counts = {"knitting kubernetes": (Grade.NEAREST, 3), "zeppelin": (Grade.NONE, 1)}
        await store.misses.add(counts, TODAY, TODAY - timedelta(days=200))
        await store.misses.add({"old": (Grade.NONE, 9)}, TODAY - timedelta(days=91), TODAY - timedelta(days=200))
        await store.close()

    asyncio.run(fill())
    return {"DATABASE_URL": url, "BACKISSUE_ARCHIVE": str(SAMPLE), "BACKISSUE_SYNONYMS": "", "COLUMNS": "80"}


def test_missed_queries_are_listed_with_what_would_help(environment: dict[str, str]) -> None:
    """The most frequent first; those that are older than 90 days are not shown."""
    result = CliRunner().invoke(app, ["misses", "--format", "jsonl"], env=environment)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    helps = {"kind": "without", "query": "kubernetes", "line": ""}
    assert rows == [
        {"query": "knitting kubernetes", "match": "nearest", "count": 3, "last": TODAY.isoformat(), "helps": helps},
        {"query": "zeppelin", "match": "none", "count": 1, "last": TODAY.isoformat(), "helps": None},
    ]
    table = CliRunner().invoke(app, ["misses"], env=environment).stdout
    assert "a synonym of" in table
    assert [line.split()[0] for line in table.splitlines() if TODAY.isoformat() in line] == ["3", "1"]


def test_without_an_archive_the_queries_are_listed_alone(environment: dict[str, str]) -> None:
    """The database is enough."""
    result = CliRunner().invoke(app, ["misses", "--limit", "1"], env=environment | {"BACKISSUE_ARCHIVE": ""})
    assert result.exit_code == 0
    assert "knitting kubernetes" in result.stdout
    assert "zeppelin" not in result.stdout


def test_nothing_missed_is_said(tmp_path: Path) -> None:
    """So is that nothing is counted."""
    Store.open(f"sqlite:///{tmp_path}/a.db", upgrading=True)
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/a.db", "BACKISSUE_COUNT_MISSES": "no", "COLUMNS": "80"}
    result = CliRunner().invoke(app, ["misses"], env=environment)
    assert "No search was missed in the last 90 days" in result.stdout
    assert "BACKISSUE_COUNT_MISSES is off" in result.stdout
