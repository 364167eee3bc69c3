"""Marks in a file about its release: whether it is a draft, when it is published, when it expires.

This module only reads the marks. `bot.domain.publication` decides with the given time whether an issue is out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive import date
from archive.front import said, shown

NO_DATE = ", which is no date"
"""How the mark ends of an issue whose date cannot be read."""
_FIRST_DATES = (
    *("publishdate", "pubdate", "publishat", "publishon", "golive", "goliveat", "golivedate"),
    *("scheduled", "scheduledat", "scheduledfor", "scheduleddate", "embargo", "embargodate", "embargountil"),
)
_DATES = (*_FIRST_DATES, "date", "published", "publish", "publishedat", "created")
"""Names of the publication date, of which the first one counts: Hugo and others hold an issue until its
`publishDate`, whatever its `date` says."""

_DATES_OR_FLAGS = ("published", "publish", "scheduled", "golive")
"""Names that are used for a date by some and for yes or no by others."""
_EXPIRY = (
    *("expirydate", "unpublishdate", "expires", "expirationdate", "expiresat", "expireson", "expiry", "expire"),
    *("expireat", "expiration", "unpublishat", "unpublish", "unpublishon", "enddate"),
)
_NESTS = frozenset({"params", "extra", "meta", "metadata"})
"""Names under which Hugo, Zola and others keep a page's own values, one level down."""
_FOLDERS = frozenset({"_drafts", "_draft", "drafts", "draft"})
_NO = frozenset({"false", "no", "off", "n", "f", "0", "none", "null", "~", ""})
_HELD_STATUS = frozenset(
    # Of Pelican, WordPress, Ghost and Notion, and as people write by hand.
    {"draft", "hidden", "private", "pending", "unpublished", "autodraft", "trash", "skip", "wip"}
    | {"scheduled", "future", "unlisted"}
    | {"workinprogress", "inreview", "review", "inprogress", "embargoed", "todo"}
)
_HEADER = re.compile(r"\s*((?:[A-Za-z][\w -]{0,40}:[^\n]*\n+?)+)")
"""Lines of `Name: value` at a file's top, without marks around them, as Pelican writes them."""


_USUAL = {"title", "date"}
_NAMED_DRAFT = re.compile(r"^(?:draft|wip)[\s_.-]|[\s_.(\[-](?:draft|wip)[)\]]?$", re.IGNORECASE)
"""A file's name, without its suffix, that begins or ends with the mark."""
_TITLED_DRAFT = re.compile(
    r"^\W*(?:(?i:draft|wip)\s*[\]):]|(?:DRAFT|WIP)\b)|[\[(](?i:draft|wip)[\])]\s*$|\b(?:DRAFT|WIP)\s*$"
)
"""A title with the mark at an end: in brackets or before a colon, or in capitals."""


@dataclass(frozen=True, slots=True)
class ReleaseMarks:
    """The marks of one file.

    `draft`: the mark that holds it back as it is written, "" without one. `expires`: the moment from which the issue
    is no longer shown, with an offset. `unclear`: an expiry date that cannot be read, as it is written.
    """

    draft: str = ""
    expires: datetime | None = None
    unclear: str = ""


_UNMARKED = ReleaseMarks()


def marks(file: str, metadata: Mapping[str, Any], text: str) -> ReleaseMarks:
    """Return the marks of the file named `file`, with front matter `metadata` (names in lower case) and `text`."""
    if metadata.keys() == _USUAL and "/" not in file and not (_by_place(file) or _by_title(metadata)):
        return _UNMARKED
    given = _given(metadata or _header(text))
    name = next((name for name in _EXPIRY if not _is_never(given.get(name))), "")
    expires = date.moment(given.get(name))
    unclear = shown(given[name]) if name and expires is None else ""
    held = f"{name}: {_plainly(given[name])}{NO_DATE}" if unclear else ""
    return ReleaseMarks(_by_place(file) or _by_name(given) or held, expires, unclear)


def _is_never(value: object) -> bool:
    """Return whether the value of an expiry date means that there is none."""
    return value is None or value is False or _squeezed(said(value) or "x") in _NO | {"never"} or value == ""


