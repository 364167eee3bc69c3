"""The same wish in other words, and what only sounds like it: each kind has a table of both."""

from __future__ import annotations

from typing import Any

import pytest

from bot.lookup.asking.heard import hear
from bot.lookup.asking.reader import read
from bot.lookup.asking.request import Form, Request
from tests.fakes.asked_archive import context


def asked(text: str) -> Request:
    """Return what a mention with this text asks for."""
    return read(hear(f"<@U0BOT> {text}", "U0BOT"), context())


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("are you an actual human", "self"),
        ("is this a bot or a person?", "self"),
        ("am I talking to a robot", "self"),
        ("can you bookmark links for me", "help"),
        ("can you post in other channels?", "help"),
        ("are you able to export bookmarks", "help"),
        ("do you let me save links?", "help"),
        ("how far back does the archive go", "topics"),
        ("what years do you cover", "topics"),
        ("what is your oldest entry", "topics"),
    ],
)
def test_what_the_bot_is_and_can_do(text: str, about: str) -> None:
    """Asking whether something can be done does not ask for it."""
    request = asked(text)
    assert (str(request.kind), request.about) == ("bot", about)


@pytest.mark.parametrize(
    "text",
    [
        "starting monday only news",
        "as of now just tools",
        "from tomorrow no jobs please",
        "from next friday on only events",
        "fewer jobs from now on",
        "less nomad, more postgres going forward",
        "more security and less kubernetes in the digest",
        "less sponsors in future please",
    ],
)
def test_digests_should_hold_other_things(text: str) -> None:
    """From some day on, or from now on: a button asks for it."""
    request = asked(text)
    assert (request.action[:1], str(request.manner)) == (("taste",), "confirm")


@pytest.mark.parametrize(
    ("text", "schedule", "channel"),
    [
        ("we'd like the weekly digest in <#C7|ops> on mondays 9:15", "weekly mondays 9:15", "ops"),
        ("could we have the digest in <#C7|ops> at 9", "9", "ops"),
        ("we would love to get it every monday", "every monday", ""),
    ],
)
def test_a_digest_is_wished_for_elsewhere(text: str, schedule: str, channel: str) -> None:
    """A channel that is named is where."""
    request = asked(text)
    assert (request.schedule, request.channel, str(request.manner)) == (schedule, channel, "confirm")


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("435 minus the ads", {"without_sections": ("sponsor",)}),
        ("#300 but no jobs", {"without_sections": ("jobs",)}),
        ("show 435 excluding events", {"without_sections": ("events",)}),
        ("435 only tools", {"section": "tools"}),
    ],
)
def test_an_issue_is_shown_without_a_section(text: str, limits: dict[str, Any]) -> None:
    """What is to be left out is not what is asked for."""
    request = asked(text)
    assert str(request.kind) == "issue"
    assert {name: getattr(request.limits, name) for name in request.limits.set()} == limits


@pytest.mark.parametrize(
    "text",
    [
        "is there a tool to lint dockerfiles",
        "is there any tool which draws diagrams?",
        "is there something that converts compose files",
        "do you know a library that retries requests",
        "is there a way to test terraform",
    ],
)
def test_a_thing_is_asked_for_by_what_it_does(text: str) -> None:
    """As "which tool" asks."""
    assert str(asked(text).kind) == "question"


@pytest.mark.parametrize(
    "text",
    [
        "less kubernetes more nomad",
        "less is more in monitoring",
        "fewer alerts",
        "starting with terraform only",
        "from next to vite",
        "real person monitoring",
        "save things in vault",
        "we'd like something on tuesday outages",
        "are there any good articles on vault",
        "is there anything to read on kafka",
        "100 days without outages",
        "404 without a body",
        "newsletter tools",
    ],
)
def test_what_only_sounds_like_a_wish_is_looked_up(text: str) -> None:
    """It changes nothing, nor offers to."""
    assert str(asked(text).kind) == "lookup"


@pytest.mark.parametrize(
    "message",
    [
        "fyi <@U0BOT> was down on sunday",
        "heads up: <@U0BOT> is paused",
        "btw <@U0BOT> posts on mondays now",
        "so <@U0BOT> has been quiet today",
        "anyone seen the keys to the meeting room?",
    ],
)
def test_news_of_the_bot_is_not_for_it(message: str) -> None:
    """Nor is what doesn't mention it."""
    assert not hear(message, "U0BOT").addressed


@pytest.mark.parametrize(
    "message",
    [
        "btw <@U0BOT> what is ebpf?",
        "fyi <@U0BOT> show issue 435",
        "hey <@U0BOT> stop posting",
        f"{'why ' * 1200}<@U0BOT>?",
    ],
)
def test_a_request_behind_a_word_is_for_it(message: str) -> None:
    """Also where the mention stands far behind."""
    assert hear(message, "U0BOT").addressed


@pytest.mark.parametrize("tail", ["cc <@U07A>", "cc: <@U07A> <@U07B>", ", fyi <@U07A>", "/cc <@U07A>"])
def test_who_else_should_read_it_is_no_topic(tail: str) -> None:
    """At the end of a message."""
    assert asked(f"helm charts {tail}").topic == "helm charts"


@pytest.mark.parametrize(
    ("text", "form", "topic"),
    [
        ("newest mention of nomad", Form.LAST, "nomad"),
        ("most recent time puppet came up", Form.LAST, "puppet"),
        ("vagrant: when last mentioned?", Form.LAST, "vagrant"),
        ("salt, when was it last covered", Form.LAST, "salt"),
        ("last seen docker swarm", Form.LAST, "docker swarm"),
        ("earliest mention of rust", Form.FIRST, "rust"),
        ("istio, first mention?", Form.FIRST, "istio"),
        ("docker - when was the first time?", Form.FIRST, "docker"),
        ("unikernels: how often?", Form.COUNTS, "unikernels"),
        ("docker - first steps", Form.SENTENCES, "docker - first steps"),
        ("last mile delivery", Form.SENTENCES, "last mile delivery"),
        ("mention of names in logs", Form.SENTENCES, "mention of names in logs"),
        ("postgres, last value cache", Form.SENTENCES, "postgres, last value cache"),
    ],
)
def test_a_figure_is_asked_for_before_or_behind_the_topic(text: str, form: Form, topic: str) -> None:
    """Without a verb too."""
    request = asked(text)
    assert (request.form, request.topic) == (form, topic)


@pytest.mark.parametrize(
    ("text", "issue", "topic"),
    [
        ("did 300 have stuff about docker", 300, "docker"),
        ("issue 400: any links on kafka?", 400, "kafka"),
        ("is there something about chef in issue 210", 210, "chef"),
        ("does 512 have articles on security?", 512, "security"),
    ],
)
def test_a_question_stays_within_the_issue_that_is_named(text: str, issue: int, topic: str) -> None:
    """Its number may stand anywhere."""
    request = asked(text)
    assert (str(request.kind), request.issues, request.topic) == ("question", (issue,), topic)
