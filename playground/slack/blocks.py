"""The rules of Block Kit: every block and element that a message, a modal or a Home tab may have.

Source of the figures: Slack, reference/block-kit (blocks, block elements, composition objects). Blocks from 2026 on
(card, carousel, alert, container …) are left out: older clients lack them, so this stand-in refuses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.slack.mrkdwn import faults
from playground.slack.rules import (
    FLAG,
    Breach,
    Rule,
    also,
    any_of,
    breach,
    by_type,
    choice,
    many,
    number,
    shape,
    string,
)

ID = string(1, 255)
_URL = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)


def url(value: Any, at: str) -> Iterator[Breach]:
    """Return a rule for a URL of at most 3,000 characters."""
    found = list(string(1, 3000)(value, at))
    yield from found
    if not found and not _URL.fullmatch(value):
        yield breach(at, "must be a valid URL")


def plain(high: int) -> Rule:
    """Return a rule for a plain_text object of 1 to `high` characters."""
    return shape({"type": choice("plain_text"), "text": string(1, high)}, {"emoji": FLAG})


def _mrkdwn(high: int) -> Rule:
    def wise(value: Mapping[str, Any], at: str) -> Iterator[Breach]:
        for fault in faults(value["text"]):
            yield Breach("", f"{at}/text", fault)

    return also(shape({"type": choice("mrkdwn"), "text": string(1, high)}, {"verbatim": FLAG}), wise)


def text(high: int) -> Rule:
    """Return a rule for a text object, plain_text or mrkdwn, of 1 to `high` characters."""
    return by_type({"plain_text": plain(high), "mrkdwn": _mrkdwn(high)})


def _typed(kind: str, need: Mapping[str, Rule] | None = None, may: Mapping[str, Rule] | None = None) -> Rule:
    return shape({"type": choice(kind), **(need or {})}, may)


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)
# Slack's option value is 150 (reference); the type definitions of its own client say 75 in a comment: 150 it is.
OPTION = shape({"text": text(75), "value": string(1, 150)}, {"description": text(75), "url": url})
# Menus show plain text only (reference/composition-objects/option-object).
MENU_OPTION = shape({"text": plain(75), "value": string(1, 150)}, {"description": plain(75), "url": url})
GROUP = shape({"label": plain(75), "options": many(1, 100, MENU_OPTION)})

_PICK = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": FLAG}
_MENU = {**_PICK, "placeholder": plain(150)}
_EITHER = any_of("options", "option_groups")
_STATIC = {"options": many(1, 100, MENU_OPTION), "option_groups": many(1, 100, GROUP)}
_SUGGESTED = {"min_query_length": number(0, 1000)}
_DISPATCH = shape({}, {"trigger_actions_on": many(1, 2, choice("on_enter_pressed", "on_character_entered"))})


def _input(kind: str, **more: Rule) -> Rule:
    fields = {"action_id": ID, "placeholder": plain(150), "focus_on_load": FLAG, "dispatch_action_config": _DISPATCH}
    return _typed(kind, {}, {**fields, **more})


IMAGE = also(
    _typed("image", {"alt_text": string(1, 2000)}, {"image_url": url, "slack_file": shape({}, {"id": ID, "url": url})}),
    any_of("image_url", "slack_file"),
)
BUTTON = _typed(
    "button",
    {"text": plain(75)},
    {
        "action_id": ID,
        "url": url,
        "value": string(1, 2000),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(1, 75),
    },
)
_CONVERSATIONS = {
    "default_to_current_conversation": FLAG,
    "response_url_enabled": FLAG,
    "filter": shape(
        {},
        {
            "include": many(1, 4, choice("im", "mpim", "private", "public")),
            "exclude_external_shared_channels": FLAG,
            "exclude_bot_users": FLAG,
        },
    ),
}
_LENGTH = number(1, 100)
CONTROLS: dict[str, Rule] = {
    "button": BUTTON,
    "checkboxes": _typed(
        "checkboxes", {"options": many(1, 10, OPTION)}, {**_PICK, "initial_options": many(1, 10, OPTION)}
    ),
    "radio_buttons": _typed("radio_buttons", {"options": many(1, 10, OPTION)}, {**_PICK, "initial_option": OPTION}),
    "overflow": _typed("overflow", {"options": many(1, 5, MENU_OPTION)}, {"action_id": ID, "confirm": CONFIRM}),
    "datepicker": _typed("datepicker", {}, {**_MENU, "initial_date": string(10, 10)}),
    "timepicker": _typed("timepicker", {}, {**_MENU, "initial_time": string(5, 5), "timezone": string(1, 100)}),
    "static_select": also(_typed("static_select", {}, {**_MENU, **_STATIC, "initial_option": MENU_OPTION}), _EITHER),
    "multi_static_select": also(
        _typed(
            "multi_static_select",
            {},
            {**_MENU, **_STATIC, "initial_options": many(1, 100, MENU_OPTION), "max_selected_items": _LENGTH},
        ),
        _EITHER,
    ),
    "external_select": _typed("external_select", {}, {**_MENU, **_SUGGESTED, "initial_option": MENU_OPTION}),
    "multi_external_select": _typed(
        "multi_external_select",
        {},
        {**_MENU, **_SUGGESTED, "initial_options": many(1, 100, MENU_OPTION), "max_selected_items": _LENGTH},
    ),
    "users_select": _typed("users_select", {}, {**_MENU, "initial_user": ID}),
    "channels_select": _typed("channels_select", {}, {**_MENU, "initial_channel": ID, "response_url_enabled": FLAG}),
    "conversations_select": _typed("conversations_select", {}, {**_MENU, **_CONVERSATIONS, "initial_conversation": ID}),
}
INPUTS: dict[str, Rule] = {
    "plain_text_input": _input(
        "plain_text_input",
        initial_value=string(0, 3000),
        multiline=FLAG,
        min_length=number(0, 3000),
        max_length=number(1, 3000),
    ),
    "email_text_input": _input("email_text_input", initial_value=string(0, 3000)),
    "url_text_input": _input("url_text_input", initial_value=string(0, 3000)),
    "number_input": _input(
        "number_input",
        is_decimal_allowed=FLAG,
        initial_value=string(0, 100),
        min_value=string(1, 100),
        max_value=string(1, 100),
    ),
    "file_input": _typed(
        "file_input", {}, {"action_id": ID, "filetypes": many(1, 100, string(1, 50)), "max_files": number(1, 10)}
    ),
}

_STYLE = shape({}, {"bold": FLAG, "italic": FLAG, "strike": FLAG, "code": FLAG, "underline": FLAG})
_RICH = by_type(
    {
        "text": _typed("text", {"text": string(1, 12_000)}, {"style": _STYLE}),
        "link": _typed("link", {"url": url}, {"text": string(0, 3000), "unsafe": FLAG, "style": _STYLE}),
        "emoji": _typed("emoji", {"name": ID}, {"unicode": ID, "skin_tone": number(1, 6), "style": _STYLE}),
        "user": _typed("user", {"user_id": ID}, {"style": _STYLE}),
        "channel": _typed("channel", {"channel_id": ID}, {"style": _STYLE}),
        "date": _typed(
            "date", {"timestamp": number(0, 2**40), "format": ID}, {"url": url, "fallback": ID, "style": _STYLE}
        ),
    }
)
_RICH_RUN = many(0, 10_000, _RICH)
_RICH_SECTION = _typed("rich_text_section", {"elements": _RICH_RUN})
_RICH_PART = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_preformatted": _typed("rich_text_preformatted", {"elements": _RICH_RUN}, {"border": number(0, 1)}),
        "rich_text_quote": _typed("rich_text_quote", {"elements": _RICH_RUN}, {"border": number(0, 1)}),
        "rich_text_list": _typed(
            "rich_text_list",
            {"style": choice("bullet", "ordered"), "elements": many(1, 1000, _RICH_SECTION)},
            {"indent": number(0, 8), "offset": number(0, 10_000), "border": number(0, 1)},
        ),
    }
)
_CELL = by_type(
    {
        "raw_text": _typed("raw_text", {"text": string(1, 3000)}),
        "rich_text": _typed("rich_text", {"elements": many(1, 100, _RICH_PART)}),
    }
)


def _block(kind: str, need: Mapping[str, Rule] | None = None, may: Mapping[str, Rule] | None = None) -> Rule:
    return _typed(kind, need, {"block_id": ID, **(may or {})})


SAFE_BLOCKS: dict[str, Rule] = {
    "section": also(
        _block(
            "section",
            {},
            {
                "text": text(3000),
                "fields": many(1, 10, text(2000)),
                "accessory": by_type({**CONTROLS, "image": IMAGE}),
                "expand": FLAG,
            },
        ),
        any_of("text", "fields"),
    ),
    "header": _block("header", {"text": plain(150)}),
    "divider": _block("divider"),
    "context": _block(
        "context",
        {"elements": many(1, 10, by_type({"image": IMAGE, "mrkdwn": _mrkdwn(3000), "plain_text": plain(3000)}))},
    ),
    "actions": _block("actions", {"elements": many(1, 25, by_type(CONTROLS))}),
    "image": also(
        _block(
            "image",
            {"alt_text": string(1, 2000)},
            {"image_url": url, "slack_file": shape({}, {"id": ID, "url": url}), "title": plain(2000)},
        ),
        any_of("image_url", "slack_file"),
    ),
    "input": _block(
        "input",
        {"label": plain(2000), "element": by_type({**CONTROLS, **INPUTS})},
        {"hint": plain(2000), "optional": FLAG, "dispatch_action": FLAG},
    ),
    "rich_text": _block("rich_text", {"elements": many(1, 1000, _RICH_PART)}),
}
_THUMB = shape({"text": plain(75), "value": string(1, 2000)}, {"accessibility_label": string(1, 75)})
_FEEDBACK = _typed("feedback_buttons", {"positive_button": _THUMB, "negative_button": _THUMB}, {"action_id": ID})
_ICON = _typed("icon_button", {"icon": choice("trash"), "text": plain(75)}, {"action_id": ID, "value": string(1, 2000)})
MESSAGE_BLOCKS: dict[str, Rule] = {
    **SAFE_BLOCKS,
    "context_actions": _block(
        "context_actions", {"elements": many(1, 5, by_type({"feedback_buttons": _FEEDBACK, "icon_button": _ICON}))}
    ),
    "markdown": _block("markdown", {"text": string(1, 12_000)}),
    "table": _block(
        "table",
        {"rows": many(1, 100, many(1, 20, _CELL))},
        {"column_settings": many(0, 20, lambda _value, _at: iter(()))},
    ),
}
MESSAGE_BLOCK = by_type(MESSAGE_BLOCKS)
VIEW_BLOCK = by_type(SAFE_BLOCKS)
