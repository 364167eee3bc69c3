"""Mishaps in the middle of a digest: somebody presses, unsubscribes or edits just then, or a clock was wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.issue import Issue
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.domain.delivery import Delivery, Progress, State
from bot.domain.subscription import Paused, PausedBy
from playground.slack.faults import Fault, How
from tests.digests.test_promise import POST, SUNDAY, end, named, standing_scene
from tests.fakes.newsletter import issue, with_link, with_more, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

BLIND = ("conversations.replies", "conversations.history")


async def delivery(scene: Scene, channel: str, identity: str = "issue-2") -> Delivery:
    """Return a digest's delivery from the database."""
    found = await scene.store.deliveries.get("-:T1", channel, identity)
    assert found is not None
    return found


async def until(scene: Scene, channel: str, state: State) -> Delivery:
    """Let seconds pass until a part of the digest is in that state."""
    for _ in range(300):
        await scene.passes(seconds=1)
        found = await delivery(scene, channel)
        if any(part.state is state for part in found.parts):
            return found
    raise AssertionError(f"no part is {state}")


def blind(scene: Scene) -> None:
    """Let nobody look into the channel."""
    for method in BLIND:
        scene.site.faults.add(Fault(How.REFUSED, error="missing_scope", method=method, times=None))


async def press(scene: Scene, found: Delivery, part: int, *, post: bool = True) -> str:
    """Press the button of a part, as the person who subscribed."""
    value = f"{found.id}:{found.parts[part].id}"
    said = await UnconfirmedPosts(scene.store, scene.clock).decide("-:T1", value, post=post, user=scene.person.id)
    scene.poke()
    return said


@pytest.mark.parametrize("how", ["killed", "limited"])
def test_a_newer_reply_hides_no_digest_in_doubt(how: str) -> None:
    """A digest that landed unheard is found, though an older one gets one more reply before anybody looks."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY)
        await scene.appear(two)
        await scene.passes(minutes=2)
        scene.site.faults.add(Fault(How.HANG, effect=True, method=POST, channel=channel, thread=False))
        if how == "limited":
            scene.site.faults.add(Fault(How.LIMITED, retry_after=60, method="conversations.history"))
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(seconds=5 if how == "killed" else 50)
        if how == "killed":
            await scene.everybody_dies()
            await scene.passes(seconds=30)
        await scene.appear(with_more(two, "https://added.org/1"))
        if how == "killed":
            await scene.worker_comes()
        await scene.passes(minutes=10)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3"]
        assert scene.doubles() == 0
        assert len(scene.posts(channel)) == 9
        await end(scene)

    run(play())


@pytest.mark.parametrize("days", [-40, -2, 2, 40])
def test_a_wrong_clock_hides_no_digest_in_doubt(days: int) -> None:
    """What bounds the look is Slack's own time, not the bot's: the very first digest of a channel comes once."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.steps(timedelta(days=days))
        await scene.passes(minutes=1)
        scene.site.faults.add(Fault(How.HANG, effect=True, method=POST, channel=channel, thread=False))
        await scene.appear(issue(2, SUNDAY + timedelta(days=min(days, 0) - 1)))
        await scene.passes(seconds=5)
        await scene.everybody_dies()
        scene.steps(timedelta(days=-days))
        await scene.worker_comes()
        for _ in range(10):
            scene.poke()  # it ticks every second: the dead one's lease, of a clock that was ahead, is noticed so
            await scene.passes(minutes=1)
        assert named(scene, channel) == ["Weekly 2"]
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_what_is_pressed_while_the_rest_goes_out_is_posted() -> None:
    """The button comes while later replies are on their way; their end does not undo what was asked for."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.site.faults.add(Fault(How.HANG, effect=False, method=POST, channel=channel, thread=True, skip=1))
        blind(scene)
        await scene.appear(issue(2, SUNDAY, entries=30))
        found = await until(scene, channel, State.UNKNOWN)
        assert found.progress is Progress.POSTING
        assert (await press(scene, found, 2)).startswith("Posting it now")
        await scene.passes(minutes=5)
        assert len(scene.posts(channel)) == 31
        assert (await delivery(scene, channel)).progress is Progress.DONE
        assert "settled already" in await press(scene, found, 2)
        await end(scene)

    run(play())


def test_what_is_pressed_before_its_end_is_written_down_is_posted() -> None:
    """The message about a digest in doubt arrives before the row says `unknown`: the button counts all the same."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.site.faults.add(Fault(How.HANG, effect=False, method=POST, channel=channel, thread=False))
        blind(scene)
        scene.site.faults.add(Fault(How.HANG, effect=True, method=POST))  # the message about it, slowly
        await scene.appear(issue(2, SUNDAY))
        found = await until(scene, channel, State.UNKNOWN)
        assert found.progress is Progress.WAITING
        assert (await press(scene, found, 0)).startswith("Posting it now")
        await scene.passes(minutes=5)
        assert named(scene, channel) == ["Weekly 2"]
        assert (await delivery(scene, channel)).progress is Progress.DONE
        await end(scene)

    run(play())


