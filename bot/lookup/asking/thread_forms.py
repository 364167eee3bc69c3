"""Follow-ups about what a thread is about: figures ("when first?", "how often in 2019?"), and only one newsletter."""

from __future__ import annotations

from dataclasses import replace

from bot.lookup.asking.going_on import again
from bot.lookup.asking.limits import without_limits
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.reader import Context, telling
from bot.lookup.asking.request import COUNTED, Form, Limits, Request
from bot.lookup.asking.turn import Thread, Turn

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


def narrowed_to_newsletter(request: Request, thread: Thread) -> Turn | None:
    """Return the turn that narrows what was looked for before to a newsletter; None if a message asks for more."""
    before = thread.request
    if request.topic or request.issues or request.random or not before.topic:
        return None
    narrowed = replace(before, limits=request.limits.over(before.limits))
    return again(thread, narrowed, narrowed=request.limits.set())
