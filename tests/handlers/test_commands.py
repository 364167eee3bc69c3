"""Typed commands and their answers."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import handlers
from bot.domain.workspace import workspace_id
from bot.lookup import commands
from bot.lookup.commands import Topic
from bot.slack.api.errors import TryLaterError
from bot.slack.blocks.command_names import CommandNames
from bot.store.database import Database
from bot.store.errors import StoreError
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.fakes.subscriptions import FakeBookmark
from tests.handlers.people import URL, People

HERE = (workspace_id(None, "T1"), "C1")


async def test_an_abbreviation_of_several_places_is_asked_about(people: People) -> None:
    """Nothing is subscribed before one of the buttons is pressed; each runs the command with its place."""
    await people.types("subscribe mondays 09:00 EST")
    said = people.heard[-1]
    assert "Which place do you mean" in str(said)
    assert "New York: 03:00 now" in str(said)
    await people.types("status")
    assert "not subscribed" in str(people.heard[-1])
    await people.clicks("command:0", "subscribe mondays 09:00 America/New_York")
    assert "mondays 09:00 America/New" in str(people.heard[-1])
    assert "(it is 03:00 there now)" in str(people.heard[-1])


async def test_a_topic_is_answered_within_the_acknowledgement(people: People) -> None:
    """The answer to the request is the answer to the person, and only they see it."""
    answer = await people.types("kubernetes")
    assert answer.status == 200
    assert answer.body["response_type"] == "ephemeral"
    assert "https://example.com/kubernetes/" in answer.said
    assert problems(answer.body) == []
    assert people.heard == []


async def test_tools_finds_tools_only(people: People) -> None:
    """The second command leaves news out."""
    assert "acme/dnslint" in (await people.types("linter", "/tools")).said
    assert "https://example.com/kubernetes/" not in (await people.types("kubernetes", "/tools")).said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "/weekly help"),
        ("help", "saved"),
        ("latest", "Example Weekly Issue #7"),
        ("issue 6", "Example Weekly Issue #6"),
        ("issue #6", "Example Weekly Issue #6"),
        ("issue 2021-02-28-6", "Example Weekly Issue #6"),
        ("issue 99", "no issue '99'"),
        ("random", "The whole issue"),
        ("issue", "Which issue?"),
        ("k" * 301, "a topic has at most"),
        ("zzzqqqxx", "Nothing in the archive about"),
    ],
)
async def test_what_memory_answers(people: People, typed: str, said: str) -> None:
    """Each of these is answered at once, in private, within Slack's limits."""
    answer = await people.types(typed)
    assert said in answer.said
    assert answer.body["response_type"] == "ephemeral"
    assert problems(answer.body) == []


async def test_a_topic_that_starts_like_a_command_is_explained(people: People) -> None:
    """If the archive has no answer, it is read as the sub-command; what was wrong comes first."""
    assert (await people.types("issue tracker")).body["text"].startswith("`/weekly issue` takes an issue’s number")


async def test_subscribe_with_a_schedule(people: People) -> None:
    """The schedule is echoed with its next time."""
    assert (await people.types("subscribe mondays 09:00 Europe/London")).body == ""
    assert "mondays 09:00 Europe/London" in str(people.heard[-1])
    assert "<!date^1714982400^" in str(people.heard[-1])  # 6 May 2024, 08:00 UTC
    assert HERE in people.register.kept


async def test_an_offset_is_shown_back_with_its_time_now(people: People) -> None:
    """A sign that was meant the other way is seen at once, and again in the status."""
    await people.types("subscribe mondays 09:00 GMT+1")
    assert "mondays 09:00 UTC+1* (it is 08:00 there now)" in str(people.heard[-1])
    assert "<!date^1714982400^" in str(people.heard[-1])  # 6 May 2024, 08:00 UTC
    await people.types("status")
    assert "mondays 09:00 UTC+1* (it is 08:00 there now)" in str(people.heard[-1])


