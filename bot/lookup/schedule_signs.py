"""Whether what follows `subscribe` means a schedule, right or wrong."""

from __future__ import annotations

import re

from bot.domain.offsets import in_one_word

# Signs of a schedule: a time of day or a zone, or only days, or the words for "at once".
_TIME_OR_ZONE = re.compile(
    r"(?:^|[\s,])(?:\d{1,2}(?:[:.]\d{2}\s*(?:am|pm)?|\s*(?:am|pm))|noon|midnight|(?:utc|gmt)(?:[+-]\d[\d:]*)?"
    r"|(?:africa|america|antarctica|arctic|asia|atlantic|australia|brazil|canada|etc|europe|indian|pacific|us)/[\w/+-]+"
    r")(?=[\s,]|$)",
    re.IGNORECASE,
)
_DAYS_ALONE = re.compile(
    r"(?:(?:^|[\s,]+)(?:every|on|and|each|daily|(?:week|every)\s?days?|weekends?"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?))+",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"as soon as (?:it appears|possible)|as it appears|asap|immediately|at once", re.IGNORECASE)


def is_schedule(rest: str) -> bool:
    """Return whether a schedule was meant, right or wrong: `mondays 25:00` is one, `pub/sub` and `sun ray` are not."""
    rest = in_one_word(rest)
    return bool(_TIME_OR_ZONE.search(rest) or _DAYS_ALONE.fullmatch(rest) or _AT_ONCE.fullmatch(rest))
