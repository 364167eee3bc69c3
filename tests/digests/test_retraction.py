"""A digest that was posted by mistake is taken back: wholly, once, in any state, and for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.digests.command_context import CommandContext
from bot.digests.delivery_status import DeliveryReports
from bot.digests.retracting import Retracting
from bot.digests.views.subscription import RETRACT, DeliveryStatus, Post, status
from bot.domain.bookmark import BookmarkSource, Member
from bot.domain.delivery import Delivery, Progress, State
from bot.domain.preferences import Preferences
from bot.domain.subscription import Paused, PausedBy
from bot.domain.subscription_settings import ChannelSettings, NotAllowedError
from bot.domain.title import title
from bot.store.store import Store
from playground.slack.channel import ChannelMessage
from playground.slack.faults import Fault, How
from playground.slack.limits import problems
from tests.digests.test_said import reports_of, subscribed
from tests.fakes.doom import Fuse, doomed_slack, doomed_store
from tests.fakes.newsletter import issue
from tests.fakes.postgres import Postgres
from tests.fakes.scene import Scene
from tests.fakes.standin import POST
from tests.fakes.virtual import START, run

DELETE = "chat.delete"
PARTS = 5


async def anybody(place: CommandContext) -> None:
    """Let a person change any channel's subscription."""
    del place


async def posted_scene(store: Store | None = None, *, wait: float = 60) -> tuple[Scene, str]:
    """Return a scene whose channel got a digest of a channel message and four replies, `wait` seconds ago."""
    scene = Scene(store)
    channel = scene.channel()
    await scene.holds([issue(1, START - timedelta(days=9))])
    await scene.subscribes(channel)
    await scene.worker_comes()
    await scene.appear(issue(2, START, entries=PARTS - 1))
    await scene.passes(seconds=wait)
    return scene, channel


async def found(scene: Scene, channel: str) -> Delivery:
    """Return the delivery of issue 2 in the channel."""
    delivery = await scene.store.deliveries.get("-:T1", channel, "issue-2")
    assert delivery is not None
    return delivery


async def retract(scene: Scene, channel: str | None = None, by: str = "") -> int:
    """Ask for issue 2 to be taken back in the channel, or in all; return in how many it is."""
    count = await scene.store.retractions.ask("issue-2", scene.clock.now(), by=by, channel=channel)
    scene.poke()
    return count


async def taken_back(scene: Scene, channel: str, by: str = "") -> Delivery:
    """Have issue 2 taken back in the channel; return its delivery two minutes later."""
    assert await retract(scene, channel, by) == 1
    await scene.passes(minutes=2)
    return await found(scene, channel)


def there(scene: Scene, channel: str) -> int:
    """Return how many messages of the digest stand in the channel."""
    return len(standing(scene, channel)) - lines(scene, channel)


def lines(scene: Scene, channel: str) -> int:
    """Return how many lines in the channel say that a digest was taken back."""
    return sum("was taken back" in message.text for message in standing(scene, channel))


def standing(scene: Scene, channel: str) -> list[ChannelMessage]:
    """Return our messages with metadata that are in the channel or its threads."""
    every = scene.workspace.channels[channel].messages.values()
    return [message for message in every if message.metadata and not message.deleted]


def deleted(scene: Scene) -> list[str]:
    """Return the ts of the messages that were deleted, in order."""
    return [line.ts for line in scene.site.ledger.lines if line.method == DELETE and line.answer == "ok"]


def test_a_digest_is_taken_back_replies_first() -> None:
    """Every message is deleted once, the channel message last, one a second; and it is never posted again."""

    async def play() -> None:
        scene, channel = await posted_scene()
        before = [part.ts for part in (await found(scene, channel)).parts]
        begun = scene.clock.now()
        assert await retract(scene, channel) == 1
        while (await found(scene, channel)).progress is not Progress.RETRACTED:
            await scene.passes(seconds=0.5)
        assert (scene.clock.now() - begun).total_seconds() >= PARTS - 1
        assert deleted(scene) == before[::-1]
        assert there(scene, channel) == 0
        delivery = await found(scene, channel)
        assert {part.state for part in delivery.messages} == {State.SKIPPED}
        assert lines(scene, channel) == 1
        assert await retract(scene, channel) == 0
        await scene.appear(issue(2, START, entries=PARTS + 3))
        await scene.vanish("issue-2")
        await scene.appear(issue(2, START, entries=PARTS))
        await scene.everybody_dies()
        await scene.worker_comes()
        await scene.passes(days=3)
        assert there(scene, channel) == 0
        why = await DeliveryReports(scene.store, scene.workers[0][0]._registration._registry, None).why(
            "-:T1", channel, scene.issues[-1], scene.clock.now()
        )
        assert why == f"Issue #2 was taken back on {begun:%d %b %Y %H:%M} UTC."
        await scene.everybody_dies()

    run(play())


