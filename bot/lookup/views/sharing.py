"""What can be shared with a channel, the form that asks for a line of one's own, and the message that is posted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from archive.issue import Issue
from archive.search.result import Answer, Result
from bot.domain.entry_numbers import entry_numbers
from bot.domain.preferences import Preferences
from bot.domain.text import clean, one_line
from bot.domain.title import title
from bot.lookup.views.answer import PAGE_RESULTS, SearchRequest, quoted, results_shown
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip
from bot.slack.cards.digest import digest
from bot.slack.cards.save_button import SLUG_MAX_CHARS

SHARE_TO = "share_to"
"""The action id of the button that shares one link with a channel that was named."""
SHARE = "sharing"
"""The part before the colon of the action ids of the buttons that open the form."""
FORM = "share_form"
LINE, LINKS = "line", "links"
"""The blocks and action ids of the form's fields."""
LINE_MAX_CHARS = 300
_METADATA_MAX_CHARS = 3_000  # Slack: reference/interaction-payloads/view, private_metadata
_MAX_POSITION = 100_000
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Shareable:
    """What is shared: a page of answers to a `request`, the entry at a `position` of the issue `slug`, or that issue.

    `as_value` and `read` carry it through a button and the form; `read` checks what comes back.
    """

    request: SearchRequest | None = None
    slug: str = ""
    position: int = -1

    def as_value(self) -> str:
        """Return it as a button's value."""
        if self.request is not None:
            return self.request.as_value()
        fields: dict[str, Any] = {"i": self.slug}
        return json.dumps(fields | ({"e": self.position} if self.position >= 0 else {}), ensure_ascii=False)

    @classmethod
    def read(cls, value: object) -> Shareable | None:
        """Read a button's value; None for anything `as_value` would not have made."""
        if request := SearchRequest.read(value):
            return cls(request)
        try:
            fields = (
                json.loads(value) if isinstance(value, str) and len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
            )
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict) or not isinstance(fields.get("i"), str):
            return None
        slug, position = fields["i"], fields.get("e", -1)
        fits = type(position) is int and -1 <= position <= _MAX_POSITION and 0 < len(slug) <= SLUG_MAX_CHARS
        return cls(None, slug, position) if fits else None


@dataclass(frozen=True, slots=True)
class ShareTarget:
    """One link, the entry at a `position` of the issue `slug`, and the `channel` (an id) it is to be shared with."""

    slug: str
    position: int
    channel: str

    def as_value(self) -> str:
        """Return it as a button's value."""
        return json.dumps({"i": self.slug, "e": self.position, "c": self.channel}, ensure_ascii=False)

    @classmethod
    def read(cls, value: str) -> ShareTarget | None:
        """Read a button's value; None for anything `as_value` would not have made."""
        what = Shareable.read(value)
        if what is None or what.request is not None or what.position < 0:
            return None
        channel = json.loads(value).get("c")
        fits = isinstance(channel, str) and _CHANNEL.fullmatch(channel)
        return cls(what.slug, what.position, channel) if fits else None


@dataclass(frozen=True, slots=True)
class ShareForm:
    """A form as it was sent: the `channel` and response `url` of the click that opened it, what is shared, and how.

    `line` is the person's own, "" for none; `numbers` are the ticked links of a page, counted from 0, none for all.
    """

    channel: str
    url: str
    what: Shareable
    line: str = ""
    numbers: frozenset[int] = frozenset()


def share_button(what: Shareable, kind: str) -> Block:
    """Return the button that opens the form; `kind` tells it from other buttons of a message."""
    return blocks.button("Share …", f"{SHARE}:{kind}", what.as_value())


def form(said: str, links: Sequence[Result], channel: str, url: str, what: Shareable) -> Block | None:
    """Return the form; `said` (markup) names what is shared, and several `links` can be chosen among.

    None if what it has to remember is too long for Slack.
    """
    remembered = json.dumps([channel, url, what.as_value()])
    if len(remembered) > _METADATA_MAX_CHARS:
        return None
    made: list[Block] = [blocks.section(said)]
    if len(links) > 1:
        options = [_option(number, result) for number, result in enumerate(links)]
        boxes = {"type": "checkboxes", "action_id": LINKS, "options": options, "initial_options": options}
        made.append(_input(LINKS, "Links", boxes))
    line = {"type": "plain_text_input", "action_id": LINE, "max_length": LINE_MAX_CHARS}
    made.append({**_input(LINE, "A line of your own", line), "optional": True})
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": remembered,
        "title": blocks.plain("Share with channel", 24),
        "submit": blocks.plain("Share", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": made,
    }


def _input(name: str, label: str, element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": name, "label": blocks.plain(label, 2_000), "element": element}


def _option(number: int, result: Result) -> dict[str, Any]:
    return {"text": blocks.plain(one_line(result.entry.headline) or "·", 75), "value": str(number)}


def read_form(view: Mapping[str, Any]) -> ShareForm | None:
    """Read a submitted form; None for anything else."""
    try:
        channel, url, value = json.loads(str(view.get("private_metadata", ""))[:_METADATA_MAX_CHARS])
        values = view["state"]["values"]
        line = values[LINE][LINE]["value"]
        ticked = [each["value"] for each in values[LINKS][LINKS]["selected_options"]] if LINKS in values else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    what = Shareable.read(value)
    if what is None or not (isinstance(channel, str) and isinstance(url, str) and isinstance(line, str | None)):
        return None
    known = {str(number) for number in range(PAGE_RESULTS)}
    numbers = frozenset(int(each) for each in ticked if isinstance(each, str) and each in known)
    return ShareForm(channel, url, what, one_line(clean(line or ""))[:LINE_MAX_CHARS], numbers)


def page(found: Answer, request: SearchRequest, today: date, user: str, line: str = "") -> Message:
    """Render links of an answer for the channel, several numbered from 1; `user` is the id of who shares them."""
    count = len(found.results)
    what = "tool" if request.tools else "link"
    head = f"<@{user}> shared {count} {what}{'s' * (count != 1)} on *{quoted(request.query)}*"
    return _links(found.results, today, head, line)


def one(result: Result, today: date, user: str, line: str = "") -> Message:
    """Render one link for the channel."""
    return _links((result,), today, f"<@{user}> shared a link", line)


def issue(shown: Issue, user: str, line: str = "") -> tuple[Message, tuple[int, ...]]:
    """Render an issue's contents for the channel, and return the positions of the entries that it numbers from 1."""
    parent = digest(shown, Preferences()).parent
    head = _head(f"<@{user}> shared this issue", line)
    # The contents show every entry, so the n-th numbered link has the number n.
    numbers = entry_numbers(shown)
    numbered_first = sorted(parent.entries, key=lambda position: position not in numbers)
    return Message(parent.message.text, (head, *parent.message.blocks)), tuple(numbered_first)


def named(shown: Issue) -> str:
    """Return the issue's title in bold, as markup."""
    return f"*{clip(title(shown), 150)}*"


def _links(results: Sequence[Result], today: date, head: str, line: str) -> Message:
    made = results_shown([replace(result, lacks=()) for result in results], today)
    for number, at in enumerate(range(0, len(made), 2) if len(results) > 1 else (), 1):
        made[at] = {**made[at], "text": blocks.mrkdwn(f"{number}. {made[at]['text']['text']}")}
    heads = "; ".join(one_line(result.entry.headline) for result in results)
    return Message(clip(f"{line}: {heads}" if line else heads, 900) or "·", (_head(head, line), *made))


def _head(said: str, line: str) -> Block:
    return blocks.section(f"{said}:\n{clip(line, 2_000)}") if line else blocks.context(said)
