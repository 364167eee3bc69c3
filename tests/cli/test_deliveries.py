"""`backissue deliveries`: what it tells an operator about subscriptions and deliveries."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner, Result

from archive.document import SUFFIXES
from archive.errors import BackIssueError, UnknownIssueError
from archive.folder import DiskFolder
from archive.kind import Kind
from archive.loader import load
from bot.cli.main import app
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.domain.decision import Decision
from bot.domain.delivery import Progress
from bot.domain.errors import SettingsError
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears, parse_schedule
from bot.domain.subscription import Paused, PausedBy
from bot.store.store import Store
from bot.store.tables import issues as issues_table
from bot.store.tables import subscriptions
from tests.fakes.emptied import new_file

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def written(folder: Path, number: int) -> None:
    """Add an issue to the archive."""
    text = f"---\ntitle: Example Weekly {number}\ndate: 2026-01-0{number}\n---\n\n# News\n\n"
    (folder / f"2026-01-0{number}-{number}.md").write_text(f"{text}A [bold] thing\nhttps://example.com/{number}\n")


async def posted(store: Store, channel: str, subscription: int) -> None:
    """Have the channel's digest of the first issue posted."""
    delivery = await store.deliveries.get("-:T1", channel, "2026-01-01-1")
    assert delivery is not None
    _, (part,) = await store.deliveries.begin(delivery.id, "", "content", ["parent"])
    attempt = await store.parts.sending(part, "me", subscription, NOW, "hash")
    assert attempt is not None
    await store.parts.sent(part, attempt, "1767603600.000100", ())
    await store.deliveries.finish(delivery.id, Progress.DONE)


async def prepare(url: str, folder: Path) -> None:
    """Subscribe five channels of two workspaces.

    One digest was refused, one waits, one was posted; and there is a new issue that the bot has not noticed.
    """
    store = await asyncio.to_thread(Store.open, url)
    written(folder, 1)
    await IssueRegistry(store.issues).put(load(DiskFolder(folder, SUFFIXES)).issues, NOW)
    weekly = parse_schedule("mondays 09:00 Europe/London")
    put = store.subscriptions.put
    await put("-:T1", "C1", "U1", weekly, Preferences(), NOW)
    paused = await put("-:T1", "C2", "U1", AsItAppears(), Preferences(), NOW)
    await store.subscriptions.pause(paused.id, Paused(PausedBy.CHANNEL, "is_archived [red]"))
    await put("-:T2", "C3", "U1", weekly, Preferences(), NOW)
    await put("E1:T1", "C4", "U1", weekly, Preferences(), NOW)
    await put("-:T1", "C5", "U1", weekly, Preferences(without=frozenset({Kind.JOBS}), topics=("r & d",)), NOW)
    taken = await store.leases.claim("me", NOW, timedelta(minutes=1), limit=9, each=9)
    for held in taken:
        if held.channel in {"C1", "C3", "C5"}:
            await store.deliveries.decide(held, "me", NOW, Decision(("2026-01-01-1",), NOW, {}, NOW))
    refused = await store.deliveries.get("-:T2", "C3", "2026-01-01-1")
    assert refused is not None
    await store.deliveries.finish(refused.id, Progress.REFUSED, "msg_too_long [bold]")
    await posted(store, "C5", next(held.id for held in taken if held.channel == "C5"))
    written(folder, 2)
    broken = update(subscriptions).where(subscriptions.c.channel == "C4").values(schedule="daily 9:00 Mars/Olympus")
    await store.database.write(lambda connection: connection.execute(broken).rowcount)
    await store.close()


@pytest.fixture(scope="module", name="prepared")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("prepared")
    (made / "archive").mkdir()
    asyncio.run(prepare(new_file(made / "a.db"), made / "archive"))
    return made


@pytest.fixture
def ask(tmp_path: Path, prepared: Path) -> Callable[..., str]:
    """Return the output of the command on a copy of the prepared database, with single spaces."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    folder, url = tmp_path / "archive", f"sqlite:///{tmp_path}/a.db"

    def run(*arguments: str, archive: bool = True, answer: str = "") -> str:
        where = ("--archive", str(folder)) if archive else ()
        environment = {"DATABASE_URL": url, "BACKISSUE_ARCHIVE": ""}
        result: Result = CliRunner().invoke(app, ["deliveries", *arguments, *where], env=environment, input=answer)
        if isinstance(result.exception, BackIssueError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    return run


def test_each_channel_is_shown_with_what_is_next_and_what_waits(ask: Callable[..., str]) -> None:
    """Shown are the next post, why a channel is paused, what waits and why, as its users read it."""
    said = ask()
    assert "-:T1 C1 mondays 09:00 Europe/London next 2" in said
    assert "waits: Example Weekly 2: it goes out" in said
    assert "-:T1 C2 as soon as it appears paused: is_archived [red]" in said
    assert "E1:T1 C4 daily 9:00 Mars/Olympus paused: its schedule" in said
    assert "[bold]" in said


def test_a_channel_s_preferences_and_last_post_are_shown(ask: Callable[..., str]) -> None:
    """They are plain words, with the message's ts: only Slack knows the address."""
    said = ask("--channel", "C5")
    assert "preferences: Contents, and a thread with a reply for each link · without jobs · only about r & d" in said
    assert "last: Example Weekly 1, 2026-01-05 09:00 UTC, ts 1767603600.000100" in said
    assert "last: nothing yet" in ask("--channel", "C1")


