"""The links of one message as pages of checkboxes, in a message or modal that only one person sees."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.bookmark import BookmarkLink, link_numbers
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip_plain, host, shown

PAGE_LINKS = 10
"""Checkboxes on a page (Slack: reference/block-kit/block-elements/checkboxes-element)."""
CALLBACK = "choose_links"
ACTION = "choose"
"""The part of the buttons' action ids before the colon."""
TICKS = "ticks"
_OPTION_MAX_CHARS = 75
_MAX_OFFSET = 1_000


@dataclass(frozen=True, slots=True)
class PickerState:
    """The state of a choice: the message, the index of the page's first link, and the indexes that were ticked.

    `opened` is when the choice began, in microseconds by Slack's clock. `seal` is a signature for the person it was
    made for, so that nobody else can use it.
    """

    channel: str
    ts: str
    offset: int = 0
    ticked: frozenset[int] = frozenset()
    opened: int = 0
    seal: str = ""

    def as_value(self) -> str:
        """Return it as a button's value or a modal's metadata."""
        return json.dumps([self.channel, self.ts, self.offset, sorted(self.ticked), self.opened, self.seal])

    @classmethod
    def read(cls, value: object) -> PickerState | None:
        """Return the state that `as_value` wrote, None for anything else."""
        try:
            fields = (
                json.loads(value) if isinstance(value, str) and len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
            )
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, list) or len(fields) != 6:
            return None
        channel, ts, offset, ticked, opened, seal = fields
        if not (isinstance(ticked, list) and all(isinstance(each, str) for each in (channel, ts, seal))):
            return None
        if any(type(each) is not int for each in (offset, opened, *ticked)) or not 0 <= offset <= _MAX_OFFSET:
            return None
        return cls(channel, ts, offset, frozenset(ticked), opened, seal)

    def at(self, offset: int) -> PickerState:
        """Return the state for the page that contains `offset`, with nothing ticked."""
        return replace(self, offset=max(0, min(offset, _MAX_OFFSET)) // PAGE_LINKS * PAGE_LINKS, ticked=frozenset())


def picked(values: object) -> frozenset[str]:
    """Return the values of the ticked boxes in a payload's state; malformed parts are skipped."""
    found: set[str] = set()
    for block in values.values() if isinstance(values, Mapping) else ():
        field = block.get(TICKS) if isinstance(block, Mapping) else None
        options = field.get("selected_options") if isinstance(field, Mapping) else None
        for option in options if isinstance(options, list) else ():
            value = option.get("value") if isinstance(option, Mapping) else None
            if isinstance(value, str):
                found.add(value)
    return frozenset(found)


def option_value(index: int, link: BookmarkLink) -> str:
    """Return a box's value: the link's index in its message and the first 12 digits of its key."""
    return f"{index}:{link.key[:12]}"


def choose(links: Sequence[BookmarkLink], place: PickerState, done: str = "") -> Message:
    """Return a page of `links` as a message for one person, headed by `done` if that is not empty."""
    made = [*_boxes(links, place, done), blocks.actions(_buttons(links, place, saving=True))]
    return Message(f"Which of {len(links)} links do you want to save?", tuple(made))


def choose_form(links: Sequence[BookmarkLink], place: PickerState, done: str = "") -> dict[str, Any]:
    """Return a page of `links` as a modal."""
    made = _boxes(links, place, done)
    row = _buttons(links, place, saving=False)
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": place.as_value(),
        "title": blocks.plain("Save links", 24),
        "submit": blocks.plain("Save", 24),
        "close": blocks.plain("Close", 24),
        "blocks": [*made, *([blocks.actions(row)] if row else [])],
    }


def text_form(markup: str) -> dict[str, Any]:
    """Return a modal that only shows a text."""
    return {**blocks.window("Save links", [blocks.section(markup)]), "callback_id": f"{CALLBACK}_done"}


def _boxes(links: Sequence[BookmarkLink], place: PickerState, done: str) -> list[Block]:
    page = list(enumerate(zip(links, link_numbers(links), strict=True)))[place.offset : place.offset + PAGE_LINKS]
    options = {index: _option(index, number, link) for index, (link, number) in page}
    where = f", {place.offset + 1}–{place.offset + len(page)}" if len(links) > len(page) else ""
    said = f"*{len(links)} links*{where} · tick what you want to save"
    boxes: dict[str, Any] = {"type": "checkboxes", "action_id": TICKS, "options": list(options.values())}
    if ticked := [option for index, option in options.items() if index in place.ticked]:
        boxes["initial_options"] = ticked
    field = {
        "type": "input",
        # One id for each page: Slack keeps the ticks of an input whose id is the same in the next view.
        "block_id": f"{TICKS}:{place.offset}",
        "optional": True,
        "label": blocks.plain("Links of that message", 150),
        "element": boxes,
    }
    head = [blocks.context(done)] if done else []
    return [*head, blocks.context(said), field]


def _option(index: int, number: int, link: BookmarkLink) -> Block:
    words = one_line(link.headline) or shown(link.url) or "·"
    made: dict[str, Any] = {
        "text": blocks.plain(f"{number}. {words}" if number else words, _OPTION_MAX_CHARS),
        "value": option_value(index, link),
    }
    if link.url:
        made["description"] = blocks.plain(clip_plain(host(link.url), _OPTION_MAX_CHARS), _OPTION_MAX_CHARS)
    return made


def _buttons(links: Sequence[BookmarkLink], place: PickerState, *, saving: bool) -> list[Block]:
    """Return the buttons. Those that turn the page save its ticks first, so that no tick is lost."""
    row = [blocks.button("Save", f"{ACTION}:save", place.as_value(), style="primary")] if saving else []
    if place.offset:
        row.append(blocks.button(f"‹ Save, {PAGE_LINKS} before", f"{ACTION}:back", place.as_value()))
    left = len(links) - place.offset - PAGE_LINKS
    if left > 0:
        row.append(blocks.button(f"Save, next {min(left, PAGE_LINKS)} ›", f"{ACTION}:next", place.as_value()))
    return row
