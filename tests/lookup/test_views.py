"""Everything else that the bot says: an issue in private, topics, status, the form, help."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.issue import Issue
from archive.kind import Kind
from bot.digests.subscription_form import draft_of
from bot.digests.views import alerts
from bot.digests.views.form import form, loading, no_form
from bot.digests.views.preview import preview
from bot.digests.views.reasons import plainly
from bot.digests.views.subscription import (
    DeliveryStatus,
    Post,
    Waiting,
    confirmation,
    not_subscribed,
    paused,
    schedule_usage,
    status,
    subscribed,
    unsubscribed,
)
from bot.digests.views.why import became
from bot.domain.preferences import Layout, Preferences, Sponsors
from bot.domain.schedule import parse_schedule
from bot.lookup.views import help as helping
from bot.lookup.views.issue import issue_page, picked, topics
from bot.slack.api.errors import ChannelRefusedError
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.cards.issue_page import read_page
from playground.slack.limits import problems
from tests.fakes.checker import breaches
from tests.fakes.issues import entry, issue, nasty_issues, nasty_text, plain, section, tastes

NOON = datetime(2024, 5, 13, 8, tzinfo=UTC)
NAMES = CommandNames()


def test_an_issue_too_long_for_one_message_has_pages() -> None:
    """Every page is reached by the buttons, and a page that is not there is the last one."""
    many = [entry(n, f"Entry {n}. {'word ' * 60}", f"https://example.com/{n}/") for n in range(100)]
    long, page, seen = issue(section("News", Kind.NEWS, *many)), 1, ""
    while True:
        message = issue_page(long, page)
        assert breaches(message) == []
        seen += repr(message.blocks)
        following = [e for e in message.blocks[-1]["elements"] if e.get("action_id") == "issue:next"]
        if not following:
            break
        asked = read_page(following[0]["value"])
        assert asked == (long.slug, page + 1)
        page += 1
    assert all(f"https://example.com/{n}/|" in seen for n in range(100))
    assert issue_page(long, 999) == issue_page(long, page)
    assert issue_page(long, -1) == issue_page(long, 1)


def test_an_entry_picked_at_random_names_its_issue() -> None:
    """With its age, and whether somebody paid for it."""
    one = plain()
    (_, sponsor, *_) = one.sections
    message = picked(one, sponsor, sponsor.entries[0], date(2024, 5, 6))
    assert "Sponsored · Example Weekly Issue #7 · 7 March 2021 · 3 years ago" in repr(message.blocks)


def test_topics() -> None:
    """Each is a button; an empty archive says so."""
    assert "'value': '{\"q\": \"kubernetes\"}'" in repr(topics(("kubernetes", " ")).blocks)
    assert "no topics yet" in topics(()).text


def test_status_shows_the_last_the_next_and_the_waiting_issues() -> None:
    """In this order, in the reader's own time."""
    waits = [Waiting(f"Issue {n}", "three others go first") for n in range(10)]
    preferences = Preferences(
        Layout.FULL, Sponsors.FOLDED, frozenset({Kind.NEWS}), frozenset({Kind.JOBS}), ("dns",), ("ads",)
    )
    shown = repr(
        status(
            DeliveryStatus(
                "C1", "mondays 09:00 UTC", preferences, NOON, Post("Issue 9", "https://s.example/p1", NOON), waits
            )
        ).blocks
    )
    parts = [
        "*Next:* <!date^1715587200^",
        "*Last:* <https://s.example/p1|Issue 9>",
        "Issue 0: three others",
        "and 2 more",
    ]
    parts += [
        "All in one message · sponsors on one line · only news · without jobs · only about dns · nothing about ads"
    ]
    assert sorted(parts, key=shown.index) == parts


def test_what_became_of_an_issue_is_a_link_with_the_reader_s_own_time() -> None:
    """As the status has it; a line without either stays as it is."""
    line = (
        "Issue #9 was posted 28 Nov 2026 11:32 UTC; one reply was refused: https://s.example/p1?thread_ts=1.2&cid=C1."
    )
    assert became(line, NAMES).text == (
        "<https://s.example/p1?thread_ts=1.2&amp;cid=C1|Issue #9> was posted "
        "<!date^1795865520^{date_short_pretty} at {time}|28 Nov 2026 11:32 UTC>; one reply was refused."
    )
    assert became("Issue #9 waits: it goes out & more.", NAMES).text == "Issue #9 waits: it goes out &amp; more."