def test_a_digest_in_the_middle_of_its_thread_is_taken_back() -> None:
    """What is on its way lands and is deleted; what was to come does not come."""

    async def play() -> None:
        scene, channel = await posted_scene(wait=2.2)
        assert 1 < there(scene, channel) < PARTS
        assert await retract(scene, channel) == 1
        await scene.passes(minutes=2)
        assert there(scene, channel) == 0
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        assert len(scene.posts(channel)) <= PARTS + 1
        await scene.everybody_dies()

    run(play())


@pytest.mark.parametrize("ended", [False, True])
def test_it_is_taken_back_in_a_paused_or_ended_channel(ended: bool) -> None:
    """People pause or unsubscribe first and ask afterwards; nothing else is done there."""

    async def play() -> None:
        scene, channel = await posted_scene()
        if ended:
            await scene.store.subscriptions.end("-:T1", channel)
        else:
            known = await subscribed(scene, channel)
            await scene.store.subscriptions.pause(known.id, Paused(PausedBy.PERSON, "stop"))
        await scene.appear(issue(3, START))
        assert await retract(scene) == 1
        await scene.passes(minutes=2)
        assert (there(scene, channel), lines(scene, channel)) == (0, 0)
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        await scene.everybody_dies()

    run(play())


@pytest.mark.long
def test_in_all_channels_and_in_those_that_have_not_got_it_yet() -> None:
    """One that waits for its slot does not get the issue; what else was posted stays."""

    async def play() -> None:
        scene, channel = await posted_scene()
        late = scene.channel("late")
        await scene.subscribes(late, "mondays 09:00")
        await scene.appear(issue(3, scene.clock.now(), entries=1))
        await scene.passes(minutes=1)
        assert "Weekly 3" in scene.texts(channel)
        assert await scene.store.retractions.ask("issue-3", scene.clock.now()) == 1
        await scene.passes(days=14)
        assert "Weekly 3" not in scene.texts(late)
        assert there(scene, channel) == PARTS
        await scene.everybody_dies()

    run(play())


def test_posted_again_where_it_had_not_gone_out_it_waits_for_its_time() -> None:
    """It was taken back everywhere because it was early: the channel that waits for monday gets it on monday."""

    async def play() -> None:
        scene, channel = await posted_scene()
        late = scene.channel("late")
        await scene.subscribes(late, "mondays 09:00")
        await scene.appear(issue(3, scene.clock.now(), entries=1))
        await scene.passes(minutes=1)
        await scene.store.retractions.ask("issue-3", scene.clock.now())
        await scene.passes(hours=1)
        for each in await scene.store.deliveries.list(issue="issue-3", progress=Progress.RETRACTED, limit=9):
            assert await scene.store.retractions.post_again(each, scene.clock.now())
        scene.poke()
        await scene.passes(minutes=2)
        assert [text for text in scene.texts(channel) if text.startswith("Weekly 3")] == ["Weekly 3"] * 2
        assert "Weekly 3" not in scene.texts(late)
        await scene.passes(days=8)
        (post,) = [each for each in scene.posts(late) if each.text == "Weekly 3"]
        assert datetime.fromtimestamp(post.at, UTC).strftime("%a %H:%M") == "Mon 09:00"
        await scene.everybody_dies()

    run(play())


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (Fault(How.LIMITED, retry_after=40, method=DELETE), 0),
        (Fault(How.HANG, effect=True, method=DELETE), 0),
        (Fault(How.HANG, method=DELETE), 0),
        (Fault(How.CUT, method=DELETE), 0),
        (Fault(How.BROKEN, effect=True, method=DELETE), 0),
        (Fault(How.REFUSED, error="message_not_found", method=DELETE), 1),
        (Fault(How.REFUSED, error="cant_delete_message", method=DELETE), 1),
    ],
)
def test_a_deletion_that_fails_is_tried_again_or_said(fault: Fault, left: int) -> None:
    """A 429 is waited out, an unclear answer is repeated; what Slack does not delete is in the row."""

    async def play() -> None:
        scene, channel = await posted_scene()
        scene.site.faults.add(fault)
        await retract(scene, channel)
        await scene.passes(minutes=30)
        delivery = await found(scene, channel)
        assert delivery.progress is Progress.RETRACTED
        assert there(scene, channel) == left
        assert ("could not be deleted" in delivery.reason) == (fault.error == "cant_delete_message")
        await scene.everybody_dies()

    run(play())


