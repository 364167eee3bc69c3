"""What an operator says about a newsletter in `newsletter.toml`, a file beside its issues.

    name = "Harbour Notes"
    language = "de"
    zone = "Europe/Berlin"
    sponsors = ["Our friends", "Powered by *"]
    leave_out = ["Imprint", "You receive this mail because *"]

    [kinds]
    "Boats of the week" = "tools"

Headings are compared without regard to case and blanks; `*` stands for any words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from archive import sponsor
from archive.issue import Entry, Issue, Section
from archive.kind import Kind

FILE_NAME = "newsletter.toml"
FILE_MAX_BYTES = 64_000
_MAX_PATTERNS = 500
_PATTERN_MAX_CHARS = 200
_NAME_MAX_CHARS = 100
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


class NewsletterFileError(Exception):
    """The file cannot be used: `str()` names the file, the key, and what to write."""

    def __init__(self, key: str, message: str) -> None:
        """Keep what is wrong with the value of `key` ("": with the file as a whole)."""
        super().__init__(f"{FILE_NAME}: {key}: {message}" if key else f"{FILE_NAME}: {message}")


@dataclass(frozen=True, slots=True)
class NewsletterFile:
    """The settings of one file; those that it does not name are empty.

    `kinds` maps patterns of headings to kinds, `sponsors` among them. `leave_out` are patterns of headings, whose
    sections are not shown, and of entries' texts.
    """

    name: str = ""
    language: str = ""
    zone: str = ""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()

    def applied(self, issue: Issue) -> tuple[Issue, tuple[Section, ...]]:
        """Return an issue read by these settings, with its entries numbered again, and what was left out."""
        if not (self.kinds or self.leave_out):
            return issue, ()
        kept, left = [], []
        for section in issue.sections:
            named = next((kind for pattern, kind in self.kinds.items() if matches(pattern, section.heading)), None)
            seen, unseen = self._parted(section if named is None else replace(section, kind=named))
            kept += seen
            left += unseen
        sections = sponsor.with_sponsors_apart(kept)
        if not left and sections == issue.sections:
            return issue, ()
        return replace(issue, sections=tuple(_renumbered(sections))), tuple(left)

    def _parted(self, section: Section) -> tuple[list[Section], list[Section]]:
        """Return a section's part that is shown, and the part that is left out."""
        if section.heading and self._is_left_out(section.heading):
            return [], [section]
        left = tuple(entry for entry in section.entries if self._is_left_out(entry.text or entry.headline))
        if not left:
            return [section], []
        kept = tuple(entry for entry in section.entries if entry not in left)
        shown = [replace(section, entries=kept)] if kept or section.heading else []
        return shown, [Section("", section.kind, left, left[0].line)]

    def _is_left_out(self, words: str) -> bool:
        return any(matches(pattern, words) for pattern in self.leave_out)

    def unmatched(self, issues: Iterable[Issue], left: Iterable[Section]) -> tuple[str, ...]:
        """Return the patterns that match nothing in an archive's `issues` or in what was `left` out of them."""
        sections = [*(section for issue in issues for section in issue.sections), *left]
        headings = {section.heading for section in sections}
        texts = {entry.text or entry.headline for section in sections for entry in section.entries}
        unused = [name for name in self.kinds if not any(matches(name, heading) for heading in headings)]
        return (
            *unused,
            *(name for name in self.leave_out if not any(matches(name, each) for each in headings | texts)),
        )


NO_FILE = NewsletterFile()
"""The settings of a newsletter without a file."""


def matches(pattern: str, words: str) -> bool:
    """Return whether `words` are those of `pattern`, in which `*` stands for any words.

    >>> matches("powered by *", "Powered by  Example")
    True
    """
    said, (first, *rest) = _plain(words), _plain(pattern).split("*")
    if not rest:
        return said == first
    if not said.startswith(first) or not said.endswith(rest[-1]) or len(said) < len(first) + len(rest[-1]):
        return False
    at, end = len(first), len(said) - len(rest[-1])
    for piece in rest[:-1]:
        found = said.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(":：")


