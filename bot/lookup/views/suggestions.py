"""The few words that follow saving a link: a first-time hint, a confirmation that no reaction shows, a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.bookmark import BookmarkLink
from bot.domain.bookmark_file.record import URL_MAX_CHARS
from bot.domain.text import one_line
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Message
from bot.slack.blocks.mrkdwn import ELLIPSIS, bold, clip, link, shown
from bot.slack.cards.save_button import SaveToken, save_button

ONE = "one"
"""How a Save button names the message it is in: this one link."""
STALE = "that link is not in the archive any more; ask again"
NO_LINK = "There is no link in that message."
NO_WEB_LINK = (
    "That message has no link that can be saved: web addresses (http and https) can be, of at most "
    f"{URL_MAX_CHARS:,} characters and with none in them that does not show."
)
_NUMBERED = "A number emoji does, from :one: to :keycap_ten:; for any link, tick it here."
_MAX_TITLES = 3
LOST = "I no longer know which message that was; react to it again, or use its *Save links* shortcut."


def saved_first(url: str, headline: str, names: CommandNames) -> Message:
    """Confirm a person's first bookmark by reaction, and explain once where it is and how to remove it."""
    where = f"`{clip(names.command, 40)} saved` and my Home tab list it; take the reaction off to remove it."
    private = "Only you see this message and your list; everybody sees the reaction."
    told = blocks.section(f"Saved: {_named(url, headline)}\n{where} {private}")
    return Message(f"Saved: {clip(_words(url, headline), 280)}", (told,))


def which_one(count: int, *, numbered: bool) -> str:
    """Return why a bookmark emoji saved nothing on a message with `count` links, as markup."""
    said = f"Nothing is saved yet: that message has {count} links, and the reaction doesn't say which."
    return f"{said} {_NUMBERED}" if numbered else said


def no_such_number(number: int | None, count: int) -> str:
    """Return why a number emoji saved nothing on a message with `count` links, as markup; None: it is beyond ten."""
    if number is None:
        return f"Nothing is saved: numbers go up to ten here. {_NUMBERED}"
    return f"Nothing is saved: that message has {count} links, and none with the number {number}."


def one(
    url: str, headline: str, token: SaveToken, *, saved: bool, before: bool = False, names: CommandNames | None = None
) -> Message:
    """Say that a link is saved (or was `before`) or removed (not `saved`), with the button that undoes it.

    With `names`, for somebody who saves for the first time, explain how saving works.
    """
    words, named = _words(url, headline), _named(url, headline)
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
    """Confirm one link that was saved by the shortcut; not `new`: it was saved before."""
    said = "Saved" if new else "You saved this already"
    return blocks.says(f"{said}: {_named(url, headline)} · `{clip(names.command, 40)} saved` lists your bookmarks.")


def chosen(saved: Sequence[BookmarkLink], removed: int, names: CommandNames) -> str:
    """Return one line (markup) that sums up a choice, with the titles of what was `saved`."""
    titles = ", ".join(clip(_words(each.url, each.headline), 80) for each in saved[:_MAX_TITLES])
    more = f" and {len(saved) - _MAX_TITLES} more" if len(saved) > _MAX_TITLES else ""
    parts = [f"saved {len(saved)} link{'s' * (len(saved) != 1)}: {titles}{more}"] if saved else []
    parts += [f"dropped {removed}"] if removed else []
    said = "; ".join(parts) or "nothing changed"
    said = said if said.endswith(ELLIPSIS) else f"{said}."
    return f"{said[0].upper()}{said[1:]} `{clip(names.command, 40)} saved` lists your bookmarks."


def _words(url: str, headline: str) -> str:
    return one_line(headline) or shown(url) or "·"


def _named(url: str, headline: str) -> str:
    words = _words(url, headline)
    return bold(link(url, words) if url else clip(words, 150))
