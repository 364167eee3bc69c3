"""Every limit of Slack's on what the bot sends: messages, modals, Home tabs. Written apart from what renders them.

`problems` is what tests ask; `breaches` is what the stand-in workspace refuses by. A breach without a code is one that
Slack would accept and show otherwise than meant (an `&` that is not escaped) or that is near a limit nobody published:
`problems` reports it, the workspace lets it pass.

Sources: Slack, reference/block-kit, reference/methods/chat.postMessage, messaging/message-metadata,
surfaces/modals; for the total of a message's text the threads bolt-js #2509 and #2867.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from playground.slack.blocks import MESSAGE_BLOCK, VIEW_BLOCK, plain
from playground.slack.mrkdwn import faults
from playground.slack.rules import FLAG, Breach, Rule, choice, shape, string

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
# Text above 4,000 characters is split or refused; which is unknown (java-slack-sdk #704, bolt-python #764).
TEXT_MAX_CHARS = 4_000
WISE_TEXT = 3_900
# The smallest total of block text known to have been refused, and a total that is surely accepted (bolt-js #2867).
REFUSED_TOTAL = 11_341
WISE_TOTAL = 9_000
MARKDOWN_TOTAL = 12_000
ATTACHMENTS = 100
VIEW_BYTES = 250_000
# Not published; the advice is to stay under 1 kB.
METADATA_BYTES = 1_024

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]{1,255}")
_KEY = re.compile(r"[a-z0-9_]{1,255}")


def problems(payload: Mapping[str, Any]) -> list[str]:
    """Return everything that is wrong with a message, a modal or a Home tab, one line each; an empty list is a pass.

    `payload` is what goes to chat.postMessage, to a response_url, or a view (bare or under the key "view"). Each line
    names Slack's error (or "unwise"), what is wrong, and a JSON pointer.
    """
    view = payload.get("view", payload)
    if isinstance(view, Mapping) and str(view.get("type")) in {"modal", "home"}:
        return [str(breach) for breach in view_breaches(view)]
    return [str(breach) for breach in message_breaches(payload)]


def message_breaches(payload: Mapping[str, Any]) -> list[Breach]:
    """Return every breach of a message's limits, in the order in which Slack would look."""
    return [
        *_text(payload),
        *_blocks(payload.get("blocks"), BLOCKS_IN_MESSAGE, MESSAGE_BLOCK),
        *_message_totals(payload.get("blocks")),
        *_metadata(payload.get("metadata")),
    ]


def refusal(found: list[Breach]) -> Breach | None:
    """Return the first breach that Slack refuses for, or None."""
    return next((breach for breach in found if breach.code), None)


def _text(payload: Mapping[str, Any]) -> Iterator[Breach]:
    text, blocks, attachments = payload.get("text"), payload.get("blocks"), payload.get("attachments")
    markdown = payload.get("markdown_text")
    if text is not None and not isinstance(text, str):
        yield Breach("invalid_arguments", "/text", "must be a string")
        return
    if markdown is not None and (text or blocks):
        yield Breach("markdown_text_conflict", "/markdown_text", "not together with text or blocks")
    # A body of only response_type echoes the command; delete_original needs no words (Slack: slash commands).
    wordless = payload.get("delete_original") or set(payload) == {"response_type"}
    if not (text or blocks or attachments or markdown or wordless):
        yield Breach("no_text", "/text", "a message needs text or blocks")
    if isinstance(attachments, list) and len(attachments) > ATTACHMENTS:
        yield Breach("too_many_attachments", "/attachments", f"no more than {ATTACHMENTS} allowed")
    if isinstance(markdown, str) and len(markdown) > MARKDOWN_TOTAL:
        yield Breach("msg_too_long", "/markdown_text", f"must be less than {MARKDOWN_TOTAL + 1} characters")
    yield from _fallback(text or "", has_blocks=bool(blocks))


def _fallback(text: str, *, has_blocks: bool) -> Iterator[Breach]:
    if len(text) > TEXT_MAX_CHARS:
        yield Breach("msg_too_long", "/text", f"must be less than {TEXT_MAX_CHARS + 1} characters, is {len(text)}")
    elif len(text) > WISE_TEXT:
        yield Breach("", "/text", f"is {len(text)} characters; stay within {WISE_TEXT}")
    if has_blocks and not text.strip():
        yield Breach("", "/text", "phones and screen readers get nothing to show")
    for fault in faults(text):
        yield Breach("", "/text", fault)


def _blocks(blocks: Any, most: int, rule: Rule) -> Iterator[Breach]:
    if blocks is None:
        return
    if not isinstance(blocks, list | tuple):
        yield Breach("invalid_blocks_format", "/blocks", "must be an array")
        return
    if len(blocks) > most:
        yield Breach("invalid_blocks", "/blocks", f"no more than {most} items allowed [{len(blocks)}]")
    for index, block in enumerate(blocks):
        yield from rule(block, f"/blocks/{index}")
    yield from _identities(blocks)


