"""The form that subscribes a channel, as it comes back: what is asked for, or what is wrong with which field."""

from __future__ import annotations

from typing import Any

import pytest

from bot.digests.subscription_form import SubscriptionRequest, draft_of, read
from bot.digests.views.form import AT_ONCE, SET, form
from bot.domain.preferences import Preferences
from bot.domain.schedule import AsItAppears, Weekly


def filled(**changes: Any) -> dict[str, Any]:
    """Return a valid submitted form with `changes` by field; None leaves a field empty."""
    fields: dict[str, Any] = {
        "channel": {"selected_conversation": "C123"},
        "when": {"selected_option": {"value": SET}},
        "days": {"selected_options": [{"value": "0"}]},
        "time": {"selected_time": "09:00"},
        "zone": {"selected_option": {"value": "Europe/London"}},
        "layout": {"selected_option": {"value": "thread"}},
        "sections": {"selected_options": [{"value": "news"}]},
        "sponsors": {"selected_option": {"value": "shown"}},
        "topics": {"value": None},
        "without": {"value": None},
    } | changes
    return {"state": {"values": {name: {name: field or {}} for name, field in fields.items()}}}


def test_a_set_time_is_read() -> None:
    """Days, time and zone make a schedule."""
    wanted = read(filled())
    assert isinstance(wanted, SubscriptionRequest)
    assert isinstance(wanted.schedule, Weekly)
    assert str(wanted.schedule) == "mondays 09:00 Europe/London"


def test_issues_at_once_need_no_days() -> None:
    """What is only for a set time may be empty, and is asked for where the time is set."""
    at_once = {"selected_option": {"value": AT_ONCE}}
    wanted = read(filled(when=at_once, days=None, time=None, zone=None))
    assert isinstance(wanted, SubscriptionRequest)
    assert isinstance(wanted.schedule, AsItAppears)
    wrong = read(filled(days=None, time=None, zone=None))
    assert isinstance(wrong, dict)
    assert set(wrong) == {"days", "time", "zone"}
    shown = form(draft_of("C123", None, Preferences(), "Europe/London"))["blocks"]
    assert next(block["optional"] for block in shown if block.get("block_id") == "days")


@pytest.mark.parametrize(("only", "nothing"), [("dns, ebpf", "eBPF"), ("DNS", "dns, linux")])
def test_the_same_topic_is_not_wanted_and_unwanted(only: str, nothing: str) -> None:
    """It would leave a digest without a link."""
    wrong = read(filled(topics={"value": only}, without={"value": nothing}))
    assert isinstance(wrong, dict)
    assert set(wrong) == {"without"}
    assert isinstance(read(filled(topics={"value": "dns"}, without={"value": "linux"})), SubscriptionRequest)
