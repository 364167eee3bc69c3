"""Slack's text as Rich text: mrkdwn and rich_text elements, drawn as Slack's clients show them.

Sources: Slack, messaging/formatting-message-text (mrkdwn, dates), reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.emoji import Emoji
from rich.style import Style
from rich.text import Text

from playground.slack.mrkdwn import Reference, pieces, unescape

LINK = Style(color="#1d9bd1")
CODE = Style(color="#e06c75")
MENTION = Style(color="#1d9bd1", bgcolor="#1a2a33")

# Each reference is replaced by one private-use character while bold and italic are looked for.
_FIRST = 0xE000
_LAST = 0xF8FF
_SPANS: tuple[tuple[re.Pattern[str], Style, bool], ...] = (
    (re.compile(r"```\n?(.+?)\n?```", re.DOTALL), CODE, False),
    (re.compile(r"`([^`\n]+)`"), CODE, False),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^\s*])\*(?![\w*])"), Style(bold=True), True),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]*[^\s_])_(?!\w)"), Style(italic=True), True),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]*[^\s~])~(?![\w~])"), Style(strike=True), True),
)
_QUOTED = re.compile(r"^&gt;+ ?|^>+ ?")
_DATE = re.compile(r"!date\^(\d{1,12})\^([^^]*)(?:\^(.*))?")


def nobody(name: str) -> str:
    """Return an id as it is."""
    return name


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader: `named` turns ids of users and channels into names; times are shown in `zone`."""

    named: Callable[[str], str] = nobody
    zone: tzinfo = UTC

    def mrkdwn(self, text: str, style: Style | None = None) -> Text:
        """Draw mrkdwn."""
        references: list[Reference] = []
        flat = []
        for piece in pieces(text):
            if isinstance(piece, str):
                flat.append("".join(char for char in piece if not _FIRST <= ord(char) <= _LAST))
            elif _FIRST + len(references) <= _LAST:
                flat.append(chr(_FIRST + len(references)))
                references.append(piece)
        drawn = Text(style=style or Style())
        for number, line in enumerate(_lines("".join(flat))):
            drawn.append("\n" if number else "")
            quote = _QUOTED.match(line)
            if quote:
                drawn.append("▎ ", Style(dim=True))
            self._inline(line[quote.end() :] if quote else line, references, Style(), drawn)
        return drawn

    def rich(self, elements: Iterable[Mapping[str, Any]]) -> Text:
        """Draw the elements of a rich_text section."""
        drawn = Text()
        for element in elements:
            style = _styled(element.get("style") or {})
            kind = element.get("type")
            if kind == "link":
                url = str(element["url"])
                drawn.append(str(element.get("text") or url), style + LINK + Style(link=url))
            elif kind == "emoji":
                drawn.append(emoji(f":{element['name']}:"), style)
            elif kind == "user":
                drawn.append(f"@{self.named(str(element['user_id']))}", style + MENTION)
            elif kind == "channel":
                drawn.append(f"#{self.named(str(element['channel_id']))}", style + MENTION)
            elif kind == "date":
                drawn.append(self._date(int(element["timestamp"]), str(element["format"])), style)
            else:
                drawn.append(str(element.get("text", "")), style)
        return drawn

    def time(self, ts: str) -> str:
        """Tell a message's time of day."""
        return f"{datetime.fromtimestamp(float(ts), self.zone):%H:%M}"

    def _inline(self, text: str, references: list[Reference], style: Style, drawn: Text) -> None:
        """Draw a run of text: the first span in it, what is around that, and what is within."""
        found = [(match, more, deeper) for pattern, more, deeper in _SPANS if (match := pattern.search(text))]
        if not found:
            self._plain(text, references, style, drawn)
            return
        match, more, deeper = min(found, key=lambda one: one[0].start())
        self._plain(text[: match.start()], references, style, drawn)
        if deeper:
            self._inline(match[1], references, style + more, drawn)
        else:
            self._plain(match[1], references, style + more, drawn, emojis=False)
        self._inline(text[match.end() :], references, style, drawn)

    def _plain(self, text: str, references: list[Reference], style: Style, drawn: Text, *, emojis: bool = True) -> None:
        for run in re.split(f"([{chr(_FIRST)}-{chr(_LAST)}])", text):
            if len(run) == 1 and _FIRST <= ord(run) <= _LAST:
                self._reference(references[ord(run) - _FIRST], style, drawn)
            else:
                drawn.append(emoji(unescape(run)) if emojis else unescape(run), style)

    def _reference(self, reference: Reference, style: Style, drawn: Text) -> None:
        target, label = reference.target, reference.label
        if target.startswith("@"):
            drawn.append(f"@{label or self.named(target[1:])}", style + MENTION)
        elif target.startswith("#"):
            drawn.append(f"#{label or self.named(target[1:])}", style + MENTION)
        elif (date := _DATE.fullmatch(target)) is not None:
            link = Style(link=date[3]) + LINK if date[3] else Style()
            drawn.append(self._date(int(date[1]), date[2]) or label or "", style + link)
        elif target.startswith("!"):
            drawn.append(f"@{target[1:]}", style + MENTION)
        else:
            shown = label or target.removeprefix("mailto:")
            drawn.append(emoji(shown), style + LINK + Style(link=target))

    def _date(self, at: int, form: str) -> str:
        """Tell a date in the reader's zone, as the tokens in `form` ask."""
        when = datetime.fromtimestamp(at, self.zone)
        day = f"{when.day}"
        tokens = {
            "date_num": f"{when:%Y-%m-%d}",
            "date": f"{when:%B} {day}, {when:%Y}",
            "date_pretty": f"{when:%B} {day}, {when:%Y}",
            "date_short": f"{when:%b} {day}, {when:%Y}",
            "date_short_pretty": f"{when:%b} {day}, {when:%Y}",
            "date_long": f"{when:%A}, {when:%B} {day}, {when:%Y}",
            "date_long_pretty": f"{when:%A}, {when:%B} {day}, {when:%Y}",
            "time": f"{when:%H:%M}",
            "time_secs": f"{when:%H:%M:%S}",
            "ago": f"{when:%Y-%m-%d %H:%M}",
        }
        return re.sub(r"\{(\w+)\}", lambda token: tokens.get(token[1], token[0]), form)


def emoji(text: str) -> str:
    """Turn :names: of emoji into emoji, those that are known."""
    return Emoji.replace(text.replace(":keycap_ten:", "🔟"))  # Slack's own name for it


def _lines(text: str) -> Iterator[str]:
    """Return the lines of a text; a block of code is one, whatever it has in it."""
    for part in re.split(r"(```.+?```)", text, flags=re.DOTALL):
        if part.startswith("```"):
            yield part
        elif part:
            yield from part.strip("\n").split("\n") if "```" in text else part.split("\n")


def _styled(style: Mapping[str, Any]) -> Style:
    drawn = Style(
        bold=True if style.get("bold") else None,
        italic=True if style.get("italic") else None,
        strike=True if style.get("strike") else None,
        underline=True if style.get("underline") else None,
    )
    return drawn + CODE if style.get("code") else drawn
