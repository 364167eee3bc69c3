"""Blocks drawn in a terminal."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, Group
from rich.text import Text

from playground.demo import draw
from playground.demo.rich_text import Reader
from playground.slack.mrkdwn import Reference, pieces, typed, unescape

HAND = Reader(lambda name: {"U1": "ada", "C1": "devops"}.get(name, name), ZoneInfo("Europe/London"))


def written(drawn: Any, width: int = 60) -> str:
    """Return the lines drawn without colour."""
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get().replace("\N{NO-BREAK SPACE}", " ")


def styles(text: Text) -> dict[str, str]:
    """Return a text's styles by the words that have them."""
    return {text.plain[span.start : span.end]: str(span.style) for span in text.spans}


@pytest.mark.parametrize(
    ("mrkdwn", "plain"),
    [
        ("a *b* _c_ ~d~ `e`", "a b c d e"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("&lt;b&gt; &amp;amp; &quot;", "<b> &amp; &quot;"),
        ("<https://example.com|the label> and <https://example.com>", "the label and https://example.com"),
        ("*<https://example.com|bold link>*", "bold link"),
        ("<@U1> in <#C1>, <!here>", "@ada in #devops, @here"),
        ("> quoted\n&gt; also", "▎ quoted\n▎ also"),
        ("```\nx *y*\n```", "x *y*"),
        ("<!date^1700000000^{date_num} {time}|then>", "2023-11-14 22:13"),
        (":bookmark: :no_such_emoji:", "🔖 :no_such_emoji:"),
        (":one: :keycap_ten:", "1️⃣ 🔟"),
        ("<mailto:a@example.com>", "a@example.com"),
    ],
)
def test_mrkdwn_reads_as_in_slack(mrkdwn: str, plain: str) -> None:
    """Formatting marks are removed, escapes undone, references named."""
    assert HAND.mrkdwn(mrkdwn).plain == plain


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain words", "plain words"),
        ("(see https://a.example/x.)", "(see <https://a.example/x>.)"),
        ("<script>https://a.example</script>", "&lt;script&gt;<https://a.example>&lt;/script&gt;"),
        (
            "https://a.example/?q=1&r=(2) and http://b.example!",
            "<https://a.example/?q=1&amp;r=(2>) and <http://b.example>!",
        ),
        ("ftp://a.example javascript:alert(1)", "ftp://a.example javascript:alert(1)"),
    ],
)
def test_typed_text_is_escaped_as_slack_does(text: str, kept: str) -> None:
    """Web addresses become links, the three special characters are escaped, and reading it returns what was typed."""
    assert typed(text) == kept
    assert HAND.mrkdwn(kept).plain == text


def test_marks_become_styles() -> None:
    """Bold is bold, italic italic, struck struck, code coloured, and a link is a real one."""
    found = styles(HAND.mrkdwn("*b* _i_ ~s~ `c` <https://example.com|l>"))
    assert found["b"] == "bold"
    assert found["i"] == "italic"
    assert found["s"] == "strike"
    assert "#e06c75" in found["c"]
    assert "link https://example.com" in found["l"]
    assert styles(HAND.mrkdwn("*_both_*"))["both"] == "bold italic"


@given(st.text("ab*_~`<>|&; \n!@#", max_size=40))
def test_any_text_is_drawn(text: str) -> None:
    """Drawing never fails, and no letter outside of references is lost."""
    letters = sum(piece.count("a") for piece in pieces(text) if not isinstance(piece, Reference))
    assert HAND.mrkdwn(text).plain.count("a") >= letters