async def test_subscribe_without_a_zone_takes_the_persons_own(people: People) -> None:
    """Slack is asked only for what is missing."""
    await people.types("subscribe fridays 17:30")
    assert str(people.register.kept[HERE].schedule) == "fridays 17:30 Europe/London"


async def test_subscribe_to_nonsense(people: People) -> None:
    """An invalid schedule is explained, and nothing is saved."""
    await people.types("subscribe mondays 25:00")
    assert "no time of day" in str(people.heard[-1])
    assert people.register.kept == {}


async def test_a_direct_conversation_is_ones_own_digest(people: People) -> None:
    """What is typed in the Messages tab subscribes the person alone; nobody else is told of it."""
    await people.types("subscribe mondays 09:00", channel_id="D1", channel_name="directmessage")
    assert "You get each new issue: *mondays 09:00 Europe/London*" in str(people.heard[-1])
    assert (HERE[0], "D1") in people.register.kept
    assert people.slack.posted == people.slack.told == []
    await people.types("owner", channel_id="D1")
    assert "your own digest" in str(people.heard[-1])
    await people.types("unsubscribe", channel_id="D1")
    assert "This ends your own digest" in str(people.heard[-1])


async def test_a_conversation_between_people_is_not_subscribed(people: People) -> None:
    """The bot can't post there: the answer says where to type it instead."""
    people.slack.elsewhere.add("D2")
    await people.types("subscribe mondays 09:00", channel_id="D2", channel_name="directmessage")
    assert "my Messages tab" in str(people.heard[-1])
    assert people.register.kept == {}


async def test_the_form_of_ones_own_digest(people: People) -> None:
    """It asks for no channel, and what it sends is subscribed here."""
    await people.types("subscribe", channel_id="D1")
    view = people.slack.views["trigger-1"]
    assert problems(view) == []
    assert view["private_metadata"] == "D1"
    assert "conversations_select" not in str(view)


async def test_a_list_could_be_topics_or_days(people: People) -> None:
    """It is asked which; either answer works, and until then nothing is subscribed."""
    await people.types("subscribe kubernetes, postgres")
    assert "topics, or days and times" in str(people.heard[-1])
    assert "as soon as it appears" in str(people.heard[-1])
    assert people.register.kept == {}
    await people.clicks("subscribe:topics", "kubernetes, postgres")
    assert people.register.kept[HERE].preferences.topics == ("kubernetes", "postgres")
    assert str(people.register.kept[HERE].schedule) == "as soon as it appears"
    await people.clicks("subscription:change")
    assert "kubernetes, postgres" in str(people.slack.views["trigger-1"])


async def test_a_topic_alert_keeps_the_times_that_a_channel_has(people: People) -> None:
    """`about` says that topics are meant, and nothing is asked; topics that no issue is about are named."""
    await people.types("subscribe mondays 09:00 Europe/London")
    await people.types("subscribe about kubernetes, zzzqqq")
    assert "Nothing in the archive is about “zzzqqq”" in str(people.heard[-1])
    kept = people.register.kept[HERE]
    assert (str(kept.schedule), kept.preferences.topics) == ("mondays 09:00 Europe/London", ("kubernetes", "zzzqqq"))
    await people.types(f"subscribe about {', '.join(map(str, range(21)))}")
    assert "at most 20 topics" in str(people.heard[-1])


async def test_a_channel_without_the_bot_is_not_subscribed(people: People) -> None:
    """One line says to invite it; after that, the same words subscribe."""
    people.slack.elsewhere.add("C1")
    await people.types("subscribe mondays 09:00")
    assert "Type /invite there to add me" in str(people.heard[-1])
    assert people.register.kept == {}
    people.slack.elsewhere.clear()
    await people.types("subscribe mondays 09:00")
    assert HERE in people.register.kept