def _given(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the front matter's values by squeezed name, with those of its nested groups for missing names."""
    given = {_squeezed(name): value for name, value in metadata.items()}
    nested: dict[str, Any] = {}
    for nest in _NESTS & given.keys():
        inner = given[nest] if isinstance(given[nest], Mapping) else {}
        nested |= {_squeezed(name): value for name, value in inner.items() if isinstance(name, str)}
    dotted = {name.partition(".")[2]: value for name, value in given.items() if name.partition(".")[0] in _NESTS}
    return nested | dotted | given


def of_folder(file: str) -> ReleaseMarks:
    """Return the marks in the file's folder and name alone, for a file that cannot be read."""
    return ReleaseMarks(_by_place(file))


def date_of(metadata: Mapping[str, Any]) -> object:
    """Return the front matter's value for the publication date, None without one."""
    if metadata.keys() == _USUAL:
        return metadata["date"]
    given = _given(metadata)
    for name in _DATES_OR_FLAGS:
        if _is_flag(given.get(name)):
            del given[name]
    return next((given[name] for name in _DATES if given.get(name) not in (None, "")), None)


def unreadable_date(metadata: Mapping[str, Any]) -> str:
    """Return the mark of an issue whose written date cannot be read, "" if it has no date field.

    Such a date may be ahead: the issue is held back, as one that is posted too early cannot be taken back.
    """
    value = date_of(metadata)
    return f"date: {_plainly(value)}{NO_DATE}" if value is not None and date.moment(value) is None else ""


def _is_flag(value: object) -> bool:
    """Return whether a value of `published` is yes or no, and so not a date."""
    return isinstance(value, str | int) and _squeezed(said(value) or "") in _FLAGS


_FLAGS = _NO | {"true", "yes", "on", "y", "t", "1"}


def _by_place(file: str) -> str:
    """Return the mark in the file's folder or name."""
    *folders, name = file.split("/")
    stem = name.rpartition(".")[0]
    if stem.lower().endswith(".draft") or _NAMED_DRAFT.search(stem):
        return f"its name is {name}"
    return next((f"it lies in {folder}/" for folder in folders if folder.lower() in _FOLDERS), "")


def _by_name(given: Mapping[str, Any]) -> str:
    """Return the mark among the front matter's values that makes the file a draft."""
    return next(_marks_of(given), "")


def _marks_of(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the marks among the front matter's values, each as it is written."""
    for name in ("draft", "isdraft"):
        if given.get(name) is not None and not _is_no(given[name]):
            yield f"{name}: {_plainly(given[name])}"
    for name in ("hidden", "unlisted", "private"):
        if given.get(name) is not None and _is_flag(given[name]) and not _is_no(given[name]):
            yield f"{name}: {_plainly(given[name])}"
    for name in ("published", "publish", "ispublished"):
        if given.get(name) not in (None, "") and _is_no(given[name]):
            yield f"{name}: {_plainly(given[name])}"
    yield from filter(None, [_by_title(given)])
    yield from _unreleased(given)


def _unreleased(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the states that hold an issue back, and the dates of its release that cannot be read."""
    for name in ("status", "state", "poststatus", "visibility"):
        if held := next((each for each in _each(given.get(name)) if _squeezed(each) in _HELD_STATUS), ""):
            yield f"{name}: {_plainly(held)}"
    for name in _FIRST_DATES:
        value = given.get(name)
        is_flag = name in _DATES_OR_FLAGS and _is_flag(value)
        if value not in (None, "") and not is_flag and date.moment(value) is None:
            yield f"{name}: {_plainly(value)}{NO_DATE}"


def _by_title(given: Mapping[str, Any]) -> str:
    """Return the mark in the title, as it is written."""
    title = said(given.get("title")) or ""
    return f"title: {title[:60]}" if _TITLED_DRAFT.search(title) else ""


def _each(value: object) -> list[str]:
    """Return the words of a value, or of the first hundred of a list."""
    words = (said(each) for each in (value[:100] if isinstance(value, list) else [value]))
    return [word for word in words if word is not None]


def _is_no(value: object) -> bool:
    """Return whether a value means no, in any of the ways in which people write it."""
    return value is False or _squeezed(said(value) or ("x" if value else "")) in _NO


def _plainly(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(value).strip("'\"")


def _squeezed(text: str) -> str:
    """Return `text` in lower case, without the marks and blanks in which spellings differ, as in `publish_date`."""
    return re.sub(r"[\s_-]+", "", text).lower()


def _header(text: str) -> dict[str, str]:
    """Return names and values of a header without marks; nothing unless it has a title or a date, as Pelican's do."""
    head = _HEADER.match(text[:5000])
    lines = [line.partition(":") for line in head[1].splitlines() if line.strip()] if head else []
    found = {name.strip().lower(): value.strip() for name, _, value in lines}
    return found if {"title", "date", "status"} & found.keys() else {}
