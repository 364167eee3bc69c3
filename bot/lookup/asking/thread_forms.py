"""Follow-ups that count: "when first?", "how often in 2019?" ask about what a thread is about."""

from __future__ import annotations

from bot.lookup.asking.limits import without_limits
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.reader import Context, telling
from bot.lookup.asking.request import COUNTED, Form, Limits

_PHRASES = phrases("thread")
_READER = phrases("reader")
_COUNT_FRAME = _READER["count_frame"]
_ASKED = {
    Form.ISSUES: _READER["count_issues"],
    Form.FIRST: _PHRASES["first"],
    Form.LAST: _PHRASES["last"],
    Form.COUNTS: _PHRASES["counts"],
}
_TOO = {Form.FIRST: _PHRASES["first_too"], Form.LAST: _PHRASES["last_too"]}
"""What asks for a link ("the last"), unless a figure stands before it."""


def figure_asked(text: str, context: Context, before: Form) -> tuple[Form, Limits] | None:
    """Return the figure that a follow-up asks for and what limits it; None for none, or for one of something else.

    `before` is the form of what was asked before it in the thread.
    """
    asked = next((form for form, pattern in _ASKED.items() if pattern.search(text)), None)
    if asked is None and before in COUNTED:
        asked = next((form for form, pattern in _TOO.items() if pattern.match(text)), None)
    if asked is None:
        return None
    rest, limits = without_limits(text, context.today, context.archive)
    return None if telling(_COUNT_FRAME.sub(" ", rest)) else (asked, limits)