def _identities(blocks: Any) -> Iterator[Breach]:
    """Check that ids are unique: a block's in its message; an action's in its block, and better in its message."""
    known = [block for block in blocks if isinstance(block, Mapping)]
    for name, count in Counter(str(block["block_id"]) for block in known if "block_id" in block).items():
        if count > 1:
            yield Breach("invalid_blocks", "/blocks", f"block_id {name!r} already exists")
    seen: set[str] = set()
    for index, block in enumerate(known):
        here = Counter(_action_ids(block))
        for name, count in here.items():
            if count > 1:
                yield Breach("invalid_blocks", f"/blocks/{index}", f"action_id {name!r} already exists")
            elif name in seen:
                yield Breach("", f"/blocks/{index}", f"action_id {name!r} is in another block too")
        seen.update(here)


def _action_ids(block: Mapping[str, Any]) -> Iterator[str]:
    elements = block.get("elements")
    for element in [
        *(elements if isinstance(elements, list | tuple) else ()),
        block.get("accessory"),
        block.get("element"),
    ]:
        if isinstance(element, Mapping) and isinstance(element.get("action_id"), str):
            yield element["action_id"]


def _message_totals(blocks: Any) -> Iterator[Breach]:
    if not isinstance(blocks, list | tuple):
        return
    total = written(blocks)
    if total >= REFUSED_TOTAL:
        yield Breach("msg_blocks_too_long", "/blocks", f"{total} characters in all; Slack refused {REFUSED_TOTAL}")
    elif total > WISE_TOTAL:
        yield Breach("", "/blocks", f"{total} characters in all; stay within {WISE_TOTAL}")
    kinds = Counter(str(block.get("type")) for block in blocks if isinstance(block, Mapping))
    if kinds["table"] > 1:
        yield Breach("only_one_table_allowed", "/blocks", "one table for each message")
    markdown = sum(written(block) for block in blocks if isinstance(block, Mapping) and block.get("type") == "markdown")
    if markdown > MARKDOWN_TOTAL:
        yield Breach("msg_blocks_too_long", "/blocks", f"markdown of more than {MARKDOWN_TOTAL} characters in all")


def written(value: Any) -> int:
    """Count the characters of text in blocks: every string under a key `text`, however deep."""
    if isinstance(value, Mapping):
        return sum(
            len(field) if name == "text" and isinstance(field, str) else written(field) for name, field in value.items()
        )
    if isinstance(value, list | tuple):
        return sum(map(written, value))
    return 0


def _metadata(metadata: Any) -> Iterator[Breach]:
    if metadata is None or metadata == {}:  # an empty one removes it (Slack: messaging/message-metadata)
        return
    kind = metadata.get("event_type") if isinstance(metadata, Mapping) else None
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    if not isinstance(kind, str) or not _EVENT_TYPE.fullmatch(kind) or not isinstance(payload, Mapping):
        yield Breach("invalid_metadata_format", "/metadata", "needs event_type (letters, digits, _) and event_payload")
        return
    for key, value in payload.items():
        if not _KEY.fullmatch(str(key)):
            yield Breach("invalid_metadata_schema", "/metadata/event_payload", f"key {key!r}: lower-case, digits and _")
        if isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(one, Mapping) for one in value)):
            yield Breach("", f"/metadata/event_payload/{key}", "nested objects are discouraged")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        yield Breach("metadata_too_large", "/metadata", f"more than {METADATA_BYTES} bytes")


def asks_for_files(view: Mapping[str, Any]) -> bool:
    """Return whether a view has a file_input; the app needs files:read for it (Slack: file-input-element)."""
    blocks = view.get("blocks")
    inputs = (block.get("element") for block in blocks or () if isinstance(block, Mapping))
    return any(isinstance(one, Mapping) and one.get("type") == "file_input" for one in inputs)


_ALWAYS: dict[str, Rule] = {
    "callback_id": string(1, 255),
    "private_metadata": string(0, 3000),
    "external_id": string(1, 255),
}
_MODAL = shape(
    {"type": choice("modal"), "title": plain(24), "blocks": lambda _value, _at: iter(())},
    {**_ALWAYS, "submit": plain(24), "close": plain(24), "clear_on_close": FLAG, "notify_on_close": FLAG,
     "submit_disabled": FLAG},
)  # fmt: skip
_HOME = shape({"type": choice("home"), "blocks": lambda _value, _at: iter(())}, _ALWAYS)


def view_breaches(view: Mapping[str, Any]) -> list[Breach]:
    """Return every breach of a modal's or a Home tab's limits (Slack: surfaces/modals, surfaces/app-home)."""
    blocks = view.get("blocks")
    found = [
        *(_MODAL if view.get("type") == "modal" else _HOME)(view, ""),
        *_blocks(blocks, BLOCKS_IN_VIEW, VIEW_BLOCK),
    ]
    kinds = {
        str(block.get("type"))
        for block in (blocks if isinstance(blocks, list | tuple) else ())
        if isinstance(block, Mapping)
    }
    if view.get("type") == "modal" and "input" in kinds and "submit" not in view:
        found.append(Breach("invalid_arguments", "", "submit is required when there are input blocks"))
    if view.get("type") == "home" and asks_for_files(view):
        found.append(Breach("invalid_arguments", "/blocks", "file_input is for modals only"))
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        found.append(Breach("view_too_large", "", f"more than {VIEW_BYTES} bytes of JSON"))
    return found
