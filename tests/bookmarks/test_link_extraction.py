"""The links of any message, wherever Slack shows them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.bookmarks.link_extraction import extract_links

A, B = "https://a.example/x", "https://b.example/y"


def plain(text: str) -> dict[str, str]:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def code(text: str) -> dict[str, Any]:
    """Return a rich_text block of preformatted code."""
    words = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [words]}]}


MENU = {"type": "overflow", "options": [{"text": plain("o"), "url": A}]}
SHARED = {"message": {"blocks": [{"type": "markdown", "text": f"[x]({A})"}]}}


@pytest.mark.parametrize(
    ("message", "links"),
    [
        ({"attachments": [{"pretext": f"see <{A}|the paper>"}]}, [(A, "the paper")]),
        ({"attachments": [{"footer": f"via <{A}|us>"}]}, [(A, "us")]),
        ({"attachments": [{"author_name": "Ann", "author_link": A}]}, [(A, "Ann")]),
        (
            {"attachments": [{"fields": [{"title": "Docs", "value": f"<{A}|here>"}, {"value": f"<{B}>"}, 7]}]},
            [(A, "here"), (B, "")],
        ),
        ({"attachments": [{"actions": [{"type": "button", "text": "Open", "url": A}]}]}, [(A, "Open")]),
        ({"attachments": [{"message_blocks": [SHARED]}]}, [(A, "x")]),
        (
            {"blocks": [{"type": "actions", "elements": [{"type": "button", "text": plain("Read"), "url": A}]}]},
            [(A, "Read")],
        ),
        ({"blocks": [{"type": "section", "accessory": MENU}]}, [(A, "o")]),
        (
            {"blocks": [{"type": "markdown", "text": f"# T\n[a (b)]({A}) and <{B}>, **bold**"}]},
            [(A, "a (b)"), (B, "")],
        ),
        ({"blocks": [{"type": "markdown", "text": f"see {A}."}]}, [(A, "")]),
        (
            {"blocks": [{"type": "video", "title": plain("Talk"), "title_url": A, "video_url": B, "alt_text": ""}]},
            [(A, "Talk")],
        ),
        ({"blocks": [{"type": "video", "title": plain("Talk"), "video_url": B}]}, [(B, "Talk")]),
        ({"blocks": [code(f"curl -L {A} | sh")]}, [(A, "")]),
        ({"text": f"```git clone {A}```"}, [(A, "")]),
        ({"text": f"`{A}`, (or {B})"}, [(A, ""), (B, "")]),
        ({"text": "https://en.example/wiki/Mercury_(planet)"}, [("https://en.example/wiki/Mercury_(planet)", "")]),
        ({"text": f"<{A}|words> and again {A}"}, [(A, "words")]),
    ],
)
def test_where_links_are_shown(message: dict[str, Any], links: list[tuple[str, str]]) -> None:
    """Each place in which Slack shows a link is read, in reading order."""
    assert list(extract_links(message).links) == links


@pytest.mark.parametrize(
    "message",
    [
        {"attachments": [{"pretext": 7, "fields": 8, "footer": None, "author_link": [], "actions": "x"}]},
        {"blocks": [{"type": "video", "title": 3, "title_url": 4}, {"type": "markdown", "text": None}]},
        {"blocks": [{"type": "button", "url": {}}, {"type": [], "url": 5}]},
        {"text": "mailto@https: http:// user@https://"},
    ],
)
def test_malformed_parts_are_skipped(message: dict[str, Any]) -> None:
    """Whatever stands there, nothing is raised and nothing is found."""
    assert extract_links(message).links == ()
