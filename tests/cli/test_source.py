"""`--source`: what `serve`, `worker` and `demo` look at for new issues."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from archive.loader import load
from bot.cli.demo import _imported
from bot.cli.source import polling_into
from bot.domain.errors import SettingsError
from bot.runtime.settings import Settings
from bot.source.importing.item import SourceError
from tests.fakes.feeds import rss
from tests.fakes.letters import plain
from tests.fakes.site import site


def settings(source: str) -> Settings:
    """Return settings with a source, which may be in a private network."""
    return Settings.read(source=source, source_private=True)


async def test_an_empty_folder_is_filled_before_the_bot_starts(tmp_path: Path) -> None:
    """It is made if it is not there; one with issues in it waits for the first look."""
    with site() as web:
        given = settings(web.puts("/feed", rss()))
        await polling_into(given, tmp_path / "new")
        assert len(load(tmp_path / "new").issues) == 3
        web.asked.clear()
        await polling_into(given, tmp_path / "new")
        assert web.asked == []


async def test_a_source_that_is_away_does_not_keep_the_bot_from_starting(tmp_path: Path) -> None:
    """It is said, and looked at again."""
    with site() as gone:
        address = gone.base
    polling = await polling_into(settings(address), tmp_path)
    assert "it cannot be reached" in polling.fault


@pytest.mark.parametrize("source", ["mails", "ftp://quarry.example/feed", "git@quarry.example:a.git", "imaps://x"])
async def test_a_source_that_is_no_address_to_look_at_is_refused(tmp_path: Path, source: str) -> None:
    """At the start, in a line."""
    with pytest.raises((SettingsError, SourceError)) as error:
        await polling_into(settings(source), tmp_path)
    assert "\n" not in str(error.value)


async def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """At the start, rather than a quarter of an hour later."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match="it is a file"):
        await polling_into(settings("https://quarry.example/feed"), tmp_path / "file")


def test_the_demo_runs_on_what_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, with the issues of an archive beside them; its copy knows what was imported."""
    monkeypatch.setenv("BACKISSUE_SOURCE_PRIVATE", "yes")
    archive, copy = tmp_path / "archive", tmp_path / "copy"
    archive.mkdir()
    copy.mkdir()
    (archive / "own.md").write_text("---\ntitle: Own\ndate: 2024-01-01\n---\n\nA text.\n")
    with site() as web, _imported(web.puts("/feed", rss()), archive) as (folder, polling):
        assert folder is not None
        assert polling is not None
        assert len(load(folder).issues) == 4
        asyncio.run(polling(copy).look())
    assert list(copy.glob("*.md")) == []
    assert [path.name for path in archive.iterdir()] == ["own.md"]


def test_the_demo_takes_files_too(tmp_path: Path) -> None:
    """Which are imported once."""
    (tmp_path / "1.eml").write_bytes(plain(1))
    with _imported(str(tmp_path), None) as (folder, polling):
        assert folder is not None
        assert polling is None
        assert len(load(folder).issues) == 1
