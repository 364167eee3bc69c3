"""Which newsletters a folder holds: one, whose issues are in it, or several, each in a folder of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from archive.document import SUFFIXES
from archive.errors import FolderError
from archive.folder import DiskFolder
from archive.label import is_page
from archive.newsletter import FILE_MAX_BYTES, FILE_NAME, toml_of
from bot.domain.newsletter import Newsletter
from bot.domain.schedule import known_zone
from bot.source.newsletter import newsletter_in

LIST_NAME = "newsletters.toml"
_KEYS = ("folder", "name", "zone", "language")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLUG_MAX_CHARS = 60
_PARTS_OF_ONE = re.compile(
    r"_?(?:drafts?|posts?|archives?|articles|assets|blog|contents?|data|docs?|editions?|files|future|images?|img|issues?"
    r"|media|newsletters?|old|pages?|public|published|sections?|sources?|specials?|src|static|templates?|upcoming)",
    re.IGNORECASE,
)
"""Usual names of the folders within one newsletter."""
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# A year, month, quarter, week, volume or date, alone or with something after it; or the code of a language.
_SPAN = re.compile(
    rf"\d+|(?:19|20)\d\d\D.*|\d{{1,2}}[-_. ].*|(?:{_MONTHS})[a-z]*(?:[-_. ]?\d+)?"
    r"|(?:q|w|wk|week|vol|volume|year|no|nr|issue|season|part)[-_. ]?\d+|[a-z]{2}(?:[-_][a-z]{2})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Subfolder:
    """A folder directly in the archive's: its `name`, whether issues lie in it or below, and `newsletter.toml`."""

    name: str
    has_issues: bool
    has_file: bool = False


@dataclass(frozen=True, slots=True)
class FoundNewsletters:
    """The newsletters of a folder, by slug, and `why` they are these, as a clause.

    `several` is false where the folder is itself the newsletter's.
    """

    newsletters: tuple[Newsletter, ...]
    why: str
    several: bool = False


def parted(subfolders: Iterable[Subfolder], *, issues_at_top: bool, file_at_top: bool) -> tuple[tuple[str, ...], str]:
    """Return which folders are newsletters, () if all belong to one, and why.

    A `newsletter.toml`, or an issue, beside the folders says that they are parts of one newsletter.
    """
    full = [each for each in subfolders if each.has_issues]
    if file_at_top:
        return (), f"{FILE_NAME} lies beside the folders"
    if issues_at_top:
        return (), "issues lie in the folder itself"
    if named := [each.name for each in full if each.has_file]:
        return tuple(each.name for each in full), f"{', '.join(named[:3])} has a {FILE_NAME}"
    if len(full) < 2:
        return (), "its issues are in one folder"
    if part := next((each.name for each in full if is_part(each.name)), None):
        return (), f"a folder is called {part}, like a part of one newsletter"
    return tuple(each.name for each in full), "no issue lies at the top, and each folder has issues and a name"


def is_part(name: str) -> bool:
    """Return whether a folder's name is usual for a part of one newsletter: a year, a month, a date, "posts".

    >>> is_part("2024"), is_part("Posts"), is_part("2024-03"), is_part("sre-weekly")
    (True, True, True, False)
    """
    return bool(_PARTS_OF_ONE.fullmatch(name) or _SPAN.fullmatch(name))


def slug_of(name: str) -> str:
    """Return the slug that a folder's name makes; "newsletter" for a name without a letter of ASCII.

    >>> slug_of("SRE Weekly!")
    'sre-weekly'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:_SLUG_MAX_CHARS].strip("-") or "newsletter"


def find_newsletters(folder: Path, zone: str | None = None) -> FoundNewsletters:
    """Return the newsletters of `folder`; a `zone` that is set elsewhere counts before those of their files.

    Raises:
        FolderError: the folder cannot be read, its list of newsletters cannot be used, two newsletters have one slug,
            or the only newsletter's own file cannot be used.
    """
    if (folder / LIST_NAME).is_file():
        given = listed(_read_list(folder), folder)
        newsletters = tuple(completed(each, zone) for each in given)
        return FoundNewsletters(newsletters, f"{LIST_NAME} names them", several=True)
    subfolders, at_top = _looked_at(folder)
    names, why = parted(subfolders, issues_at_top=at_top, file_at_top=(folder / FILE_NAME).is_file())
    if not names:
        return FoundNewsletters((newsletter_in(folder, zone),), why)
    _check_slugs(names, folder)
    guessed = (Newsletter(slug_of(name), "", "", "", folder / name) for name in names)
    found = sorted((completed(each, zone) for each in guessed), key=lambda each: each.slug)
    return FoundNewsletters(tuple(found), why, several=True)


def _check_slugs(names: Iterable[str], folder: Path) -> None:
    """Raise FolderError if two folders' names make one slug."""
    by_slug: dict[str, str] = {}
    for name in names:
        if other := by_slug.get(slug_of(name)):
            reason = f"the folders {other} and {name} would both be called {slug_of(name)}; rename one of the two"
            raise FolderError(str(folder), reason)
        by_slug[slug_of(name)] = name


