"""Secrets in files, as container platforms mount them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.runtime.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read no `.env` of this folder."""
    monkeypatch.chdir(tmp_path)


def test_a_secret_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the line's end; the database's address likewise."""
    (tmp_path / "token").write_text("xoxb-1\n")
    (tmp_path / "url").write_text("sqlite:///x.db\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    settings = Settings.read()
    assert settings.bot_credentials().bot_token == "xoxb-1"
    assert settings.database_url == "sqlite:///x.db"


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), (b"", "is empty"), (b"\xff\xfe", "not UTF-8")])
def test_a_file_that_holds_none_is_named(
    content: bytes | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variable that names it."""
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SettingsError, match=f"SLACK_BOT_TOKEN_FILE.*{says}"):
        Settings.read()


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could say which one counts."""
    (tmp_path / "token").write_text("xoxb-1\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-2")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SettingsError, match="unset one of the two"):
        Settings.read()