def test_a_message_on_its_way_is_looked_for_and_deleted() -> None:
    """One whose answer was lost is found by its metadata before the rest is deleted."""

    async def play() -> None:
        scene, channel = await posted_scene(wait=0)
        scene.site.faults.add(Fault(How.CUT, effect=True, method=POST, channel=channel, thread=True))
        await scene.passes(seconds=3)
        await retract(scene, channel)
        await scene.passes(minutes=10)
        assert there(scene, channel) == 0
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        await scene.everybody_dies()

    run(play())


def test_what_people_saved_of_it_stays_theirs() -> None:
    """A link saved by a reaction is in the person's list after its message is gone."""

    async def play() -> None:
        scene, channel = await posted_scene()
        person, now = Member("T1", "U7"), scene.clock.now()
        reply = (await found(scene, channel)).parts[1]
        source = BookmarkSource(channel, reply.ts, "bookmark")
        await scene.store.bookmarks.react(person, "-:T1", source, int(now.timestamp() * 1e6), now, held=True)
        await retract(scene, channel)
        await scene.passes(minutes=2)
        assert there(scene, channel) == 0
        await scene.store.bookmarks.catch_up()
        assert [each.url for each in (await scene.store.bookmarks.page(person)).bookmarks] == ["https://site0.org/2"]
        await scene.everybody_dies()

    run(play())


def test_who_may_take_a_digest_back() -> None:
    """Who subscribed the channel, and an admin; nobody else, and no button of another workspace."""

    async def play() -> None:
        scene, channel = await posted_scene()
        button = str((await found(scene, channel)).id)
        retracting = Retracting(scene.store, scene.clock, anybody, frozenset({"U8"}))
        assert "Only the person" in await retracting.take_back("-:T1", button, "U7")
        assert "do not know" in await retracting.take_back("-:T2", button, scene.person.id)
        assert "do not know" in await retracting.take_back("-:T1", "1 or 1", scene.person.id)
        assert (await found(scene, channel)).progress is Progress.DONE
        assert "I delete my messages" in await retracting.take_back("-:T1", button, scene.person.id)
        assert "already" in await retracting.take_back("-:T1", button, "U8")
        await scene.everybody_dies()

    run(play())


def test_a_digest_that_was_taken_back_is_posted_again_when_a_person_asks() -> None:
    """Whole and once, with a delivery of its own, however often the button is pressed; then it can be taken back."""

    async def play() -> None:
        scene, channel = await posted_scene()
        old = await taken_back(scene, channel, by="U7")
        reports = DeliveryReports(scene.store, scene.workers[0][0]._registration._registry, None)
        assert await reports.retracted("-:T1", channel, scene.issues[-1]) == old.id
        why = await reports.why("-:T1", channel, scene.issues[-1], scene.clock.now())
        assert why == f"Issue #2 was taken back by <@U7> on {START + timedelta(minutes=1):%d %b %Y %H:%M} UTC."
        retracting, place = Retracting(scene.store, scene.clock, anybody), CommandContext("-:T1", channel, "U8")
        said = await asyncio.gather(*[retracting.post_again(place, str(old.id)) for _ in range(3)])
        assert sum("I post it in" in line for line in said) == 1
        scene.poke()
        await scene.passes(minutes=2)
        assert (there(scene, channel), len(scene.posts(channel))) == (PARTS, 2 * PARTS + 1)
        delivery = await found(scene, channel)
        assert (delivery.progress, delivery.late) == (Progress.DONE, "")
        assert delivery.id > old.id
        assert await reports.retracted("-:T1", channel, scene.issues[-1]) == 0
        assert "settled already" in await retracting.post_again(place, str(old.id))
        assert "already" in await retracting.take_back("-:T1", str(old.id), scene.person.id)
        await scene.appear(issue(2, START, entries=PARTS))
        await scene.passes(minutes=2)
        assert there(scene, channel) == PARTS + 1
        assert await retract(scene, channel) == 1
        await scene.passes(minutes=2)
        assert there(scene, channel) == 0
        await scene.everybody_dies()

    run(play())