async def test_a_channel_is_subscribed_if_slack_does_not_say_who_is_in_it(people: People) -> None:
    """Not knowing whether the bot is in the channel is no reason to refuse."""
    people.slack.mute = TryLaterError("reactions.get", "http_503")
    await people.types("subscribe mondays 09:00")
    assert HERE in people.register.kept


async def test_subscribe_alone_opens_the_form(people: People) -> None:
    """The form has the channel and the person's own zone filled in."""
    await people.types("subscribe")
    view = people.slack.views["trigger-1"]
    assert problems(view) == []
    assert "'initial_conversation': 'C1'" in str(view)
    assert "Europe/London" in str(view)
    assert people.heard == []


async def test_the_form_opens_without_the_person_s_profile(people: People) -> None:
    """The form then has no zone filled in."""
    people.slack.zones.clear()
    await people.types("subscribe")
    assert "initial_conversation" in str(people.slack.views["trigger-1"])


async def test_the_life_of_a_subscription(people: People) -> None:
    """Status, pause, resume, why, preview, and unsubscribe."""
    await people.types("status")
    assert "not subscribed" in str(people.heard[-1])
    await people.types("subscribe as soon as it appears")
    for typed, said in [
        ("status", "as soon as it appears"),
        ("pause", "Paused"),
        ("status", "*Paused:*"),
        ("resume", "*Next:*"),
        ("why 6", "2021-02-28-6 waits"),
        ("why 99", "no issue '99'"),
        ("preview", "Only you see this"),
        ("preview 6", "Example Weekly Issue #6"),
        ("unsubscribe", "This ends the digest of <#C1>: as soon as it appears"),
    ]:
        await people.types(typed)
        assert said in str(people.heard[-1]), typed
    await people.clicks("unsubscribe")
    assert "No more digests" in str(people.heard[-1])
    for typed in ("unsubscribe", "pause", "owner", "allow owner"):
        await people.types(typed)
        assert "not subscribed" in str(people.heard[-1]), typed


async def test_saved(people: People) -> None:
    """Bookmarks are listed with their issue's title."""
    await people.types("saved")
    assert "You have saved nothing yet" in str(people.heard[-1])
    people.store.posts("C1", "1.000001", FakeBookmark("https://example.com/a", "A thing", "2021-02-28-6"))
    await people.reacts("1.000001", "2.000000")
    await people.types("saved")
    assert "<https://example.com/a|A thing>" in str(people.heard[-1])
    assert "example.com · #6 · 7 Mar 2021" in str(people.heard[-1])


async def test_an_unexpected_error_is_apologised_for(people: People) -> None:
    """The person gets a reference, and neither a stack trace nor the database's message."""
    people.register.fail_with(StoreError("do it", "disk full at sqlite:///secret"))
    await people.types("status")
    assert "ref-1" in str(people.heard[-1])
    assert "secret" not in str(people.heard[-1])


async def test_an_error_within_the_acknowledgement_is_apologised_for(people: People) -> None:
    """Even what should never fail answers 200 with an apology."""
    people.library.current = None  # type: ignore[assignment] # no real library does this
    answer = await people.types("kubernetes")
    assert answer.status == 200
    assert "ref-1" in answer.said


async def test_an_answer_that_slack_refuses_is_dropped(people: People) -> None:
    """An expired response URL ends in a log line, not in an error."""
    people.replies.refusing = True
    assert (await people.types("status")).status == 200


async def test_answers_follow_the_archive(people: People) -> None:
    """Cached answers end with the archive they are from."""
    assert "kubernetes/1" in (await people.types("kubernetes")).said
    people.library.put([])
    assert "kubernetes/1" not in (await people.types("kubernetes")).said


async def test_an_empty_archive_has_an_answer_to_everything(people: People) -> None:
    """This is the first start, or a folder that was emptied."""
    people.library.put([])
    for typed in ("latest", "random", "topics", "issue 1", "kubernetes", "help"):
        answer = await people.types(typed)
        assert "ref-" not in answer.said
        assert problems(answer.body) == []
    for typed in ("preview", "why 1"):
        await people.types(typed)
        assert "no issue" in str(people.heard[-1])


