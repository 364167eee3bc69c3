"""Who owns a channel's subscription and who may change it, by what people type and click."""

from __future__ import annotations

from typing import Any

import pytest

from bot.digests.views.why import POST_AGAIN
from bot.domain.subscription_settings import Access
from bot.domain.workspace import workspace_id
from bot.slack.api.errors import ChannelRefusedError, TryLaterError
from bot.slack.api.ports import SlackUser
from tests.handlers.people import People

HERE = (workspace_id(None, "T1"), "C1")


async def as_person(people: People, user: str, typed: str) -> str:
    """Type a command as somebody, and return the answer as text."""
    await people.types(typed, user_id=user)
    return str(people.heard[-1])


async def subscribed(people: People) -> None:
    """Have U1 subscribe C1."""
    assert "Done" in await as_person(people, "U1", "subscribe mondays 09:00 Europe/London")


async def clicked(people: People, user: str, action: str, **chosen: Any) -> str:
    """Click as somebody, and return the answer."""
    await people.interacts("block_actions", user={"id": user}, actions=[{"action_id": action, **chosen}])
    return str(people.heard[-1])


async def test_repeating_subscribe_changes_times_not_owners(people: People) -> None:
    """Who subscribed first stays the owner."""
    await subscribed(people)
    await as_person(people, "U2", "subscribe fridays 16:00 Europe/London")
    kept = people.register.kept[HERE]
    assert (str(kept.schedule), kept.user) == ("fridays 16:00 Europe/London", "U1")


async def test_the_owner_hands_over(people: People) -> None:
    """By the menu, or by a mention with an id; the line in the channel says so, and the old owner is one no more."""
    await subscribed(people)
    assert "belongs to <@U1>. Everybody here can change it" in await as_person(people, "U1", "owner")
    assert "users_select" in str(people.heard[-1])
    assert "<@U2> owns this channel's subscription" in await clicked(people, "U1", "owner:choose", selected_user="U2")
    assert "handed it over from <@U1> to <@U2>" in str(people.slack.posted[-1])
    assert "only its owner (<@U2>)" in (await as_person(people, "U1", "owner <@U3|cid>")).lower().replace("<@u", "<@U")
    assert people.register.kept[HERE].user == "U2"
    await as_person(people, "U2", "owner <@U3|cid>")
    assert people.register.kept[HERE].user == "U3"


async def test_a_name_is_chosen_from_the_menu(people: People) -> None:
    """Slack hands on "@ada" as it was typed, which says nothing of who that is."""
    await subscribed(people)
    said = await as_person(people, "U1", "owner @ada lovelace")
    assert "does not tell me who @ada lovelace is" in said
    assert "users_select" in said