def test_what_may_still_stand_there_is_not_posted_again() -> None:
    """A message that Slack did not let the bot delete would stand there twice."""

    async def play() -> None:
        scene, channel = await posted_scene()
        scene.site.faults.add(Fault(How.REFUSED, error="cant_delete_message", method=DELETE))
        old = await taken_back(scene, channel)
        retracting, place = Retracting(scene.store, scene.clock, anybody), CommandContext("-:T1", channel, "U8")
        assert "may still stand there" in await retracting.post_again(place, str(old.id))
        assert not await scene.store.retractions.post_again(old, scene.clock.now())
        await scene.passes(minutes=2)
        assert there(scene, channel) == 1
        await scene.everybody_dies()

    run(play())


def test_who_may_have_it_posted_again_and_where() -> None:
    """Who may change the subscription; not from another workspace, and not where nobody is subscribed any more."""

    async def play() -> None:
        scene, channel = await posted_scene()
        settings = ChannelSettings.of(await subscribed(scene, channel))

        async def nobody(place: CommandContext) -> None:
            assert place.channel == channel, "the digest's channel, not the one of the click"
            raise NotAllowedError(settings, frozenset())

        button = str((await taken_back(scene, channel)).id)
        with pytest.raises(NotAllowedError):
            await Retracting(scene.store, scene.clock, nobody).post_again(CommandContext("-:T1", "C9", "U8"), button)
        retracting = Retracting(scene.store, scene.clock, anybody)
        assert "do not know" in await retracting.post_again(CommandContext("-:T2", channel, "U8"), button)
        await scene.store.subscriptions.end("-:T1", channel)
        assert "Nothing is posted" in await retracting.post_again(CommandContext("-:T1", channel, "U8"), button)
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        await scene.everybody_dies()

    run(play())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(How.LIMITED, retry_after=40, method=POST, thread=False), 1),
        (Fault(How.HANG, effect=True, method=POST, thread=False), 1),
        (Fault(How.HANG, method=POST, thread=False), 1),
        (Fault(How.CUT, effect=True, method=POST, thread=False), 1),
        (Fault(How.BROKEN, method=POST, thread=False), 1),
        (Fault(How.REFUSED, error="msg_too_long", method=POST, thread=False), 0),
    ],
)
def test_a_line_in_the_channel_says_that_it_was_taken_back(fault: Fault, said: int) -> None:
    """Once, by whom, after the messages are gone; one that Slack refuses is given up, and nobody is asked about it."""

    async def play() -> None:
        scene, channel = await posted_scene()
        scene.site.faults.add(fault)
        await retract(scene, channel, by="U7")
        await scene.passes(minutes=30)
        assert (await found(scene, channel)).progress is Progress.RETRACTED
        assert [each.text for each in standing(scene, channel)] == ["Issue #2 was taken back by <@U7>."] * said
        assert not scene.workspace.direct(scene.person.id).messages
        await scene.everybody_dies()

    run(play())


