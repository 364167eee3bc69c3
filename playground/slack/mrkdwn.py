"""Slack's mrkdwn, read the way Slack reads it: references in angle brackets, three escapes, and what goes wrong.

Source of the rules: Slack, messaging/formatting-message-text. Written apart from what renders mrkdwn for the bot, so
that one can check the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

_REFERENCE = re.compile(r"<([^<>\n]*)>")
_ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ESCAPE = re.compile("|".join(_ESCAPES))
_BARE_AMPERSAND = re.compile(r"&(?!amp;|lt;|gt;)")
_LINK = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
# A URL ends where prose continues: at a space, or before the mark that closes a clause.
_ADDRESS = re.compile(r"https?://(?:(?!&[lg]t;)\S)+?(?=[.,;:!?)\]'\"]*(?:\s|&[lg]t;|$))")
_SAFE_SCHEMES = ("http://", "https://", "mailto:")
_QUOTE = re.compile(r"^>+ ?", re.MULTILINE)
# What notifies a whole channel.
_LOUD = re.compile(r"!(here|channel|everyone|subteam)\b")


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands in angle brackets: `target` (a URL, "@U1", "#C1", "!date^…"), unescaped, and its `label` or None."""

    target: str
    label: str | None


Piece: TypeAlias = str | Reference


def unescape(text: str) -> str:
    """Unescape the three escapes, once; every other entity stays as it is."""
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], text)


def typed(text: str) -> str:
    """Return typed text as Slack stores it: the three characters escaped, web addresses in angle brackets.

    >>> typed("R&D: see https://example.com/?a=1&b=2.")
    'R&amp;D: see <https://example.com/?a=1&amp;b=2>.'
    >>> typed("https://example.com/a|b")
    '<https://example.com/a%7Cb>'
    """
    flat = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A bar would end the address and begin its words.
    return _ADDRESS.sub(lambda match: f"<{match[0].replace('|', '%7C')}>", flat)


def pieces(text: str) -> Iterator[Piece]:
    """Split mrkdwn into plain runs (still escaped, with their * and _) and references, in order."""
    end = 0
    for match in _REFERENCE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        target, bar, label = match[1].partition("|")
        yield Reference(unescape(target), unescape(label) if bar else None)
        end = match.end()
    if end < len(text):
        yield text[end:]


def faults(text: str) -> Iterator[str]:
    """Yield what Slack would show or do other than the writer of `text` meant; it refuses none of it."""
    for piece in pieces(text):
        if isinstance(piece, Reference):
            yield from _reference_faults(piece)
        else:
            yield from _plain_faults(piece)


def _plain_faults(piece: str) -> Iterator[str]:
    unquoted = _QUOTE.sub("", piece)
    if "<" in unquoted or ">" in unquoted:
        yield "a < or > that is not escaped"
    if _BARE_AMPERSAND.search(piece):
        yield "an & that is not escaped"


def _reference_faults(reference: Reference) -> Iterator[str]:
    target, label = reference.target, reference.label
    if _LOUD.match(target):
        yield f"<{target}> calls everybody"
    elif target[:1] not in {"@", "#", "!"}:
        if not _LINK.fullmatch(target):
            yield f"<{target}> is no link: a space, no scheme, or nothing"
        elif not target.lower().startswith(_SAFE_SCHEMES):
            yield f"<{target}> links to something other than http, https or mailto"
    if label is not None and "|" in label:
        yield f"the label of <{target}> has a |"
    if label is not None and not label.strip():
        yield f"the label of <{target}> is empty"
