"""What the log tells of a day without trouble: an issue, its digest, and every line with its channel and delivery."""

from __future__ import annotations

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict

from playground.slack.faults import Fault, How
from tests.digests.test_promise import POST, SUNDAY, end, standing_scene
from tests.fakes.newsletter import issue
from tests.fakes.virtual import run


def of(logs: list[EventDict], event: str) -> list[EventDict]:
    """Return the lines of an event."""
    return [line for line in logs if line["event"] == event]


def test_an_issue_and_its_digest_are_a_line_each() -> None:
    """The digest's says where, how many messages, and how late it was."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        with structlog.testing.capture_logs([merge_contextvars]) as logs:
            await scene.appear(issue(2, SUNDAY, entries=3))
            await scene.passes(hours=1)
        [noticed] = of(logs, "issue.noticed")
        [delivered] = of(logs, "digest.delivered")
        assert noticed["issues"] == ["issue-2"]
        assert (delivered["workspace"], delivered["channel"]) == ("-:T1", channel)
        assert (delivered["issue"], delivered["messages"]) == ("issue-2", len(scene.posts(channel)))
        assert 0 <= delivered["seconds_late"] < 60
        assert isinstance(delivered["delivery"], int)
        await end(scene)

    run(play())


def test_a_line_of_a_delivery_names_its_workspace_and_its_delivery() -> None:
    """Those about trouble, too."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.site.faults.add(Fault(How.REFUSED, error="invalid_blocks", method=POST))
        with structlog.testing.capture_logs([merge_contextvars]) as logs:
            await scene.appear(issue(2, SUNDAY, entries=3))
            await scene.passes(hours=1)
        [refused] = of(logs, "post.refused")
        assert (refused["workspace"], refused["channel"]) == ("-:T1", channel)
        assert refused["delivery"] > 0
        assert of(logs, "digest.delivered") == []
        await end(scene)

    run(play())
