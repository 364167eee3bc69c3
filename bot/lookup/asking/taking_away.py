"""Follow-ups that take something away or let it in again: a filter, a word of the topic, what was left out."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.lookup.asking.going_on import SEARCHED, again
from bot.lookup.asking.limits import SECTIONS
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.plainly import without_limit
from bot.lookup.asking.reader import Context
from bot.lookup.asking.request import Limits, Request
from bot.lookup.asking.turn import Thread, Turn

_PHRASES = phrases("thread")
_AGAIN = _PHRASES["again"]
_WIDENED = _PHRASES["widened"]
_REMOVE = _PHRASES["remove"]
_DROPPED = _PHRASES["dropped"]
_WHOLE = _PHRASES["whole"]
_REMOVED = {
    "site": ("site",), "year": ("after", "before", "year"), "date": ("after", "before", "year"),
    "time": ("after", "before", "year"),
    "section": ("section", "without_sections"), "kind": ("section", "without_sections"), "order": ("order",),
    "exclusion": ("without", "without_sections"),
}  # fmt: skip
EVERYWHERE = re.compile(r"\b(?:archive|everywhere|anywhere|all issues)\b", re.IGNORECASE)


def removed(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "remove that", "any year": a filter goes, the last ones or those that are named."""
    match = _REMOVE.match(without_limit(_WIDENED.sub("", text)))
    if match and not match["what"] and not match["any"] and (widened := _widened_topic(thread)):
        return widened
    scoped = thread.request.issues or thread.request.last
    named = (match["what"] or match["any"] or "").casefold().rstrip("s") if match else ""
    nothing = not thread.request.limits.set() and thread.request.kind in SEARCHED
    if match and named in _REMOVED and nothing and not scoped:
        return again(thread, thread.request)  # "all sections", where none is left out
    if not match or not (thread.request.limits.set() or (scoped and EVERYWHERE.search(text))):
        return None
    gone = (
        _REMOVED.get(named)
        or (() if {"all", "no", "any"} & set(text.casefold().split()) else thread.narrowed)
        or thread.request.limits.set()
    )
    plain = Limits()
    limits = replace(thread.request.limits, **{name: getattr(plain, name) for name in gone})
    wide = EVERYWHERE.search(text) and thread.request.topic
    request = replace(thread.request, issues=(), last=0) if wide else thread.request
    return again(thread, replace(request, limits=limits))


def _widened_topic(thread: Thread) -> Turn | None:
    """Return the turn without the word that the last one added to the topic; None where that one added a limit."""
    before, topic = thread.topic_before, thread.request.topic
    if thread.narrowed or not before or not topic.startswith(f"{before} "):
        return None
    return again(thread, replace(thread.request, topic=before), topic_before=topic)


def let_in(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "with nagios again", "bring the ads back": what was left out is let in."""
    match = _AGAIN.match(text)
    back = match["what"].casefold().split() if match else []
    limits = thread.request.limits
    kept = tuple(word for word in limits.without if word.casefold() not in back)
    sections = tuple(name for name in limits.without_sections if name not in map(SECTIONS.get, back))
    if (kept, sections) == (limits.without, limits.without_sections):
        return None
    limits = replace(limits, without=kept, without_sections=sections)
    return again(thread, replace(thread.request, limits=limits))


def part_of_topic(text: str, _context: Context, thread: Thread, _request: Request) -> Turn | None:
    """Read "drop aws" and "just mesos" where the topic has the word and others: it goes, or it alone stays."""
    dropped, alone = _DROPPED.match(text), _WHOLE.match(text)
    if thread.request.kind not in SEARCHED:
        return None
    match = dropped or alone
    named = next(filter(None, match.groupdict().values()), "").casefold().split() if match else []
    topic = thread.request.topic.split()
    said = [word for word in topic if word.casefold() in named]
    left = [word for word in topic if word.casefold() not in named] if dropped else said
    if not left or len(left) == len(topic) or not set(named) <= {word.casefold() for word in said}:
        return None
    return again(thread, replace(thread.request, topic=" ".join(left)), topic_before=thread.request.topic)
