"""The first line of an entry, the same wherever it is shown."""

from __future__ import annotations

from archive.issue import Entry
from bot.domain.text import one_line
from bot.slack.blocks.mrkdwn import bold, clip, link, linkable, shown

_HEADLINE = 150
_MAX_LINKS = 20
_OTHERS_MAX_CHARS = 2_700


def opening(entry: Entry) -> tuple[str, str]:
    """Return an entry's bold, linked headline (markup), and the text that follows it, as written.

    A headline that repeats the text's first words, cut short or not, is not shown twice: those words become the link,
    and the text continues with the space or punctuation after them. Any other headline is followed by the whole text.
    Without a link the headline is only bold, or "" if the text begins with it.
    """
    words = one_line(entry.headline).rstrip("… ")
    after = entry.text[len(words) :]
    # Slack ends bold only before a character that can't be part of a word (messaging/formatting-message-text).
    repeats = bool(words) and entry.text.startswith(words) and not after[:1].isalnum() and not after.startswith("_")
    if not entry.links:
        return ("" if one_line(entry.text).startswith(words) else bold(clip(words, _HEADLINE))), entry.text
    url = entry.links[0].url
    if repeats and len(words) <= _HEADLINE:
        return bold(link(url, words, _HEADLINE)), "" if after.strip(".… ") == "" else after
    said = one_line(entry.headline) or one_line(entry.text) or shown(url)
    return bold(link(url, said, _HEADLINE)) or "·", entry.text


def other_links(entry: Entry) -> str:
    """Return, as markup, a list of the links after the first, and of a first address that can't be shown as a link."""
    hidden = [f"• {clip(shown(each.url), 200)}" for each in entry.links[:1] if not linkable(each.url)]
    lines = hidden + [f"• {link(each.url, shown(each.url), 80)}" for each in entry.links[1:_MAX_LINKS]]
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) + len(kept) > _OTHERS_MAX_CHARS:
            break
        kept.append(line)
    lost = len(hidden) + len(entry.links[1:]) - len(kept)
    return "\n".join([*kept, f"• and {lost} more"] if lost else kept)
