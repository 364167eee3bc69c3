"""A thread's turns, and what is remembered of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.lookup.asking.request import MessageKind, Request, slots_of

MAX_SHOWN = 30
"""So many links that were shown are remembered: more than three pages nobody points at by their place."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A link that was shown: the issue's slug, the entry's position in it, and the day it was published."""

    slug: str
    position: int
    day: date


@dataclass(frozen=True, slots=True)
class Thread:
    """What is remembered of a thread: the last request, its page (from 1), the topic before, and what was shown.

    `narrowed` names the limits that the last message added, which "remove that" takes away. `pointed` is the place of
    the link that was last pointed at, 0 for none; `wish` is "save" if it was to be saved, and `asked_back` whether the
    place was asked about.
    """

    request: Request
    page: int = 1
    topic_before: str = ""
    shown: tuple[Shown, ...] = ()
    narrowed: tuple[str, ...] = ()
    pointed: int = 0
    wish: str = ""
    asked_back: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message of a thread asks to be done, and the request as a whole after it.

    `do` is one of search, question, issue, mine, bot, more, open, related, save, share, another action that needs a
    button, clarify and nothing. `rank` is a place in what was shown, from 1, -1 for the last.
    """

    do: str
    request: Request
    page: int = 1
    rank: int = 0
    narrowed: tuple[str, ...] = ()
    topic_before: str = ""

    def query(self) -> dict[str, Any]:
        """Return the request after this turn by the names that predictions give it."""
        request = self.request
        found: dict[str, Any] = {"topic": request.topic, **slots_of(request.limits)}
        if request.issues:
            found["issue"] = request.issues[0]
        if request.last:
            found["last"] = request.last
        return {name: value for name, value in found.items() if value}


def remembered(turn: Turn, before: Thread | None, shown: tuple[Shown, ...]) -> Thread | None:
    """Return what is remembered after a turn that showed `shown`; what asks nothing of the archive changes nothing."""
    if turn.do in {"nothing", "clarify", "bot", "open", "related", "save", "share"} or turn.request.kind in {
        MessageKind.BOT,
        MessageKind.CHANGE,
    }:
        return _pointed(turn, before)
    kept = before.shown if before and turn.do == "more" else ()
    return Thread(
        turn.request,
        turn.page,
        turn.topic_before or (before.topic_before if before else ""),
        (*kept, *shown)[-MAX_SHOWN:],
        turn.narrowed,
    )


def _pointed(turn: Turn, before: Thread | None) -> Thread | None:
    """Return what is remembered of a link that was pointed at: its place, and what was to be done with it."""
    wish = turn.request.action[0] if turn.request.action else ""
    if before is None or not (turn.rank or wish):
        return before
    asked_back = turn.do == "clarify"
    place = before.pointed if asked_back else turn.rank or before.pointed
    return replace(before, pointed=place, wish="save" if wish == "save" else "", asked_back=asked_back)
