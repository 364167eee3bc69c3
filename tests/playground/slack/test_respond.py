"""Response URLs: five uses within half an hour."""

from __future__ import annotations

from typing import Any

import pytest

from playground.slack.people import readable
from playground.slack.respond import respond
from tests.playground.environment import Environment, environment


def opened(it: Environment, **more: Any) -> str:
    """Return a new response URL."""
    return it.workspace.new_response_url(it.channel.id, it.you.id, it.now, **more)


def test_five_uses_and_no_more() -> None:
    """A response URL takes five payloads; refused ones do not count."""
    it = environment()
    name = opened(it)
    assert respond(it.site, name, {}, it.now) == (400, "no_text")
    answers = [respond(it.site, name, {"text": f"{number}"}, it.now)[0] for number in range(6)]
    assert answers == [200] * 5 + [404]
    assert [message.text for message in it.channel.shown_to(it.you.id)] == ["0", "1", "2", "3", "4"]
    assert it.channel.shown_to("U2") == []


def test_it_expires_after_half_an_hour() -> None:
    """After thirty minutes a response URL is expired; an unknown one never worked."""
    it = environment()
    name = opened(it)
    it.pass_(1801)
    assert respond(it.site, name, {"text": "late"}, it.now) == (404, "expired_url")
    assert respond(it.site, "T0DEMO-999", {"text": "x"}, it.now)[0] == 404
    assert respond(it.site, "nowhere", {"text": "x"}, it.now)[0] == 404


def test_expired_response_urls_are_forgotten() -> None:
    """An hour after its creation a response URL is unknown, and takes no memory."""
    it = environment()
    first = opened(it)
    for _ in range(1_000):
        it.pass_(60)
        opened(it)
    assert len(it.workspace.response_urls) <= 61
    assert respond(it.site, first, {"text": "late"}, it.now) == (404, "no_such_url")


@pytest.mark.parametrize(("kind", "seen"), [("in_channel", ["hello"]), ("ephemeral", [])])
def test_who_sees_an_answer(kind: str, seen: list[str]) -> None:
    """An answer is for one person unless it is in_channel."""
    it = environment()
    assert respond(it.site, opened(it), {"text": "hello", "response_type": kind}, it.now)[0] == 200
    assert [message.text for message in it.channel.shown_to("U2")] == seen


def test_the_original_is_replaced_or_deleted() -> None:
    """replace_original changes the original message, delete_original deletes it."""
    it = environment()
    original = it.workspace.post(it.channel, it.now, user=it.workspace.bot.id, text="first", ephemeral_to=it.you.id)
    name = opened(it, original=original)
    assert respond(it.site, name, {"replace_original": True, "text": "second"}, it.now)[0] == 200
    assert readable(original) == "second"
    assert respond(it.site, name, {"delete_original": True}, it.now)[0] == 200
    assert it.channel.shown_to(it.you.id) == []
