"""The start: what is missing or wrong is one line, and what starts is one line of the log without a secret."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from archive.loader import load
from bot.cli.main import run
from bot.cli.start_line import say_start
from bot.runtime import loop
from bot.runtime.settings import Settings
from bot.store.migrate import upgrade

ROOT = Path(__file__).parents[2]
PASSWORD = "a-password-of-the-tests"
KNOWN = {
    "SLACK_BOT_TOKEN": "xoxb-a-secret",
    "SLACK_SIGNING_SECRET": "a signing secret",
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
    "PORT": "0",
}


class Start:
    """Variables with which `serve` would start, and a folder to break something in."""

    def __init__(self, environment: pytest.MonkeyPatch, folder: Path, ends: ExitStack) -> None:
        """Set them."""
        self.environment, self.folder, self.ends = environment, folder, ends
        environment.chdir(folder)
        for field in Settings.model_fields.values():
            environment.delenv(str(field.alias), raising=False)
        self.archive = folder / "issues"
        self.archive.mkdir()
        (self.archive / "2026-01-05-1.md").write_text("---\ntitle: One\ndate: 2026-01-05\n---\n\nWords.\n", "utf-8")
        self.set(**KNOWN, BACKISSUE_ARCHIVE=str(self.archive), DATABASE_URL=f"sqlite:///{folder}/bot.db")

    def set(self, **variables: str) -> None:
        """Set variables."""
        for name, value in variables.items():
            self.environment.setenv(name, value)

    def takes_port(self, variable: str) -> None:
        """Use the port of a variable for something else."""
        other = self.ends.enter_context(socket.create_server(("0.0.0.0", 0)))
        self.set(**{variable: str(other.getsockname()[1])})

    def newer_tables(self) -> None:
        """Leave a database that a newer release made."""
        upgrade(f"sqlite:///{self.folder}/bot.db")
        with closing(sqlite3.connect(self.folder / "bot.db")) as opened, opened:
            opened.execute("UPDATE alembic_version SET version_num = '9999'")

    def fails(self, command: str) -> None:
        """Run the command, which exits 1."""
        self.environment.setattr(sys, "argv", ["backissue", *command.split()])
        with pytest.raises(SystemExit) as left:
            run()
        assert left.value.code == 1


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Start]:
    """Return what would start."""
    with ExitStack() as ends:
        made = Start(monkeypatch, tmp_path, ends)
        monkeypatch.setattr("bot.runtime.logs.configure", lambda *_: None)
        yield made


ROWS: dict[str, tuple[str, Callable[[Start], object]]] = {
    "no bot token": ("SLACK_BOT_TOKEN: is not set", lambda it: it.set(SLACK_BOT_TOKEN="")),
    "tokens swapped": (
        "SLACK_BOT_TOKEN: should start with xoxb-",
        lambda it: it.set(SLACK_BOT_TOKEN="xapp-1", SLACK_APP_TOKEN="xoxb-1"),
    ),
    "an app token of another kind": (
        "SLACK_APP_TOKEN: should start with xapp-",
        lambda it: it.set(SLACK_APP_TOKEN="x"),
    ),
    "neither way in": ("SLACK_APP_TOKEN is not either", lambda it: it.set(SLACK_SIGNING_SECRET="")),
    "a secret's file that is not there": (
        "SLACK_APP_TOKEN_FILE: /nowhere cannot be read",
        lambda it: it.set(SLACK_APP_TOKEN_FILE="/nowhere"),
    ),
    "a secret twice": (
        "SLACK_BOT_TOKEN_FILE: is set beside SLACK_BOT_TOKEN",
        lambda it: it.set(SLACK_BOT_TOKEN_FILE="/nowhere"),
    ),
    "no archive": ("BACKISSUE_ARCHIVE: is not set", lambda it: it.set(BACKISSUE_ARCHIVE="")),
    "a folder that is not there": ("/nowhere", lambda it: it.set(BACKISSUE_ARCHIVE="/nowhere")),
    "a file for a folder": (
        "2026-01-05-1.md",
        lambda it: it.set(BACKISSUE_ARCHIVE=str(it.archive / "2026-01-05-1.md")),
    ),
    "a wrong newsletter.toml": ("newsletter.toml", lambda it: (it.archive / "newsletter.toml").write_text("nmae = 1")),
    "no file of synonyms": ("/nowhere.txt", lambda it: it.set(BACKISSUE_SYNONYMS="/nowhere.txt")),
    "a database of another kind": ("mysql", lambda it: it.set(DATABASE_URL=f"mysql://me:{PASSWORD}@h/d")),
    "a database that is away": (
        "check DATABASE_URL",
        lambda it: it.set(DATABASE_URL=f"postgresql://me:{PASSWORD}@127.0.0.1:1/d?connect_timeout=2"),
    ),
    "a database in no folder": ("/nowhere/bot.db", lambda it: it.set(DATABASE_URL="sqlite:////nowhere/bot.db")),
    "newer tables": ("tables are at version 9999", Start.newer_tables),
    "a damaged database": ("its file is damaged", lambda it: (it.folder / "bot.db").write_bytes(b"no database " * 999)),
    "a port that is no number": ("PORT: is a number", lambda it: it.set(PORT="eighty")),
    "a port in use": ("cannot be used", lambda it: it.takes_port("PORT")),
    "a health port in use": ("BACKISSUE_HEALTH_PORT", lambda it: it.takes_port("BACKISSUE_HEALTH_PORT")),
    "an unknown time zone": ("BACKISSUE_ZONE", lambda it: it.set(BACKISSUE_ZONE="Mars/Base")),
    "an address that is none": ("SLACK_API_URL", lambda it: it.set(SLACK_API_URL="slack.com/api")),
}
ONLY_SERVE = {"an app token of another kind", "neither way in", "a port in use"}
"""What a worker has no use for."""


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_is_missing_or_wrong_is_one_line(
    command: str, row: str, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 and no stack trace, no secret."""
    if command == "worker" and row in ONLY_SERVE:
        pytest.skip("a worker does not need it")
    said, break_it = ROWS[row]
    break_it(start)
    start.fails(command)
    line = capsys.readouterr().err
    assert said in line
    assert line.startswith("backissue: ")
    assert line.count("\n") == 1
    assert not any(secret in line for secret in (PASSWORD, "xoxb-a-secret", "a signing secret"))


