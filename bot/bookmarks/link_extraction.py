"""The links of any message in Slack: read from its blocks, its text and its attachments."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.link import is_http, key

MAX_LINKS = 1_000
"""Links read from one message: as many as the pages of the picker can show."""
_MAX_ATTACHMENTS = 100  # Slack: reference/methods/chat.postMessage
# Slack writes links into text as <address> or <address|words> (messaging/formatting-message-text).
_LINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{0,20}:[^<>|\s]{1,4000})(?:\|([^<>]{0,3000}))?>")
_MARKDOWN = re.compile(
    r"\[([^\[\]]{0,3000})\]\(\s*<?(https?://[^\s<>()]{1,4000}(?:\([^\s<>()]{0,200}\)[^\s<>()]{0,2000})?)"
)
# An address without any markup: Slack makes a link of it, but not within code, where people put commands to copy.
_BARE = re.compile(r"(?<![\w@])https?://[^\s<>|`\"'\[\]{}\\^]{1,4000}", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{0,3000}>")
_TEXT_MAX_CHARS = 40_000
"""Characters of a text that are read: Slack truncates messages there (reference/methods/chat.postMessage)."""
_MAX_NODES = 20_000
"""Values of one payload that are visited, so that a hostile payload costs a bounded time."""


@dataclass(frozen=True, slots=True)
class ExtractedLinks:
    """The links of a message as (address, words), in reading order and without duplicates.

    `text` is the message's plain text; `refused` is True if it also has addresses that are not http or https.
    """

    links: tuple[tuple[str, str], ...]
    text: str = ""
    refused: bool = False


def extract_links(message: Mapping[str, Any]) -> ExtractedLinks:
    """Return the links of a message (Slack: reference/objects/message); malformed parts are skipped."""
    words: dict[str, tuple[str, str]] = {}
    refused = False
    for address, label in _addresses(message):
        url = address.strip()
        if not is_http(url):
            refused = True
            continue
        known, said = key(url), " ".join(label.split())
        if known in words:
            words[known] = (words[known][0], words[known][1] or _own(said, url))
        elif len(words) < MAX_LINKS:
            words[known] = (url, _own(said, url))
    text = message.get("text")
    plain = html.unescape(_MARKUP.sub(" ", text[:_TEXT_MAX_CHARS])) if isinstance(text, str) else ""
    return ExtractedLinks(tuple(words.values()), " ".join(plain.split()), refused)


def _own(said: str, url: str) -> str:
    """Return a link's words, or "" if they only repeat the address."""
    return "" if said == url or key(said) == key(url) else said


def _addresses(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _of_blocks(message.get("blocks"))
    yield from _of_text(message.get("text"))
    attachments = message.get("attachments")
    for each in attachments[:_MAX_ATTACHMENTS] if isinstance(attachments, list) else ():
        if isinstance(each, Mapping):
            yield from _of_attachment(each)


def _of_markdown(text: object) -> Iterator[tuple[str, str]]:
    """Yield the links of a markdown block: `[words](address)`, and bare addresses (Slack: blocks/markdown-block)."""
    if not isinstance(text, str):
        return
    text = text[:_TEXT_MAX_CHARS]
    for match in _MARKDOWN.finditer(text):
        yield match[2], match[1]
    yield from _bare(_MARKDOWN.sub(" ", text))


def _bare(text: str) -> Iterator[tuple[str, str]]:
    """Yield addresses that stand in a text without markup, without the punctuation that follows them."""
    for match in _BARE.finditer(text[:_TEXT_MAX_CHARS]):
        url = match[0].rstrip(".,;:!?*_~")
        yield url.rstrip(")") if url.count("(") < url.count(")") else url, ""


def _of_text(text: object) -> Iterator[tuple[str, str]]:
    """Yield the links of a text in Slack's markup, then the addresses in it without markup, as in code."""
    if not isinstance(text, str):
        return
    text = text[:_TEXT_MAX_CHARS]
    for match in _LINK.finditer(text):
        yield html.unescape(match[1]), html.unescape(match[2] or "")
    yield from _bare(html.unescape(_MARKUP.sub(" ", text)))


def _of_blocks(blocks: object) -> Iterator[tuple[str, str]]:
    """Yield the links of blocks in order: rich text has them as elements, other blocks as markup in their text."""
    stack, seen = [blocks], 0
    while stack and seen < _MAX_NODES:
        value, seen = stack.pop(), seen + 1
        if isinstance(value, Mapping):
            yield from _of_value(value)
            if value.get("type") != "mrkdwn":
                stack.extend(reversed([each for each in value.values() if isinstance(each, Mapping | list)]))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def _of_value(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the links of one object of a block, without what is in it."""
    text = value.get("text")
    match value.get("type"):
        case "link":
            yield from _linked(value.get("url"), text)
        case "mrkdwn":
            yield from _of_text(text)
        case "markdown":
            yield from _of_markdown(text)
        case "text" if isinstance(text, str):  # code in rich text; elsewhere Slack has made links of addresses
            yield from _bare(text)
        case "button" | "workflow_button":
            yield from _linked(value.get("url"), _plain(text))
        case "video":
            yield from _linked(value.get("title_url") or value.get("video_url"), _plain(value.get("title")))
        case None:  # an option of a menu
            yield from _linked(value.get("url"), _plain(text))


def _linked(url: object, words: object) -> Iterator[tuple[str, str]]:
    if isinstance(url, str):
        yield url, words if isinstance(words, str) else ""


def _plain(text: object) -> object:
    """Return the words of a text object; a legacy button has them as they are."""
    return text.get("text") if isinstance(text, Mapping) else text


def _of_attachment(attachment: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the links of an attachment, in the order in which Slack shows its parts (legacy-custom-integrations)."""
    yield from _of_text(attachment.get("pretext"))
    yield from _linked(attachment.get("author_link"), attachment.get("author_name"))
    for name in ("title_link", "from_url", "original_url"):
        yield from _linked(attachment.get(name), attachment.get("title"))
    yield from _of_text(attachment.get("text"))
    fields = attachment.get("fields")
    for each in fields[:_MAX_ATTACHMENTS] if isinstance(fields, list) else ():
        if isinstance(each, Mapping):
            yield from _of_text(each.get("title"))
            yield from _of_text(each.get("value"))
    for name in ("actions", "blocks", "message_blocks"):
        yield from _of_blocks(attachment.get(name))
    yield from _of_text(attachment.get("footer"))
