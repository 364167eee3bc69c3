"""Clicking and filling in: finding an element by its text, and its state afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile
from typing import Any

from playground.slack.workspace import Draft

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
    "file_input": ("files", ""),
    "feedback_buttons": ("value", ""),
}
_LISTS = ("selected_options", "files")
Element = Mapping[str, Any]


def elements(blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Element]]:
    """Return every interactive element with its block's id, in reading order."""
    for block in blocks:
        name = str(block.get("block_id", ""))
        inner = block.get("elements") if block.get("type") in {"actions", "context_actions"} else None
        for element in (*(inner or ()), block.get("accessory"), block.get("element")):
            if isinstance(element, Mapping) and element.get("type") not in {None, "image"}:
                yield name, element


def find(blocks: Iterable[Mapping[str, Any]], asked: str, beside: str = "") -> tuple[str, Element]:
    """Return an element by its action_id, its text, or the text of one of its options.

    With `beside`, search from the block with that text on: of several buttons of one name, the one in that row. Raises
    LookupError naming those there are.
    """
    rows = list(dropwhile(lambda block: beside not in "\n".join(words(block)), blocks))
    if beside and not rows:
        raise LookupError(f"nothing here says {beside!r}")
    known = list(elements(rows))
    for name, element in known:
        if asked in {element.get("action_id"), label(element)} or any(
            is_option(one, asked) for one in options(element)
        ):
            return name, element
    offered = ", ".join(dict.fromkeys(_offered(element) for _, element in known)) or "nothing"
    raise LookupError(f"there is no {asked!r} to use here; there is: {offered}")


def words(value: Any) -> list[str]:
    """Return every text in blocks, in reading order."""
    if isinstance(value, Mapping):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [word for name, field in value.items() if name != "metadata" for word in words(field)]
    if isinstance(value, list | tuple):
        return [word for item in value for word in words(item)]
    return []


def label(element: Element) -> str:
    """Return a button's text, or a menu's placeholder."""
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))


def options(element: Element) -> list[Mapping[str, Any]]:
    """Return all of a menu's own options."""
    groups = element.get("option_groups") or ()
    if element.get("type") == "feedback_buttons":
        return [element["positive_button"], element["negative_button"]]
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def is_option(option: Mapping[str, Any], asked: Any) -> bool:
    """Return whether an option has that value, or those words on it."""
    return asked in {option.get("value"), option["text"]["text"]}


def sent_at_once(blocks: Iterable[Mapping[str, Any]], name: str) -> bool:
    """Return whether using the block `name` is sent to the app at once: an input's value is sent with the form.

    Unless it has dispatch_action (Slack: reference/block-kit/blocks/input-block).
    """
    block = next((one for one in blocks if one.get("block_id") == name), {})
    return block.get("type") != "input" or bool(block.get("dispatch_action"))


def action(block: str, element: Element, state: Mapping[str, Any]) -> dict[str, Any]:
    """Build one action as block_actions carries it; `state` is what its element is set to now."""
    kind = str(element["type"])
    found = {"type": kind, "action_id": element.get("action_id", "unnamed"), "block_id": block}
    if kind == "button":
        return {**found, **{name: element[name] for name in ("text", "value", "url", "style") if name in element}}
    return {**found, **state}


def set_to(element: Element, chosen: Any = None) -> dict[str, Any]:
    """Return an element's state: `chosen` (an option, its value or text; a text), None: its initial value."""
    if element["type"] not in _STATE:
        return {}
    name, initial = _STATE[str(element["type"])]
    if chosen is None:
        return {name: element.get(initial, [] if name in _LISTS else None)}
    if name == "selected_option":
        return {name: _option(element, chosen)}
    if name == "selected_options":
        return {name: [_option(element, one) for one in chosen]}
    if name == "files":
        return {name: [dict(one) for one in chosen]}
    thumb = element["type"] == "feedback_buttons"
    return {name: _option(element, chosen)["value"] if thumb else chosen or None}  # an empty field has no value at all


def state(
    blocks: Iterable[Mapping[str, Any]], draft: Draft, values: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """Build the state of all elements: by `values` (by action_id), else by the draft, else what they begin with."""
    found: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        name = element.get("action_id")
        if name is None or element["type"] not in _STATE or element["type"] in {"overflow", "feedback_buttons"}:
            continue
        given = (values or {}).get(name)
        now = draft.get((block, name)) if given is None else None
        found.setdefault(block, {})[name] = {"type": element["type"], **(now or set_to(element, given))}
    return found


def missing(blocks: Iterable[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the labels of the inputs that must be filled in and are not: Slack does not send such a form."""
    return [
        str(block["label"]["text"])
        for block in blocks
        if block.get("type") == "input"
        and not block.get("optional")
        and not any(_filled(one) for one in values.get(str(block.get("block_id")), {}).values())
    ]


def _filled(one: Mapping[str, Any]) -> bool:
    return any(value for name, value in one.items() if name != "type")


def _offered(element: Element) -> str:
    inside = [str(option["text"]["text"]) for option in options(element)]
    own = label(element) or str(element.get("action_id"))
    return ", ".join(inside if element["type"] == "overflow" else [own, *inside][:6])


def _option(element: Element, value: Any) -> Mapping[str, Any]:
    """Return the menu's own option of that value or text; one from a type-ahead may be given whole."""
    if isinstance(value, Mapping):
        return value
    for option in options(element):
        if is_option(option, value):
            return option
    return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}


def ticked(element: Element, now: Mapping[str, Any], asked: Sequence[str], *, on: bool) -> list[Mapping[str, Any]]:
    """Return the options of checkboxes that are set after those `asked` for were ticked, or unticked."""
    before = now.get("selected_options") or []
    every = options(element)
    for one in asked:
        if not any(is_option(option, one) for option in every):
            raise LookupError(f"there is no {one!r} to tick here; there is: {_offered(element)}")
    values = {option.get("value") for option in before}
    touched = {option.get("value") for option in every if any(is_option(option, one) for one in asked)}
    after = values | touched if on else values - touched
    return [option for option in every if option.get("value") in after]
