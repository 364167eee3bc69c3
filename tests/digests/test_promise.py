"""What is promised to a channel: when an issue comes, how many, what late means, and that it never comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.issue import Issue
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery_status import DeliveryReports
from bot.digests.unconfirmed import UnconfirmedPosts
from bot.digests.views.subscription import status
from bot.domain.delivery import Progress, State
from playground.slack.faults import Fault, How
from tests.fakes.newsletter import issue, with_link, with_more, with_text
from tests.fakes.scene import Scene
from tests.fakes.virtual import run

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)
POST = "chat.postMessage"


async def standing_scene(schedule: str = "mondays 09:00 utc", *, start: datetime = SUNDAY) -> tuple[Scene, str]:
    """Set up a channel subscribed on a Sunday, with issue 1 already there."""
    scene = Scene(start=start)
    scene.nap = 3 * 3_600.0  # these tests last for days; one whose channels are paused sets an hour
    channel = scene.channel()
    await scene.appear(issue(1, start - timedelta(days=30)))
    await scene.subscribes(channel, schedule)
    await scene.worker_comes()
    return scene, channel


def named(scene: Scene, channel: str) -> list[str]:
    """Return the titles that were posted, in order."""
    return [" ".join(text.split()[:2]) for text in scene.texts(channel)]


async def end(scene: Scene) -> None:
    """Check what always holds, and close everything."""
    assert scene.doubles() == 0
    await scene.everybody_dies()
    await scene.store.close()


def test_a_new_issue_comes_at_its_slot_with_a_reply_for_each_entry() -> None:
    """What appears on Sunday is posted on Monday at nine, and what was there before is not."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(hours=23, minutes=59)
        assert scene.posts(channel) == []
        await scene.passes(minutes=3)
        assert scene.texts(channel) == ["Weekly 2"]
        assert len(scene.posts(channel)) == 4
        at = datetime.fromtimestamp(scene.posts(channel)[0].at, UTC)
        assert timedelta(0) <= at - MONDAY < timedelta(seconds=10)
        await end(scene)

    run(play())


def test_as_soon_as_it_appears_means_within_seconds() -> None:
    """With that schedule the change of the archive itself is the slot."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=30)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


def test_an_issue_dated_ahead_waits_for_its_date() -> None:
    """Published means that its date has come."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY + timedelta(days=2)))
        await scene.passes(hours=47)
        assert named(scene, channel) == []
        await scene.passes(hours=2)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


@pytest.mark.long
def test_at_most_three_come_a_day_and_what_waits_is_named() -> None:
    """Two came today and two more appear: the newer one comes now and names the other, which comes a day later."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY), issue(3, SUNDAY + timedelta(minutes=1)))
        await scene.passes(hours=1)
        await scene.appear(*(issue(n, SUNDAY + timedelta(minutes=n)) for n in (4, 5)))
        await scene.passes(hours=1)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3", "Weekly 5"]
        assert "Still waiting, next a day later: #4; read one now with /weekly issue 4." in scene.texts(channel)[2]
        await scene.passes(days=1)
        assert named(scene, channel) == ["Weekly 2", "Weekly 3", "Weekly 5", "Weekly 4"]
        await end(scene)

    run(play())


@pytest.mark.long
@pytest.mark.parametrize(("hours", "late"), [(0.1, False), (2, True), (11, True), (13, None)])
def test_a_missed_slot_is_made_up_for_or_waits_for_the_next(hours: float, late: bool | None) -> None:
    """Up to twelve hours late it is posted and says so; later than that it goes out at the next slot, on time."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.appear(issue(2, SUNDAY))
        await scene.everybody_dies()
        await scene.passes(hours=24 + hours)
        await scene.worker_comes()
        await scene.passes(minutes=1)
        if late is None:
            assert scene.posts(channel) == []
            await scene.passes(days=7)
            assert scene.texts(channel) == ["Weekly 2"]
        else:
            assert ("Late: this was due Mon 05 Jan 09:00 (UTC)." in scene.texts(channel)[0]) is late
        await end(scene)

    run(play())