def _looked_at(folder: Path) -> tuple[list[Subfolder], bool]:
    """Return the folders directly in `folder`, by name, and whether an issue lies beside them."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        next(DiskFolder(folder, SUFFIXES).files(), None)  # which says what is wrong and what to do
        raise
    below = [Subfolder(each.name, has_issues(each), (each / FILE_NAME).is_file()) for each in entries if each.is_dir()]
    return below, any(_may_be_issue(Path(each.name)) for each in entries if not each.is_dir())


def has_issues(folder: Path) -> bool:
    """Return whether a file in the folder or below it may be an issue, by its name."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(root).relative_to(folder)
        if any(_may_be_issue(below / name) for name in names):
            return True
    return False


def _may_be_issue(file: Path) -> bool:
    """Return whether a file, by its path below its newsletter's folder, has the name of an issue."""
    return file.suffix.lower() in SUFFIXES and file.name[0] not in "._" and not is_page(file.as_posix())


def completed(given: Newsletter, zone: str | None = None) -> Newsletter:
    """Return a newsletter with what its own file says where the list says nothing.

    A file that cannot be used is that newsletter's fault, which its reader finds and says.
    """
    folder = given.folder or Path()
    try:
        said = newsletter_in(folder)
    except FolderError:
        said = Newsletter("", "")
    name = given.name or said.name
    own_zone = said.zone if said.zone != "UTC" else ""
    return Newsletter(
        given.slug, name, zone or given.zone or own_zone or "UTC", given.language or said.language, folder
    )


def _read_list(folder: Path) -> Mapping[str, Any]:
    try:
        with (folder / LIST_NAME).open("rb") as file:
            return toml_of(file.read(FILE_MAX_BYTES + 1))
    except OSError as error:
        raise FolderError(str(folder), f"{LIST_NAME}: {error.strerror}; let this user read it") from error
    except ValueError as error:
        raise FolderError(str(folder), f"{LIST_NAME}: {error}") from error


def listed(given: Mapping[str, Any], base: Path) -> tuple[Newsletter, ...]:
    """Return the newsletters of a `newsletters.toml`, by slug, with what the list itself says: the rest is "".

    Folders are relative to `base`; without one it is the folder of the table's name.

    Raises:
        FolderError: a key or a value cannot be used; it names the key and what to write.
    """
    if not given:
        raise FolderError(str(base), f"{LIST_NAME}: it names no newsletter; write a table for each, like [sre-weekly]")
    return tuple(_listed(slug, given[slug], base) for slug in sorted(given))


def _listed(slug: str, table: Any, base: Path) -> Newsletter:
    def wrong(key: str, message: str) -> FolderError:
        return FolderError(str(base), f"{LIST_NAME}: {key}: {message}")

    if not isinstance(table, dict):
        raise wrong(slug[:60], f"write a table for each newsletter, like [{slug_of(slug)}]")
    if not _SLUG.fullmatch(slug) or len(slug) > _SLUG_MAX_CHARS:
        raise wrong(slug[:60], f"a newsletter is called by small letters, digits and hyphens, like [{slug_of(slug)}]")
    for key, value in table.items():
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            raise wrong(f"{slug}.{key[:60]}", f"there is no such key; it may have {', '.join(near or _KEYS)}")
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise wrong(f"{slug}.{key}", "write it as a text on one line, in quotes")
    zone = table.get("zone", "")
    if zone and not known_zone(zone):
        raise wrong(f"{slug}.zone", f'{zone[:40]!r} is no time zone, like "Europe/London"')
    folder = base / Path(table.get("folder", slug)).expanduser()
    return Newsletter(slug, table.get("name", ""), zone, table.get("language", ""), folder)
