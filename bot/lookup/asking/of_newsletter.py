"""What a message asks for of one of several newsletters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from archive.search.words import words
from bot.lookup.asking.heard import Heard
from bot.lookup.asking.request import MessageKind, Request

if TYPE_CHECKING:
    from bot.lookup.asking.reader import Context

_OF_ARCHIVE = frozenset({MessageKind.LOOKUP, MessageKind.QUESTION, MessageKind.ISSUE})
_SAYS_NOTHING = frozenset({MessageKind.CHATTER, MessageKind.AMBIGUOUS})


def of_newsletter(heard: Heard, context: Context, read: Callable[[Heard, Context], Request]) -> Request:
    """Return what a message asks for, as `read` does.

    Where it asks the archive for something of one newsletter, the rest is read with that one's issues.
    """
    rest, newsletter = context.archive.newsletter_in(heard.text)
    if not newsletter:
        return read(heard, context)
    of_one = replace(context, archive=context.archive.only(newsletter))
    request = read(replace(heard, text=rest), of_one) if words(rest) else Request(MessageKind.LOOKUP)
    if request.kind in _SAYS_NOTHING and not (request.topic or request.action):
        request = Request(MessageKind.LOOKUP)  # "links from sre weekly"
    if request.kind not in _OF_ARCHIVE:
        return read(heard, context)
    own = (of_one.archive.beside(issue, 0) or issue for issue in request.issues)
    return replace(request, issues=tuple(own), limits=replace(request.limits, newsletter=newsletter))
