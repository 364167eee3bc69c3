"""The Home tab: opening it, clicks in it, and forged payloads."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any

import pytest

from bot.bookmarks.views.saved_list import Listing
from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.preferences import Preferences
from bot.domain.schedule import parse_schedule
from bot.domain.subscription import Paused, PausedBy
from bot.home.views.home import HomeState
from bot.slack.api.errors import TryLaterError
from playground.slack.limits import problems
from tests.handlers.people import NOW, People

ANN = Member("T1", "U1")
AT = int(NOW.timestamp() * 1_000_000)
OURS = BookmarkLink("https://blog.example/cache", "How a cache took a site down", "", "2021-03-07-7", 2)


async def saves(people: People, *links: BookmarkLink, user: str = "U1") -> None:
    """Have a person save links."""
    store = await people.store.store()
    await store.bookmarks.save(Member("T1", user), links, AT, NOW)


async def opens(people: People, **view: Any) -> str:
    """Open the Home tab as U1; return everything it shows, checked against Slack's limits."""
    assert (await people.sees(type="app_home_opened", user="U1", channel="D1", tab="home", view=view)).status == 200
    return shown(people)


def shown(people: People, user: str = "U1") -> str:
    """Return what a person's tab shows."""
    view = people.slack.homes[user]
    assert problems(view) == []
    return json.dumps(view, ensure_ascii=False)


async def clicks(people: People, action: str, value: str = "", **view: Any) -> str:
    """Click on the tab."""
    looking = view.pop("private_metadata", people.slack.homes["U1"].get("private_metadata", ""))
    seen = {"type": "home", "id": "V1", "hash": people.slack.stamp, "private_metadata": looking, **view}
    assert (await people.clicks(action, value, view=seen, response_url="")).status == 200
    return shown(people)


async def test_the_first_time_shows_the_steps_and_never_again(people: People) -> None:
    """Three steps: they stay during clicks, and the next opening has none."""
    first = await opens(people)
    assert all(step in first for step in ("Welcome to Back Issue", "*1.*", "*2.*", "*3.*", "Nothing yet"))
    assert "Welcome" in await clicks(people, "home:all")
    assert "Welcome" not in await opens(people)


async def test_the_messages_tab_shows_no_home(people: People) -> None:
    """Opening the Messages tab sends the same event."""
    await people.sees(type="app_home_opened", user="U1", channel="D1", tab="messages")
    assert people.slack.homes == {}


async def test_what_the_tab_shows(people: People) -> None:
    """Bookmarks, the channels with their next time or why they wait, the newest issue, and what the team saves."""
    await saves(people, OURS)
    await saves(people, OURS, user="U2")
    for channel, schedule in (
        ("C1", "mondays 09:00 Europe/London"),
        ("C2", "as soon as it appears"),
        ("C3", "daily 9am UTC"),
    ):
        made = await people.register.put("-:T1", channel, "U1", parse_schedule(schedule), Preferences(), NOW)
        if channel == "C3":
            await people.register.pause(made.id, Paused(PausedBy.PERSON, "holidays"))
    text = await opens(people)
    assert "*You saved 1 link* · 1 unread" in text
    assert "<#C1> · mondays 09:00 Europe/London · next: <!date^1714982400^" in text
    assert "<#C2> · as soon as it appears · next: when an issue appears" in text
    assert "paused: holidays" in text
    assert "*Example Weekly Issue #7*" in text
    assert "saved by 2" in text
    assert "Saved ✓" in text
    assert "U2" not in text


