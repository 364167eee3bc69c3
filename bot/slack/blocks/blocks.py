"""The few Block Kit blocks that the bot speaks in, each within its limit.

Only header, section, context, divider and actions are used: the set that old clients read too. Figures are Slack's
(reference/block-kit/blocks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.domain.text import one_line
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, clip_plain, linked

MAX_BLOCKS = 50
NEW_BLOCK = "context_actions"
"""The only type of block here that Slack may refuse (see `feedback`)."""
TEXT_MAX_CHARS = 9_000
"""Slack refuses a message whose blocks hold too much text, without saying how much: 9,597 characters have passed."""
JSON_MAX_CHARS = 15_500
"""The same as JSON, should that be what Slack counts: 15,561 characters have passed, 17,694 not (bolt-js #2867)."""
SECTION_MAX_CHARS = 3_000
HEADER_MAX_CHARS = 150
BUTTON_MAX_CHARS = 75
BUTTON_VALUE_MAX_CHARS = 2_000


def header(text: str) -> Block:
    """Make a large plain line, cut to 150 characters."""
    return {"type": "header", "text": plain(text, HEADER_MAX_CHARS)}


def section(markup: str, accessory: Block | None = None) -> Block:
    """Make a paragraph of `markup` (1 to 3,000 characters), with a button or menu beside it if given.

    `verbatim` keeps Slack from finding mentions and links of its own in it.
    """
    block: dict[str, Any] = {"type": "section", "text": mrkdwn(markup), "expand": True}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def context(*markup: str) -> Block:
    """Make a line of small print; up to ten pieces, each cut by its maker."""
    return {"type": "context", "elements": [mrkdwn(piece) for piece in markup[:10]]}


def notes(said: Sequence[str]) -> list[Block]:
    """Make lines of small print of plain notes: the first five, each cut to 300 characters."""
    return [context(clip(note, 300)) for note in said[:5]]


def divider() -> Block:
    """Make a rule."""
    return {"type": "divider"}


def actions(elements: Iterable[Block], block_id: str | None = None) -> Block:
    """Make a row of buttons, at most 25."""
    block: dict[str, Any] = {"type": "actions", "elements": list(elements)[:25]}
    if block_id:
        block["block_id"] = block_id
    return block


def feedback(action_id: str, about: str) -> Block:
    """Make a thumb up and a thumb down; their values are "+" and "-" followed by what they are `about`.

    Slack may refuse a message with this block, since it reaches workspaces by and by (reference/block-kit/blocks,
    context_actions): what sends it sends the message again without.
    """
    value = about[: BUTTON_VALUE_MAX_CHARS - 1]
    sides = {
        "positive_button": ("Helpful", "This answer helped", f"+{value}"),
        "negative_button": ("Not helpful", "This answer did not help", f"-{value}"),
    }
    thumbs = {
        side: {"text": plain(text, BUTTON_MAX_CHARS), "accessibility_label": label, "value": said}
        for side, (text, label, said) in sides.items()
    }
    return {"type": NEW_BLOCK, "elements": [{"type": "feedback_buttons", "action_id": action_id, **thumbs}]}


def button(text: str, action_id: str, value: str = "", *, style: str | None = None, about: str = "") -> Block:
    """Make a button; `value` (at most 2,000 characters, checked by the caller) comes back on the click.

    `about` says to screen readers which of several such buttons it is.
    """
    made: dict[str, Any] = {"type": "button", "text": plain(text, BUTTON_MAX_CHARS), "action_id": action_id}
    if named := one_line(about):
        made["accessibility_label"] = clip_plain(f"{text} {named}", BUTTON_MAX_CHARS)
    if value:
        made["value"] = value
    if style:
        made["style"] = style
    return made


def plain(text: str, limit: int) -> Block:
    """Make a plain_text object of one line, cut to `limit`, never empty."""
    return {"type": "plain_text", "text": clip_plain(text, limit) or "·", "emoji": False}


def mrkdwn(markup: str) -> Block:
    """Make a mrkdwn text object, never empty."""
    return {"type": "mrkdwn", "text": markup or "·", "verbatim": True}


def have_room(made: Sequence[Block]) -> bool:
    """Return whether Slack takes a message of these blocks."""
    fits = sum(map(weight, made)) <= TEXT_MAX_CHARS and len(made) <= MAX_BLOCKS
    return fits and len(json.dumps(made, ensure_ascii=False)) <= JSON_MAX_CHARS


def weight(block: Block) -> int:
    """Count a block's text as Slack's limit on a message's blocks does: every text it shows."""
    total = 0
    stack: list[Any] = [block]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            text = value.get("text")
            total += len(text) if isinstance(text, str) else 0
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
    return total


def window(title: str, shown: Iterable[Block]) -> Block:
    """Make a modal that only shows blocks, and is closed; `title` is cut to 24 characters (Slack: surfaces/modals)."""
    return {"type": "modal", "title": plain(title, 24), "close": plain("Close", 24), "blocks": list(shown)}


def says(text: str) -> Message:
    """Make a message of one paragraph; `text` is markup of 1 to 3,000 characters."""
    return Message(text, (section(text),))


def line_message(reason: str) -> Message:
    """Return a message of one plain line, with web addresses as links."""
    return says(linked(sentence(one_line(reason)), 2_900) or "·")


def sentence(text: str) -> str:
    """Return `text` with a capital letter at its start and a full stop at its end."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."
