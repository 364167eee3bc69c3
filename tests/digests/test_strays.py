"""A reply that Slack put into the channel because its thread is gone: deleted, said, and nobody else held up."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog

from bot.digests.delivery.summary import summary
from bot.digests.delivery_status import DeliveryReports
from bot.domain.delivery import STRAY_LEFT, THREAD_GONE, PartRow, Progress, State
from playground.slack.faults import Fault, How
from tests.digests.test_mishaps import blind, delivery, press, until
from tests.digests.test_promise import POST, SUNDAY, end, standing_scene
from tests.digests.test_thread_gone import Watch
from tests.fakes.newsletter import issue, with_more, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

DELETE = "chat.delete"


async def deleted_early(*faults: Fault, entries: int = 3) -> tuple[Scene, str, Watch]:
    """Post a digest and delete its message before its first reply is posted; the faults hit its channel."""
    scene, channel = await standing_scene("asap")
    watch = Watch(scene, channel)
    scene.site.faults.add(*(replace(fault, channel=channel) for fault in faults))
    await scene.appear(issue(2, SUNDAY, entries=entries))
    while not watch.standing():
        await scene.passes(seconds=0.05)
    watch.delete_parent()
    return scene, channel, watch


async def standing(scene: Scene) -> DeliveryReports:
    """Return the reports of what was delivered."""
    registry = scene._registry(scene.store)
    await registry.put(scene.issues, scene.clock.now())
    return DeliveryReports(scene.store, registry, None)


def calls(scene: Scene, method: str) -> int:
    """Count the calls of a method."""
    return scene.site.ledger.calls[method]


def test_a_stray_reply_is_deleted_and_the_rest_is_not_posted() -> None:
    """The row, why, status and one line of the log say so."""

    async def play() -> None:
        with structlog.testing.capture_logs() as logs:
            scene, channel, watch = await deleted_early()
            await scene.passes(minutes=2)
        assert watch.standing() == []
        assert (calls(scene, POST), calls(scene, DELETE)) == (2, 1)
        found = await delivery(scene, channel)
        assert found.progress is Progress.DONE
        assert [part.state for part in found.parts] == [State.SENT, *[State.SKIPPED] * 3]
        said = "its channel message was deleted, so 3 of its 3 replies were not posted in its thread"
        assert found.reason == said
        assert [line["reason"] for line in logs if line["event"] == "delivery.closed"] == [said]
        tells, subscription = await standing(scene), await scene.store.subscriptions.get("-:T1", channel)
        assert subscription is not None
        now = scene.clock.now()
        assert said in await tells.why("-:T1", channel, scene.issues[-1], now)
        last = (await tells.status(subscription, now)).last
        assert last is not None
        assert last.stands == said
        await end(scene)

    run(play())


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("how", [How.HANG, How.CUT, How.BROKEN, How.LIMITED, How.REFUSED])
def test_a_deletion_whose_answer_is_lost_is_made_again(how: How, effect: bool) -> None:
    """Whether it took effect or not: in the end the reply is gone, and was posted once."""

    async def play() -> None:
        fault = Fault(how, effect=effect, error="a_new_word", retry_after=40, method=DELETE)
        scene, channel, watch = await deleted_early(fault)
        await scene.passes(minutes=5)
        assert watch.standing() == []
        assert (calls(scene, POST), calls(scene, DELETE)) == (2, 2)
        assert (await delivery(scene, channel)).progress is Progress.DONE
        await end(scene)

    run(play())


@pytest.mark.parametrize(("error", "tries"), [("cant_delete_message", 1), ("a_new_word", 8)])
def test_a_stray_reply_that_cannot_be_deleted_is_told_of(error: str, tries: int) -> None:
    """After as many attempts as it gets; the row says that it is there, and a newer digest did not wait for it."""

    async def play() -> None:
        scene, channel, watch = await deleted_early(Fault(How.REFUSED, error=error, method=DELETE, times=None))
        await scene.passes(seconds=30)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=1)
        assert (await delivery(scene, channel, "issue-3")).progress is Progress.DONE
        await scene.passes(hours=3)
        assert calls(scene, DELETE) <= tries + 1  # once more where the newer issue woke the channel
        assert len(watch.orphans()) == 1
        found = await delivery(scene, channel)
        assert found.progress is Progress.DONE
        assert "1 reply stands in the channel by itself" in found.reason
        told = list(scene.workspace.direct(scene.person.id).messages.values())
        assert len(told) == 1
        assert "by itself" in told[0].text
        await end(scene)

    run(play())


def test_while_it_is_there_why_says_so() -> None:
    """Until it is deleted, the digest is not done."""

    async def play() -> None:
        scene, channel, _ = await deleted_early(Fault(How.CUT, method=DELETE, times=None))
        await until(scene, channel, State.STRAY)
        await scene.passes(minutes=1)
        tells = await standing(scene)
        said = await tells.why("-:T1", channel, scene.issues[-1], scene.clock.now())
        assert "a reply that Slack put into the channel is to be deleted" in said
        scene.site.faults.clear()
        await scene.passes(hours=1)
        assert (await delivery(scene, channel)).progress is Progress.DONE
        await end(scene)

    run(play())


@pytest.mark.parametrize("posts", [True, False])
def test_a_reply_in_doubt_is_not_posted_into_a_thread_that_is_gone(posts: bool) -> None:
    """Its buttons say so: whatever is pressed, nothing comes."""

    async def play() -> None:
        lost = Fault(How.CUT, effect=True, method=POST, thread=True)
        scene, channel, watch = await deleted_early(lost)
        blind(scene)
        found = await until(scene, channel, State.UNKNOWN)
        await scene.passes(minutes=1)
        assert len(watch.orphans()) == 1
        found = await delivery(scene, channel)
        assert "1 reply may stand in the channel by itself" in found.reason
        before = calls(scene, POST)
        said = await press(scene, found, 1, post=posts)
        assert ("Nothing is posted: its channel message was deleted" in said) is posts
        await scene.passes(minutes=5)
        assert calls(scene, POST) == before
        await end(scene)

    run(play())


def test_a_stray_reply_of_an_unsubscribed_channel_is_accounted_for() -> None:
    """It could not be deleted before the channel was unsubscribed: its row says that it is there."""

    async def play() -> None:
        scene, channel, watch = await deleted_early(Fault(How.CUT, method=DELETE, times=None))
        await until(scene, channel, State.STRAY)
        await scene.store.subscriptions.end("-:T1", channel)
        await scene.passes(hours=1)
        assert len(watch.orphans()) == 1
        stray = (await delivery(scene, channel)).parts[1]
        assert stray.state is State.SKIPPED
        assert stray.reason.startswith(STRAY_LEFT)
        await end(scene)

    run(play())


def test_who_asks_for_a_reply_whose_thread_went_since_is_told() -> None:
    """Nobody knew when the button was pressed: the reply strays, is deleted, and the subscriber hears of it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        watch = Watch(scene, channel)
        scene.site.faults.add(Fault(How.CUT, method=POST, channel=channel, thread=True))
        blind(scene)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=3)
        watch.delete_parent()
        found = await delivery(scene, channel)
        assert found.parts[1].state is State.UNKNOWN
        assert "Posting it now" in await press(scene, found, 1)
        await scene.passes(minutes=2)
        assert watch.orphans() == []
        told = list(scene.workspace.direct(scene.person.id).messages.values())[-1].text
        assert "I could not post reply 1 (Headline 2-0)" in told
        assert "deleted" in told
        await end(scene)

    run(play())