def test_the_docs_have_every_row() -> None:
    """In their order."""
    text = (ROOT / "docs/operations.md").read_text("utf-8").partition("\n## At the start\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| ([^|]+?) \| `", text, re.MULTILINE) == list(ROWS)


def test_the_start_is_one_line(start: Start) -> None:
    """With the version, the archive, the database and what is set; of a secret it says only that it is."""
    start.set(DATABASE_URL=f"postgresql://me@h/d?password={PASSWORD}", BACKISSUE_SOURCE=f"imaps://me:{PASSWORD}@h")
    with capture_logs() as logs:
        say_start(Settings.read(), load(DiskFolder(start.archive, SUFFIXES)))
    [line] = logs
    assert (line["event"], line["issues"], line["settings"]["port"]) == ("process.started", 1, "0")
    assert line["database"].startswith("postgresql")
    assert {"version", "tables", "archive", "python"} <= line.keys()
    assert line["settings"]["slack_bot_token"] == "set"
    assert not any(secret in str(line) for secret in (PASSWORD, "xoxb-a-secret", "a signing secret"))


def test_an_empty_folder_is_a_line_of_its_own(start: Start) -> None:
    """The bot starts: the first issue may come later."""
    (start.archive / "2026-01-05-1.md").unlink()
    with capture_logs() as logs:
        say_start(Settings.read(), load(DiskFolder(start.archive, SUFFIXES)))
    assert [line["event"] for line in logs] == ["process.started", "problem.found"]


async def test_a_system_without_signal_handlers_of_the_loop_stops_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows; what handled the signal before is put back."""

    def refuses(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuses, raising=False)
    before, stopped = signal.getsignal(signal.SIGTERM), asyncio.Event()
    with loop.on_signals(stopped.set):
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            await stopped.wait()
    assert signal.getsignal(signal.SIGTERM) is before
