"""How an entry begins, wherever it is shown."""

from __future__ import annotations

from archive.issue import Entry
from bot.domain.text import one_line
from bot.slack.blocks.mrkdwn import bold, clip, link, shown

_HEADLINE = 150


def opening(entry: Entry) -> tuple[str, str]:
    """Part an entry with a link into its bold, linked headline (markup) and the text that follows it, as written.

    A headline that is the text's own first words, cut short or not, is not said twice: those words become the link,
    and what follows begins with the space or the mark that comes after them. Any other headline leaves the whole text.
    An entry without a link gives its headline in bold, or "" where that only repeats the text.
    """
    words = one_line(entry.headline).rstrip("… ")
    after = entry.text[len(words) :]
    # Slack closes bold only before what is no word's letter (messaging/formatting-message-text).
    repeats = bool(words) and entry.text.startswith(words) and not after[:1].isalnum() and not after.startswith("_")
    if not entry.links:
        return ("" if one_line(entry.text).startswith(words) else bold(clip(words, _HEADLINE))), entry.text
    url = entry.links[0].url
    if repeats and len(words) <= _HEADLINE:
        return bold(link(url, words, _HEADLINE)), "" if after.strip(".… ") == "" else after
    said = one_line(entry.headline) or one_line(entry.text) or shown(url)
    return bold(link(url, said, _HEADLINE)) or "·", entry.text
