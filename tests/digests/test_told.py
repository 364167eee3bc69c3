"""What ends a digest early is said: in its row, in the status, and in one line of the log."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog

from archive.issue import Issue
from bot.domain.delivery import ISSUE_GONE, Progress, State
from bot.domain.subscription import Paused, PausedBy
from bot.slack.cards.digest import digest
from playground.slack.faults import Fault, How
from tests.digests.test_mishaps import delivery
from tests.digests.test_promise import POST, SUNDAY, end, standing_scene
from tests.digests.test_strays import calls, standing
from tests.fakes.newsletter import issue, with_more
from tests.fakes.scene import Scene
from tests.fakes.virtual import run


async def said_in_status(scene: Scene, channel: str) -> tuple[str, str]:
    """Return what the status says of the channel's last digest, and what `why` says of issue 2."""
    tells, subscription = await standing(scene), await scene.store.subscriptions.get("-:T1", channel)
    assert subscription is not None
    last = (await tells.status(subscription, scene.clock.now())).last
    two = issue(2, SUNDAY)
    return last.stands if last else "", await tells.why("-:T1", channel, two, scene.clock.now())


def test_a_digest_whose_file_is_deleted_stops_and_goes_on_when_it_is_back() -> None:
    """Not one more reply is posted; the row, the status, `why` and one line of the log say so."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY, entries=10)
        await scene.appear(two)
        await scene.passes(seconds=4.5)
        there = len(scene.posts(channel))
        assert 1 < there < 11
        with structlog.testing.capture_logs() as logs:
            await scene.vanish(two.slug)
            await scene.passes(hours=2)
        assert there <= len(scene.posts(channel)) <= there + 1  # one may have been on its way
        found = await delivery(scene, channel)
        assert (found.progress, found.reason) == (Progress.POSTING, ISSUE_GONE)
        assert [line["issue"] for line in logs if line["event"] == "issue.removed"] == ["issue-2"]
        stands, why = await said_in_status(scene, channel)
        assert stands == f"its thread has stopped after {len(scene.posts(channel)) - 1} of 10 replies: {ISSUE_GONE}"
        assert "stopped half posted" in why
        assert ISSUE_GONE in why
        await scene.appear(two)
        await scene.passes(seconds=3)
        assert (await delivery(scene, channel)).reason == ""
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 11
        assert (await delivery(scene, channel)).progress is Progress.DONE
        await end(scene)

    run(play())


def test_a_file_that_is_deleted_holds_up_no_other_digest() -> None:
    """The next issue's digest, which was due at the same moment, is posted."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two, three = issue(2, SUNDAY, entries=10), issue(3, SUNDAY)
        await scene.appear(two, three)
        await scene.passes(seconds=4.5)
        await scene.vanish(two.slug)
        await scene.passes(minutes=1)
        assert (await delivery(scene, channel, "issue-3")).progress is Progress.DONE
        assert (await delivery(scene, channel, "issue-2")).progress is Progress.POSTING
        await end(scene)

    run(play())


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
@pytest.mark.parametrize("thread", [False, True])
def test_a_refused_message_is_told_with_its_reason(error: str, thread: bool) -> None:
    """In one line of the log, in the delivery's row, and so in `why` and `backissue deliveries`."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.site.faults.add(Fault(How.REFUSED, error=error, method=POST, channel=channel, thread=thread))
        with structlog.testing.capture_logs() as logs:
            await scene.appear(issue(2, SUNDAY))
            await scene.passes(minutes=1)
        refused = [line for line in logs if line["event"] == "post.refused"]
        assert [(line["issue"], error in line["error"]) for line in refused] == [("issue-2", True)]
        found = await delivery(scene, channel)
        assert found.progress is (Progress.DONE if thread else Progress.REFUSED)
        assert error in found.reason
        assert error in (await said_in_status(scene, channel))[1]
        await end(scene)

    run(play())


@pytest.mark.parametrize("how", ["resumed by a person", "a good token at the start"])
def test_what_a_bad_token_stopped_goes_on_in_every_channel_at_once(how: str) -> None:
    """One channel's `resume` is enough, or a start with a token that Slack takes; what a person paused stays paused."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        others = [scene.channel(name) for name in ("a", "b", "paused")]
        for other in others:
            await scene.subscribes(other, "asap")
        held = await scene.store.subscriptions.get("-:T1", others[-1])
        assert held is not None
        await scene.store.subscriptions.pause(held.id, Paused(PausedBy.PERSON, "somebody here asked for a pause"))
        scene.workspace.revoked = "invalid_auth"
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=10)
        scene.workspace.revoked = None
        if how == "resumed by a person":
            assert await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
            scene.poke()
        else:
            await scene.everybody_dies()
            await scene.worker_comes()
        await scene.passes(seconds=20)
        assert [len(scene.posts(each)) for each in (channel, *others)] == [4, 4, 4, 0]
        await end(scene)

    run(play())


def test_one_added_entry_edits_only_the_contents() -> None:
    """Seventeen replies stay as they were posted; there is one more, and the contents name it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.render = digest
        await scene.everybody_dies()
        await scene.worker_comes()
        two = issue(2, SUNDAY, entries=17)
        await scene.appear(two)
        await scene.passes(minutes=1)
        assert (len(scene.posts(channel)), calls(scene, "chat.update")) == (18, 0)
        await scene.appear(_first_is_new(two))
        await scene.passes(minutes=1)
        assert (len(scene.posts(channel)), calls(scene, "chat.update")) == (19, 1)
        assert {part.state for part in (await delivery(scene, channel)).parts} == {State.SENT}
        await end(scene)

    run(play())


def _first_is_new(known: Issue) -> Issue:
    """Return the issue with an entry before all others."""
    section = with_more(known, "https://added.org/1").sections[0]
    moved = (section.entries[-1], *section.entries[:-1])
    entries = tuple(replace(entry, position=at) for at, entry in enumerate(moved))
    return replace(known, sections=(replace(section, entries=entries),))