async def dies_posting_again(step: int, store: Store) -> bool:
    """Post a digest again with a worker that dies at a step; return whether it died. The next one ends the work."""
    scene, channel = await posted_scene(store)
    await retract(scene, channel)
    await scene.passes(minutes=2)
    await scene.everybody_dies()
    assert await store.retractions.post_again(await found(scene, channel), scene.clock.now())
    fuse = Fuse(step)
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    coming = asyncio.create_task(scene.worker_comes(slack=doomed_slack(scene.slack, fuse)))
    await asyncio.wait({coming, asyncio.create_task(fuse.blown.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
    await scene.passes(seconds=30)
    await scene.everybody_dies()
    scene.wrap_store = lambda real: real
    await scene.worker_comes()
    await scene.passes(minutes=10)
    await scene.everybody_dies()
    assert there(scene, channel) == PARTS, step
    assert (await found(scene, channel)).progress is Progress.DONE, step
    assert len(scene.posts(channel)) == 2 * PARTS + 1, step
    return fuse.blown.is_set()


@pytest.mark.long
def test_a_worker_that_dies_while_it_posts_again_is_followed(emptied: Callable[[], Store]) -> None:
    """At every thirteenth step: each message stands there once."""
    died = [run(dies_posting_again(step, emptied())) for step in range(1, 60, 13)]
    assert sum(died) > 2


async def dies_at(step: int, store: Store) -> bool:
    """Take a digest back with a worker that dies at a step; return whether it died. The next one ends the work."""
    scene, channel = await posted_scene(store)
    await scene.everybody_dies()
    await retract(scene, channel)
    fuse = Fuse(step)
    scene.wrap_store = lambda real: doomed_store(real, fuse)
    coming = asyncio.create_task(scene.worker_comes(slack=doomed_slack(scene.slack, fuse)))
    await asyncio.wait({coming, asyncio.create_task(fuse.blown.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
    await scene.passes(seconds=30)
    await scene.everybody_dies()
    scene.wrap_store = lambda real: real
    await scene.worker_comes()
    await scene.passes(minutes=10)
    await scene.everybody_dies()
    assert there(scene, channel) == 0, step
    assert (await found(scene, channel)).progress is Progress.RETRACTED, step
    assert len(scene.posts(channel)) == PARTS + 1, step
    return fuse.blown.is_set()


@pytest.mark.long
def test_a_worker_that_dies_while_it_takes_back_is_followed(emptied: Callable[[], Store]) -> None:
    """At every ninth step: nothing is left standing, and nothing is posted again."""
    died = [run(dies_at(step, emptied())) for step in range(1, 60, 9)]
    assert sum(died) > 3


@pytest.mark.slow
def test_a_worker_that_dies_at_any_step_of_taking_back_is_followed(
    emptied: Callable[[], Store], figure: Callable[[str], None]
) -> None:
    """At every step until the work is done."""
    step = 1
    while run(dies_at(step, emptied())):
        step += 1
    assert step > 10
    figure(f"taken back after a death at each of {step - 1} steps")


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_on_postgresql(postgres: Postgres) -> None:
    """At every fifth step, with the other database."""

    async def play(step: int) -> None:
        store = Store.open(postgres.fresh(), upgrading=True, inline=True)
        await dies_at(step, store)
        await store.close()

    for step in range(1, 40, 5):
        run(play(step))


@pytest.mark.postgres
@pytest.mark.slow
def test_posting_again_on_postgresql(postgres: Postgres) -> None:
    """At every ninth step, with the other database."""

    async def play(step: int) -> None:
        store = Store.open(postgres.fresh(), upgrading=True, inline=True)
        await dies_posting_again(step, store)
        await store.close()

    for step in range(1, 60, 9):
        run(play(step))


def test_the_status_says_what_was_taken_back_until_the_next_digest() -> None:
    """With whom and when, beside the digest before it, which stands."""

    async def play() -> None:
        scene, channel = await posted_scene()
        assert "taken back" not in await said(scene, channel)
        await taken_back(scene, channel, by="U1")
        shown = await said(scene, channel)
        assert f"{title(scene.issues[-1])} was taken back by <@U1> on <!date^" in shown
        await scene.appear(issue(3, START + timedelta(days=7)))
        await scene.passes(days=8)
        assert "taken back" not in await said(scene, channel)

    run(play())


async def said(scene: Scene, channel: str) -> str:
    """Return what `status` says in the channel."""
    reports, subscription = await reports_of(scene), await subscribed(scene, channel)
    return str(status(await reports.status(subscription, scene.clock.now())).blocks)


def test_the_status_offers_it_to_those_who_may() -> None:
    """With a confirmation that says what happens, and only where there is something to take back."""
    shown = DeliveryStatus(
        "C1", "mondays 09:00 UTC", Preferences(), last=Post("Weekly 2", delivery=7), may_retract=True
    )
    buttons = {each["action_id"]: each for each in status(shown).blocks[-1]["elements"]}
    assert buttons[RETRACT]["value"] == "7"
    assert "saved of it stays theirs" in buttons[RETRACT]["confirm"]["text"]["text"]
    assert "unless somebody asks for it" in buttons[RETRACT]["confirm"]["text"]["text"]
    assert problems({"type": "home", "blocks": list(status(shown).blocks)}) == []
    for other in (replace(shown, may_retract=False), replace(shown, last=None)):
        assert RETRACT not in str(status(other).blocks)