@pytest.mark.parametrize("user", ["USLACKBOT", "UBOT", "UGONE", "UNOBODY", "<script>"])
async def test_only_a_person_who_is_there_can_own(people: People, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else would read the alerts."""

    async def person(workspace: str, user: str) -> SlackUser:
        if user == "UNOBODY":
            raise ChannelRefusedError("users.info", "user_not_found", workspace=workspace)
        return SlackUser(user, active=user != "UGONE", is_bot=user == "UBOT")

    await subscribed(people)
    monkeypatch.setattr(people.slack, "person", person)
    assert "Nothing was changed" in await clicked(people, "U1", "owner:choose", selected_user=user)
    assert people.register.kept[HERE].user == "U1"


async def test_only_the_owner_may_change_it_once_that_is_set(people: People) -> None:
    """Every other person is told who may, whatever they try; nothing changes and nothing is recorded."""
    await subscribed(people)
    assert "only its owner (<@U1>) can say who owns" in (await as_person(people, "U2", "allow owner"))
    assert "Done. Only its owner (<@U1>) can change" in await as_person(people, "U1", "allow owner")
    before, recorded = people.register.kept[HERE], len(people.recorded.made)
    refused = "Nothing was changed: only its owner (<@U1>) can change this subscription."
    for typed in ("pause", "subscribe daily 10:00 UTC", "subscribe about kafka", "unsubscribe"):
        assert refused in await as_person(people, "U2", typed), typed
    for action in ("pause", "unsubscribe"):
        assert refused in await clicked(people, "U2", action), action
    assert (people.register.kept[HERE], len(people.recorded.made)) == (before, recorded)
    assert "Paused" in await as_person(people, "U1", "pause")


async def test_admins_may_always(people: People) -> None:
    """They change what is theirs alone, hand over what is not theirs, and no owner does."""
    people.changes.admins = frozenset({"U9"})
    await subscribed(people)
    assert "only the admins (<@U9>)" in (await as_person(people, "U1", "allow admins")).lower().replace("<@u", "<@U")
    assert "only the admins (<@U9>) can change" in await as_person(people, "U1", "pause")
    assert "Paused" in await as_person(people, "U9", "pause")
    await as_person(people, "U9", "owner <@U2>")
    assert (people.register.kept[HERE].user, people.register.kept[HERE].access) == ("U2", Access.ADMINS)


async def test_without_admins_nothing_is_left_to_them(people: People) -> None:
    """It could not be changed by anybody any more."""
    await subscribed(people)
    assert "there are no admins" in await as_person(people, "U1", "allow admins")
    assert people.register.kept[HERE].access == "everybody"


@pytest.mark.parametrize("access", ["everybody", "owner"])
async def test_who_changes_what_an_owner_left_behind_owns_it(
    people: People, access: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack says that the owner's account was deactivated; without admins anybody may go on."""
    await subscribed(people)
    await as_person(people, "U1", f"allow {access}")

    async def person(workspace: str, user: str) -> SlackUser:
        del workspace
        return SlackUser(user, active=user != "U1")

    monkeypatch.setattr(people.slack, "person", person)
    await as_person(people, "U2", "pause")
    assert people.register.kept[HERE].user == "U2"
    assert "paused the digest and took it over from <@U1>" in str(people.slack.posted[-1])


async def test_an_owner_of_whom_slack_says_nothing_stays(people: People) -> None:
    """No answer is no proof that somebody left."""
    await subscribed(people)
    people.slack.broken = TryLaterError("users.info", "http_503")
    await as_person(people, "U2", "pause")
    assert people.register.kept[HERE].user == "U1"


async def test_a_form_is_refused_beside_its_field(people: People) -> None:
    """The form stays open with what was filled in."""
    await subscribed(people)
    await as_person(people, "U1", "allow owner")
    values = {
        "channel": {"channel": {"selected_conversation": "C1"}},
        "when": {"when": {"selected_option": {"value": "at-once"}}},
        "sections": {"sections": {"selected_options": [{"value": "news"}]}},
    }
    answer = await people.interacts(
        "view_submission",
        user={"id": "U2"},
        view={"type": "modal", "id": "V1", "callback_id": "subscribe", "state": {"values": values}},
    )
    assert answer.body["errors"] == {"channel": "Nothing was changed: only its owner can change this subscription."}


async def test_what_was_taken_back_is_offered_to_those_who_may_change_the_channel(people: People) -> None:
    """With a confirmation; nobody else, and nobody where no one is subscribed, sees the button."""
    people.deliveries.taken_back = 7
    assert POST_AGAIN not in await as_person(people, "U1", "why 6")
    await as_person(people, "U1", "subscribe mondays 09:00 UTC")
    await as_person(people, "U1", "allow owner")
    assert POST_AGAIN not in await as_person(people, "U2", "why 6")
    assert POST_AGAIN in await as_person(people, "U1", "why 6")
    (button,) = [each for block in people.heard[-1]["blocks"] for each in block.get("elements", []) if "value" in each]
    assert (button["action_id"], button["value"]) == (POST_AGAIN, "7")
    assert "Post it" in str(button["confirm"])
