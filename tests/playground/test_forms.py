"""Finding elements and the state that they leave behind."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground import forms

MONDAY = {"text": {"type": "plain_text", "text": "Monday"}, "value": "mon"}
FRIDAY = {"text": {"type": "plain_text", "text": "Friday"}, "value": "fri"}


def menu(kind: str, **more: Any) -> dict[str, Any]:
    """Build a menu of two days."""
    return {"type": kind, "action_id": "days", "options": [MONDAY, FRIDAY], **more}


def inputs(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Build a form of one field."""
    return [{"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "Days"}, "element": element}]


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        (menu("static_select"), "fri", {"selected_option": FRIDAY}),
        (menu("static_select"), "Friday", {"selected_option": FRIDAY}),
        (menu("static_select", initial_option=MONDAY), None, {"selected_option": MONDAY}),
        (menu("static_select"), None, {"selected_option": None}),
        (menu("multi_static_select"), ["mon", "fri"], {"selected_options": [MONDAY, FRIDAY]}),
        (menu("checkboxes"), None, {"selected_options": []}),
        (menu("external_select"), MONDAY, {"selected_option": MONDAY}),
        (menu("conversations_select"), "C1", {"selected_conversation": "C1"}),
        (menu("timepicker", initial_time="09:00"), None, {"selected_time": "09:00"}),
        (menu("plain_text_input"), "typed", {"value": "typed"}),
        (
            {"type": "static_select", "action_id": "days", "option_groups": [{"options": [MONDAY]}]},
            "Monday",
            {"selected_option": MONDAY},
        ),
    ],
)
def test_a_field_is_filled_in(element: dict[str, Any], value: Any, state: dict[str, Any]) -> None:
    """A value by its text or value becomes the element's state; without one it is what the field begins with."""
    found = forms.state(inputs(element), {"days": value})
    assert found == {"b": {"days": {"type": element["type"], **state}}}


def test_an_option_that_is_not_offered_is_sent_as_it_is() -> None:
    """What a menu does not have is still sent: a hostile client could."""
    action = forms.action("b", menu("static_select"), "sun")
    assert action["selected_option"]["value"] == "sun"


def test_what_is_not_there_is_named_with_what_is() -> None:
    """Looking for a button that is not there says which are."""
    blocks = [{"type": "actions", "elements": [{"type": "button", "text": {"text": "Go"}}]}]
    assert forms.find(blocks, "Go")[1]["type"] == "button"
    with pytest.raises(LookupError, match="there is no 'Stop' to use here; there is: Go"):
        forms.find(blocks, "Stop")