@pytest.mark.parametrize("asked", ["2026-01-01-1", "1", "#1"])
def test_an_issue_may_be_given_by_its_number(ask: Callable[..., str], asked: str) -> None:
    """`show` takes it too; then no subscriptions are shown."""
    said = ask("--issue", asked)
    assert [channel for channel in ("C1", "C3", "C5") if channel in said] == ["C1", "C3", "C5"]
    assert "mondays" not in said
    assert "No delivery fits" in ask("--issue", "2")


def test_an_issue_that_cannot_be_looked_up_is_an_error(ask: Callable[..., str]) -> None:
    """A slug or a number that the bot has seen needs no archive; anything else must be in it."""
    assert "C3" in ask("--issue", "2026-01-01-1", archive=False)
    with pytest.raises(SettingsError, match="no slug or number of an issue that the bot has seen"):
        ask("--issue", "98", archive=False)
    with pytest.raises(UnknownIssueError):
        ask("--issue", "99")


def test_the_newest_deliveries_come_first_up_to_the_limit(ask: Callable[..., str]) -> None:
    """Of three deliveries the one decided last is shown first."""
    everything = ask("--issue", "1")
    assert everything.count("Weekly") == 0
    assert everything.count("2026-01-01-1") == 3
    newest = ask("--issue", "1", "--limit", "1")
    assert newest.count("2026-01-01-1") == 1
    assert everything.index("C5") < everything.index("C3") < everything.index("C1")
    assert "C5" in newest


def test_a_workspace_may_be_shown_alone(ask: Callable[..., str]) -> None:
    """A workspace is given by its id, or by the key that is shown for one of an organisation."""
    said = ask("--workspace", "T2")
    assert "C3" in said
    assert "C1" not in said
    assert "C4" in ask("--workspace", "E1:T1")
    assert "No delivery fits" in ask("--workspace", "T9")
    assert "C2" not in ask("--channel", "C1")


def test_a_state_selects_deliveries(ask: Callable[..., str]) -> None:
    """Then no subscriptions are shown."""
    said = ask("--state", "refused")
    assert "C3" in said
    assert "mondays" not in said


def test_without_an_archive_it_says_what_is_missing(ask: Callable[..., str]) -> None:
    """Everything in the database is still shown."""
    said = ask(archive=False)
    assert "What waits undecided is not shown" in said
    assert "-:T1 C1" in said


def test_looking_changes_nothing(ask: Callable[..., str], tmp_path: Path) -> None:
    """An issue that the bot has not noticed yet is still new to it afterwards."""
    ask()
    store = Store.open(f"sqlite:///{tmp_path}/a.db")

    async def count() -> int:
        chosen = select(func.count()).select_from(issues_table)
        number = await store.database.read(lambda connection: int(connection.scalar(chosen) or 0))
        await store.close()
        return number

    assert asyncio.run(count()) == 1


def test_what_is_undecided_is_marked_as_seen_after_asking(ask: Callable[..., str]) -> None:
    """It names what each channel would get, changes nothing on a no, and is not posted by itself after a yes."""
    refused = ask("mark-seen", "--channel", "C1", answer="n\n")
    assert "-:T1 C1: #2" in refused
    assert "Mark these as seen?" in refused
    assert "Nothing was changed." in refused
    assert "waits: Example Weekly 2" in ask("--channel", "C1")
    assert "Marked as seen: 1 issue in 1 channels." in ask("mark-seen", "--channel", "C1", answer="y\n")
    said = ask("--channel", "C1")
    assert "waits: Example Weekly 2" not in said
    assert "passed" in said
    assert "marked it as seen" in said
    assert "waits: Example Weekly 2" in ask("--channel", "C3")
    assert "-:T1 C1" not in ask("mark-seen", "--yes")
    assert "Nothing is undecided" in ask("mark-seen", "--yes")


def test_an_issue_is_taken_back_by_its_number(ask: Callable[..., str]) -> None:
    """In the one channel that is named; without a place it is asked where."""
    assert "Issue 1 is taken back in 1 channel" in ask("retract", "1", "--channel", "C5")
    listed = ask("--issue", "1")
    assert listed.count("retracting") == 1
    assert "Issue 1 is taken back in 0 channels" in ask("retract", "1", "--channel", "C5")
    with pytest.raises(SettingsError, match="--all"):
        ask("retract", "1")
    with pytest.raises(UnknownIssueError):
        ask("retract", "999", "--all")
    assert "Issue 1 is taken back in 2 channels" in ask("retract", "1", "--all")


def test_an_issue_that_was_taken_back_is_posted_again(ask: Callable[..., str]) -> None:
    """Only where it was taken back, by the operator; it had not gone out, so it is as undecided as before."""
    assert "Issue 2 is posted again in 0 channels" in ask("post", "2", "--all")
    ask("retract", "2", "--channel", "C1")
    assert "back by the bot's operator on" in ask("--issue", "2", "--channel", "C1")
    assert "Issue 2 is posted again in 1 channel." in ask("post", "2", "--channel", "C1")
    assert "No delivery fits" in ask("--issue", "2", "--channel", "C1")
    assert "Issue 2 is posted again in 0 channels" in ask("post", "2", "--channel", "C1")
    with pytest.raises(SettingsError, match="--all"):
        ask("post", "2")


def test_the_operators_settings_count_here_too(ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the bot would take for new or old by its settings, the command does as well."""
    monkeypatch.setenv("BACKISSUE_NEW_DAYS", "3")
    monkeypatch.setenv("BACKISSUE_ZONE", "Australia/Sydney")
    assert "not posted by themselves" in ask("--channel", "C1")


def test_an_emptied_archive_is_named_as_lost(ask: Callable[..., str], tmp_path: Path) -> None:
    """How many issues the database knows, and that they are gone; not just nothing."""
    for file in (tmp_path / "archive").iterdir():
        file.unlink()
    assert "the archive: 1 issue is gone since" in ask()
