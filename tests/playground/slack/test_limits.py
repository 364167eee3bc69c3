"""The checker of Slack's limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.slack.limits import message_breaches, problems, refusal


def section(text: str, **more: Any) -> dict[str, Any]:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action_id: str = "a", **more: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}, **more}


def message(*blocks: dict[str, Any], text: str = "hello", **more: Any) -> dict[str, Any]:
    """Return a message."""
    return {"text": text, "blocks": list(blocks), **more}


def option(text: str = "x", value: str = "x") -> dict[str, Any]:
    """Return an option of a menu."""
    return {"text": {"type": "plain_text", "text": text}, "value": value}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a modal."""
    return {"type": "modal", "title": {"type": "plain_text", "text": "Title"}, "blocks": list(blocks), **more}


INPUT = {
    "type": "input",
    "label": {"type": "plain_text", "text": "When"},
    "element": {"type": "plain_text_input", "action_id": "x"},
}

FILES = {"type": "file_input", "action_id": "x", "filetypes": ["html"], "max_files": 1}
SAVE = {"type": "plain_text", "text": "Save"}

GOOD: list[dict[str, Any]] = [
    {"text": "hello"},
    {"response_type": "in_channel"},
    {"delete_original": True},
    message(section("a *bold* <https://example.com/a?b&amp;c|word> &amp; &lt;tag&gt;")),
    message({"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}, {"type": "divider"}),
    message(*[section("x" * 180, block_id=str(n)) for n in range(50)]),
    message(section("x" * 3000, accessory=button())),
    message({"type": "actions", "elements": [button(str(n), value="v" * 2000) for n in range(25)]}),
    message({"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}),
    message(section("> quoted\n&gt; not")),
    message(
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "see ", "style": {"bold": True}},
                        {"type": "link", "url": "https://example.com", "text": "it"},
                    ],
                }
            ],
        }
    ),
    {"text": "x", "metadata": {"event_type": "backissue_part", "event_payload": {"delivery": 1, "part": "parent"}}},
    modal(INPUT, submit={"type": "plain_text", "text": "Save"}, private_metadata="x" * 3000),
    {"view": {"type": "home", "blocks": [section("x")] * 100}},
    modal({**INPUT, "element": FILES}, submit=SAVE),
]