async def test_the_tools_command_explains_itself(people: People) -> None:
    """It has no sub-commands, and says what it is for."""
    assert "finds tools" in (await people.types("", "/tools")).said
    assert "finds tools" in (await people.types("help", "/tools")).said
    assert "a topic has at most" in (await people.types("x" * 301, "/tools")).said
    assert "acme/dnslint" in (await people.types("dnslint", "/tools")).said


async def test_commands_are_called_what_the_operator_calls_them(people: People) -> None:
    """The names are settings, and the bot's texts use them."""
    people.renames(CommandNames("/news", "/kit"))
    assert "kubernetes/" in (await people.types("kubernetes", "/news")).said
    assert "acme/dnslint" in (await people.types("dnslint", "/kit")).said
    assert "`/news subscribe`" in (await people.types("help", "/news")).said
    assert (await people.types("help", "/weekly")).status == 404


@pytest.mark.long
async def test_the_cache_of_answers_is_bounded(people: People) -> None:
    """There is a fixed number of cached answers; the oldest is dropped first."""
    for number in range(1_100):
        people.services.answers.topic(Topic(f"topic {number}"))
    assert len(people.services.answers._bodies) <= 1_024


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(50))
@given(st.text(max_size=400))
async def test_whatever_is_typed_is_answered(people: People, typed: str) -> None:
    """No text gets silence, an error or a payload that Slack refuses."""
    typed = typed.encode("utf-8", "ignore").decode()
    answer = await people.types(typed)
    assert answer.status == 200
    assert "ref-" not in answer.said
    assert answer.body == "" or problems(answer.body) == []


def test_a_sub_command_is_answered_in_one_table() -> None:
    """There is one table: beside it only search, which has a cache of its own, knows its command."""
    root = Path(handlers.__file__).parents[1]
    table = root / "handlers/commands.py"
    texts = {each: each.read_text("utf-8") for room in ("bot", "handlers") for each in (root / room).rglob("*.py")}
    for command in (*get_args(commands.FromMemory), *get_args(commands.Command)):
        uses = f"commands.{command.__name__}("
        assert {each for each, text in texts.items() if uses in text} == {table}, command


async def test_a_command_without_its_fields(people: People) -> None:
    """A payload with only the command's name and a person is answered like an empty command."""
    answer = await people.sends("command=%2Fweekly&team_id=T1&user_id=U1")
    assert "/weekly help" in answer.said
    answer = await people.sends("command=%2Fweekly&team_id=T1&text=status")
    assert "didn't say who sent that" in answer.said
    answer = await people.sends("command=%2Fweekly&text=status")
    assert answer.status == 200


async def test_answers_go_to_the_command_s_response_url(people: People) -> None:
    """They are for the person who typed."""
    await people.types("status")
    assert people.replies.sent[-1][0] == URL
    assert people.heard[-1]["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    "typed", ["kubernetes", "kubrnetes", "zeppelin", "latest", "issue 6", "#6 kubernetes", "topics"]
)
async def test_links_are_found_with_the_database_dead(
    people: People, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """Searches and issues are answered from memory, and counting what was missed fails nobody."""

    async def dead(*_: object) -> object:
        raise StoreError("be reached", "connection refused")

    for name in ("read", "write", "change", "read_one_of", "write_one_of"):
        monkeypatch.setattr(Database, name, dead)
    answer = (await people.types(typed)).body
    assert answer["response_type"] == "ephemeral"
    assert answer["blocks"]
    assert not await people.services.misses.write()


async def test_a_command_of_one_newsletter_means_it(people: People) -> None:
    """It works as the main command does."""
    people.serves(own_commands={"/sre": "sre-weekly"})
    answer = await people.types("queues", command="/sre")
    assert "from:" in str(answer.body)
    assert "sre-weekly" in str(answer.body)
    assert "sre-weekly" not in str((await people.types("queues")).body)
