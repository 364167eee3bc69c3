"""Two processes on one database that read two copies of the archive: no message is edited to and fro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from archive.issue import Issue
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.store.store import Store
from tests.digests.test_promise import SUNDAY, end
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import FakeArchive, Scene
from tests.fakes.virtual import run

MINE, OTHER = issue(2, SUNDAY), with_text(issue(2, SUNDAY), 0, "As the other copy has it.")


def test_a_message_is_not_edited_to_and_fro() -> None:
    """The second process edits it once, at its start; the first notices, says so once, and leaves it."""

    async def play() -> None:
        scene = Scene(start=SUNDAY)
        channel = scene.channel()
        holds: list[tuple[Issue, ...]] = [(issue(1, SUNDAY - timedelta(days=30)),)]
        scene.archive, scene.issues = FakeArchive(lambda: holds[0]), holds[0]
        first = await scene.worker_comes()
        await scene.subscribes(channel)
        holds[0] = (*holds[0], MINE)
        await first.changed()
        await scene.passes(hours=1)
        scene.archive = FakeArchive(lambda: scene.issues)
        scene.issues = (holds[0][0], OTHER)
        with capture_logs() as logs:
            await scene.worker_comes()
            await scene.passes(hours=6)
        edits = [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        assert len(edits) == 1
        (told,) = [line for line in logs if line["event"] == "archive_copy.found"]
        assert (told["count"], told["issues"]) == (1, ["issue-2"])
        holds[0] = (holds[0][0], replace(with_text(MINE, 1, "Corrected in the first copy."), source="corrected"))
        await first.changed()
        await scene.passes(hours=1)
        assert any("Corrected in the first copy." in line.text for line in scene.site.ledger.lines)
        await end(scene)

    run(play())


def test_only_a_file_that_changed_here_is_an_edit(database: Callable[[], Store]) -> None:
    """What another process registered of its own copy stays, until the file changes here."""

    async def play() -> None:
        store = database()
        here, there = (IssueRegistry(store.issues, few=1_000_000) for _ in range(2))
        await here.put([MINE], SUNDAY)
        assert (await there.put([OTHER], SUNDAY)).edited == {"issue-2"}
        for _ in range(2):
            for registry, known in ((here, MINE), (there, OTHER)):
                assert (await registry.put([known], SUNDAY)).edited == frozenset()
                assert registry.current.elsewhere == ({"issue-2"} if registry is here else frozenset())
        corrected = with_text(MINE, 1, "Corrected.")
        assert (await here.put([corrected], SUNDAY)).edited == {"issue-2"}
        assert (await there.put([OTHER], SUNDAY)).edited == frozenset()
        assert there.current.elsewhere == {"issue-2"}
        assert (await there.put([corrected], SUNDAY)).edited == frozenset()
        assert not there.current.elsewhere
        await store.close()

    run(play())
