"""What a start imports, and what it leaves to the commands that need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

LATE = (
    "alembic",
    "sqlalchemy.dialects.postgresql",
    "slack_bolt.adapter.socket_mode",
    "bot.lookup.asking.conversation",
    "bot.lookup.asking.phrases",
    "archive.search.quotes",
)
"""Migrations, PostgreSQL, Socket Mode, and reading messages, whose patterns take a tenth of a start to compile."""


@pytest.mark.process
@pytest.mark.parametrize("module", LATE)
def test_a_start_does_not_import_what_the_first_answer_does_not_need(module: str) -> None:
    """What is imported late is imported only where it is used: each would delay every start."""
    script = f"import sys, bot.cli.serve; print({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.process
@pytest.mark.parametrize("module", ["asyncio", "structlog", "bot.source.library", "ssl"])
def test_a_search_in_the_terminal_imports_nothing_that_keeps_an_archive_in_use(module: str) -> None:
    """It reads the folder once and ends: a loop, a log and what watches a folder would be a sixth of its time."""
    script = f"import sys, bot.cli.search; print({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