async def test_a_row_is_read_noted_and_removed(people: People) -> None:
    """The menu acts at once; the note's form knows where it was opened, and the tab shows the note."""
    await saves(people, OURS)
    await opens(people)
    assert "*<https://blog.example/cache|" not in await clicks(people, "kept:0", f"read:{OURS.key}")
    await clicks(people, "kept:0", f"note:{OURS.key}")
    form = people.slack.views["trigger-1"]
    state = {"values": {"note": {"note": {"type": "plain_text_input", "value": "for Monday"}}}}
    answer = await people.interacts("view_submission", view={**form, "state": state})
    assert answer.status == 200
    assert "Note: for Monday" in shown(people)
    assert "Nothing yet" in await clicks(people, "kept:0", f"remove:{OURS.key}")


async def test_searching_and_turning_pages(people: People) -> None:
    """The box searches the bookmarks; an action on a row stays on its page."""
    await saves(people, OURS, *(BookmarkLink(f"https://a.example/{n}", f"Number {n}") for n in range(12)))
    await opens(people)
    assert "1 link of yours" in await clicks(people, "home:search", "cache")
    assert HomeState.read(people.slack.homes["U1"]["private_metadata"]).listing == Listing("cache")
    assert "You saved 13 links" in await clicks(people, "home:search", "")
    assert "11–13" in await clicks(people, "home:next", Listing("", 10).as_value())
    key = BookmarkLink("https://a.example/0", "").key
    assert "11–12" in await clicks(people, "kept:2", f"remove:{key}")


async def test_a_search_of_emoji_fits(people: People) -> None:
    """As many as the box takes fit, in the tab and in the form for a note that is opened from it."""
    query = "😀" * 300
    await saves(people, BookmarkLink("https://a.example/1", query[:250]))
    await opens(people)
    await clicks(people, "home:search", query)
    assert problems(people.slack.homes["U1"]) == []
    view = {"type": "home", "private_metadata": people.slack.homes["U1"]["private_metadata"]}
    key = BookmarkLink("https://a.example/1", "").key
    await people.clicks("kept:0", f"note:{key}", view=view)
    assert problems(people.slack.views["trigger-1"]) == []
    assert HomeState.read(view["private_metadata"]).listing == Listing(query)


async def test_a_tab_that_changed_meanwhile_is_published_again(people: People) -> None:
    """After a stale hash it is published again."""
    await saves(people, OURS)
    assert "You saved 1 link" in await opens(people, hash="another")


async def test_the_newest_issue_is_read_over_the_tab(people: People) -> None:
    """It opens as a modal with pages; for a link that is not there, or not any more, the answer says so."""
    await opens(people)
    button = {"i": "2021-03-07-7", "p": 1}
    await clicks(people, "home:issue", json.dumps(button))
    assert "How a cache took a site" in json.dumps(people.slack.views["trigger-1"])
    assert problems(people.slack.views["trigger-1"]) == []
    await people.clicks("issue:next", json.dumps(button), view={"type": "modal", "id": "V2"}, response_url="")
    assert problems(people.slack.views["V2"]) == []
    await clicks(people, "home:issue", json.dumps({"i": "1999-01-01-1", "p": 1}))
    assert "1999-01-01-1" in json.dumps(people.slack.views["trigger-1"])


async def test_saving_what_the_team_saves(people: People) -> None:
    """The button saves a link that two others saved; the key of one that only one other saved does nothing."""
    private = BookmarkLink("https://secret.example/plan", "A plan")
    for user in ("U2", "U3"):
        await saves(people, OURS, private, user=user)
    text = await opens(people)
    assert "secret.example" not in text
    assert "saved by 3" in await clicks(people, "home:keep:0", OURS.key)
    assert "You saved 1 link" in await clicks(people, "home:keep:0", private.key)
    assert "home:drop:0" in shown(people)
    assert "Nothing yet" in await clicks(people, "home:drop:0", OURS.key)
    assert "Nothing yet" in await clicks(people, "home:drop:0", private.key)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("kept:0", ""),
        ("kept:0", "remove:x"),
        ("kept:0", f"note:{'0' * 32}"),
        ("home:next", "[" * 1_900),
        ("home:next", '{"q": 1, "o": -1}'),
        ("home:issue", "{}"),
        ("home:keep:0", "x" * 2_000),
        ("home:nothing", ""),
        ("issue:next", ""),
        ("save:1:x", "[]"),
    ],
)
async def test_a_forged_click_changes_nothing(people: People, action: str, value: str) -> None:
    """Values that no button has are acknowledged, and the list stays as it was."""
    await saves(people, OURS)
    await opens(people)
    await clicks(people, action, value, private_metadata="[" * 3_000)
    assert "You saved 1 link" in await opens(people)


