"""A new issue whose file cannot be read is never silent, and never told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from bot.digests.alerting import AlertRoute
from bot.digests.broken_issues import QUIET, BrokenIssues
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery_status import DeliveryReports
from bot.digests.views.subscription import status
from bot.domain.broken import BrokenFile
from bot.source.library import Library
from bot.store.store import Store
from tests.digests.test_said import subscribed
from tests.fakes.folder import FakeFolder
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres
from tests.fakes.scene import Scene
from tests.fakes.virtual import START, run

GOOD = (
    "---\ntitle: Weekly 1\ndate: 2025-12-30\n---\n\nNews\n====\n\nText\n<br>[http://example.org](http://example.org)\n"
)
SLIP = "---\ntitle: Weekly 2\ndate: 0226-01-02\n---\n\nNews\n====\n\nMore\n<br>[http://e.org/2](http://e.org/2)\n"
BROKEN = "---\ntitle: [Weekly 2\ndate: 2026-01-02\n---\n\nNews\n"


class Broken:
    """An archive's files that cannot be read."""

    def __init__(self, *files: str) -> None:
        """Begin with these."""
        self.files = files

    def broken(self) -> tuple[BrokenFile, ...]:
        """Return them, each with a fault at line 3."""
        return tuple(BrokenFile(file, 3, "its front matter is not YAML", "close the bracket") for file in self.files)


def told(scene: Scene) -> list[str]:
    """Return what the person was told by direct message."""
    return [
        line.text
        for line in scene.site.ledger.lines
        if line.method == "chat.postMessage" and "cannot be read" in line.text
    ]


async def scene_of(store: Store | None = None) -> tuple[Scene, str]:
    """Return a scene with an archive that was seen, and a subscribed channel."""
    scene = Scene(store)
    channel = scene.channel()
    await scene.holds([issue(1, START)])
    await scene.subscribes(channel)
    return scene, channel


def watcher(scene: Scene, archive: Broken, operators: str = "") -> BrokenIssues:
    """Return what tells people, as one worker has it."""
    return BrokenIssues(scene.store, archive, scene.slack, scene.clock, AlertRoute(operators=operators))


def test_it_is_told_once_over_restarts_and_workers() -> None:
    """One line in the log, one message after two minutes, a line in the status; and none of it again."""

    async def play() -> None:
        scene, channel = await scene_of()
        archive = Broken("2026-01-02.md")
        first, second = watcher(scene, archive), watcher(scene, archive)
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                await first.check()
                await second.check()
                await scene.passes(minutes=2)
                first = watcher(scene, archive)
        lines = [(line["file"], line["line"]) for line in logs if line["event"] == "file.broken"]
        assert lines == [("2026-01-02.md", 3)]
        assert len(told(scene)) == 1
        assert f"in <#{channel}>" in told(scene)[0]
        assert "2026-01-02.md, line 3: its front matter is not YAML; close the bracket" in told(scene)[0]
        reports = DeliveryReports(scene.store, IssueRegistry(scene.store.issues), None)
        said = await reports.status(await subscribed(scene, channel), scene.clock.now())
        assert "2026-01-02.md, line 3" in str(status(said).blocks)
        archive.files = ()
        await first.check()
        assert (await reports.status(await subscribed(scene, channel), scene.clock.now())).broken == ()

    run(play())


def test_a_file_that_is_being_written_is_not_told() -> None:
    """What can be read within two minutes disturbs nobody."""

    async def play() -> None:
        scene, _ = await scene_of()
        archive = Broken("2026-01-02.md")
        checker = watcher(scene, archive)
        await checker.check()
        archive.files = ()
        await scene.passes(minutes=1)
        await checker.check()
        await scene.passes(minutes=10)
        await checker.check()
        assert told(scene) == []

    run(play())


