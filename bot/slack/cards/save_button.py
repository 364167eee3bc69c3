"""The Save button, which stands beside every link that the bot shows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from archive.issue import Entry
from archive.link import key
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block

SAVE, SAVED = "save", "unsave"
"""The beginnings of the buttons' action ids, up to a colon: one saves, the other removes."""
SLUG_MAX_CHARS = 400
"""An issue of a longer name is named by no button."""
_DIGITS = 12
_KEY = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Token:
    """What a Save button says of its link: the issue's slug, the entry's position, the beginning of the link's key.

    Short, since Slack may count a message's JSON. It tells apart what an old button meant from what stands there now.
    `view` is what the message answered (its maker's own text, "" for none), so that it can be shown anew.
    """

    slug: str
    position: int
    key: str
    view: str = ""

    def as_value(self) -> str:
        """Return it as a button's value."""
        said = json.dumps([self.slug, self.position, self.key], ensure_ascii=False)
        return f"{said}\n{self.view}" if self.view else said

    @classmethod
    def read(cls, value: object) -> Token | None:
        """Read a button's value; None for anything `as_value` would not have made. It is a hint: look the link up."""
        said, _, view = value.partition("\n") if isinstance(value, str) else ("", "", "")
        try:
            fields = json.loads(said) if len(said) <= blocks.BUTTON_VALUE_MAX_CHARS else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, list) or len(fields) != 3:
            return None
        slug, position, key_ = fields
        if not (isinstance(slug, str) and type(position) is int and isinstance(key_, str) and _KEY.fullmatch(key_)):
            return None
        return cls(slug, position, key_, view)


def token(slug: str, entry: Entry, view: str = "") -> Token | None:
    """Return the token of an entry's first link, None for an entry without one or an issue of a monstrous name."""
    if not entry.links:
        return None
    made = Token(slug, entry.position, key(entry.links[0].url)[:_DIGITS], view)
    return made if len(slug) <= SLUG_MAX_CHARS else None


def save_button(about: Token | None, headline: str, *, saved: bool = False, drop: str = "Saved ✓") -> Block | None:
    """Return the button that saves the link or, if it is `saved`, the one that removes it; None without a token.

    `headline` tells it from the others of its message to those who hear it.
    """
    if about is None:
        return None
    # The same link may stand twice in a message: of two issues, or in two entries of one.
    name = f"{about.position}:{key(about.slug)[:4]}"
    if saved:
        return blocks.button(drop, f"{SAVED}:{name}", about.as_value(), about=headline)
    return blocks.button("Save", f"{SAVE}:{name}", about.as_value(), about=headline)
