"""What a file says of its release: whether it is a draft, when it comes out, when it expires.

This module only reads those marks. Whether an issue is out is decided with the time given, by `bot.domain.publication`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive import date
from archive.front import said, shown

_FIRST_DATES = ("publishdate", "pubdate")
_DATES = (*_FIRST_DATES, "date", "published", "publishedat", "created")
"""Names of the date at which an issue comes out, the first one counts: Hugo and others hold an issue until its
`publishDate`, whatever its `date` says."""

_EXPIRY = ("expirydate", "unpublishdate", "expires", "expirationdate")
_FOLDERS = frozenset({"_drafts", "_draft", "drafts", "draft"})
_NO = frozenset({"false", "no", "off", "n", "f", "0", "none", "null", "~", ""})
_HELD_STATUS = frozenset(
    # Of Pelican, WordPress, Ghost and Notion, and as people write by hand.
    {"draft", "hidden", "private", "pending", "unpublished", "autodraft", "trash", "skip", "wip"}
    | {"workinprogress", "inreview", "review", "inprogress", "embargoed", "todo"}
)
_HEADER = re.compile(r"\s*((?:[A-Za-z][\w -]{0,40}:[^\n]*\n+?)+)")
"""Lines of `Name: value` at a file's top, without marks around them, as Pelican has them."""


_USUAL = {"title", "date"}


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one file.

    `draft`: the mark that makes it a draft as it is written, "" without one. `expires`: the moment from which the issue
    is no longer shown, with an offset. `unclear`: an expiry date that cannot be read, as it is written.
    """

    draft: str = ""
    expires: datetime | None = None
    unclear: str = ""


_UNMARKED = Marks()


def marks(file: str, metadata: Mapping[str, Any], text: str) -> Marks:
    """Return the marks of the file named `file`, with front matter `metadata` (names in lower case) and `text`."""
    if metadata.keys() == _USUAL and "/" not in file:
        return _UNMARKED
    given = {_squeezed(name): value for name, value in (metadata or _header(text)).items()}
    written = next((given[name] for name in _EXPIRY if given.get(name) not in (None, "")), None)
    expires = date.moment(written)
    unclear = shown(written) if written is not None and expires is None else ""
    return Marks(_in_folder(file) or _by_name(given), expires, unclear)


def of_folder(file: str) -> Marks:
    """Return the marks that the file's folder alone makes, for a file that cannot be read."""
    return Marks(_in_folder(file))


def date_of(metadata: Mapping[str, Any]) -> object:
    """Return the value of the front matter that says when the issue comes out, None without one."""
    if metadata.keys() == _USUAL:
        return metadata["date"]
    given = {_squeezed(name): value for name, value in metadata.items()}
    if _is_flag(given.get("published")):
        del given["published"]
    return next((given[name] for name in _DATES if given.get(name) not in (None, "")), None)


def unreadable_date(metadata: Mapping[str, Any]) -> str:
    """Return the mark of an issue whose date is written and cannot be read, "" if none is written.

    Such a date may be ahead: the issue is held back, for one that went out too early cannot be called back.
    """
    value = date_of(metadata)
    return f"date: {_plainly(value)}, which is no date" if value is not None and date.moment(value) is None else ""


def _is_flag(value: object) -> bool:
    """Tell whether a value of `published` is yes or no, and so no date."""
    return isinstance(value, str | int) and _squeezed(said(value) or "") in _FLAGS


_FLAGS = _NO | {"true", "yes", "on", "y", "t", "1"}


def _in_folder(file: str) -> str:
    folders = file.split("/")[:-1]
    return next((f"it lies in {folder}/" for folder in folders if folder.lower() in _FOLDERS), "")


def _by_name(given: Mapping[str, Any]) -> str:
    """Return the mark among the front matter's values that makes the file a draft."""
    if given.get("draft") is not None and not _is_no(given["draft"]):
        return f"draft: {_plainly(given['draft'])}"
    if given.get("published") is not None and given["published"] != "" and _is_no(given["published"]):
        return f"published: {_plainly(given['published'])}"
    for name in ("status", "state", "poststatus"):
        if _squeezed(said(given.get(name)) or "") in _HELD_STATUS:
            return f"{name}: {_plainly(given[name])}"
    for name in _FIRST_DATES:
        value = given.get(name)
        if value not in (None, "") and date.moment(value) is None:
            return f"{name}: {_plainly(value)}, which is no date"
    return ""


def _is_no(value: object) -> bool:
    """Tell whether a value says no, in any of the ways in which people write it."""
    return value is False or _squeezed(said(value) or ("x" if value else "")) in _NO


def _plainly(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(value).strip("'\"")


def _squeezed(text: str) -> str:
    """Return `text` in lower case, without the marks and blanks in which spellings differ, as in `publish_date`."""
    return re.sub(r"[\s_-]+", "", text).lower()


def _header(text: str) -> dict[str, str]:
    """Return names and values of a header without marks; nothing unless it has a title or a date, as Pelican's have."""
    head = _HEADER.match(text[:5000])
    lines = [line.partition(":") for line in head[1].splitlines() if line.strip()] if head else []
    found = {name.strip().lower(): value.strip() for name, _, value in lines}
    return found if {"title", "date", "status"} & found.keys() else {}
