"""An issue's slug, title and number, from its front matter, its first heading and its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archive.date import without_days
from archive.front import said
from archive.markup import is_plain, plain

_INDEXES = frozenset({"index", "readme"})
"""Names of the one file of a folder that holds a whole issue, as Hugo's page bundles have it."""

_PAGES = frozenset(
    """readme license licence copying contributing contributors authors changelog changes code_of_conduct
    code-of-conduct security support governance maintainers owners notice todo pull_request_template issue_template
    template about archive""".split()  # noqa: SIM905 - reads better
)
"""Names of files that most repositories have beside the issues, and that are not issues."""

_NUMBER = re.compile(
    r"(?:#|\bissue\s*(?:no\.?|number|#)?\s*|\b(?:no|nr|vol)\.\s*|\bn[°º]\s*|\b(?:ausgabe|numéro|número|edição)\s+|第\s*)"
    r"(\d{1,5})(?:\b|(?=\s*[期号回]))|(?<!\d)(\d{1,5})\s*[期号回](?!\w*\d)",
    re.IGNORECASE,
)
_LAST_NUMBER = re.compile(r"(?:^|[-_ #.])(\d{1,6})$")
_FIRST_NUMBER = re.compile(r"^#?(\d{1,5})(?=[-_ .])")
_COUNTED_TITLE = re.compile(r"[^\W\d][^:–—\d]{2,60}?\s(\d{1,4})\s*(?:[(:–—-].*)?")
_YEAR_MONTH = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-_.]?(?:0[1-9]|1[0-2]))?(?!\d)")
_HEADING = re.compile(
    r"\s*(?:#[ \t]+(?P<led>[^\n]+?)(?:[ \t]#+)?[ \t]*(?:\n|\Z)|(?P<lined>[^\n]+)\n {0,3}=+[ \t]*(?:\n|\Z))"
)
_TITLE_MAX_CHARS = 200


def slug(file: str) -> str:
    """Return the slug of a file: its name without folders and suffix, or its folder's if it is the folder's index."""
    folder, _, name = file.rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower() in _INDEXES and folder:
        return folder.rpartition("/")[2]
    return stem


def is_page(file: str) -> bool:
    """Return whether a file without front matter is a page about the archive rather than an issue."""
    folder, _, name = file.rpartition("/")
    stem = (name.rpartition(".")[0] or name).lower()
    return stem in _PAGES or (stem in _INDEXES and not folder)


def first_heading(text: str) -> tuple[str, int]:
    """Return the words of the first-level heading that `text` begins with, and where it ends; "" and 0 without one."""
    found = _HEADING.match(text)
    words, links = plain(found["led"] or found["lined"]) if found else ("", [])
    if found is None or links or not words or len(words) > _TITLE_MAX_CHARS:
        return "", 0
    return words, found.end()


def title(metadata: Mapping[str, Any]) -> str:
    """Return the front matter's title, or a mail's subject; "" without one."""
    value = metadata.get("title", metadata.get("subject"))
    if isinstance(value, str) and len(value) < 1000 and is_plain(quick := value.replace("\\#", "#")):
        return quick.strip()  # most titles, in a fraction of the time
    words = said(value)
    return plain(words)[0] if words else ""


def spoken(name: str) -> str:
    """Return a slug as a title.

    >>> spoken("issue-538")
    'Issue 538'
    """
    words = re.sub(r"[-_\s]+", " ", name).strip()
    return name if not words or words[0].isdecimal() or len(words) > _TITLE_MAX_CHARS else words[0].upper() + words[1:]


def number(metadata: Mapping[str, Any], heading: str, file: str) -> int | None:
    """Return an issue's number, from its front matter, its title `heading`, or its path `file`; None without one.

    A day, a month or a year is not a number: `2025-04` has none, and neither has `0304` below the title `2025.03.04`.
    """
    for key in ("number", "issue", "issue_number", "issue-number"):
        figures = (said(metadata.get(key)) or "").strip().lstrip("#")
        if figures.isdecimal():
            return int(figures[:9])
    if match := _NUMBER.search(heading if "#" in heading else without_days(heading)):
        return int(match[1] or match[2])
    if (counted := _counted(heading)) is not None:
        return counted
    return _of_name(slug(file), f"{heading} {file}")


def _counted(heading: str) -> int | None:
    """Return the number that ends a title, as in `Harbour Notes 7 (4 March 2025)`."""
    match = _COUNTED_TITLE.fullmatch(without_days(heading).replace("( )", " ").strip(" ,-–—|"))
    if (
        match
        and not _YEAR_MONTH.fullmatch(match[1])
        and not re.search(r"(?i)\b(?:week|kw|top|part)$", heading[: match.start(1)].strip())
    ):
        return int(match[1])
    return None


def _of_name(name: str, said_days: str) -> int | None:
    """Return the number at the end of a slug, or at its beginning before a day; days in `said_days` are none."""
    rest = without_days(name.replace("_", "-"))
    if match := _LAST_NUMBER.search(rest.rstrip()) or (_FIRST_NUMBER.match(rest) if rest != name else None):
        figures = match[1]
        days = re.sub(r"\D", "", "".join(re.findall(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}(?!\d)", said_days)))
        if not _YEAR_MONTH.search(name) or rest != name:
            return None if days and days.endswith(figures) else int(figures)
        if not _YEAR_MONTH.search(name, max(0, rest.rfind(figures) - 5)):
            return int(figures)
    return None
