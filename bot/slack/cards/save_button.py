"""The Save button, shown beside every link."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from archive.issue import Entry
from archive.link import key
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block

SAVE, SAVED = "save", "unsave"
"""The action ids of the buttons, up to a colon: one saves the link, the other removes the bookmark."""
SLUG_MAX_CHARS = 400
"""Characters of a slug; the links of an issue with a longer one get no button."""
_DIGITS = 12
_KEY = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class SaveToken:
    """What a Save button's value says of its link: the issue's slug, the entry's position, the start of the link's key.

    It is short, since Slack may count a message's JSON. The key shows whether the entry still has the link that an old
    button meant. `view` says what the message answered ("" for nothing), so that the message can be rendered again; its
    text is up to the code that made the message.
    """

    slug: str
    position: int
    key: str
    view: str = ""

    def as_value(self) -> str:
        """Return the token as a button's value."""
        said = json.dumps([self.slug, self.position, self.key], ensure_ascii=False)
        return f"{said}\n{self.view}" if self.view else said

    @classmethod
    def read(cls, value: object) -> SaveToken | None:
        """Return the token in a button's value, None for anything that `as_value` would not return.

        The value is untrusted: look the link up.
        """
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


def token(slug: str, entry: Entry, view: str = "") -> SaveToken | None:
    """Return the token of an entry's first link; None without a link, or if the slug is too long."""
    if not entry.links:
        return None
    made = SaveToken(slug, entry.position, key(entry.links[0].url)[:_DIGITS], view)
    return made if len(slug) <= SLUG_MAX_CHARS else None


def save_button(about: SaveToken | None, headline: str, *, saved: bool = False, drop: str = "Saved ✓") -> Block | None:
    """Return the button that saves the link or, if it is `saved`, the one that removes it; None without a token.

    `headline` is for screen readers, so that the buttons of a message can be told apart.
    """
    if about is None:
        return None
    # A message may show the same link twice: from two issues, or from two entries of one.
    name = f"{about.position}:{key(about.slug)[:4]}"
    if saved:
        return blocks.button(drop, f"{SAVED}:{name}", about.as_value(), about=headline)
    return blocks.button("Save", f"{SAVE}:{name}", about.as_value(), about=headline)
