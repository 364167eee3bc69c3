"""What people click and fill in: finding an element by what is written on it, and the state it leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# The field that holds each element's state, and the element's own field for what it begins with
# (reference/block-kit/block-elements, reference/interaction-payloads/view-interactions-payload).
_STATE: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}
Element = Mapping[str, Any]


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Element]]:
    """Give every element that one can use, with its block's id, in reading order."""
    for block in blocks:
        name = str(block.get("block_id", ""))
        inner = block.get("elements") if block.get("type") == "actions" else None
        for element in (*(inner or ()), block.get("accessory"), block.get("element")):
            if isinstance(element, Mapping) and element.get("type") not in {None, "image"}:
                yield name, element


def find(blocks: Iterable[Mapping[str, Any]], asked: str) -> tuple[str, Element]:
    """Find an element by its action_id or by what is written on it; LookupError naming what there is instead."""
    known = list(elements(blocks))
    for name, element in known:
        if asked in {element.get("action_id"), label(element)}:
            return name, element
    offered = ", ".join(label(element) or str(element.get("action_id")) for _, element in known) or "nothing"
    raise LookupError(f"there is no {asked!r} to use here; there is: {offered}")


def label(element: Element) -> str:
    """Give what is written on a button, or the placeholder of a menu."""
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def options(element: Element) -> list[Mapping[str, Any]]:
    """Give all the options that a menu has of its own."""
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def action(block: str, element: Element, chosen: Any = None) -> dict[str, Any]:
    """Build one action as block_actions carries it; `chosen` is what a menu was set to."""
    kind = str(element["type"])
    found = {"type": kind, "action_id": element.get("action_id", "unnamed"), "block_id": block}
    if kind == "button":
        return {**found, **{name: element[name] for name in ("text", "value", "url", "style") if name in element}}
    return {**found, **_state(element, chosen)}


def state(blocks: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Build a view's state: `values` by action_id, and what the other elements begin with."""
    found: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        name = element.get("action_id")
        if name is not None and element["type"] in _STATE:
            found.setdefault(block, {})[name] = {"type": element["type"], **_state(element, values.get(name))}
    return found


def _state(element: Element, chosen: Any) -> dict[str, Any]:
    name, initial = _STATE[str(element["type"])]
    if chosen is None:
        return {name: element.get(initial, [] if name == "selected_options" else None)}
    if name == "selected_option":
        return {name: _option(element, chosen)}
    if name == "selected_options":
        return {name: [_option(element, one) for one in chosen]}
    return {name: chosen}


def _option(element: Element, value: Any) -> Mapping[str, Any]:
    """Give the menu's own option of that value or text; one from a type-ahead may be given whole."""
    if isinstance(value, Mapping):
        return value
    for option in options(element):
        if value in {option.get("value"), option["text"]["text"]}:
            return option
    return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