@pytest.mark.parametrize("tombstones", [True, False])
def test_corrections_of_a_deleted_digest_put_nothing_into_the_channel(tombstones: bool) -> None:
    """An added entry goes into the thread that a tombstone kept; otherwise it strays once, and no later one does."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        watch, two = Watch(scene, channel), issue(2, SUNDAY)
        scene.workspace.tombstones = tombstones
        await scene.appear(two)
        await scene.passes(minutes=1)
        watch.delete_parent()
        added = with_more(two, "https://more.org/1")
        for changed in (with_text(two, 0, "Other words."), added, with_more(added, "https://more.org/2")):
            await scene.appear(changed)
            await scene.passes(minutes=1)
        assert watch.orphans() == []
        found = await delivery(scene, channel)
        assert found.progress is Progress.DONE
        assert calls(scene, DELETE) == (0 if tombstones else 1)
        assert sum(part.state is State.SENT for part in found.parts) == (6 if tombstones else 4)
        assert calls(scene, POST) == (6 if tombstones else 5)
        await end(scene)

    run(play())


def test_what_is_missing_is_said_in_one_line() -> None:
    """In numbers where the thread is gone, and by its place where a reply is in doubt or refused."""

    def row(at: int, state: State, reason: str = "") -> PartRow:
        return PartRow(at, 1, f"e{at}", at, state, reason=reason)

    parent, sent = row(0, State.SENT), row(1, State.SENT)
    assert summary([parent, sent]) == ""
    assert summary([parent, sent, row(2, State.REFUSED)]) == "reply 2: refused"
    gone = summary([parent, sent, row(2, State.SKIPPED, THREAD_GONE)])
    assert gone == "its channel message was deleted, so 1 of its 2 replies were not posted in its thread"
    closed = summary([parent, row(1, State.SKIPPED, "its thread takes no replies (cannot_reply_to_message)")])
    assert closed == "its thread takes no replies, so 1 of its 1 reply was not posted in its thread"