async def test_another_s_rows_are_out_of_reach(people: People) -> None:
    """The key of a link that only somebody else saved neither shows nor changes anything of theirs."""
    await saves(people, OURS, user="U2")
    await opens(people)
    for what in ("read", "remove", "note"):
        assert "blog.example" not in await clicks(people, "kept:0", f"{what}:{OURS.key}")
    store = await people.store.store()
    assert [each.read for each in await store.bookmarks.all(Member("T1", "U2"))] == [False]
    assert "not among your bookmarks" in json.dumps(people.slack.views["trigger-1"])


@pytest.mark.long
async def test_an_error_is_shown_in_a_modal(people: People) -> None:
    """A tab that cannot be built says so, and so do a click and a form, from the bot and with the one reference."""
    await saves(people, OURS)
    await opens(people)
    await clicks(people, "kept:0", f"note:{OURS.key}")
    noting = people.slack.views["trigger-1"]
    people.store.broken = RuntimeError("the disk is gone")
    await clicks(people, "kept:0", f"remove:{OURS.key}")
    apology = people.slack.views["trigger-1"]
    assert ("ref-1" in json.dumps(apology), apology["title"]["text"]) == (True, "Back Issue")
    assert "ref-1" in await opens(people)
    state = {"values": {"note": {"note": {"type": "plain_text_input", "value": "for Monday"}}}}
    answer = await people.interacts("view_submission", view={**noting, "state": state})
    assert ("ref-1" in answer.said, answer.body["view"]["title"]["text"]) == (True, "Back Issue")


async def test_a_link_is_saved_before_the_acknowledgement(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The team's links too: once Slack has its answer they are saved; the tab is published after that."""
    for user in ("U2", "U3"):
        await saves(people, OURS, user=user)
    await opens(people)
    before = shown(people)
    started: list[Coroutine[Any, Any, None]] = []
    monkeypatch.setattr(people.services.background, "start", started.append)
    for action, kept in (("home:keep:0", 1), ("home:drop:0", 0)):
        assert await clicks(people, action, OURS.key) == before
        assert len(await (await people.store.store()).bookmarks.all(ANN)) == kept
    for work in started:
        await work
    assert "Nothing yet" in shown(people)


async def test_a_failed_save_is_shown_in_a_modal(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails before the acknowledgement has a reference too."""
    await opens(people)
    monkeypatch.setattr(people.services.home, "save", None)
    await clicks(people, "home:keep:0", OURS.key)
    assert "ref-1" in json.dumps(people.slack.views["trigger-1"])


async def test_an_apology_that_slack_refuses_is_only_logged(people: People) -> None:
    """If not even the apology can be sent, nothing else fails."""
    people.slack.stuck = TryLaterError("views.publish", "internal")
    assert (await people.sees(type="app_home_opened", user="U1", channel="D1", tab="home")).status == 200
    seen = {"type": "home", "id": "V1"}
    assert (await people.clicks("home:all", view=seen, response_url="")).status == 200


def test_a_tab_s_state_is_read_back() -> None:
    """The state is read from the tab's own metadata; anything else is the first page."""
    state = HomeState(Listing("mesh", 20), welcome=True)
    assert HomeState.read(state.as_text()) == state
    for lie in (None, 5, "", "[]", "{}", '{"q": "x"}', '{"q": "x", "o": true}', "[" * 3_000):
        assert HomeState.read(lie) == HomeState()
