"""A database that cannot be opened is named, with the next step."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import database, migrate
from bot.store.errors import StoreError
from bot.store.migrate import check, upgrade


def test_a_file_that_is_not_a_database_is_named(tmp_path: Path) -> None:
    """Neither opening nor upgrading shows a stack trace."""
    file = tmp_path / "bot.db"
    file.write_text("not a database, but long enough to look like the head of one\n" * 4)
    for attempt in (check, upgrade):
        with pytest.raises(StoreError, match=r"bot\.db.*is not a database.*check that"):
            attempt(f"sqlite:///{file}")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The advice is about the folder, not about a server."""
    with pytest.raises(StoreError, match=r"nowhere.*check that its folder exists"):
        upgrade(f"sqlite:///{tmp_path}/nowhere/bot.db")


def test_an_unreachable_server_is_named_without_its_password() -> None:
    """The error says what to check, without a secret."""
    with pytest.raises(StoreError, match="check DATABASE_URL") as caught:
        check("postgresql://bot:hidden@127.0.0.1:1/none")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("opening", [check, upgrade])
def test_waiting_for_a_locked_file_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, opening: Callable[[str], object]
) -> None:
    """The log says what is waited for, and one line with the next step ends the wait."""
    file = tmp_path / "bot.db"
    monkeypatch.setattr(database, "BUSY_MS", 400)
    monkeypatch.setattr(migrate, "SILENT", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with (
            caplog.at_level(logging.WARNING, migrate.__name__),
            pytest.raises(StoreError, match=r"bot\.db: database is locked; another program .* then start again$"),
        ):
            opening(f"sqlite:///{file}")
    assert [each.getMessage() for each in caplog.records] == [
        f"another program has the database file {file} locked; waiting up to 0.4 s for it"
    ]


def test_a_database_that_answers_is_opened_silently(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No line is logged about a wait."""
    with caplog.at_level(logging.WARNING, migrate.__name__):
        upgrade(f"sqlite:///{tmp_path}/bot.db")
        check(f"sqlite:///{tmp_path}/bot.db")
    assert caplog.records == []