def test_a_renamed_file_is_no_new_issue() -> None:
    """Renamed while the bot watches, adding before removing, or all at once: nothing is posted again."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        known = issue(2, SUNDAY)
        await scene.appear(known)
        await scene.passes(minutes=1)
        renamed = issue(2, SUNDAY, slug="2026-01-04-weekly-2")
        await scene.appear(renamed)
        await scene.passes(minutes=1)
        await scene.vanish(known.slug)
        await scene.passes(minutes=1)
        await scene.holds([with_text(renamed, 0, "Corrected."), *scene.issues[:1]])
        await scene.passes(minutes=1)
        third = with_link(issue(2, SUNDAY, slug="third-name"), 0, "https://elsewhere.org")
        await scene.holds([third, *(i for i in scene.issues if i.slug != renamed.slug)])
        await scene.passes(minutes=3)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


@pytest.mark.long
def test_a_file_removed_and_restored_or_dated_anew_is_no_new_issue() -> None:
    """Neither its absence nor another date makes an issue new again."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=1)
        await scene.vanish("issue-2", "issue-1")
        await scene.passes(days=1)
        await scene.appear(issue(2, SUNDAY), issue(1, SUNDAY))
        await scene.passes(minutes=1)
        await scene.appear(issue(2, SUNDAY + timedelta(hours=5)))
        await scene.passes(days=1)
        assert named(scene, channel) == ["Weekly 2"]
        await end(scene)

    run(play())


def test_a_number_used_twice_is_two_issues() -> None:
    """The number is a label: two files with other links are two issues."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other = with_link(with_link(issue(2, SUNDAY, slug="other"), 0, "https://x.org"), 1, "https://y.org")
        await scene.appear(issue(2, SUNDAY), with_link(other, 2, "https://z.org"))
        await scene.passes(minutes=2)
        assert named(scene, channel) == ["Weekly 2", "Weekly 2"]
        await end(scene)

    run(play())


def test_a_file_that_goes_in_the_middle_of_its_digest_lets_it_end_when_it_is_back() -> None:
    """What is not in the archive cannot be posted; nothing of it is forgotten."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=1.5)
        await scene.everybody_dies()
        before = len(scene.posts(channel))
        assert 0 < before < 4
        await scene.vanish("issue-2")
        await scene.worker_comes()
        await scene.passes(minutes=5)
        assert len(scene.posts(channel)) == before
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert "not in the archive" in row.reason
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


async def edited(before: Issue, after: Issue) -> tuple[Scene, str]:
    """Post one text of an issue, then put another in its place."""
    scene, channel = await standing_scene("asap")
    await scene.appear(before)
    await scene.passes(minutes=1)
    await scene.appear(after)
    await scene.passes(minutes=1)
    return scene, channel


def test_a_corrected_issue_is_edited_in_place() -> None:
    """One entry's text changes: that one message is edited and nothing is posted."""

    async def play() -> None:
        scene, channel = await edited(issue(2, SUNDAY), with_text(issue(2, SUNDAY), 1, "Corrected."))
        assert len(scene.posts(channel)) == 4
        edits = [line for line in scene.site.ledger.lines if line.method == "chat.update"]
        assert [line.text for line in edits] == ["Headline 2-1: Corrected. https://site1.org/2"]
        await end(scene)

    run(play())


def test_a_corrected_link_edits_its_message_too() -> None:
    """A part's key comes from its link; the message is the same all the same, and a reaction means the new link."""

    async def play() -> None:
        scene, channel = await edited(issue(2, SUNDAY), with_link(issue(2, SUNDAY), 1, "https://right.org"))
        assert len(scene.posts(channel)) == 4
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert [part.key for part in row.parts][2] == "entry-https://right.org"
        found = await scene.store.posted("-:T1", channel, row.parts[2].ts)
        assert found is not None
        assert found.entries[0].url == "https://right.org"
        await end(scene)

    run(play())


def test_an_entry_added_later_is_one_more_reply() -> None:
    """What was posted stays; the addition comes at the thread's end."""

    async def play() -> None:
        scene, channel = await edited(issue(2, SUNDAY), with_more(issue(2, SUNDAY), "https://more.org"))
        assert len(scene.posts(channel)) == 5
        assert scene.posts(channel)[-1].text.startswith("More")
        assert scene.posts(channel)[-1].thread_ts == scene.posts(channel)[0].ts
        await end(scene)

    run(play())


