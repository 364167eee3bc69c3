"""`backissue doctor`: each misconfiguration is seeded for real, found by its name, and listed in the docs."""

from __future__ import annotations

import asyncio
import io
import re
import resource
import socket
import sqlite3
import sys
import zoneinfo
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from bot.cli.doctor import machine, report, workspace
from bot.cli.doctor.examination import examine
from bot.cli.doctor.finding import Area, Symptom
from bot.cli.doctor.report import doctor
from bot.domain.clock import microseconds
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears
from bot.domain.workspace import WorkspaceId
from bot.runtime.clock import SystemClock
from bot.runtime.settings import Settings
from bot.slack.api.scopes import SCOPES
from bot.store.store import Store
from playground.slack.fixtures import demo_site
from playground.slack.server import Server
from playground.slack.workspace import Workspace
from tests.cli.test_health import page
from tests.fakes.emptied import new_file

ROOT = Path(__file__).parents[2]
SIGNING = "a signing secret of the tests"
PASSWORD = "a-password-of-the-tests"
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
UNREAD = "---\ndate: 2026-01-01\ntitle: [\n---\n\nx\n"
ISSUE = "---\ntitle: One\ndate: 2026-01-05\n---\n\n## News\n\n[A link](https://example.org/a) of the day.\n"


@dataclass
class Scene:
    """An installation in which nothing is wrong, and what it takes to break it."""

    environment: pytest.MonkeyPatch
    slack: Workspace
    folder: Path
    now: datetime = field(default_factory=lambda: SystemClock().now())
    ends: ExitStack = field(default_factory=ExitStack)

    @property
    def archive(self) -> Path:
        """Return the folder of issues."""
        return self.folder / "issues of ours"

    @property
    def file(self) -> Path:
        """Return the database's file."""
        return self.folder / "bot.db"

    def set(self, **variables: str) -> None:
        """Set variables."""
        for name, value in variables.items():
            self.environment.setenv(name, value)

    def unset(self, *names: str) -> None:
        """Unset variables."""
        for name in names:
            self.environment.delenv(name, raising=False)

    def sql(self, statement: str) -> None:
        """Change the database behind the bot's back."""
        with closing(sqlite3.connect(self.file)) as opened, opened:
            opened.execute(statement)

    async def subscribe(self, channel: str) -> None:
        """Subscribe a channel."""
        store = Store.open(f"sqlite:///{self.file}")
        place = (WorkspaceId(self.slack.team), channel)
        await store.subscriptions.put(*place, "U1", AsItAppears(), Preferences(), self.now)
        await store.close()


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Give an installation over HTTP with the stand-in for Slack, in which nothing is wrong."""
    site, slack, _, _ = demo_site()
    it = Scene(monkeypatch, slack, tmp_path)
    monkeypatch.chdir(tmp_path)
    it.unset(*PROXIES, *(str(field.alias) for field in Settings.model_fields.values()))
    it.archive.mkdir()
    (it.archive / "2026-01-05-1.md").write_text(ISSUE, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    it.set(BACKISSUE_ARCHIVE=str(it.archive), DATABASE_URL=f"sqlite:///{it.file}", PORT=str(free))
    new_file(it.file)
    async with Server(site) as server:
        it.set(SLACK_API_URL=server.api_url, SLACK_BOT_TOKEN=slack.token, SLACK_SIGNING_SECRET=SIGNING)
        with it.ends:
            yield it


def damaged(it: Scene) -> None:
    """Write over the database's file."""
    for file in it.folder.glob("bot.db*"):
        file.write_bytes(b"nothing that SQLite wrote. " * 400)


def locked(it: Scene) -> None:
    """Hold the database's write lock."""
    it.environment.setattr("bot.store.diagnosis.LOCK_TIMEOUT_SECONDS", 0.01)
    other = it.ends.enter_context(closing(sqlite3.connect(it.file, isolation_level=None)))
    other.execute("BEGIN IMMEDIATE")


def taken(it: Scene) -> None:
    """Listen on the port, and say nothing."""
    it.environment.setattr(machine, "LOOK_SECONDS", 0.1)
    listening = it.ends.enter_context(socket.create_server(("0.0.0.0", 0)))
    it.set(PORT=str(listening.getsockname()[1]))


def no_zones(it: Scene) -> None:
    """Hide the system's zone data and the package."""
    zoneinfo.reset_tzpath([])
    it.ends.callback(zoneinfo.reset_tzpath)
    for name in [name for name in sys.modules if name.startswith("tzdata")]:
        it.environment.delitem(sys.modules, name)
    it.environment.setitem(sys.modules, "tzdata", None)


def few_files(it: Scene) -> None:
    """Lower this process's own limit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    it.ends.callback(resource.setrlimit, resource.RLIMIT_NOFILE, before)


def answering(posting: str) -> Callable[[Scene], None]:
    """Return what runs a bot's health page on the port."""
    body = f'{{"ok": true, "posting": {posting}}}'
    return lambda it: it.set(PORT=str(it.ends.enter_context(page(200, body))))


