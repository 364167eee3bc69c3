"""How the replies of a digest ended, in one line: what a delivery's row and `why` say of a digest that is done."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.delivery import THREAD_GONE, PartRow, State, closing

_LONGEST = 500
_GAPS = {State.UNKNOWN: "unknown, it may or may not have been posted", State.REFUSED: "refused"}
_SHORT = {THREAD_GONE: "its channel message was deleted"}


def summary(parts: Sequence[PartRow]) -> str:
    """Return what is not there of a digest and why, "" where all of it is; at most 500 characters."""
    replies = [part for part in parts if part.at > 0]
    gaps = [f"{part.key}: {_GAPS[part.state]}" for part in replies if part.state in _GAPS]
    return "; ".join([*_lost(replies), *gaps])[:_LONGEST]


def _lost(replies: Sequence[PartRow]) -> list[str]:
    """Return what is said of a digest whose thread takes no replies any more."""
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
    """Return "1 reply was", "3 replies were", or the like with another verb."""
    noun = "reply" if number == 1 else "replies"
    verb = verb or ("was" if number == 1 else "were")
    return f"{number} {noun} {verb}"
