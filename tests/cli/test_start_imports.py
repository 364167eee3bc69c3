"""What a start imports, and what it leaves to the commands that need it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["alembic", "sqlalchemy.dialects.postgresql", "slack_bolt.adapter.socket_mode"])
def test_a_start_does_not_import_what_few_starts_need(module: str) -> None:
    """Migrations, PostgreSQL and Socket Mode are imported only where they are used: each would delay every start."""
    script = f"import sys, bot.cli.serve; print({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
