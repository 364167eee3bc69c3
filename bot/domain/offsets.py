"""Fixed offsets from UTC, as people type them: GMT+1, utc +2, +05:30, UTC−3, Z.

A plus is east of Greenwich, as in ISO 8601 and in every clock's settings. Only the zone database's own names for
offsets count the other way round (tzdata: etcetera, for the sake of POSIX): Etc/GMT+1 is an hour west. Written in full
such a name keeps that meaning, and is shown as what it is: UTC-1.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone

WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
"""The offsets that any place on Earth has (tzdata: etcetera)."""
_SIGNS = str.maketrans(
    dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-") | dict.fromkeys("\ufe62\uff0b", "+")
)
"""Minus signs, hyphens and dashes as word processors and telephones put them in, and wide signs."""
_OFFSET = re.compile(r"(?:utc|gmt|ut)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE | re.ASCII)
_DATABASE = re.compile(r"etc/gmt([+-])(\d{1,2})", re.IGNORECASE | re.ASCII)
_ZERO = re.compile(r"z|(?:utc|gmt|ut)?\u00b10{1,2}(?::?00)?", re.IGNORECASE)
_DATABASE_ONLY = re.compile(r"(?:Etc/)?GMT[+-]\d+")
_LOOSE = (
    (re.compile(r"\b(utc|gmt|ut)\s*([+-])\s*(?=\d)", re.IGNORECASE), r"\1\2"),
    (re.compile(r"(?<!\S)\+\s+(?=\d)"), "+"),  # not a minus: 9:00 - 10:00 is a span of time
    (re.compile(r"(?<!\S)(\d{1,2}(?:[:.]\d{2})?(?:am|pm)?)(?=\+\d|z(?!\S))", re.IGNORECASE), r"\1 "),
)
"""An offset that is typed with spaces in it, or without one between it and the time of day (09:00+01:00)."""


def in_one_word(typed: str) -> str:
    """Return a text with each offset in it as one word, and plain plus and minus signs."""
    typed = typed.translate(_SIGNS)
    for found, one in _LOOSE:
        typed = found.sub(one, typed)
    return typed


def offset(word: str) -> timedelta | None:
    """Return how far east of Greenwich an offset is, None where the word is none. It may be one that no place has."""
    if _ZERO.fullmatch(word):
        return timedelta()
    if found := _DATABASE.fullmatch(word):
        return timedelta(hours=int(found[2])) * (1 if found[1] == "-" else -1)
    found = _OFFSET.fullmatch(word)
    if found is None or int(found[3] or 0) > 59:
        return None
    return timedelta(hours=int(found[2]), minutes=int(found[3] or 0)) * (1 if found[1] == "+" else -1)


def offset_name(east: timedelta) -> str:
    """Return the one name of an offset: UTC, UTC+1, UTC-3:30. It is kept so, and can be typed."""
    hours, minutes = divmod(abs(east) // timedelta(minutes=1), 60)
    if not hours and not minutes:
        return "UTC"
    return f"UTC{'-' if east < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def fixed_zone(name: str) -> timezone | None:
    """Return the zone of an offset's name, None where the name is none."""
    east = offset(name) if name.startswith("UTC") else None
    return None if east is None or not WEST <= east <= EAST else timezone(east, name)


def is_mirrored(name: str) -> bool:
    """Return whether a name of the zone database is an offset with its sign the other way round."""
    return _DATABASE_ONLY.fullmatch(name) is not None


def offsets_like(typed: str) -> list[str]:
    """Return the names of the offsets that begin as what was typed, itself first: UTC+1, UTC+10 … for `utc +1`."""
    words = re.sub(r"\s", "", typed.translate(_SIGNS)).lower()
    found = re.fullmatch(r"(?:utc|gmt|ut)?([+-])(\d{0,2})(?::?\d{0,2})?", words, re.ASCII)
    if found is None:
        return []
    exact, sign = offset(words), 1 if found[1] == "+" else -1
    whole = [timedelta(hours=hours) * sign for hours in range(1, 15) if str(hours).startswith(found[2])]
    named = ([] if exact is None else [exact]) + (whole if words.endswith(f"{found[1]}{found[2]}") else [])
    return list(dict.fromkeys(offset_name(east) for east in named if WEST <= east <= EAST))
