"""The issue that is typed after a sub-command: by number, slug or date, and of which newsletter."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from archive.search.newsletters import Newsletters
from archive.snapshot import NEWEST_WORDS
from bot.lookup.schedule_signs import is_schedule

_NUMBER = re.compile(r"#?\d{1,9}")
_DATED = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:-[\w.-]+)?")
_ALL = {"all", "all newsletters"}
_MAX_WORDS = 6
"""Words of a newsletter's name that are looked at."""
_FROM = re.compile(r"^(?:from:|(?:from|of|in)\s)\s*", re.IGNORECASE)
_ENDS_FROM = re.compile(r"(.*?)\b(?:from:|from\s)\s*(.+)", re.IGNORECASE)


def typed_issue(rest: str, slugs: Container[str]) -> str:
    """Return the issue that `rest` names by a number, a slug, a date or as the newest; "" if it names none."""
    if _NUMBER.fullmatch(rest) or rest in slugs or _DATED.fullmatch(rest) or rest.casefold() in NEWEST_WORDS:
        return rest
    return ""


def typed_newsletter(rest: str, newsletters: Newsletters) -> str:
    """Return the slug of the newsletter that all of `rest` names, from the words it begins with on; "" for none."""
    return newsletters.called(_without_from(rest)) if newsletters.are_several() else ""


def issue_of_newsletter(rest: str, slugs: Container[str], newsletters: Newsletters) -> tuple[str, str]:
    """Return the issue and the newsletter's slug that `rest` names (`sre weekly 388`, `388 from:sre`), else ("", "").

    A newsletter alone stands for its newest issue.
    """
    if not newsletters.are_several():
        return "", ""
    first, last = rest.partition(" "), rest.rpartition(" ")
    for asked, name in ((last[2], last[0]), (first[0], first[2])):
        slug = newsletters.meant(_without_from(name)) if name else ""
        if slug and (typed_issue(asked, slugs) or f"{slug}/{asked}" in slugs):
            return asked, slug
    slug = typed_newsletter(rest, newsletters)
    return ("latest", slug) if slug else ("", "")


def _without_from(name: str) -> str:
    return _FROM.sub("", name, count=1).strip('"')


def split_from(rest: str, newsletters: Newsletters) -> tuple[str, str]:
    """Return `rest` without the newsletter that it ends with (`month from:sre`), and its slug; ("", "") for none."""
    if not newsletters.are_several() or not (match := _ENDS_FROM.fullmatch(rest)):
        return "", ""
    slug = newsletters.meant(match[2].strip('"'))
    return (match[1].strip(), slug) if slug else ("", "")


def typed_subscription(rest: str, newsletters: Newsletters) -> str | None:
    """Return the slug of the newsletter that all of `rest` names, "" for `all`; None for neither."""
    if rest.casefold() in _ALL and newsletters.are_several():
        return newsletters.called(rest)
    return typed_newsletter(rest, newsletters) or None


def leading(rest: str, newsletters: Newsletters) -> Iterator[tuple[str, str]]:
    """Yield the slug of each newsletter that `rest` may begin with ("" for `all`), and what follows; longest first.

    What begins with days or a time names none.
    """
    words = rest.split(" ")
    for count in range(min(len(words), _MAX_WORDS), 0, -1):
        name = " ".join(words[:count])
        if name.endswith(",") or is_schedule(name):
            continue
        if (slug := typed_subscription(name, newsletters)) is not None:
            yield slug, " ".join(words[count:]).strip()
