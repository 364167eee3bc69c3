"""The law of upgrades: a newer release posts and edits nothing, and a correction edits only what it changed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from archive import document, draft
from archive.headline import headline
from archive.issue import Issue
from bot.domain.preferences import Preferences
from bot.domain.workspace import WorkspaceId
from bot.slack.api.ports import PartMarker, Posted
from bot.slack.blocks.message import Digest, Message, Part
from bot.slack.cards.digest import digest
from bot.store.database import engine_of
from bot.store.migrate import _config, upgrade
from bot.store.store import Store
from tests.digests.release.make import ISSUES, START
from tests.fakes.scene import Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import run

FROZEN = Path(__file__).parent / "release" / "0005.sql"
AFTER = START + timedelta(days=15)


class Watched(SiteSlack):
    """A Slack that records what would be posted and edited, and does neither."""

    def __init__(self, scene: Scene) -> None:
        """Stand before the scene's site."""
        super().__init__(scene.site, "xoxb-stand-in", scene.slack_clock)
        self.calls: list[tuple[str, str]] = []

    async def post(
        self,
        workspace: WorkspaceId,
        channel: str,
        message: Message,
        *,
        thread: str | None = None,
        marker: PartMarker | None = None,
        within: float | None = None,
    ) -> Posted:
        """Keep that something would be posted."""
        del workspace, message, thread, marker, within
        self.calls.append(("post", channel))
        return Posted(channel, f"{len(self.calls)}.0")

    async def update(self, workspace: WorkspaceId, channel: str, ts: str, message: Message) -> None:
        """Keep which message would be edited."""
        del workspace, message
        self.calls.append((channel, ts))


def otherwise(issue: Issue, preferences: Preferences, note: str) -> Digest:
    """Render as a release that words every message otherwise."""
    made = digest(issue, preferences, note)
    return replace(made, parent=_worded(made.parent), replies=tuple(_worded(part) for part in made.replies))


def _worded(part: Part) -> Part:
    return replace(part, message=replace(part.message, text=f"{part.message.text} (in other words)"))


def frozen(url: str) -> None:
    """Make the database as the last release left it, with its own tables, and upgrade it."""
    old = sqlite3.connect(":memory:")
    old.executescript(FROZEN.read_text("utf-8"))
    engine = engine_of(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                _copy(connection, old, table)
    engine.dispose()
    old.close()
    upgrade(url)


def _copy(connection: sa.Connection, old: sqlite3.Connection, table: sa.Table) -> None:
    """Copy a table's rows as they are, whatever type the databases have for them."""
    cursor = old.execute(f'SELECT * FROM "{table.name}"')
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    for row in rows:
        for column in table.columns:
            if isinstance(column.type, sa.Boolean) and row[column.name] is not None:
                row[column.name] = bool(row[column.name])
    if rows:
        strict = connection.dialect.name == "postgresql"
        values = ", ".join(f"CAST(:{name} AS {table.c[name].type})" if strict else f":{name}" for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(sa.text(f'INSERT INTO "{table.name}" ({listed}) VALUES ({values})'), rows)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of the last release's database, upgraded."""
    where = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres").empty()
    frozen(str(where))
    return str(where)


def read(word: str = "third") -> list[Issue]:
    """Read the archive, with this word put for one in an entry of the newest issue."""
    found = []
    for file in sorted(ISSUES.glob("*.md")):
        text = file.read_text("utf-8")
        if file.stem == "weekly-3":
            text = text.replace("A third one settled it", f"A {word} one settled it")
        issue = document.read(file.name, text.encode()).issue
        assert issue is not None
        found.append(issue)
    return found


async def upgraded(url: str) -> tuple[Scene, Watched]:
    """Return a scene in which this release starts on the last one's database, with words of its own."""
    scene = Scene(Store.open(url, inline=True), start=AFTER)
    scene.issues = tuple(read())
    scene.render = otherwise
    scene.slack = slack = Watched(scene)
    await scene.worker_comes()
    return scene, slack


async def end(scene: Scene) -> None:
    """Close everything."""
    await scene.everybody_dies()
    await scene.store.close()


@pytest.fixture
def headlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every headline read by another rule than the last release's."""
    monkeypatch.setattr(draft, "headline", lambda *words, **how: headline(*words, **how).upper())


@pytest.mark.usefixtures("headlines")
def test_an_upgrade_posts_and_edits_nothing_and_a_correction_edits_one_message(url: str) -> None:
    """Every headline and every message is another; yet each channel gets one edit, of the corrected entry's message."""

    async def play() -> None:
        scene, slack = await upgraded(url)
        await scene.passes(days=1)
        assert slack.calls == []
        await scene.holds(read("fourth"))
        await scene.passes(hours=1)
        assert sorted(channel for channel, _ in slack.calls) == ["C00000002", "C00000003"]
        await scene.passes(days=1)
        assert len(slack.calls) == 2
        await end(scene)

    run(play())


@pytest.mark.usefixtures("headlines")
def test_a_second_upgrade_and_one_after_a_correction_edit_nothing(url: str) -> None:
    """The version is noticed each time; a restart of the same one edits nothing either."""

    async def play() -> None:
        scene, slack = await upgraded(url)
        await scene.passes(hours=1)
        for render in (digest, otherwise, otherwise):
            await scene.everybody_dies()
            scene.render = render
            await scene.worker_comes()
            await scene.passes(hours=2)
        assert slack.calls == []
        await end(scene)

    run(play())


def test_what_was_corrected_while_a_release_was_put_in_is_edited_and_nothing_else(url: str) -> None:
    """Both the file and the code are others than before: what the issue says in an entry decides."""

    async def play() -> None:
        scene, slack = await upgraded(url)
        await scene.passes(hours=1)
        await scene.everybody_dies()
        scene.render = digest
        scene.issues = tuple(read("fourth"))
        await scene.worker_comes()
        await scene.passes(hours=2)
        # In the thread the entry's reply, and the contents, of which nobody can tell whether they changed.
        assert sorted(channel for channel, _ in slack.calls) == ["C00000002", "C00000002", "C00000003"]
        await end(scene)

    run(play())


def test_another_encoding_is_no_correction() -> None:
    """Line ends, a byte order mark and empty lines at the end change no file's text."""
    text = (ISSUES / "weekly-2.md").read_text("utf-8")
    other = text.replace("\n", "\r\n").encode("utf-8-sig") + b"\r\n\r\n"
    one, two = document.read("a.md", text.encode()).issue, document.read("a.md", other).issue
    assert one is not None
    assert two is not None
    assert one.source == two.source
