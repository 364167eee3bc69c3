"""Slack's text markup: foreign words made harmless, links made safe, everything cut to a limit.

Rules (Slack: messaging/formatting-message-text): exactly `&`, `<` and `>` are escaped; nothing escapes `*`, `_`, `~`, a
backtick, a leading `>` or an `:emoji:`, so an invisible character keeps those from meaning anything. Every length here
is a number of code points after escaping, which is what Slack counts.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from bot.domain.text import clean, one_line

ELLIPSIS = "…"
URL_MAX_CHARS = 1_500
"""A longer address is not linked but shown: three of them would fill a section (Slack: section text, 3,000)."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_BREAK = "\u200b"
_MARKUP = re.compile(
    r"(?<![\w])(?P<open>[*_~`])(?=\S)"  # what could start bold, italic, strike or code
    r"|(?P<quote>^[ \t]*(?=>))"  # what could start a quote
    r"|(?P<emoji>:)(?=[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:)"  # what could be an emoji
    r"|(?P<at>@)(?=(?:here|channel|everyone)\b)",  # what old clients still expand
    re.MULTILINE | re.IGNORECASE,
)
# One of these is in every text in which anything above could be.
_SUSPECT = re.compile(r"[*_~`>@]|:\S")
_LINKABLE = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)", re.IGNORECASE)
_ADDRESS = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)])")
_MADE = re.compile(r"<(https?://[^\s<>|]++)\|([^<>|]*+)>")
_SCHEME = re.compile(r"^(?:https?://(?:www\.)?|mailto:)", re.IGNORECASE)
# What ends a link or splits it from its label (Slack: spaces, pipes and angle brackets break `<url|label>`).
_URL_BREAKERS = re.compile(r"[\s|<>\x00-\x20\x7f-\x9f\ud800-\udfff\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    """Make foreign text mean nothing but itself in mrkdwn. Line breaks stay."""
    text = clean(text)
    if _SUSPECT.search(text):
        text = _MARKUP.sub(_disarm, text)
    return text.translate(_ESCAPES) if "&" in text or "<" in text or ">" in text else text


def _disarm(match: re.Match[str]) -> str:
    # Before a quote mark the invisible character comes first, after any other one it comes second.
    return f"{match.group()}{_BREAK}"


def clip(text: str, limit: int) -> str:
    """Escape `text` and cut it, at a word where one is near, so that the result has at most `limit` characters.

    A cut text ends with an ellipsis; the ellipsis counts. `limit` is at least 1.
    """
    whole = escape(text)
    if len(whole) <= limit:
        return whole
    kept = escape(text[: _fitting(text, limit - 1)].rstrip())
    return f"{kept}{ELLIPSIS}" if len(kept) < limit else ELLIPSIS


def clip_plain(text: str, limit: int) -> str:
    """Cut `text` for a plain_text object, where nothing is escaped: one line, at most `limit` characters."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    return (line[: _cut(line, limit - 1)].rstrip() if limit > 1 else "") + ELLIPSIS


def split(text: str, limit: int) -> tuple[str, ...]:
    """Escape `text` and part it into pieces of at most `limit` characters, at line ends and words where possible.

    No word is lost; a text of nothing but space gives no piece. `limit` is at least 10.
    """
    pieces: list[str] = []
    rest = clean(text).strip()
    while rest:
        if len(rest) <= limit and len(whole := escape(rest)) <= limit:
            pieces.append(whole)
            break
        end = _fitting(rest, limit)
        # A line's end in the second half of what fits is the better place.
        line = rest.rfind("\n", end // 2, end)
        end = line if line > 0 else end
        pieces.append(escape(rest[:end].rstrip()))
        rest = rest[end:].lstrip()
    return tuple(pieces)


def _fitting(text: str, limit: int) -> int:
    """Find how much of `text` fits `limit` once escaped: a number of characters, at least 1."""
    low, high = 1, min(len(text), max(limit, 1))
    while low < high:
        middle = (low + high + 1) // 2
        if len(escape(text[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return _cut(text, low)


def _cut(text: str, end: int) -> int:
    """Move `end` back to the last space if it is near, and off anything that joins onto the character before it."""
    space = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if space > end - 24 and space > end // 2:
        return space
    while 1 < end < len(text) and (unicodedata.combining(text[end]) or "\u200d" in text[end - 1 : end + 1]):
        end -= 1
    return max(end, 1)


def linkable(url: str) -> bool:
    """Return whether `url` may be a link: http, https or mailto, and short enough."""
    return bool(_LINKABLE.match(url)) and len(_encoded(url)) <= URL_MAX_CHARS


def _encoded(url: str) -> str:
    url = url.strip()
    if not url.isascii() or _URL_BREAKERS.search(url):
        url = _URL_BREAKERS.sub(_percent, url)
    return url.replace("&", "&amp;")


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))


def link(url: str, label: str, limit: int = 150) -> str:
    """Link `label` (cut to `limit`) to `url`; where the address may not be a link, the label alone.

    A label of nothing is the address as people read it.
    """
    words = one_line(label) or shown(url)
    said = clip(words.replace("|", "¦"), limit)
    return f"<{_encoded(url)}|{said}>" if linkable(url) else said


def linked(text: str, limit: int) -> str:
    """Escape a sentence of the bot's own as `clip` does, but make links of the web addresses in it."""
    words = _ADDRESS.split(one_line(text))
    said = "".join(link(word, shown(word), 60) if at % 2 else escape(word) for at, word in enumerate(words))
    return said if len(said) <= limit else clip(text, limit)


def relinked(text: str, limit: int) -> str:
    """Escape one line of text but for the links in it, written as `link` writes them; without links if it is too long.

    Whatever the line holds, the result means nothing else: each link is taken apart and built again.
    """
    pieces = _MADE.split(one_line(text))
    said = "".join(
        link(unescape(piece), unescape(pieces[at + 1])) if at % 3 == 1 else escape(piece)
        for at, piece in enumerate(pieces)
        if at % 3 != 2
    )
    return said if len(said) <= limit else clip(" ".join(text.split()), limit)


def shown(url: str) -> str:
    """Return an address as people read it: no scheme, no `www.`, no slash at the end. Not escaped."""
    return _SCHEME.sub("", one_line(url)).rstrip("/")


def host(url: str) -> str:
    """Return the site that an address is on, as people read it. Not escaped."""
    return re.split(r"[/?#]", shown(url), maxsplit=1)[0]


def bold(text: str) -> str:
    """Make markup (already escaped) bold; nothing stays nothing."""
    return f"*{text}*" if text else ""
