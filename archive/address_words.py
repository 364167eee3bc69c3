"""A title from the words of an address, with the capitals, apostrophes and dots that an address leaves out."""

from __future__ import annotations

import re
from urllib.parse import unquote

from archive.casing import cased
from archive.clause import clause

_TITLE_MIN_WORDS = 3
_SLUG = re.compile(
    # Three words or more, of which one in the middle may hold digits; a hash and a suffix may follow. The letters
    # are listed in both cases: a repeated class that ignores case is matched with a call per letter.
    r"([a-zA-Z]++(?:[-_][a-zA-Z]++(?!\d))*+"
    r"(?:[-_](?=[a-zA-Z]*\d)[a-zA-Z0-9]{1,7}+(?:[-_][a-zA-Z]++(?!\d))++)?+)"
    r"(?:-(?=[a-fA-F]*\d)[0-9a-fA-F]{8,})?(?:\.(?i:html?|php|aspx|md))?",
    re.ASCII,
)
_FEW = re.compile(r"[a-z0-9]*+(?:[-_.][a-z0-9]*+)?(?:\.html?)?")
"""A slug of at most two words, detected in a quarter of the time that its words take."""
_SPLIT = re.compile(r"[-_+~,. ]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_SLUG_MIN_CHARS = 10
_SUFFIX = re.compile(
    r"\.(?:x?html?|php|aspx?|jspx?|cfm|cgi|md|markdown|pdf|txt|rst|do|pptx?|ipynb|cms|ars)$", re.IGNORECASE
)
_NOISE = re.compile(
    # Numbers and hashes that programs put beside a URL's words.
    r"\d{3,}|[0-9a-f]{8,}|[0-9a-f]*\d[0-9a-f]*[a-f][0-9a-f]{6,}|p?\d{5,}\w*|\w*\d\w*\d\w{6,}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]")
_COUNTED = re.compile(r"\d[\d_]*_(?=[a-zA-Z]+-)|(?:\d+-)+(?=[a-zA-Z]+_)|_\d{1,3}$")
"""A number that another sign joins than joins the words, as in `09_tides-and-locks` or `tides-and-locks_26`."""
_TOKEN = re.compile(r"[a-z]+[A-Z]+[a-z]+[A-Z]\w*|[a-z]{1,3}\d{2,}")
"""What a program ended a name with: `oMGlZfww`, `tl70`. It stays where the text has it, too."""
_UNTELLING = frozenset(
    # What many sites call the same page: the text says of what.
    name.strip()
    for name in """call for papers|call for participation|call for presentations|call for proposals|call for speakers
    |career opportunities|code of conduct|current job openings|getting started guide|how it works|how to register
    |join our team|open positions and jobs|privacy policy page|register for the event|submit a proposal|submit a talk
    |table of contents|terms of service|terms of use|work with us|working with us""".split("|")  # noqa: SIM905 - reads better
)
_UNTELLING_MAX_WORDS = max(len(name.split()) for name in _UNTELLING)


def title_of_path(path: str, text: str) -> str:
    """Return the title that the words of a path make, beside an entry's `text`; "" if they make none.

    >>> title_of_path("2016/it-hasnt-even-started.html", "")
    "It hasn't even started"
    """
    last = path[path.rfind("/") + 1 :]
    if (slug := _SLUG.fullmatch(last)) and len(words := _slug_words(slug[1])) >= _TITLE_MIN_WORDS:
        return _told(words, slug[1], text)
    above = path.split("/")[-2:-4:-1]
    if words := _words(last):
        return _told(words, last, text)
    if text and not _is_opaque(last):
        return ""  # the folder is not what the page is about
    for part in above:
        if words := _words(part):
            return _told(words, part, text)
    return ""


def _told(words: list[str], part: str, text: str) -> str:
    """Return the title that words of the address make, or the text's first clause where they tell less."""
    named = words
    if text:
        if "weekly" in part or "newsletter" in part or not words[-1].isalpha() or not part.islower():
            named = _without_marks(words, part, text)
        if _is_untelling(named) and (said := clause(text)):
            return said
    return cased(named or words, text)


def _is_untelling(words: list[str]) -> bool:
    """Return whether words of the address say less than any text."""
    return (
        not words
        or len(words) - (len(words[-1]) <= 2 and words[-1].isdecimal()) < _TITLE_MIN_WORDS
        or (words[-1] in _UNFINISHED and words[-2] != "all")
        or (len(words) <= _UNTELLING_MAX_WORDS and " ".join(words) in _UNTELLING)
    )


_UNFINISHED = frozenset(
    """a about an and as at by for from how into of or our the their to we which with your""".split()  # noqa: SIM905 - reads better
)
"""No title ends with one of these: a slug that does was cut, as some sites do after so many letters."""


def _without_marks(words: list[str], part: str, text: str) -> list[str]:
    """Return words without what tells a sender who came: the newsletter's name at an end, and a token.

    An address with nothing else gives no words.
    """
    at = part.lower().rfind(words[-1])
    if _TOKEN.fullmatch(part[at : at + len(words[-1])]) and words[-1] not in text.lower():
        words = words[:-1]
    if words[0].endswith(_NEWSLETTERS) and words[0] not in _NEWSLETTERS:
        return words[1:]
    if words[1] in _NEWSLETTERS:
        return words[2:]
    if words[-1].endswith(_NEWSLETTERS):
        return words[: -2 if words[-1] in _NEWSLETTERS else -1]
    return words


_NEWSLETTERS = ("weekly", "newsletter")


def _is_opaque(part: str) -> bool:
    """Return whether the last part of a path says nothing: a number, a hash, a day, a language, the folder's index."""
    bare = _SUFFIX.sub("", part)
    return bool(_OPAQUE.fullmatch(bare)) or (len(bare) > _TOKEN_MIN_CHARS and not bare.isalpha() and bare.isalnum())


_OPAQUE = re.compile(r"(?:index|default|view|page|post|article|home)?(?:[-_.]?\d+)*|[a-z]{2}|\W*", re.IGNORECASE)
_TOKEN_MIN_CHARS = 9


def _slug_words(slug: str) -> list[str]:
    """Return the words of a slug of letters, digits and hyphens alone, in lower case."""
    return (slug.replace("_", "-") if "_" in slug else slug).lower().split("-")


def _words(part: str) -> list[str]:
    """Return the words of one part of a path, without the numbers that programs add; [] if they say little."""
    if len(part) < _SLUG_MIN_CHARS or _FEW.fullmatch(part):
        return []
    if "%" in part:
        part = unquote(part)
    if "." in part:
        part = _SUFFIX.sub("", part)
    if "_" in part and "-" in part:
        part = _COUNTED.sub("", part)
    words = [word for word in _SPLIT.split(part) if word]
    if len(words) == 1 and len(words := _CAMEL.split(part)) < 4:
        return []
    words = _unnumbered(words)
    letters = sum(map(str.isalpha, words))
    if letters < len(words) and (letters * 3 < len(words) * 2 or not all(map(_WORD.search, words))):
        return []
    if len(words) < _TITLE_MIN_WORDS or sum(map(len, words)) < _SLUG_MIN_CHARS:
        return []
    return [word.lower() for word in words]


def _unnumbered(words: list[str]) -> list[str]:
    """Return words without the numbers and the day at their ends."""
    while words and (_is_number(words[-1]) or (words[-1] == "0" and words[-2:-1] and words[-2] not in _COUNTING)):
        words.pop()
    while words and _is_number(words[0]):
        del words[0]
    if len(words) > _DATED and all(map(str.isdecimal, words[:3])) and words[0][:2] in ("19", "20"):
        del words[:3]
    return words


_COUNTING = frozenset(
    {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "chapter", "day", "part", "version", "vol", "week"}
)
"""What a zero may follow that belongs to the title."""
_DATED = 5
"""Words of a path from which on a year, month and day before them are its date."""


def _is_number(word: str) -> bool:
    """Return whether a program added `word`: three digits or more that are not a year, or a hash."""
    if word.isalpha() or (len(word) == 4 and word[:2] in ("19", "20") and word.isdecimal()):
        return False
    return _NOISE.fullmatch(word) is not None
