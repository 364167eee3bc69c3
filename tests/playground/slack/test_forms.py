"""Finding elements, and the state after using them."""

from __future__ import annotations

from typing import Any

import pytest

from playground.slack import forms

MONDAY = {"text": {"type": "plain_text", "text": "Monday"}, "value": "mon"}
FRIDAY = {"text": {"type": "plain_text", "text": "Friday"}, "value": "fri"}


def menu(kind: str, **more: Any) -> dict[str, Any]:
    """Return a menu of two days."""
    return {"type": kind, "action_id": "days", "options": [MONDAY, FRIDAY], **more}


def inputs(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a form of one field."""
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
        (menu("file_input"), None, {"files": []}),
        (menu("file_input"), [{"id": "F1"}], {"files": [{"id": "F1"}]}),
        (
            {"type": "static_select", "action_id": "days", "option_groups": [{"options": [MONDAY]}]},
            "Monday",
            {"selected_option": MONDAY},
        ),
    ],
)
def test_a_field_is_filled_in(element: dict[str, Any], value: Any, state: dict[str, Any]) -> None:
    """A value, by its text or value, becomes the element's state; without one the initial value is the state."""
    found = forms.state(inputs(element), {}, {"days": value})
    assert found == {"b": {"days": {"type": element["type"], **state}}}


def test_an_option_that_is_not_offered_is_sent_unchanged() -> None:
    """A value that a menu does not have is still sent: a hostile client could."""
    element = menu("static_select")
    assert forms.action("b", element, forms.set_to(element, "sun"))["selected_option"]["value"] == "sun"


def test_a_missing_element_is_named_with_those_there_are() -> None:
    """The error for a missing button names the buttons there are."""
    blocks = [{"type": "actions", "elements": [{"type": "button", "text": {"text": "Go"}}]}]
    assert forms.find(blocks, "Go")[1]["type"] == "button"
    with pytest.raises(LookupError, match="there is no 'Stop' to use here; there is: Go"):
        forms.find(blocks, "Stop")


def row(text: str, *elements: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a section and a row of elements below it."""
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": text}},
        {"type": "actions", "block_id": text, "elements": list(elements)},
    ]


def button(text: str) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "action_id": f"do:{text}", "text": {"type": "plain_text", "text": text}}


def test_one_of_several_buttons_is_found_by_its_row() -> None:
    """A button is found by its row's text; an overflow menu's option is found by its own."""
    more = {**menu("overflow"), "action_id": "more"}
    blocks = [*row("one", button("Save"), more), *row("two", button("Save"))]
    assert forms.find(blocks, "Save")[0] == "one"
    assert forms.find(blocks, "Save", "two")[0] == "two"
    assert forms.find(blocks, "Friday") == ("one", more)
    with pytest.raises(LookupError, match="nothing here says 'three'"):
        forms.find(blocks, "Save", "three")
    with pytest.raises(LookupError, match="there is: Save, Monday, Friday"):
        forms.find(blocks, "Drop")


def test_boxes_are_ticked_and_unticked() -> None:
    """Ticking twice is ticking once; boxes ticked before stay ticked; the order is that of the boxes."""
    boxes = menu("checkboxes", initial_options=[FRIDAY])
    both = forms.ticked(boxes, forms.set_to(boxes), ["mon", "Friday"], on=True)
    assert both == [MONDAY, FRIDAY]
    assert forms.ticked(boxes, {"selected_options": both}, ["fri"], on=False) == [MONDAY]
    with pytest.raises(LookupError, match="no 'Sunday' to tick here; there is: days, Monday, Friday"):
        forms.ticked(boxes, {}, ["Sunday"], on=True)


def test_values_stay_until_a_form_is_sent() -> None:
    """The state is the value sent with the form, else a set one, else the initial one; overflow menus have none."""
    blocks = [
        *inputs(menu("static_select", initial_option=MONDAY)),
        *row("more", {**menu("overflow"), "action_id": "m"}),
    ]
    draft = {("b", "days"): {"selected_option": FRIDAY}}
    assert forms.state(blocks, {})["b"]["days"]["selected_option"] == MONDAY
    assert forms.state(blocks, draft)["b"]["days"]["selected_option"] == FRIDAY
    assert forms.state(blocks, draft, {"days": "mon"})["b"]["days"]["selected_option"] == MONDAY
    assert list(forms.state(blocks, {})) == ["b"]


def test_a_form_without_its_file_is_not_sent() -> None:
    """A file input without a file counts as empty."""
    blocks = inputs(menu("file_input"))
    assert forms.missing(blocks, forms.state(blocks, {})) == ["Days"]
    assert forms.missing(blocks, forms.state(blocks, {}, {"days": [{"id": "F1"}]})) == []


def test_a_form_that_is_not_filled_in_is_not_sent() -> None:
    """An input must have a value unless it is optional."""
    blocks = inputs(menu("checkboxes"))
    assert forms.missing(blocks, forms.state(blocks, {})) == ["Days"]
    assert forms.missing(blocks, forms.state(blocks, {}, {"days": ["mon"]})) == []
    assert forms.missing([{**blocks[0], "optional": True}], forms.state(blocks, {})) == []