def without(scope: str) -> Callable[[Scene], None]:
    """Return what takes a scope away from the bot."""
    return lambda it: setattr(it.slack, "scopes", it.slack.scopes - {scope})


def outsider(it: Scene) -> None:
    """Name a channel that the bot is not in as the operators'."""
    it.set(BACKISSUE_OPERATORS_CHANNEL=next(one.id for one in it.slack.channels.values() if one.name == "general"))


SEEDED: dict[str, tuple[Symptom, Callable[[Scene], object]]] = {
    "a port that is no number": (Symptom.SETTING_WRONG, lambda it: it.set(PORT="eighty")),
    "a file of a token that is not there": (
        Symptom.SETTING_WRONG,
        lambda it: it.set(SLACK_BOT_TOKEN="", SLACK_BOT_TOKEN_FILE="/nowhere"),
    ),
    "no token": (Symptom.BOT_TOKEN_MISSING, lambda it: it.unset("SLACK_BOT_TOKEN")),
    "a person's token": (Symptom.BOT_TOKEN_WRONG_KIND, lambda it: it.set(SLACK_BOT_TOKEN="xoxp-1")),
    "tokens exchanged": (
        Symptom.TOKENS_SWAPPED,
        lambda it: it.set(SLACK_BOT_TOKEN=it.slack.app_token, SLACK_APP_TOKEN=it.slack.token),
    ),
    "the bot's token twice": (Symptom.APP_TOKEN_WRONG_KIND, lambda it: it.set(SLACK_APP_TOKEN=it.slack.token)),
    "neither way in": (Symptom.NO_WAY_IN, lambda it: it.unset("SLACK_SIGNING_SECRET")),
    "another address of Slack": (Symptom.SLACK_UNREACHABLE, lambda it: it.set(SLACK_API_URL="http://127.0.0.1:9/api/")),
    "a proxy that is off": (
        Symptom.PROXY_UNREACHABLE,
        lambda it: it.set(HTTPS_PROXY=f"http://me:{PASSWORD}@127.0.0.1:9"),
    ),
    "a proxy without a host": (Symptom.PROXY_UNREACHABLE, lambda it: it.set(HTTPS_PROXY="proxy")),
    "a revoked token": (Symptom.BOT_TOKEN_REFUSED, lambda it: setattr(it.slack, "revoked", "token_revoked")),
    "an unknown token": (Symptom.BOT_TOKEN_REFUSED, lambda it: it.set(SLACK_BOT_TOKEN="xoxb-another")),
    "an unknown app token": (Symptom.APP_TOKEN_REFUSED, lambda it: it.set(SLACK_APP_TOKEN="xapp-another")),
    **{f"no scope {scope}": (Symptom.SCOPE_MISSING, without(scope)) for scope in SCOPES},
    **{
        f"no scope for {event}": (Symptom.EVENT_UNHEARD, without(scope))
        for event, scope in workspace.EVENTS.items()
        if scope
    },
    "operators' channel without the bot": (Symptom.CHANNEL_LEFT, outsider),
    "a clock that is fast": (Symptom.CLOCK_OFF, lambda it: setattr(it, "now", it.now + timedelta(minutes=6))),
    "a clock that is slow": (Symptom.CLOCK_OFF, lambda it: setattr(it, "now", it.now - timedelta(hours=1))),
    "no zone data": (Symptom.ZONES_MISSING, no_zones),
    "no archive named": (Symptom.ARCHIVE_NOT_SET, lambda it: it.unset("BACKISSUE_ARCHIVE")),
    "an archive that is not there": (Symptom.ARCHIVE_UNREADABLE, lambda it: it.set(BACKISSUE_ARCHIVE="/nowhere")),
    "a file for an archive": (Symptom.ARCHIVE_UNREADABLE, lambda it: it.set(BACKISSUE_ARCHIVE=str(it.file))),
    "an unknown key in newsletter.toml": (
        Symptom.ARCHIVE_UNREADABLE,
        lambda it: (it.archive / "newsletter.toml").write_text("nmae = 'x'\n"),
    ),
    "an empty archive": (Symptom.ARCHIVE_EMPTY, lambda it: (it.archive / "2026-01-05-1.md").unlink()),
    "a file without a date": (Symptom.FILE_BROKEN, lambda it: (it.archive / "b.md").write_text(UNREAD)),
    "no file of synonyms": (Symptom.SYNONYMS_UNREADABLE, lambda it: it.set(BACKISSUE_SYNONYMS="/nowhere.txt")),
    "another kind of database": (
        Symptom.DATABASE_ADDRESS,
        lambda it: it.set(DATABASE_URL=f"mysql://me:{PASSWORD}@h/d"),
    ),
    "a database that is down": (
        Symptom.DATABASE_AWAY,
        lambda it: it.set(DATABASE_URL=f"postgresql://me:{PASSWORD}@127.0.0.1:1/d?connect_timeout=2"),
    ),
    "a database in no folder": (Symptom.DATABASE_AWAY, lambda it: it.set(DATABASE_URL="sqlite:////nowhere/bot.db")),
    "newer tables": (Symptom.DATABASE_TABLES, lambda it: it.sql("UPDATE alembic_version SET version_num = '9999'")),
    "a torn file": (Symptom.DATABASE_DAMAGED, damaged),
    "a locked file": (Symptom.DATABASE_NOT_WRITABLE, locked),
    "a full disk": (Symptom.DISK_FULL, lambda it: it.environment.setattr(machine, "MIN_FREE_BYTES", 10**18)),
    "few files": (Symptom.FEW_FILES, few_files),
    "a port in use": (Symptom.PORT_TAKEN, taken),
    "no worker": (Symptom.NOBODY_POSTS, answering("false")),
    "two databases": (Symptom.TWO_DATABASES, answering("true")),
    "a second bot": (
        Symptom.SECOND_BOT,
        lambda it: it.sql(
            "INSERT INTO second_bots (workspace, channel, issue, ts, seen) "
            f"VALUES ('-:T1', 'C1', 'issue-1', '1.000001', {microseconds(it.now)})"
        ),
    ),
}


