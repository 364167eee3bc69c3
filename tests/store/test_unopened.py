"""A database that cannot be opened is named, with the next step."""

from pathlib import Path

import pytest

from bot.store.errors import StoreError
from bot.store.migrate import check, upgrade


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Neither opening nor upgrading shows a stack trace."""
    file = tmp_path / "bot.db"
    file.write_text("not a database, but long enough to look like the head of one\n" * 4)
    for attempt in (check, upgrade):
        with pytest.raises(StoreError, match=r"bot\.db.*is not a database.*check that"):
            attempt(f"sqlite:///{file}")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The advice is about the folder, not about a server."""
    with pytest.raises(StoreError, match=r"nowhere.*check that its folder exists"):
        upgrade(f"sqlite:///{tmp_path}/nowhere/bot.db")


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    """What to check, and no secret."""
    with pytest.raises(StoreError, match="check DATABASE_URL") as caught:
        check("postgresql://bot:hidden@127.0.0.1:1/none")
    assert "hidden" not in str(caught.value)
