"""Changes asked for without a verb of change: "fridays would be better", "not over christmas please", "back on".

The rule is that of `changes`, turned round: a message in which every word is about us or about times wants something of
us. What it wants is told by a "no", by an "again", or by the days and times that it names. What asks for a fact ("does
it come on fridays?") wants nothing.
"""

from __future__ import annotations

import re

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.changes import (
    ABOUT_US,
    ASKS,
    CLAUSE,
    OF_A_DAY,
    TIME,
    ZONE,
    confirm,
    schedule_in,
    without_addresses,
)
from bot.lookup.asking.heard import Heard
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.request import Request

_WORDS = (
    ABOUT_US
    | (STOP_WORDS - bag("show see tell add look looking recommend suggest know use used using"))
    | bag("""
    rather prefer preferably early earlier late later switch deliver rest hold quit carry continue come bring half
    love quarter whole during mornings evenings afternoons twice often
""")
)
_PHRASES = phrases("indirect_changes")
_AGAIN = _PHRASES["again"]
_NO = _PHRASES["no"]
_AHEAD = _PHRASES["ahead"]
_OURS = _PHRASES["ours"]
_RATHER = _PHRASES["rather"]
_COMES = _PHRASES["comes"]
_HERE = _PHRASES["here"]
_SOONER = _PHRASES["sooner"]


def indirect_change(heard: Heard) -> Request | None:
    """Return what a message wants of us, None if it wants nothing or if some word of it is about something else."""
    text = CLAUSE.sub("", without_addresses(heard.text, heard)).strip()
    if not text or ASKS.match(text) or OF_A_DAY.search(text) or not _is_about_us(text):
        return None
    if _AGAIN.match(text):
        return confirm(("resume",))
    if _NO.search(text):
        return _unwanted(text)
    if not _RATHER.search(heard.text):
        return None
    times = schedule_in(text)
    if _COMES.search(text) and (times or _SOONER.search(text)):
        return confirm(("subscribe", "schedule", "retime"), schedule=times, channel=heard.channel)
    return confirm(("subscribe",)) if _HERE.search(text) else None


def _unwanted(text: str) -> Request | None:
    """Return what is not wanted: for a time, or at all."""
    if _AHEAD.search(text):
        return confirm(("pause",))
    return confirm(("unsubscribe", "pause")) if _OURS.search(text) else None


def _is_about_us(text: str) -> bool:
    """Return whether every word is about us, a time or filler."""
    return all(
        word in _WORDS or TIME.fullmatch(word) or re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?", word)
        for word in words(ZONE.sub(" ", text))
    )
