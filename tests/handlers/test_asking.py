"""Events that may ask something, of any shape: at most one answer each, and never an error."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.slack.limits import problems
from tests.fakes.examples import examples
from tests.handlers.people import People

_NUMBERS = count(1)
_PHRASES = st.sampled_from(
    [
        "kubernetes",
        "more",
        "the second one",
        "newest first",
        "save the first one",
        "share it with <#C2|ops>",
        "forget me",
        "what did I save?",
        "when is the next digest?",
        "2019",
        "only tools",
        "how often was kubernetes mentioned?",
        "help",
        "first",
        "what is new since last week?",
        "😀 :tada:",
        "*bold* `code` <https://example.com|x>",
        "<!channel>",
        "&lt;b&gt;",
        "issue 6",
        "latest",
        "no, I meant nomad",
        "thanks",
        'in:nothing -a "',
        "a:b:c",
        "<@U2> said",
        "\u202e\x00\ud800",
    ]
)
_TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(_PHRASES, min_size=1, max_size=4).map(" ".join),
    st.sampled_from(["x" * 40_000, "kubernetes " * 3_600, "<" * 9_000, "?" * 40_000, "\n" * 20_000]),
)
_ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.none()))


def sent(people: People) -> int:
    """Return how many answers there were, each within Slack's limits."""
    answers = [message for _, message in (*people.slack.posted, *people.slack.whispered)]
    for message in answers:
        assert problems({"text": message.text or " ", "blocks": [*message.blocks]}) == []
    return len(answers)


@pytest.mark.long
@given(_TEXT, st.booleans(), st.booleans())
@example("kubernetes", True, True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
async def test_any_message_gets_at_most_one_answer(people: People, said: str, direct: bool, again: bool) -> None:
    """Sent once or twice, in a thread with a past, written to the bot alone or mentioning it."""
    people.slack.posted.clear()
    people.slack.whispered.clear()
    event: dict[str, Any] = {"type": "message", "channel_type": "im", "channel": "D1", "text": said}
    if not direct:
        event = {"type": "app_mention", "channel": "C1", "text": f"<@UBOT> {said}"}
    ts = f"{next(_NUMBERS)}.000001"
    for _ in range(1 + again):
        answered = await people.sees(**event, user="U1", ts=ts, event_ts=ts, thread_ts="0.000001")
        assert answered.status == 200
    assert sent(people) <= 1
    for _, message in (*people.slack.posted, *people.slack.whispered):
        assert "reference" not in message.text


_FIELDS = ("text", "ts", "thread_ts", "bot_id", "subtype", "edited", "channel_type", "team", "user_team")
_NAMES = st.none() | st.text(max_size=20)
"""Bolt reads these two before any listener: what it can't read is refused at the door (tests/app)."""


@given(
    st.dictionaries(st.sampled_from(_FIELDS), _ANYTHING),
    st.fixed_dictionaries({}, optional={"user": _NAMES, "channel": _NAMES}),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=examples(60))
async def test_any_event_is_taken(people: People, fields: dict[str, Any], names: dict[str, str | None]) -> None:
    """Whatever types its fields have."""
    people.slack.posted.clear()
    people.slack.whispered.clear()
    for kind in ("app_mention", "message"):
        right = {"user": "U1", "channel": "C1", "text": "<@UBOT> kubernetes", "ts": f"{next(_NUMBERS)}.000001"}
        answered = await people.sees(**{**right, **fields, **names, "type": kind})
        assert answered.status in {200, 400}
    assert sent(people) <= 2