@given(st.text("&ampltg;<>x"))
def test_escaping_is_undone_exactly(text: str) -> None:
    """Unescaping returns exactly what was escaped."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert unescape(escaped) == text


BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "The header"}},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "small print"}, {"type": "image", "alt_text": "logo"}]},
    {"type": "divider"},
    {
        "type": "section",
        "block_id": "s",
        "text": {"type": "mrkdwn", "text": "a *section*"},
        "accessory": {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}},
    },
    {"type": "section", "fields": [{"type": "mrkdwn", "text": f"field {n}"} for n in range(3)]},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "a", "style": "primary", "text": {"type": "plain_text", "text": "Share"}},
            {"type": "static_select", "action_id": "m", "placeholder": {"type": "plain_text", "text": "Pick"}},
            {"type": "overflow", "action_id": "o", "options": []},
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "ordered",
                "offset": 4,
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "link", "url": "https://example.com", "text": "linked"},
                            {"type": "text", "text": " code", "style": {"code": True}},
                            {"type": "emoji", "name": "wave"},
                            {"type": "user", "user_id": "U1"},
                            {"type": "channel", "channel_id": "C1"},
                            {"type": "date", "timestamp": 0, "format": "{date_num}"},
                        ],
                    }
                ],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as is"}]},
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "plain"}]},
        ],
    },
    {"type": "image", "alt_text": "a picture", "image_url": "https://example.com/x.png"},
    {"type": "markdown", "text": "**strong**"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}, {"type": "rich_text", "elements": []}]]},
    {"type": "hologram"},
]


def test_every_block_is_drawn() -> None:
    """Each kind of block shows its words; an unknown kind says so."""
    lines = written(Group(*draw.blocks(BLOCKS, HAND)))
    for words in (
        "The header",
        "small print  🖼  logo",
        "───",
        "a section",
        "Go",
        "field 2",
        "Share",
        "Pick ▾",
        "5. linked code👋@ada#devops1970-01-01",
        "▎ quoted",
        "as is",
        "a picture",
        "strong",
        "cell",
        "[a block of type hologram]",
    ):
        assert words in lines


def test_a_form_shows_what_is_filled_in() -> None:
    """A form shows its labels, its fields' initial values, and hints."""
    option = {"text": {"type": "plain_text", "text": "Monday"}, "value": "mon"}
    elements = [
        {"type": "plain_text_input", "action_id": "a", "initial_value": "begun"},
        {"type": "static_select", "action_id": "b", "initial_option": option, "options": [option]},
        {"type": "checkboxes", "action_id": "c", "initial_options": [option], "options": [option]},
        {"type": "conversations_select", "action_id": "d", "initial_conversation": "C1"},
        {"type": "plain_text_input", "action_id": "e", "placeholder": {"type": "plain_text", "text": "type"}},
    ]
    hint = {"type": "plain_text", "text": "a hint"}
    view = {
        "blocks": [
            {"type": "input", "label": {"type": "plain_text", "text": f"Label {n}"}, "element": element, "hint": hint}
            for n, element in enumerate(elements)
        ],
    }
    lines = written(Group(*draw.blocks(view["blocks"], HAND)), 80)
    for words in ("Label 0", " begun ", " Monday ", "1 ☑ Monday", "devops", " type ", "a hint"):
        assert words in lines


def test_boxes_are_drawn_one_below_the_other() -> None:
    """Checkboxes and radio buttons show their state and a number each; an overflow menu shows its options."""
    offered = [
        {
            "text": {"type": "mrkdwn", "text": f"*{word}*"},
            "description": {"type": "plain_text", "text": "why"},
            "value": word,
        }
        for word in ("one", "two")
    ]
    elements: list[dict[str, Any]] = [
        {"type": "checkboxes", "action_id": "c", "options": offered, "initial_options": offered[1:]},
        {"type": "radio_buttons", "action_id": "r", "options": offered, "initial_option": offered[0]},
        {"type": "overflow", "action_id": "o", "options": offered},
        {"type": "static_select", "action_id": "s", "options": offered, "initial_option": offered[0]},
    ]
    offers = [{"type": "actions", "elements": elements}]
    lines = written(Group(*draw.blocks(offers, HAND)), 100)
    eleventh = {"text": {"type": "plain_text", "text": "11. two"}, "value": "two"}
    boxes = {"type": "actions", "elements": [{**elements[0], "options": [offered[0], eleventh]}]}
    numbered = written(Group(*draw.blocks([boxes], HAND)), 100)
    assert "  ☑ 11. two" in numbered
    for words in ("1 ☐ one", "2 ☑ two", "why", "1 ◉ one", "2 ○ two", " ⋯ *one* / *two* ", " *one* ▾ "):
        assert words in lines
