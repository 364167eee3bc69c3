"""The few words that follow saving a link: a first-time hint, a confirmation that no reaction shows, a refusal."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.bookmark_file.record import URL_MAX_CHARS
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import bold, clip, link, shown
from bot.slack.cards.save_button import SaveToken, save_button

ONE = "one"
"""How a Save button names the message it is in: this one link."""
STALE = "that link is not in the archive any more; ask again"
NO_LINK = "There is no link in that message."
NO_WEB_LINK = (
    "That message has no link that can be saved: web addresses (http and https) can be, of at most "
    f"{URL_MAX_CHARS:,} characters and with none in them that does not show."
)
LOST = "I no longer know which message that was; react to it again, or use its *Save links* shortcut."


def saved_first(names: CommandNames) -> Message:
    """Explain once how saving works."""
    undo = "take the reaction off to drop it"
    return blocks.says(f"Saved. `{clip(names.command, 40)} saved` lists your bookmarks; {undo}. Only you see this.")


def one(
    url: str, headline: str, token: SaveToken, *, saved: bool, before: bool = False, names: CommandNames | None = None
) -> Message:
    """Say that a link is saved (or was `before`) or removed (not `saved`), with the button that undoes it.

    With `names`, for somebody who saves for the first time, explain how saving works.
    """
    words = one_line(headline) or shown(url) or "·"
    named = bold(link(url, words) if url else clip(words, 150))
    said = ("You saved this already" if before else "Saved") if saved else "Removed"
    button = save_button(replace(token, view=ONE), words, saved=saved, drop="Drop")
    lines = [blocks.section(f"{said}: {named}", button)]
    if names is not None:
        lines.append(blocks.context(f"`{clip(names.command, 40)} saved` lists your bookmarks. Only you see this."))
    return Message(f"{said}: {clip(words, 280)}", tuple(lines))


def pointed() -> Message:
    """Explain once how to save links from a message that the bot may not read."""
    return blocks.says(
        "I can’t read that message here. To save its links, open its menu (the three dots) and choose *Save links*."
    )


def saved(url: str, headline: str, names: CommandNames, *, new: bool) -> Message:
    """Confirm one link that was kept by the shortcut; not `new`: it was kept before."""
    words = one_line(headline) or shown(url) or "·"
    said = "Saved" if new else "You saved this already"
    named = bold(link(url, words) if url else clip(words, 150))
    return blocks.says(f"{said}: {named} · `{clip(names.command, 40)} saved` lists your bookmarks.")


def chosen(saved: int, removed: int, names: CommandNames) -> str:
    """Return one line (markup) that sums up a choice."""
    parts = [f"saved {saved} link{'s' * (saved != 1)}"] if saved else []
    parts += [f"dropped {removed}"] if removed else []
    said = " and ".join(parts) or "nothing changed"
    return f"{said[0].upper()}{said[1:]}. `{clip(names.command, 40)} saved` lists your bookmarks."