BAD: list[tuple[str, dict[str, Any]]] = [
    ("from 1 to 10", modal({**INPUT, "element": {**FILES, "max_files": 11}}, submit=SAVE)),
    ("for modals only", {"type": "home", "blocks": [{**INPUT, "element": FILES}]}),
    ("/element", message({**INPUT, "element": {**FILES, "initial_files": []}})),
    ("no_text", {"text": ""}),
    ("no_text", {"blocks": []}),
    ("invalid_arguments", {"text": 3}),
    ("msg_too_long", {"text": "x" * 4001}),
    ("unwise", {"text": "x" * 3901}),
    ("unwise", {"blocks": [section("x")]}),
    ("invalid_blocks_format", {"text": "x", "blocks": "section"}),
    ("too_many_attachments", {"text": "x", "attachments": [{}] * 101}),
    ("markdown_text_conflict", {"text": "x", "markdown_text": "y"}),
    ("more than 50", message(*[{"type": "divider"}] * 51)),
    ("/blocks/0/text/text", message(section("x" * 3001))),
    ("more than 0 characters", message(section(""))),
    ("needs one of: text, fields", message({"type": "section"})),
    ("no more than 10", message({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11})),
    ("less than 2001", message({"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]})),
    ("less than 151", message({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}})),
    ("must be one of plain_text", message({"type": "header", "text": {"type": "mrkdwn", "text": "x"}})),
    ("no more than 10", message({"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11})),
    ("no more than 25", message({"type": "actions", "elements": [button(str(n)) for n in range(26)]})),
    ("less than 2001", message(section("x", accessory=button(value="v" * 2001)))),
    ("less than 3001", message(section("x", accessory=button(url="https://" + "v" * 3000)))),
    ("valid URL", message(section("x", accessory=button(url="example.com")))),
    ("less than 256", message(section("x", block_id="b" * 256))),
    ("less than 256", message(section("x", accessory=button("b" * 256)))),
    ("block_id 'b' already exists", message(section("x", block_id="b"), section("y", block_id="b"))),
    ("action_id 'a' already exists", message({"type": "actions", "elements": [button(), button()]})),
    ("in another block", message(section("x", accessory=button()), section("y", accessory=button()))),
    ("invalid additional property: colour", message(section("x", colour="red"))),
    ("unsupported type: card", message({"type": "card"})),
    ("unsupported type: None", message({})),
    ("msg_blocks_too_long", message(*[section("x" * 2900) for _ in range(4)])),
    ("stay within 9000", message(*[section("x" * 2500) for _ in range(4)])),
    (
        "less than 76",
        message(section("x", accessory={"type": "static_select", "action_id": "s", "options": [option("x" * 76)]})),
    ),
    (
        "less than 151",
        message(
            section("x", accessory={"type": "static_select", "action_id": "s", "options": [option("x", "v" * 151)]})
        ),
    ),
    (
        "no more than 5",
        message(section("x", accessory={"type": "overflow", "action_id": "s", "options": [option()] * 6})),
    ),
    ("only_one_table_allowed", message(*[{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2)),
    ("not escaped", message(section("a & b"))),
    ("not escaped", message(section("a < b"))),
    ("not escaped", {"text": "a > b"}),
    ("calls everybody", message(section("<!here> news"))),
    ("is no link", message(section("<https://example.com/a b|label>"))),
    ("has a |", message(section("<https://example.com/a|b|label>"))),
    ("other than http", message(section("<javascript:alert(1)|label>"))),
    ("invalid_metadata_format", {"text": "x", "metadata": {"event_type": "a-b", "event_payload": {}}}),
    ("invalid_metadata_schema", {"text": "x", "metadata": {"event_type": "a", "event_payload": {"A": 1}}}),
    ("metadata_too_large", {"text": "x", "metadata": {"event_type": "a", "event_payload": {"a": "x" * 1024}}}),
    ("less than 25", modal(section("x"), submit={"type": "plain_text", "text": "x" * 25})),
    ("submit is required", modal(INPUT)),
    ("less than 3001", modal(section("x"), private_metadata="x" * 3001)),
    ("no more than 100", {"view": {"type": "home", "blocks": [{"type": "divider"}] * 101}}),
    ("view_too_large", modal(*[section("é" * 3000) for _ in range(60)])),
    ("unsupported type: markdown", modal({"type": "markdown", "text": "x"})),
    ("missing required field: title", {"type": "modal", "blocks": []}),
]


@pytest.mark.parametrize("payload", GOOD)
def test_a_valid_payload_has_no_problem(payload: dict[str, Any]) -> None:
    """A payload within the limits passes."""
    assert problems(payload) == []


@pytest.mark.parametrize(("named", "payload"), BAD)
def test_a_payload_over_a_limit_is_reported(named: str, payload: dict[str, Any]) -> None:
    """A payload over a limit is reported with the problem and its place."""
    assert any(named in line for line in problems(payload)), problems(payload)


def test_a_warning_is_no_refusal() -> None:
    """An unescaped & is reported, but Slack takes the message."""
    found = message_breaches(message(section("a & b")))
    assert found
    assert refusal(found) is None


TEXT = st.text("ab<>&|!:", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
NEARLY = st.fixed_dictionaries(
    {"type": st.sampled_from(["section", "actions", "context", "rich_text", "input", "table", "header", "image"])},
    optional=dict.fromkeys(("text", "elements", "fields", "accessory", "element", "rows", "block_id"), JSON),
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "metadata", "type", "view"]), JSON | st.lists(NEARLY)))
def test_any_payload_gets_an_answer(payload: dict[str, Any]) -> None:
    """The checker reports any wrong payload, and never fails itself."""
    assert all(isinstance(line, str) for line in problems(payload))
