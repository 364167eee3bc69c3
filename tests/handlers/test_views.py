"""The subscription form, valid and invalid, and the menus that complete."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.kind import Kind
from bot.bookmarks.views.saved_row import note_form
from bot.domain.bookmark import BookmarkLink, Member
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.slack.api.errors import ChannelRefusedError, TryLaterError
from handlers import views
from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.handlers.people import NOW, People


def filled(**changes: Any) -> dict[str, Any]:
    """Return the state of a valid form with `changes`."""
    options = [{"value": kind} for kind in ("news", "tools", "events", "other")]
    values: dict[str, Any] = {
        "channel": {"selected_conversation": "C9"},
        "when": {"selected_option": {"value": "set"}},
        "days": {"selected_options": [{"value": "0"}, {"value": "3"}]},
        "time": {"selected_time": "08:45"},
        "zone": {"selected_option": {"value": "Asia/Kathmandu"}},
        "layout": {"selected_option": {"value": "full"}},
        "sections": {"selected_options": options},
        "sponsors": {"selected_option": {"value": "folded"}},
        "topics": {"value": "kubernetes, , dns,dns"},
        "without": {"value": None},
        **changes,
    }
    return {block: {block: element} for block, element in values.items()}


async def test_a_form_subscribes_the_channel_it_names(people: People) -> None:
    """Every choice is saved, and the confirmation with the next time replaces the form."""
    answer = await people.submits(filled())
    assert answer.body["response_action"] == "update"
    assert problems(answer.body["view"]) == []
    assert "<!date^" in answer.said
    kept = people.register.kept["-:T1", "C9"]
    assert str(kept.schedule) == "mondays, thursdays 08:45 Asia/Kathmandu"
    assert kept.preferences == Preferences(
        Layout.FULL, Sponsors.FOLDED, without=frozenset({Kind.JOBS}), topics=("kubernetes", "dns")
    )


async def test_posting_at_once_needs_no_time(people: People) -> None:
    """The fields of a set time may then be empty."""
    answer = await people.submits(filled(when={"selected_option": {"value": "at-once"}}, days={}, time={}, zone={}))
    assert answer.body["response_action"] == "update"
    assert str(people.register.kept["-:T1", "C9"].schedule) == "as soon as it appears"


@pytest.mark.parametrize(
    ("block", "element"),
    [
        ("channel", {"selected_conversation": "D123"}),
        ("channel", {}),
        ("days", {"selected_options": []}),
        ("days", {"selected_options": [{"value": "9"}]}),
        ("time", {"selected_time": "25:00"}),
        ("zone", {"selected_option": {"value": "Atlantis/Centre"}}),
        ("zone", None),
        ("sections", {"selected_options": None}),
    ],
)
async def test_an_error_is_shown_beside_its_field(people: People, block: str, element: Any) -> None:
    """Nothing is saved."""
    answer = await people.submits(filled(**{block: element}))
    assert answer.body["response_action"] == "errors"
    assert set(answer.body["errors"]) == {block}
    assert people.register.kept == {}


async def test_a_channel_without_the_bot_is_refused_beside_its_field(people: People) -> None:
    """What is filled in stays, so that the form can be sent again once the bot is invited."""
    people.slack.elsewhere.add("C9")
    answer = await people.submits(filled())
    assert answer.body["response_action"] == "errors"
    assert "/invite" in answer.body["errors"]["channel"]
    assert people.register.kept == {}


async def test_a_store_that_fails_is_apologised_for(people: People) -> None:
    """The apology replaces the form, with a reference."""
    people.register.fail_with(RuntimeError("no"))
    answer = await people.submits(filled())
    assert answer.body["response_action"] == "update"
    assert "ref-1" in answer.said
    assert problems(answer.body["view"]) == []


@pytest.fixture
def busy(people: People, monkeypatch: pytest.MonkeyPatch) -> People:
    """Make the database busy for longer than a form waits."""
    people.register.be_slow(0.02)
    monkeypatch.setattr(views, "FORM_TIMEOUT_SECONDS", 0.0)
    monkeypatch.setattr(views, "FOLLOW_UP_SECONDS", 0.0)
    return people


async def test_a_form_that_takes_long_is_answered_in_time_and_finished_after(busy: People) -> None:
    """Slack waits three seconds: a modal says that it is being saved, and the confirmation replaces it."""
    answer = await busy.submits(filled(), view_id="V1")
    assert answer.body["response_action"] == "update"
    assert "Still saving" in answer.said
    assert problems(answer.body["view"]) == []
    assert ("-:T1", "C9") in busy.register.kept
    assert "Subscribed" in str(busy.slack.views["V1"])
    assert busy.slack.told == []


async def test_a_closed_form_s_result_is_sent_in_private(busy: People) -> None:
    """The result is not lost with the modal."""
    busy.slack.closed.add("V1")
    await busy.submits(filled(), view_id="V1")
    [(user, message)] = busy.slack.told
    assert (user, "<#C9> gets each new issue" in str(message.blocks)) == ("U1", True)


async def test_a_failure_after_the_answer_is_reported(busy: People) -> None:
    """The message has a reference; if the person cannot be told, nothing more happens."""
    busy.register.fail_with(RuntimeError("no"))
    await busy.submits(filled(), view_id="V1")
    assert "ref-1" in str(busy.slack.views["V1"])
    busy.slack.closed.add("V2")
    busy.slack.late.append(TryLaterError("chat.postMessage", "http_503"))
    assert "Still saving" in (await busy.submits(filled(), view_id="V2")).said
    assert busy.slack.told == []


async def test_a_refusal_after_the_answer_is_reported(busy: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that would have been beside the field replaces the form."""

    async def says_late(workspace: str, channel: str) -> None:
        await asyncio.sleep(0.02)
        raise ChannelRefusedError("reactions.get", "not_in_channel", workspace=workspace, channel=channel)

    monkeypatch.setattr(busy.slack, "check_channel", says_late)
    await busy.submits(filled(), view_id="V1")
    assert "/invite" in str(busy.slack.views["V1"])
    assert busy.register.kept == {}


