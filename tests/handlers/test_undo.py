"""The line about a change and its Undo button: when Slack fails, when the button is old, when its value is forged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.kind import Kind
from bot.digests.views.changes import changed_since, line, undone
from bot.domain.preferences import Layout, Preferences
from bot.domain.schedule import Unreadable
from bot.domain.subscription_settings import Access, ChannelSettings, SettingsChange
from bot.domain.workspace import workspace_id
from bot.slack.api.errors import SlackError, TryLaterError, UnknownOutcomeError
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.handlers.people import NOW, People

HERE = (workspace_id(None, "T1"), "C1")
MONDAYS = "subscribe mondays 09:00 Europe/London"


def undo_of(people: People, number: int = -1) -> str:
    """Return the value of the Undo button on one of the lines, the last by default."""
    _, line = people.slack.posted[number]
    (section,) = line.blocks
    assert problems({"text": line.text, "blocks": list(line.blocks)}) == []
    return str(section["accessory"]["value"])


def settings_of(people: People) -> Any:
    """Return what the channel's subscription is set to, None without one."""
    kept = people.register.kept.get(HERE)
    return kept and (str(kept.schedule), kept.preferences, kept.user, kept.paused, kept.access)


@pytest.mark.parametrize(
    ("error", "told"),
    [(UnknownOutcomeError("chat.postMessage", "timeout"), 0), (TryLaterError("chat.postMessage", "http_503"), 0)],
)
async def test_a_line_is_sent_at_most_once(
    people: People, error: SlackError, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Slack fails it is not sent again; the person has their answer, and the change is in the audit."""
    calls = 0

    async def post(*_: object, **__: object) -> None:
        nonlocal calls
        calls += 1
        raise error

    monkeypatch.setattr(people.slack, "post", post)
    await people.types(MONDAYS)
    assert "Done." in str(people.heard[-1])
    assert (calls, len(people.slack.told), len(people.recorded.made)) == (1, told, 1)


async def test_without_the_bot_in_the_channel_the_owner_is_told(people: People) -> None:
    """The owner before the change: nobody ends or takes over a digest unseen."""
    await people.types(MONDAYS)
    people.slack.elsewhere.add("C1")
    await people.types("unsubscribe", user_id="U2")
    await people.clicks("unsubscribe", user={"id": "U2"})
    (user, line) = people.slack.told[-1]
    assert user == "U1"
    assert "<@U2> unsubscribed <#C1>" in line.text


async def test_undoing_a_subscription_and_its_undo(people: People) -> None:
    """The undo of a first `subscribe` ends it; the undo of that brings it back, as it was."""
    await people.types(MONDAYS)
    was = settings_of(people)
    await people.clicks("undo", undo_of(people))
    assert settings_of(people) is None
    assert "The channel is not subscribed." in str(people.heard[-1])
    await people.clicks("undo", undo_of(people))
    assert settings_of(people) == was
    await people.clicks("undo", undo_of(people, 0))
    assert "another change since" in str(people.heard[-1])


async def test_a_stale_undo_counts_only_for_what_was_shown(people: People) -> None:
    """Somebody changes it again between the question and the answer: the question is asked again."""
    await people.types(MONDAYS)
    await people.types("pause")
    first = undo_of(people, 0)
    await people.clicks("undo", first)
    restore = next(block for block in people.heard[-1]["blocks"] if block["type"] == "actions")["elements"][0]
    await people.types("resume")
    await people.clicks(restore["action_id"], restore["value"])
    assert "another change since" in str(people.heard[-1])
    assert "resumed the digest" in str(people.heard[-1])
    assert settings_of(people) is not None


async def test_a_button_of_another_database_undoes_nothing(people: People) -> None:
    """After a backup is restored its ids are given again: the settings that the button carries tell the change."""
    await people.types(MONDAYS)
    await people.types("pause")
    before = settings_of(people)
    value = json.loads(undo_of(people))
    for forged in ({**value, "id": 99}, {**value, "was": None}, {**value, "was": {**value["was"], "schedule": "x"}}):
        await people.clicks("undo", json.dumps(forged))
        assert "no record of that change" in str(people.heard[-1])
    assert settings_of(people) == before


@given(
    st.one_of(
        st.text(max_size=50), st.sampled_from(["null", "[]", "{}", '{"id":true,"was":null,"despite":0}', "[" * 1500])
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(30))
async def test_a_forged_button_is_answered(people: People, value: str) -> None:
    """Whatever its value is, nothing changes and nothing fails."""
    await people.clicks("undo", value)
    assert "no record of that change" in str(people.heard[-1])


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300), st.sampled_from(Access))
@example("&<@U1>" * 50, "<!channel> " * 27, Access.ADMINS)
def test_no_change_is_too_long_for_slack(one: str, other: str, access: Access) -> None:
    """Whatever stands in a subscription, its line and the question about a late undo keep Slack's limits."""
    before = ChannelSettings(Unreadable(one), Preferences(Layout.FULL, topics=(one,), without_topics=(other,)), "U1")
    kinds = frozenset({Kind.JOBS, Kind.TOOLS})
    after = ChannelSettings(Unreadable(other), Preferences(only=kinds, topics=(other,)), "U2", access)
    change = SettingsChange(1, HERE[0], "C1", NOW, "U3", before, after)
    for message in (line(change), line(change, elsewhere=True), changed_since(change, change), undone(change)):
        assert problems({"text": message.text, "blocks": list(message.blocks)}) == []
        assert "<!channel>" not in message.text


COMMANDS = [
    MONDAYS, "subscribe fridays 16:00 America/New_York", "subscribe as soon as it appears",
    "subscribe about kubernetes, sql", "subscribe about kafka", "pause", "resume", "owner <@U2>", "allow owner",
    "allow everybody",
]  # fmt: skip


@given(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6), st.sampled_from(COMMANDS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(25))
async def test_undo_restores_exactly_what_was(people: People, history: list[str], last: str) -> None:
    """After any history, an undo gives the settings from before the change; no line says that nothing changed."""
    people.register.kept.clear()
    people.changes.admins = frozenset({"U1"})
    for typed in history:
        await people.types(typed)
    before, lines = settings_of(people), len(people.slack.posted)
    await people.types(last)
    if len(people.slack.posted) == lines:
        assert settings_of(people) == before
        return
    await people.clicks("undo", undo_of(people))
    assert settings_of(people) == before