def test_what_was_broken_at_the_first_look_is_no_news() -> None:
    """An archive that always had a broken file tells nobody; one that comes later is told."""

    async def play() -> None:
        scene = Scene()
        await scene.subscribes(scene.channel())
        archive = Broken("1999-01-01.md")
        await watcher(scene, archive).check()
        await scene.holds([issue(1, START)])
        archive.files = ("1999-01-01.md", "2026-01-02.md")
        await watcher(scene, archive).check()
        await scene.passes(minutes=5)
        await watcher(scene, archive).check()
        assert len(told(scene)) == 1
        assert "1999" not in told(scene)[0]
        assert [each.file for each in await scene.store.broken_files.current()] == ["2026-01-02.md"]

    run(play())


def test_the_operators_channel_is_told_in_place_of_people() -> None:
    """One message in that channel and none to the person."""

    async def play() -> None:
        scene, _ = await scene_of()
        ops = scene.channel("ops")
        checker = watcher(scene, Broken("2026-01-02.md"), ops)
        await checker.check()
        await scene.passes(minutes=3)
        await checker.check()
        assert [line.channel for line in scene.site.ledger.posts("T1", ops)] == [ops]
        assert len(told(scene)) == 1

    run(play())


@pytest.mark.postgres
async def test_the_row_is_kept_by_postgresql(postgres: Postgres) -> None:
    """Told once, followed when it is mended, and told again when it breaks a day later."""
    store = Store.open(postgres.fresh(), upgrading=True)
    files, now = Broken("a.md").broken(), START
    await IssueRegistry(store.issues).put([issue(1, START)], now)
    assert await store.broken_files.register(files, now) == files
    assert await store.broken_files.register(files, now) == ()
    assert await store.broken_files.take(now, QUIET) == ()
    assert await store.broken_files.take(now + QUIET, QUIET) == files
    assert await store.broken_files.take(now + QUIET, QUIET) == ()
    await store.broken_files.register((), now + QUIET)
    assert await store.broken_files.current() == ()
    await store.broken_files.register(files, now + timedelta(hours=1))
    assert await store.broken_files.take(now + timedelta(hours=2), QUIET) == ()
    await store.broken_files.register((), now + timedelta(hours=3))
    await store.broken_files.register(files, now + timedelta(hours=28))
    assert await store.broken_files.take(now + timedelta(hours=29), QUIET) == files
    await store.close()


def test_a_library_names_its_broken_files() -> None:
    """By file and line; `why` of its name or number says so too."""
    folder = FakeFolder({"2025-12-30.md": GOOD, "2026-01-02.md": BROKEN})
    library = Library.opened(folder)
    assert [(each.file, each.line > 0) for each in library.broken()] == [("2026-01-02.md", True)]
    held = library.held("2026-01-02")
    assert held is not None
    assert "cannot be read" in held.why


def test_a_date_that_is_a_slip_is_told_once_and_mended_it_is_new() -> None:
    """It would count as old for good otherwise: whether an issue is new is decided once."""

    async def play() -> None:
        scene, channel = await scene_of()
        folder = FakeFolder({"1.md": GOOD, "2026-01-02.md": SLIP})
        library = Library.opened(folder, clock=scene.clock)
        registry = IssueRegistry(scene.store.issues, few=1_000_000)
        watching = BrokenIssues(scene.store, library, scene.slack, scene.clock)
        await watching.check()
        await registry.put(library.announced(), scene.clock.now())
        await scene.passes(seconds=QUIET.total_seconds() + 1)
        await watching.check()
        await watching.check()
        (said,) = told(scene)
        assert "its date is in the year 0226; write the day it came out" in said
        reports = DeliveryReports(scene.store, registry, None)
        await subscribed(scene, channel)
        slip = library.snapshot.find("2026-01-02")
        assert "is not posted: its date is in the year 0226" in await reports.why(
            "-:T1", channel, slip, scene.clock.now()
        )
        await scene.passes(days=3)
        folder.put("2026-01-02.md", SLIP.replace("0226", "2026"))
        library = Library.opened(folder, clock=scene.clock)
        await registry.put(library.announced(), scene.clock.now())
        assert "2026-01-02" in registry.current.arrivals
        await scene.store.close()

    run(play())