async def test_a_note_is_answered_in_time_too(busy: People) -> None:
    """A modal with the form's title appears at once, and is replaced by the result."""
    link = BookmarkLink("https://a.example/", "A thing")
    store = await busy.store.store()
    await store.bookmarks.save(Member("T1", "U1"), [link], 1, NOW)
    busy.store.busy = 0.02
    note = note_form(link.key, "A thing", "")
    typed = {"values": {"note": {"note": {"type": "plain_text_input", "value": "for Monday"}}}}
    answer = await busy.interacts("view_submission", view={**note, "id": "V1", "state": typed})
    assert ("Still saving" in answer.said, answer.body["view"]["title"]["text"]) == (True, "Your note")
    assert "Saved your note: *A thing*" in str(busy.slack.views["V1"])
    assert [each.note for each in await store.bookmarks.all(Member("T1", "U1"))] == ["for Monday"]
    gone = note_form("0" * 32, "Another", "")
    await busy.interacts("view_submission", view={**gone, "id": "V2", "state": typed})
    assert "not among your bookmarks" in str(busy.slack.views["V2"])


async def test_another_modal_just_closes(people: People) -> None:
    """An unknown form is acknowledged."""
    assert (await people.submits({}, "something-else")).status == 200


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(st.sampled_from(sorted(filled())), _ANYTHING)
async def test_forged_forms(people: People, block: str, odd: Any) -> None:
    """No value of any field causes more than an error beside a field."""
    answer = await people.submits({**filled(), block: odd})
    assert answer.status == 200
    assert answer.body["response_action"] in {"errors", "update"}
    assert "ref-" not in answer.said
    assert (await people.submits(odd)).status == 200


async def test_zones_complete(people: People) -> None:
    """A city is enough, in any case and with a space."""
    for typed, zone in [("lond", "Europe/London"), ("new york", "America/New_York"), ("KATH", "Asia/Kathmandu")]:
        answer = await people.asks_for_options("zone", typed)
        values = [option["value"] for option in answer.body["options"]]
        assert zone in values[:3]
        assert len(values) <= 100


async def test_topics_complete(people: People) -> None:
    """The typed text comes first, so that anything can be chosen; then the archive's topics."""
    answer = await people.asks_for_options("again", "kube")
    texts = [option["text"]["text"] for option in answer.body["options"]]
    assert texts[0] == "kube"
    assert any("kubernetes" in text for text in texts)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
@given(st.sampled_from(["zone", "again"]), _ANYTHING | st.text(max_size=400))
async def test_whatever_is_typed_into_a_menu(people: People, action: str, typed: Any) -> None:
    """The options are always valid for Slack."""
    answer = await people.asks_for_options(action, typed)
    options = answer.body["options"]
    menu = {"type": "static_select", "action_id": "a", "placeholder": {"type": "plain_text", "text": "x"}}
    if options:
        payload = {"text": "x", "blocks": [{"type": "actions", "elements": [{**menu, "options": options}]}]}
        assert problems(payload) == []


async def test_a_topic_without_results_is_mentioned(people: People) -> None:
    """The channel is subscribed all the same; a known member is not looked up again."""
    answer = await people.submits(filled(topics={"value": "kubernetes, kubernets"}))
    assert "Nothing in the archive is about “kubernets” so far" in answer.said
    assert "/invite" not in answer.said
    people.slack.mute = TryLaterError("reactions.get", "timeout")
    assert "not a member yet?" in (await people.submits(filled())).said
