"""`backissue preview --json` prints exactly what a delivery posts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from archive.document import SUFFIXES
from archive.folder import DiskFolder
from archive.issue import Issue
from archive.loader import load
from bot.cli.main import app
from bot.cli.preview import CHANNEL, PARENT
from bot.domain.preferences import Layout, Preferences
from bot.domain.schedule import AsItAppears
from bot.slack.cards.digest import digest
from playground.slack.limits import problems
from tests.fakes.scene import Scene
from tests.fakes.site_slack import SiteSlack
from tests.fakes.virtual import run

SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"
ISSUES = load(DiskFolder(SAMPLE, SUFFIXES)).issues
LAYOUTS = {Layout.THREAD: (), Layout.FULL: ("--full",)}


class PostRecorder(SiteSlack):
    """Records the posts that it is asked for."""

    def __init__(self, scene: Scene) -> None:
        """Post to the scene's workspace."""
        super().__init__(scene.site, "xoxb-stand-in", scene.slack_clock)
        self.posted: list[dict[str, Any]] = []

    async def _call(self, workspace: str, method: str, arguments: dict[str, Any], **options: Any) -> Mapping[str, Any]:
        if method == "chat.postMessage":
            self.posted.append(json.loads(json.dumps(arguments)))
        return await super()._call(workspace, method, arguments, **options)


def previewed(issue: Issue, *options: str) -> list[dict[str, Any]]:
    """Return the lines of the command."""
    result = CliRunner().invoke(app, ["preview", issue.slug, "--json", *options, "--archive", str(SAMPLE)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


async def delivered(issue: Issue, layout: Layout) -> tuple[list[dict[str, Any]], str]:
    """Have a worker deliver the issue; return what it posted, and the ts of the first message."""
    scene = Scene(start=issue.published + timedelta(days=1))
    scene.render = digest
    channel, slack = scene.channel(), PostRecorder(scene)
    await scene.appear(*(each for each in ISSUES if each.slug != issue.slug))
    preferences, now = Preferences(layout=layout), scene.clock.now()
    await scene.store.subscriptions.put("-:T1", channel, scene.person.id, AsItAppears(), preferences, now)
    await scene.worker_comes(slack=slack)
    await scene.appear(issue)
    await scene.passes(minutes=5)
    first = scene.posts(channel)[0].ts
    await scene.everybody_dies()
    await scene.store.close()
    return slack.posted, first


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("issue", [ISSUES[6], ISSUES[-1]], ids=lambda issue: issue.slug)
def test_preview_writes_what_a_delivery_posts(issue: Issue, layout: Layout) -> None:
    """Each line is a call's payload, with placeholders for the channel and the first message's ts."""
    rows = previewed(issue, *LAYOUTS[layout])
    assert [row["channel"] for row in rows] == [CHANNEL] * len(rows)
    assert [row.get("thread_ts") for row in rows] == [None] + [PARENT] * (len(rows) - 1)
    posted, first = run(delivered(issue, layout))
    for row in rows:
        row["channel"] = posted[0]["channel"]
        if "thread_ts" in row:
            row["thread_ts"] = first
    assert rows == posted


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_payload_of_every_issue_keeps_slack_s_limits(layout: Layout) -> None:
    """The checker is the stand-in's; nothing unfurls, and each message has its marker."""
    for issue in ISSUES:
        for row in previewed(issue, *LAYOUTS[layout]):
            assert problems(row) == []
            assert row["text"]
            assert (row["unfurl_links"], row["unfurl_media"]) == (False, False)
            assert row["metadata"]["event_payload"]["issue"] == issue.slug