def test_entries_that_come_back_are_posted() -> None:
    """A file that was half written for a moment, in the middle of its digest, loses nothing."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        whole = issue(2, SUNDAY, entries=8)
        section = whole.sections[0]
        short = replace(whole, sections=(replace(section, entries=section.entries[:2]),))
        limited = Fault(How.LIMITED, retry_after=60, method=POST, channel=channel, thread=True, skip=1)
        scene.site.faults.add(limited)
        await scene.appear(whole)
        await scene.passes(seconds=10)
        await scene.appear(short)
        await scene.passes(minutes=2)
        assert len(scene.posts(channel)) == 3
        await scene.appear(whole)
        await scene.passes(minutes=2)
        assert len(scene.posts(channel)) == 9
        assert scene.doubles() == 0
        await end(scene)

    run(play())


def test_a_message_that_cannot_be_edited_keeps_no_other_back() -> None:
    """New digests come first; the edit is tried eight times and then left."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY)
        await scene.appear(two)
        await scene.passes(minutes=1)
        refused = Fault(How.REFUSED, error="update_failed", method="chat.update", channel=channel, times=None)
        scene.site.faults.add(refused)
        await scene.appear(with_text(two, 1, "Corrected."))
        await scene.passes(minutes=2)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=1)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3"]
        await scene.passes(days=1)
        assert scene.site.ledger.calls["chat.update"] == scene.rules.max_attempts
        await end(scene)

    run(play())


@pytest.mark.long
def test_digests_whose_files_are_gone_keep_no_other_back() -> None:
    """They wait for their issues; the places at a slot are those of issues that are there."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.appear(*(issue(number, SUNDAY + timedelta(minutes=number)) for number in (2, 3, 4)))
        await scene.passes(hours=20, minutes=59)
        away = Fault(How.REFUSED, error="service_unavailable", method=POST, times=2)
        scene.site.faults.add(away)
        await scene.passes(minutes=1, seconds=8)
        assert scene.posts(channel) == []
        await scene.vanish("issue-2", "issue-3", "issue-4")
        await scene.appear(issue(10, scene.clock.now()))
        await scene.passes(days=8)
        assert named(scene, channel) == ["Weekly 10"]
        await end(scene)

    run(play())


@pytest.mark.parametrize("slug", ["issue-2 (conflicted copy)", "de-issue-2", "0-issue-2"])
def test_a_copy_that_comes_and_goes_changes_no_digest(slug: str) -> None:
    """The posted file stays there; a file with its links and another text is put beside it and taken away."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY)
        await scene.appear(two)
        await scene.passes(minutes=5)
        await scene.appear(replace(with_text(two, 1, "Anders."), slug=slug, title="Woche 2"))
        await scene.passes(minutes=5)
        await scene.vanish(slug)
        await scene.passes(minutes=5)
        assert named(scene, channel) == ["Weekly 2"]
        assert not [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        await end(scene)

    run(play())


@pytest.mark.long
@pytest.mark.parametrize("what", ["unsubscribed", "paused"])
def test_a_channel_that_wants_no_more_gets_no_more(what: str) -> None:
    """Nothing goes out after that but the message on its way; what was dropped stays so."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.nap = 3_600.0
        await scene.appear(issue(2, SUNDAY, entries=10), issue(3, SUNDAY))
        await scene.passes(seconds=4)
        before = len(scene.posts(channel))
        assert 1 < before < 10
        if what == "unsubscribed":
            await scene.store.subscriptions.end("-:T1", channel)
        else:
            known = await scene.store.subscriptions.get("-:T1", channel)
            assert known is not None
            await scene.store.subscriptions.pause(known.id, Paused(PausedBy.PERSON, "holidays"))
        await scene.passes(hours=1)
        assert len(scene.posts(channel)) <= before + 1
        ends = {(await delivery(scene, channel, name)).progress for name in ("issue-2", "issue-3")}
        if what == "unsubscribed":
            assert ends == {Progress.DONE, Progress.DROPPED}
            await scene.passes(days=20)
            await scene.subscribes(channel)
        else:
            await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
        await scene.passes(hours=1)
        assert len(scene.posts(channel)) <= (before + 1 if what == "unsubscribed" else 15)
        assert what == "unsubscribed" or len(scene.posts(channel)) == 15
        await end(scene)

    run(play())


@pytest.mark.parametrize("left", [False, True])
def test_a_reply_in_doubt_is_not_sent_beside_itself(*, left: bool) -> None:
    """Its entry's link is corrected: that makes no new message of it, and the button still knows it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two = issue(2, SUNDAY, entries=3)
        scene.site.faults.add(Fault(How.HANG, effect=True, method=POST, channel=channel, thread=True, skip=1))
        blind(scene)
        await scene.appear(two)
        await scene.passes(minutes=5)
        found = await delivery(scene, channel)
        assert found.parts[2].state is State.UNKNOWN
        if left:
            assert await press(scene, found, 2, post=False) == "Left as it is."
        await scene.appear(with_link(two, 1, "https://site1.org/corrected"))
        await scene.passes(hours=1)
        assert len(scene.posts(channel)) == 4
        said = await press(scene, found, 2)
        assert said.startswith("That is settled already" if left else "Posting it now")
        await end(scene)

    run(play())


@pytest.mark.parametrize("how", [How.REFUSED, How.LIMITED])
def test_waits_do_not_count_as_words_nobody_knows(how: How) -> None:
    """Seven refusals that pass, then one that nobody knows: the digest is tried again, not given up."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        passing = Fault(
            how, error="service_unavailable", retry_after=1, method=POST, channel=channel, thread=False, times=7
        )
        scene.site.faults.add(
            passing, Fault(How.REFUSED, error="a_new_word", method=POST, channel=channel, thread=False)
        )
        await scene.appear(issue(2, SUNDAY, entries=1))
        await scene.passes(hours=6)
        assert len(scene.posts(channel)) == 2
        await end(scene)

    run(play())


def test_an_issue_edited_back_is_as_it_was() -> None:
    """Words taken out of a posted digest's entry and put back leave it whole."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        two: Issue = issue(2, SUNDAY)
        await scene.appear(two)
        await scene.passes(minutes=1)
        await scene.appear(with_text(two, 0, "Other words."))
        await scene.passes(minutes=1)
        await scene.appear(two)
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 4
        assert scene.doubles() == 0
        await end(scene)

    run(play())