def test_a_paused_subscription_says_why_first() -> None:
    """And offers to go on."""
    message = status(
        DeliveryStatus("C1", "as soon as it appears", Preferences(), paused="the channel is archived"), NAMES
    )
    assert message.blocks[0]["text"]["text"].startswith("*Paused:* the channel is archived")
    assert "'action_id': 'resume'" in repr(message.blocks)


def test_why_slack_refused_is_said_once_and_for_people() -> None:
    """No method, no id, no code: what is the matter and the next step; the issues that wait do not repeat it."""
    reason = str(ChannelRefusedError("chat.postMessage", "is_archived", channel="C00000003"))
    waits = [Waiting("Issue 9", f"waits: posts are paused ({reason})")]
    message = status(DeliveryStatus("C1", "as soon as it appears", Preferences(), waiting=waits, paused=reason), NAMES)
    said = "the channel is archived; unarchive it, then `/weekly resume`"
    assert message.blocks[0]["text"]["text"].startswith(f"*Paused:* {said}\n")
    assert message.blocks[1]["text"]["text"] == "*Waiting*\n• Issue 9: waits: posts are paused"
    assert became(f"Issue #9 waits: posts are paused ({reason}).", NAMES).text == (
        f"Issue #9 waits: posts are paused ({said})."
    )
    assert (
        alerts.words(alerts.Alert(alerts.AlertKind.PAUSED, "C1", "#9", reason)).text
        == f"I paused the newsletter in <#C1>: {said}."
    )
    assert plainly("Slack's chat.postMessage answered odd_code (more): try it.", 99) == "Slack refused it (odd_code)."


@pytest.mark.long
@settings(deadline=None)
@given(nasty_issues(), tastes, nasty_text, nasty_text, st.lists(nasty_text, max_size=12), st.integers(-1, 9))
def test_whatever_they_hold_they_keep_every_limit(
    nasty: Issue, preferences: Preferences, words: str, url: str, many: list[str], page: int
) -> None:
    """Names, reasons, schedules and addresses from anywhere."""
    waits = [Waiting(each, words) for each in many]
    shown_status = DeliveryStatus("C1", words, preferences, NOON, Post(words, url, NOON), waits, words)
    names = CommandNames(bot=words or "x")
    messages = [
        issue_page(nasty, page),
        preview(nasty, preferences, "C1"),
        topics(tuple(many)),
        status(shown_status, names),
        subscribed(shown_status, names),
        helping.explain(names),
        helping.usage(words, names),
        schedule_usage(words, names),
        blocks.line_message(words),
        became(words, names),
        became(f"Issue {words}: https://{words}.", names),
        *(picked(nasty, section, entry, date(2024, 5, 6)) for section, entry in list(nasty.entries())[:2]),
    ]
    assert [breaches(message) for message in messages] == [[]] * len(messages)
    draft = draft_of("C1", parse_schedule("mondays 09:00 UTC"), preferences, words)
    views = [
        form(draft),
        form(draft_of("D1", None, Preferences(), words)),
        no_form(blocks.line_message(words)),
        helping.trouble(blocks.line_message(words), names),
        confirmation(shown_status, names),
    ]
    assert [problems(view) for view in views] == [[]] * 5


@pytest.mark.parametrize(
    "message",
    [
        helping.explain(NAMES),
        helping.explain_tools(NAMES),
        helping.apology("ab12"),
        helping.waiting(),
        helping.saved(),
        not_subscribed(NAMES),
        unsubscribed(NAMES),
        paused(NAMES),
    ],
)
def test_fixed_messages(message: Message) -> None:
    """They keep the limits too."""
    assert breaches(message) == []
    assert problems(loading()) == []


@pytest.mark.parametrize("word", ["issue", "why", "preview", "subscribe", "latest", "status"])
def test_hints_use_the_commands_own_name(word: str) -> None:
    """An operator may have called it otherwise."""
    assert f"`/news {word}" in helping.hint(word, CommandNames(command="/news"))