def test_an_edit_made_while_the_bot_was_down_is_made_up_for() -> None:
    """What the register last knew is compared with what is there at the start."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=1)
        await scene.everybody_dies()
        scene.issues = (scene.issues[0], with_text(issue(2, SUNDAY), 0, "Corrected."))
        await scene.worker_comes()
        await scene.passes(minutes=11)
        assert [line.text for line in scene.site.ledger.lines if line.method == "chat.update"]
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_an_archived_channel_is_paused_and_its_subscriber_told_once() -> None:
    """The refusal is written down, told, and nobody else is delayed."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        other = scene.channel("other")
        await scene.subscribes(other)
        scene.workspace.channels[channel].archived = True
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        assert len(scene.posts(other)) == 4
        paused = await scene.store.subscriptions.get("-:T1", channel)
        assert paused is not None
        assert paused.paused is not None
        assert "is_archived" in paused.paused.reason
        direct = scene.workspace.direct(scene.person.id)
        assert len(scene.posts(direct.id)) == 1
        scene.workspace.channels[channel].archived = False
        await scene.store.subscriptions.resume("-:T1", channel, scene.clock.now())
        scene.poke()
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_a_revoked_workspace_goes_on_by_itself() -> None:
    """All of it is paused at the first refusal; once an hour Slack is asked whether it takes the token again."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.nap = 3_600.0
        scene.workspace.revoked = "token_revoked"
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        assert len([line for line in scene.site.ledger.lines if line.method == POST]) == 1
        scene.workspace.revoked = None
        await scene.passes(hours=1)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_what_has_left_the_archive_is_not_said_to_be_posted_now() -> None:
    """A person who asks for a message of an issue that is gone is told that it waits for the issue."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.workspace.scopes = frozenset({"chat:write"})
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        await scene.vanish("issue-2")
        there = {known.slug for known in scene.issues}
        doubts = UnconfirmedPosts(scene.store, scene.clock, there.__contains__)
        said = await doubts.decide("-:T1", f"{row.id}:{row.parts[0].id}", post=True, user=scene.person.id)
        assert "as soon as its issue is in the archive again" in said
        scene.poke()
        await scene.passes(minutes=1)
        assert scene.posts(channel) == []
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=2)
        assert scene.texts(channel) == ["Weekly 2"]
        await end(scene)

    run(play())


def test_what_cannot_be_looked_for_is_never_sent_twice_and_a_person_decides() -> None:
    """Without the history scope a message in doubt stays so; the subscriber's one button posts it."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.workspace.scopes = frozenset({"chat:write"})
        scene.site.faults.add(Fault(How.HANG, method=POST, channel=channel))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        assert scene.posts(channel) == []
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert row.progress is Progress.UNKNOWN
        direct = scene.workspace.direct(scene.person.id)
        told = list(scene.workspace.channels[direct.id].messages.values())[-1]
        value = str(told.blocks[-1]["elements"][0]["value"])
        doubts = UnconfirmedPosts(scene.store, scene.clock)
        assert "do not know" in await doubts.decide("-:T9", value, post=True, user="U9")
        assert "Posting it now" in await doubts.decide("-:T1", value, post=True, user=scene.person.id)
        assert "settled already" in await doubts.decide("-:T1", value, post=True, user=scene.person.id)
        scene.poke()
        await scene.passes(minutes=1)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


def test_a_reply_in_doubt_does_not_hold_up_the_others() -> None:
    """The rest of the thread is posted; the row says which reply nobody knows about."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        scene.workspace.scopes = frozenset({"chat:write"})
        scene.site.faults.add(Fault(How.CUT, effect=True, method=POST, channel=channel, thread=True))
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(minutes=5)
        assert len(scene.posts(channel)) == 4
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert row.progress is Progress.DONE
        assert [part.state for part in row.parts].count(State.UNKNOWN) == 1
        assert "unknown" in row.reason
        await end(scene)

    run(play())


@pytest.mark.long
@pytest.mark.parametrize("days", [-400, -3, -0.1, 0.1, 3, 400])
def test_a_stepped_clock_neither_repeats_nor_forgets(days: float) -> None:
    """Put forward or back in the middle of the week, and right again a day later: every issue comes, once."""

    async def play() -> None:
        scene, channel = await standing_scene()
        scene.nap = 6 * 3_600.0
        for week in range(6):
            await scene.appear(issue(2 + week, SUNDAY + timedelta(weeks=week, hours=-1)))
            await scene.passes(days=3)
            if week in {1, 3}:
                scene.steps(timedelta(days=days))
                await scene.passes(days=1)
                scene.steps(-timedelta(days=days))
                await scene.passes(days=3)
            else:
                await scene.passes(days=4)
        await scene.passes(days=15)
        assert sorted(named(scene, channel)) == [f"Weekly {n}" for n in range(2, 8)]
        await end(scene)

    run(play())


