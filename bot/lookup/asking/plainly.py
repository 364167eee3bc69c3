"""A follow-up put plainly: without the remark before it and the courtesy around it, its limits worded as filters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.search.wording import STOP_WORDS
from archive.search.words import bag, words
from bot.lookup.asking.archive_port import Archive
from bot.lookup.asking.heard import Heard
from bot.lookup.asking.limits import SECTIONS
from bot.lookup.asking.phrases import phrases
from bot.lookup.asking.reader import is_small_talk
from bot.lookup.asking.request import MessageKind, Request

_PHRASES = phrases("plainly")
_FRAME = _PHRASES["frame"]
_TAIL = _PHRASES["tail"]
_ASIDE = _PHRASES["aside"]
_JUDGED = _PHRASES["judged"]
_BUSY = _PHRASES["busy"]
_CLOSED = _PHRASES["closed"]
_NO_LIMIT = _PHRASES["no_limit"]
_SO_MANY = _PHRASES["so_many"]
_LEFT_OUT = _PHRASES["left_out"]
_NARROWED_TO = phrases("thread")["narrowed_to"]
_NAMED = re.compile(
    r"^(?P<first>(?:only|just) )?(?P<name>[\w.-]+)"
    r"(?P<what> (?:links?|ones?|repos?|posts?|videos?|talks?))?(?P<last> only)?$",
    re.IGNORECASE,
)
_LIES = re.compile(
    r"^(?:(?:and|but|is there|are there|got|what about) )*(?:any(?:thing)?|something|some|stuff|links?)(?: links?)? "
    r"(?:on|from|at) (?P<name>[\w.-]+)$",
    re.IGNORECASE,
)
_PARTED = re.compile(r"[.!?;,]+\s+|\s+[-–]+\s+")
_REMARK = STOP_WORDS | bag("""
    hm hmm nothing good none great useful bad sorry no yes ok okay nice thanks cool fine interesting enough old few many
    helpful relevant looking new really bit much any close quite almost not meh nope yeah thing things stuff ones
    right hit hits miss luck
""")
"""What a remark on an answer is made of: "hm, nothing good"."""
_ARCHIVE = frozenset(
    {MessageKind.LOOKUP, MessageKind.MINE, MessageKind.AMBIGUOUS, MessageKind.CHATTER, MessageKind.ISSUE}
)


def plainly(text: str) -> Iterator[str]:
    """Yield a follow-up without the remark before it, and then, where that differs, without the courtesy around it."""
    text = _after_remark(text) or text
    yield text
    if (asked := _unframed(text)) and asked != text:
        yield asked


def _after_remark(text: str) -> str:
    """Return what follows a remark: "hm nothing good. this year?"; the text itself if it begins with none.

    A word by itself is none: "no, podman" puts something right.
    """
    *before, last = _PARTED.split(text)
    told = any(len(words(each)) > 1 for each in before)
    remarks = told and all(set(words(each)) <= _REMARK or is_small_talk(each) for each in before)
    return last.strip(" ?!.,;:") if remarks else text


def _unframed(text: str) -> str:
    """Return "more" for "could i have some more then"."""
    before = None
    while before != text:
        before = text
        text = _TAIL.sub("", _FRAME.sub("", text)).strip(" ,")
    return text


def is_aside(heard: Heard, request: Request) -> bool:
    """Return whether a message in a thread tells something rather than asks: "hold on, i'm in a meeting"."""
    text = heard.text.strip()
    if request.kind not in _ARCHIVE or request.action or text.endswith("?"):
        return False
    return any(pattern.match(text) for pattern in (_ASIDE, _JUDGED, _BUSY, _CLOSED))


def without_limit(text: str) -> str:
    """Return "all dates" for "no limit on dates", "dates don't matter" and the like; any other text as it is."""
    match = _NO_LIMIT.match(text)
    named = next(filter(None, match.groupdict().values()), "filters") if match else ""
    if named and match and match["best"]:
        return "reset order"
    return (f"reset {named}" if named == "filters" else f"any {named}") if named else text


def worded_as_limit(text: str, archive: Archive) -> str:
    """Return a follow-up so that a word by itself limits.

    "tools" is "only tools", "not prometheus" and "nor travis" leave it out, "github only" names a site, "5 of them" is
    a number of links.
    """
    if so_many := _SO_MANY.match(text):
        return f"top {so_many['count']}"
    if left := _LEFT_OUT.match(text):
        return f"without {left['what']}"
    plain = _NARROWED_TO.sub("", text)
    named = _NAMED.match(plain)
    lies = _LIES.match(text)
    if lies and _is_site(lies["name"].casefold(), archive):
        return f"only from {lies['name']}"
    if named and (named["first"] or named["last"] or named["what"]) and _is_site(named["name"].casefold(), archive):
        return f"only from {named['name']}"
    first, _, rest = plain.partition(" ")
    if first.casefold() in SECTIONS or (rest and " " not in rest and first.casefold() in {"on", "at"}):
        return f"only {plain}"
    plain = re.sub(r"\s+(?:either|neither|too|as well)$", "", plain, flags=re.IGNORECASE)
    return re.sub(
        r"^(?:and |but |also )*(?:no|not|nor|neither) (?!\w+ than|older|newer|before|after)",
        "without ",
        plain,
        flags=re.IGNORECASE,
    )


def _is_site(name: str, archive: Archive) -> bool:
    """Return whether a name is a site's rather than a topic's or a section's."""
    host = "" if name in SECTIONS else archive.site(name)
    return bool(host) and not archive.is_topic(name, host)
