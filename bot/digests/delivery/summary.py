"""One line about the replies of a finished digest that were not posted, for the delivery's row and for `why`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.digests.delivery.rendering import RenderedPart
from bot.domain.delivery import THREAD_GONE, PartRow, State, closing, reply_name
from bot.domain.text import one_line

_HEADLINE_MAX_CHARS = 60

SUMMARY_MAX_CHARS = 500
_GAPS = {State.UNKNOWN: "unknown, it may or may not have been posted", State.REFUSED: "refused"}
_SHORT = {THREAD_GONE: "its channel message was deleted"}


def headline_of(rendered: RenderedPart | None) -> str:
    """Return the headline of the first entry that a message shows, shortened; "" if it shows none."""
    first = rendered.shown[0].headline if rendered is not None and rendered.shown else ""
    line = one_line(first)
    return line if len(line) <= _HEADLINE_MAX_CHARS else f"{line[: _HEADLINE_MAX_CHARS - 1].rstrip()}…"


def summary(parts: Sequence[PartRow], rendered: Mapping[str, RenderedPart] | None = None) -> str:
    """Return which replies were not posted and why, "" if all were; at most 500 characters.

    `rendered` are the digest's messages by key: a reply is named by its number and its headline.
    """
    replies = [part for part in parts if part.at > 0]
    named = {part.key: reply_name(part, headline_of((rendered or {}).get(part.key))) for part in replies}
    gaps = [f"{named[part.key]}: {_gap(part)}" for part in replies if part.state in _GAPS]
    return "; ".join([*_lost(replies), *gaps])[:SUMMARY_MAX_CHARS]


def seconds_late(due: datetime, ts: str) -> int:
    """Return how many seconds after `due` Slack dated the channel message `ts`, at least 0."""
    return max(0, round(float(ts) - due.timestamp())) if ts else 0


def _gap(part: PartRow) -> str:
    """Return what became of a reply that was not posted, with Slack's reason where it was refused."""
    reason = f" ({part.reason})" if part.state is State.REFUSED and part.reason else ""
    return f"{_GAPS[part.state]}{reason}"


def _lost(replies: Sequence[PartRow]) -> list[str]:
    """Return clauses about the replies that a closed thread kept from being posted in it; empty if it is open."""
    lost = [part for part in replies if closing(part)]
    if not lost:
        return []
    why = closing(lost[0])
    said = [f"{_SHORT.get(why, why)}, so {len(lost)} of its {_count(len(replies))} not posted in its thread"]
    left = sum(part.reason != closing(part) and why == THREAD_GONE for part in lost)
    unsure = sum(part.state is State.UNKNOWN for part in replies) if why == THREAD_GONE else 0
    said += [f"{_count(left, 'stands')} in the channel by itself"] if left else []
    said += [f"{_count(unsure, 'may stand')} in the channel by itself"] if unsure else []
    return said


def _count(number: int, verb: str = "") -> str:
    """Return "1 reply was", "3 replies were", or the same with another verb."""
    noun = "reply" if number == 1 else "replies"
    verb = verb or ("was" if number == 1 else "were")
    return f"{number} {noun} {verb}"