def _renumbered(sections: Iterable[Section]) -> Iterator[Section]:
    """Yield the sections with their entries numbered from 0."""
    position = 0
    for section in sections:
        entries: list[Entry] = []
        for entry in section.entries:
            entries.append(replace(entry, position=position))
            position += 1
        yield replace(section, entries=tuple(entries))


def toml_of(data: bytes) -> dict[str, Any]:
    """Read the bytes of a TOML file that an operator wrote.

    Raises:
        ValueError: it is larger than `FILE_MAX_BYTES`, no UTF-8 or no TOML; the message says which.
    """
    if len(data) > FILE_MAX_BYTES:
        raise ValueError(f"it has {len(data):,} bytes, more than the {FILE_MAX_BYTES:,} it may have")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"it is not TOML: {str(error)[:200]}") from error


def parse(data: bytes) -> NewsletterFile:
    """Read the bytes of a `newsletter.toml`.

    Raises:
        NewsletterFileError: it is not TOML, has an unknown key, or a value that cannot be used.
    """
    try:
        given = toml_of(data)
    except ValueError as error:
        raise NewsletterFileError("", str(error)) from error
    for key in given:
        if key not in _READERS:
            near = get_close_matches(key, _READERS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it may have {', '.join(_READERS)}"
            raise NewsletterFileError(key[:60], f"there is no such key; {hint}")
    read = {key: _READERS[key](key, value) for key, value in given.items()}
    kinds = {**dict.fromkeys(read.pop("sponsors", ()), Kind.SPONSOR), **read.pop("kinds", {})}
    return NewsletterFile(**read, kinds=kinds)


def _text(key: str, value: Any, example: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _NAME_MAX_CHARS or not text.isprintable():
        raise NewsletterFileError(key, f"write it as a text on one line, like {key} = {example}")
    return text


def _name(key: str, value: Any) -> str:
    return _text(key, value, '"Harbour Notes"')


def _language(key: str, value: Any) -> str:
    text = _text(key, value, '"en"')
    if not _LANGUAGE.fullmatch(text):
        raise NewsletterFileError(key, f'{text[:40]!r} is no code of a language, like "en" or "pt-BR"')
    return text


def _zone(key: str, value: Any) -> str:
    text = _text(key, value, '"Europe/London"')
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise NewsletterFileError(key, f'{text[:40]!r} is no time zone, like "Europe/London"') from error
    return text


def _patterns(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_PATTERNS:
        raise NewsletterFileError(key, f'write it as a list of headings, like {key} = ["Imprint"]')
    return tuple(_pattern(key, each) for each in value)


def _pattern(key: str, value: Any) -> str:
    """Return a pattern that names some words: `*` alone would match every heading."""
    if not isinstance(value, str) or len(value) > _PATTERN_MAX_CHARS or not value.strip("*").strip():
        raise NewsletterFileError(key, f"{str(value)[:40]!r} is no heading; write its words in quotes")
    return value


def _kinds(key: str, value: Any) -> dict[str, Kind]:
    if not isinstance(value, dict) or len(value) > _MAX_PATTERNS:
        raise NewsletterFileError(key, 'write it as a table: [kinds] and below it "Boats of the week" = "tools"')
    found = {}
    for heading, named in value.items():
        try:
            found[_pattern(key, heading)] = Kind(named)
        except ValueError as error:
            choices = ", ".join(Kind)
            raise NewsletterFileError(f"{key}.{heading[:60]}", f"{str(named)[:40]!r} is none of {choices}") from error
    return found


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "name": _name,
    "language": _language,
    "zone": _zone,
    "sponsors": _patterns,
    "leave_out": _patterns,
    "kinds": _kinds,
}
