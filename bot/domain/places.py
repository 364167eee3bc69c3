"""Time zones as people name them: a country, a city, an offset; and abbreviations that several places share."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources

from bot.domain.offsets import offset_name, offsets_like
from bot.domain.schedule import ScheduleError, parse_schedule, zone_names, zone_of

_NEW_YORK, _CHICAGO = "America/New_York", "America/Chicago"
_DENVER, _LOS_ANGELES = "America/Denver", "America/Los_Angeles"
_BERLIN, _PARIS, _ALGIERS = "Europe/Berlin", "Europe/Paris", "Africa/Algiers"
_ATHENS, _CAIRO = "Europe/Athens", "Africa/Cairo"
SHARED: dict[str, tuple[str, ...]] = {
    "est": (_NEW_YORK, "America/Panama", "Australia/Sydney"),
    "edt": (_NEW_YORK, "Australia/Sydney"),
    "et": (_NEW_YORK,),
    "cst": (_CHICAGO, "America/Costa_Rica", "Asia/Shanghai"),
    "cdt": (_CHICAGO, "America/Havana"),
    "ct": (_CHICAGO,),
    "mst": (_DENVER, "America/Phoenix", "Asia/Kuala_Lumpur"),
    "mdt": (_DENVER,),
    "mt": (_DENVER,),
    "pst": (_LOS_ANGELES, "Asia/Manila"),
    "pdt": (_LOS_ANGELES,),
    "pt": (_LOS_ANGELES,),
    "hst": ("Pacific/Honolulu",),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "wet": ("Europe/Lisbon", "Atlantic/Canary"),
    "west": ("Europe/Lisbon", "Atlantic/Canary"),
    "cet": (_BERLIN, _PARIS, _ALGIERS),
    "cest": (_BERLIN, _PARIS),
    "met": (_BERLIN, _PARIS),
    "eet": (_ATHENS, "Europe/Helsinki", _CAIRO),
    "eest": (_ATHENS, "Europe/Helsinki", _CAIRO),
    "msk": ("Europe/Moscow",),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "sgt": ("Asia/Singapore",),
    "ast": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "aedt": ("Australia/Sydney",),
    "acst": ("Australia/Adelaide", "Australia/Darwin"),
    "awst": ("Australia/Perth",),
    "nzst": ("Pacific/Auckland",),
    "nzdt": ("Pacific/Auckland",),
}
"""Abbreviations that are no zone: several places have them, or one half of the year only. The zone database has some as
names of fixed offsets (EST is UTC-5 in summer too), which hardly anybody means who types them."""
_CALLED = {
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "usa": "US",
    "america": "US",
    "holland": "NL",
    "korea": "KR",
    "uae": "AE",
    "czechia": "CZ",
    "turkey": "TR",
}


def which_place(typed: str) -> dict[str, str]:
    """Return what may be meant by a schedule that names its zone by a shared abbreviation: the schedule by zone.

    Empty if it names none, or is no schedule with any of the zones.
    """
    for match in re.finditer(r"[A-Za-z]+", typed):
        zones = SHARED.get(match[0].lower(), ())
        meant = {zone: f"{typed[: match.start()]}{zone}{typed[match.end() :]}" for zone in zones}
        if meant and _is_schedule(next(iter(meant.values()))):
            return meant
    return {}


def _is_schedule(typed: str) -> bool:
    try:
        parse_schedule(typed)
    except ScheduleError:
        return False
    return True


def zones_like(typed: str, limit: int) -> list[str]:
    """Return at most `limit` zones for what was `typed` so far.

    First offsets that begin with it, then the zones that an abbreviation may mean, then zones whose name or place
    begins with it, then those of a country whose name does, then zones that contain it.
    """
    words = " ".join(typed.lower().replace("_", " ").split())
    if not words:
        return []
    joined = words.replace(" ", "_")
    clear = {low: full for low, full in zone_names().items() if low not in SHARED}
    starting = [
        full for low, full in clear.items() if low.rpartition("/")[2].startswith(joined) or low.startswith(joined)
    ]
    shared = SHARED.get(words, ())
    there = [zone for country, zones in _by_country().items() if _is_named(country, words) for zone in zones]
    holding = [full for low, full in clear.items() if joined in low]
    return list(dict.fromkeys((*offsets_like(typed), *shared, *starting, *there, *holding)))[:limit]


def offset_there(name: str, now: datetime) -> str:
    """Return the offset that a zone has `now` (aware), as UTC+5:30; "" where the name is an offset itself."""
    east = now.astimezone(zone_of(name)).utcoffset() or timedelta()
    said = offset_name(timedelta(minutes=east // timedelta(minutes=1)))
    return "" if said == name else said


def place_name(zone: str) -> str:
    """Return what people call a zone: its city."""
    return zone.rpartition("/")[2].replace("_", " ")


def _is_named(country: str, words: str) -> bool:
    """Return whether a country's name, or a word of it, begins with `words`."""
    return country.startswith(words) or f" {words}" in country.replace("(", " ")


@lru_cache(maxsize=1)
def _by_country() -> dict[str, list[str]]:
    """Return the zones of each country by its names in lower case, as the zone database lists them."""
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in _table("iso3166.tab"):
        names[code].append(name.lower())
    for name, code in _CALLED.items():
        names[code].append(name)
    found: dict[str, list[str]] = defaultdict(list)
    known = set(zone_names().values())
    for code, _, zone in _table("zone.tab"):
        if zone in known:
            for name in names[code]:
                found[name].append(zone)
    return dict(found)


def _table(name: str) -> list[list[str]]:
    """Return the rows of a table of the zone database, without comments; a row of zone.tab without its remark."""
    text = (resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split("\t")[:3] for line in text.splitlines() if line and not line.startswith("#")]