def faults(areas: list[Area]) -> set[Symptom]:
    """Return the faults that were found."""
    return {finding.fault for area in areas for finding in area.findings}


async def test_an_installation_without_fault_has_no_finding(scene: Scene) -> None:
    """By HTTP and by Socket Mode, with a channel subscribed and through no proxy."""
    devops = next(one.id for one in scene.slack.channels.values() if one.name == "devops")
    await scene.subscribe(devops)
    assert [area.findings for area in await examine(None, scene.now) if area.findings] == []
    scene.set(SLACK_APP_TOKEN=scene.slack.app_token)
    areas = await examine(None, scene.now)
    assert faults(areas) == set()
    assert {area.area for area in areas} >= {"bot token", "app token", "scopes", "events", "channels", "clock"}


@pytest.mark.parametrize("seed", SEEDED)
async def test_each_misconfiguration_is_named_with_its_mend(seed: str, scene: Scene) -> None:
    """The finding is there, says what to do, and holds no secret."""
    fault, break_it = SEEDED[seed]
    break_it(scene)
    areas = await examine(None, scene.now)
    assert fault in faults(areas)
    assert all(finding.what and finding.mend for area in areas for finding in area.findings)
    said = str(areas)
    assert not any(secret in said for secret in (scene.slack.token, scene.slack.app_token, SIGNING, PASSWORD))


async def test_a_channel_that_the_bot_was_removed_from_is_named(scene: Scene) -> None:
    """A subscription stays when the bot is removed."""
    general = next(one.id for one in scene.slack.channels.values() if one.name == "general")
    await scene.subscribe(general)
    [finding] = [finding for area in await examine(None, scene.now) for finding in area.findings]
    assert finding.fault is Symptom.CHANNEL_LEFT
    assert general in finding.what


async def test_one_fault_is_one_finding(scene: Scene) -> None:
    """What depends on the fault is left out rather than found broken as well."""
    scene.set(SLACK_BOT_TOKEN="xoxb-another")
    assert faults(await examine(None, scene.now)) == {Symptom.BOT_TOKEN_REFUSED}


async def test_nothing_is_made_or_changed(scene: Scene) -> None:
    """A database that is not there is not made, and Slack is only asked."""
    scene.set(DATABASE_URL=f"sqlite:///{scene.folder}/another.db")
    before = [tuple(channel.top) for channel in scene.slack.channels.values()]
    assert faults(await examine(None, scene.now)) == set()
    assert not (scene.folder / "another.db").exists()
    assert [tuple(channel.top) for channel in scene.slack.channels.values()] == before


async def test_the_report_is_a_table_and_an_exit_status(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """1 with a finding, 0 without; the terminal gets colour, and no secret."""
    shown = io.StringIO()
    monkeypatch.setattr(report, "out", Console(file=shown, force_terminal=True, width=120))
    assert await asyncio.to_thread(doctor, None) == 0
    assert "Nothing to mend" in shown.getvalue()
    scene.set(SLACK_BOT_TOKEN="xoxb-another")
    assert await asyncio.to_thread(doctor, scene.archive) == 1
    assert "bot-token-refused" in shown.getvalue()
    assert "\x1b[" in shown.getvalue()
    assert "xoxb-another" not in shown.getvalue()


def test_every_fault_is_seeded() -> None:
    """There is a test for each that the doctor knows."""
    assert {fault for fault, _ in SEEDED.values()} == set(Symptom)


def test_the_docs_list_every_fault() -> None:
    """Each has its row in docs/operations.md, and no row has another name."""
    text = (ROOT / "docs/operations.md").read_text("utf-8").partition("\n## Doctor\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE) == [str(fault) for fault in Symptom]


def test_the_scopes_and_events_are_those_of_the_manifest() -> None:
    """In its order."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text("utf-8"))
    assert list(SCOPES) == manifest["oauth_config"]["scopes"]["bot"]
    assert list(workspace.EVENTS) == manifest["settings"]["event_subscriptions"]["bot_events"]