def test_stopping_lets_the_message_on_its_way_arrive_and_gives_everything_back() -> None:
    """A stop takes less than ten seconds, and another worker goes on at once, with nothing in doubt."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(seconds=1.005)
        first, task = scene.workers.pop()
        task.cancel()
        began = scene.clock.true()
        await first.stop()
        assert scene.clock.true() - began < timedelta(seconds=10)
        assert first.active_jobs == 0
        row = await scene.store.deliveries.get("-:T1", channel, "issue-2")
        assert row is not None
        assert State.SENDING not in {part.state for part in row.parts}
        await scene.worker_comes()
        await scene.passes(seconds=10)
        assert len(scene.posts(channel)) == 4
        await end(scene)

    run(play())


@pytest.mark.long
def test_status_and_why_say_what_waits_and_what_was() -> None:
    """Each issue has a sentence: there before, posted with its link, waiting for which slot and why, dated ahead."""

    async def play() -> None:
        scene, channel = await standing_scene()
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(days=2)
        more = [issue(n, SUNDAY + timedelta(hours=n)) for n in range(3, 8)]
        await scene.appear(*more, issue(9, SUNDAY + timedelta(days=90)))
        registry = IssueRegistry(scene.store.issues)
        await registry.put(scene.issues, scene.clock.now())
        standings = DeliveryReports(scene.store, registry, scene.slack)
        subscription = await scene.store.subscriptions.get("-:T1", channel)
        assert subscription is not None
        now = scene.clock.now()
        said = await standings.status(subscription, now)
        assert said.next_at == MONDAY + timedelta(days=7)
        assert said.last is not None
        assert said.last.title == "Weekly 2"
        assert said.last.link.startswith("https://")
        assert [line.title for line in said.waiting] == [f"Weekly {n}" for n in (5, 6, 7, 9, 3, 4)]
        assert [line.why for line in said.waiting[:3]] == ["it goes out Mon 12 Jan 09:00 UTC"] * 3
        assert said.waiting[4].why == "will not be posted by itself: of several new ones the 3 newest are"

        async def why(number: int) -> str:
            wanted = next(known for known in scene.issues if known.number == number)
            return await standings.why("-:T1", channel, wanted, now)

        assert "there before this channel subscribed" in await why(1)
        assert "was posted 05 Jan 2026 09:00 UTC: https://" in await why(2)
        assert await why(3) == "Issue #3 will not be posted by itself: of several new ones the 3 newest are."
        assert "waits: it goes out Mon 12 Jan 09:00 UTC" in await why(5)
        assert "waits until its date" in await why(9)
        assert "not subscribed" in await standings.why("-:T1", "C9", scene.issues[0], now)
        await end(scene)

    run(play())


def test_an_unsubscribed_channel_gets_nothing_more_and_starts_afresh() -> None:
    """What appeared while nobody was subscribed is not new to the one who subscribes later."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        assert await scene.store.subscriptions.end("-:T1", channel)
        await scene.appear(issue(2, SUNDAY))
        await scene.passes(days=1)
        await scene.subscribes(channel)
        await scene.appear(issue(3, SUNDAY))
        await scene.passes(minutes=1)
        assert named(scene, channel) == ["Weekly 3"]
        await end(scene)

    run(play())


def test_status_names_a_digest_once_while_its_thread_is_posted() -> None:
    """It is the last one, with how much of its thread is there, and not also among those that wait."""

    async def play() -> None:
        scene, channel = await standing_scene("asap")
        registry = IssueRegistry(scene.store.issues)
        both = (issue(1, SUNDAY - timedelta(days=30)), issue(2, SUNDAY))
        await scene.appear(both[1])
        await registry.put(both, scene.clock.now())
        while len(scene.posts(channel)) < 2:
            await scene.passes(seconds=0.25)
        known = await scene.store.subscriptions.get("-:T1", channel)
        assert known is not None
        standings = DeliveryReports(scene.store, registry, scene.slack)
        halfway = str(status(await standings.status(known, scene.clock.now())).blocks)
        assert halfway.count("Weekly 2") == 1
        assert "its thread is being posted, 1 of 3 replies so far" in halfway
        await scene.passes(seconds=30)
        after = await standings.status(known, scene.clock.now())
        assert after.last is not None
        assert (after.last.stands, after.waiting) == ("", ())
        await end(scene)

    run(play())
