"""The question about issues that are not posted by themselves: a direct message with three buttons, and a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archive.issue import Issue
from bot.domain.text import one_line
from bot.domain.title import title
from bot.slack.blocks import blocks
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import clip, escape

ALL, CHOOSE, NONE = "older:all", "older:choose", "older:none"
"""The buttons' action ids; the value of each is the question's id."""
CALLBACK = FIELD = "older"
"""The form's callback id, and the block and action id of its only field."""
MAX_NAMED = 5
MAX_OPTIONS = 100
"""Options that a select menu may have (Slack: block-elements)."""


def asked(question: int, channel: str, issues: Sequence[Issue], command: str, advice: str = "") -> Message:
    """Return the question about `issues` (oldest first, at least one) that the channel (id) does not get by itself.

    `advice`: what else to do, as a sentence.
    """
    count = _count(len(issues))
    names = ", ".join(clip(one_line(title(issue)), 60) for issue in issues[-MAX_NAMED:])
    rest = len(issues) - MAX_NAMED
    more = f" and {rest} more before" if rest > 0 else ""
    it, them = ("it is", "it") if len(issues) == 1 else ("they are", "them")
    text = (
        f"{count} came in; {it} not posted by {'itself' if len(issues) == 1 else 'themselves'} in <#{channel}>: "
        f"{names}{more}. Search finds {them}, and `{escape(command)} why` says why."
    )
    text += f" {advice}" if advice else ""
    value = str(question)
    post = {**blocks.button("Post all" if len(issues) > 1 else "Post it", ALL, value), "confirm": _confirm(count)}
    row = [post, blocks.button("Choose", CHOOSE, value), blocks.button("Post none", NONE, value)]
    if len(issues) == 1:
        del row[1]
    return Message(text, (blocks.section(text), blocks.actions(row)))


def form(question: int, issues: Sequence[tuple[int, Issue]]) -> Block:
    """Return the form in which the issues to be posted are chosen; `issues` with their order numbers, oldest first."""
    offered = issues[-MAX_OPTIONS:][::-1]
    field = {
        "type": "multi_static_select",
        "action_id": FIELD,
        "placeholder": blocks.plain("Issues", 150),
        "options": [{"text": blocks.plain(_dated(issue), 75), "value": str(at)} for at, issue in offered],
    }
    hint = f"The newest {MAX_OPTIONS} of {len(issues)}." if len(issues) > MAX_OPTIONS else "The others are not posted."
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": blocks.plain("Post older issues", 24),
        "submit": blocks.plain("Post", 24),
        "close": blocks.plain("Cancel", 24),
        "private_metadata": str(question),
        "blocks": [
            {
                "type": "input",
                "block_id": FIELD,
                "label": blocks.plain("Which ones?", 2_000),
                "hint": blocks.plain(hint, 2_000),
                "element": field,
            }
        ],
    }


def read(view: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the question's id as the form holds it and the chosen order numbers; "" and none where it has none."""
    question = view.get("private_metadata")
    try:
        options = view["state"]["values"][FIELD][FIELD]["selected_options"]
        chosen = [str(option["value"]) for option in options]
    except (KeyError, TypeError):
        chosen = []
    return (question if isinstance(question, str) else "", chosen)


def _count(number: int) -> str:
    return f"{number} older issue{'s' * (number != 1)}"


def _dated(issue: Issue) -> str:
    about = "about " if issue.date_guessed else ""
    return f"{title(issue)[:55]} ({about}{issue.published:%d %b %Y})"


def _confirm(count: str) -> Block:
    return {
        "title": blocks.plain(f"Post {count}?", 100),
        "text": blocks.plain(f"{count} will be posted, one after the other.", 300),
        "confirm": blocks.plain("Post", 30),
        "deny": blocks.plain("Cancel", 30),
    }
