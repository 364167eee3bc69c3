"""The line beside a digest: on the newest issue of a slot, the same at every rendering, and never in the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.workspace import WorkspaceId
from tests.fakes.newsletter import issue, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)


class Says:
    """A footnote with a given text, followed by how often it was asked for."""

    def __init__(self, text: str) -> None:
        """Answer with `text`; "" for no footnote."""
        self.text = text
        self.asked = 0

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """See `bot.digests.delivery.footnote.Footnote`."""
        del workspace, now
        self.asked += 1
        return f"{self.text} {self.asked}".strip() if self.text else ""


class Breaks:
    """A footnote that fails."""

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """See `bot.digests.delivery.footnote.Footnote`."""
        raise RuntimeError(f"{workspace} {now}")


class Hangs:
    """A footnote that never answers."""

    async def line(self, workspace: WorkspaceId, now: datetime) -> str:
        """See `bot.digests.delivery.footnote.Footnote`."""
        return await asyncio.get_running_loop().create_future() or f"{workspace} {now}"


async def prepared(footnote: Says | Breaks | Hangs) -> tuple[Scene, str]:
    """Set up a channel with two issues waiting for Monday, and a worker with that footnote."""
    scene = Scene(start=SUNDAY)
    scene.footnote = footnote
    channel = scene.channel()
    await scene.appear(issue(1, SUNDAY - timedelta(days=7)))
    await scene.subscribes(channel, "mondays 09:00 utc")
    await scene.appear(issue(2, SUNDAY - timedelta(hours=1)), issue(3, SUNDAY))
    await scene.worker_comes()
    await scene.passes(days=1, minutes=1)
    return scene, channel


def test_the_line_stands_in_the_newest_issue_and_outlives_a_correction() -> None:
    """Of two issues at a slot the newer has it, and still the same after the issue was corrected."""

    async def play() -> None:
        footnote = Says("Most saved: <https://a.example|a>, seen")
        scene, channel = await prepared(footnote)
        assert scene.texts(channel) == ["Weekly 2", "Weekly 3 Most saved: <https://a.example|a>, seen 1"]
        await scene.appear(with_text(issue(3, SUNDAY), 0, "Corrected."))
        await scene.passes(minutes=2)
        delivery = await scene.store.deliveries.get("-:T1", channel, "issue-3")
        assert delivery is not None
        assert delivery.note == "Most saved: <https://a.example|a>, seen 1"
        assert footnote.asked == 1
        await scene.everybody_dies()
        await scene.store.close()

    run(play())


@pytest.mark.parametrize(
    "footnote", [Says(""), Says("long " * 80), Breaks(), Hangs()], ids=["none", "long", "error", "endless"]
)
def test_no_footnote_holds_a_digest_up(footnote: Says | Breaks | Hangs) -> None:
    """With nothing to say, with too much, with an error or no end, the digests come within seconds all the same."""

    async def play() -> None:
        scene, channel = await prepared(footnote)
        assert scene.texts(channel) == ["Weekly 2", "Weekly 3"]
        assert datetime.fromtimestamp(scene.posts(channel)[0].at, UTC) - MONDAY < timedelta(seconds=10)
        await scene.everybody_dies()
        await scene.store.close()

    run(play())
